import { z } from 'zod'
import {
  type CaseRecord,
  caseRecordSchema,
  type Evidence,
  extracted,
  type Field,
  madeBy,
} from '../../src/model/index.ts'
import { aReader } from '../fixtures/records.ts'

const evidence: Evidence = { page: 1, box: [0.1, 0.1, 0.2, 0.12], text: 'words' }
const field = <T>(value: T): Field<T> =>
  extracted(value, {
    raw: 'as read',
    rule: 'test',
    confidence: 0.9,
    evidence: [evidence],
    alternatives: [{ value, why: 'it could be' }],
  })
const from = { raw: 'as read', confidence: 0.9, status: 'extracted' as const, rule: 'test', evidence: [evidence] }
const amounts = {
  times: [2, 3] as const,
  per: 'week' as const,
  duration: [6, 8] as const,
  durationUnit: 'week' as const,
  visits: [12, 24] as const,
}

/** An invented record in which everything is said that a record can say. */
export const fullRecord: CaseRecord = caseRecordSchema.parse({
  schemaVersion: '1',
  caseId: `${'c'.repeat(64)}-1`,
  document: {
    fileName: 'full.pdf',
    sha256: 'c'.repeat(64),
    mediaType: 'application/pdf',
    pageCount: 3,
    pageRange: [1, 2],
    kind: 'imr-determination',
    layout: '2014',
    pages: [{ number: 1, source: 'ocr', rotation: 90, skew: 0.5, dpi: 200, confidence: 0.9, status: 'unreadable' }],
  },
  documents: [
    {
      id: 1,
      kind: 'rfa',
      form: { name: 'dwc-rfa', version: '2014-01', match: 0.7 },
      pages: [3],
      duplicateOf: 2,
      confidence: 0.7,
    },
  ],
  header: {
    caseNumber: field('CM88-0000001'),
    claimNumber: field('88-17'),
    dateAssigned: field('2015-03-09'),
    dateOfInjury: field('2013-10-02'),
    decisionDate: field('2015-04-14'),
    urDecisionDate: field('2015-02-12'),
    applicationReceived: field('2015-02-27'),
    priority: field('expedited'),
  },
  reviewer: { specialties: field(['Pain Management']), licensedStates: field(['California']) },
  patient: { age: field(51), sex: field('female') },
  clinicalSummary: field('The shoulder hurts.'),
  diagnoses: [
    {
      text: field('left shoulder strain'),
      expanded: 'left shoulder strain, expanded',
      region: 'shoulder',
      laterality: 'left',
      certainty: 'suspected',
      codes: [{ system: 'ICD-10-CM', code: 'S46.912A', inferred: true }],
    },
  ],
  services: [
    {
      sequence: 1,
      request: field('Therapy 2-3 x 6-8'),
      original: field('Therapy 3 x 8'),
      authorized: field('Therapy 1 x 6'),
      category: field('physical-therapy'),
      regions: ['shoulder'],
      laterality: 'left',
      levels: ['C5-6'],
      frequency: {
        ...amounts,
        courses: [{ ...amounts, reading: 'a first part' }],
        openEnded: false,
        reading: '2 to 3 per week for 6 to 8 weeks = 12 to 24 visits',
        alternatives: [{ reading: 'another reading', visits: [2, 3] }],
        unused: ['9'],
        ...from,
        status: 'ambiguous',
      },
      drug: {
        name: 'Naproxen',
        strength: '500 mg',
        quantity: 60,
        refills: 1,
        ingredients: [{ name: 'naproxen', strength: '500 mg' }],
        directions: '1 tab po bid',
        ...from,
      },
      parentSequence: 1,
      claimsAdministratorGuideline: field('a guideline'),
      reviewerGuideline: field('another guideline'),
      rationale: field('It is too much.'),
      outcome: field('upheld'),
    },
  ],
  outcome: 'upheld',
  issues: [{ rule: 'a-rule', severity: 'warning', message: 'look at it', path: 'patient.age', page: 1 }],
  proposals: [
    {
      sequence: 1,
      proposal: 'physician-review',
      support: 0.4,
      guideline: { id: 'shoulder', edition: '2009', citation: 'Shoulder 2009' },
      criteria: [{ id: 'tried', text: 'was tried', result: 'not-found', evidence: [evidence] }],
      limit: { requested: [12, 24], allowed: [8, 10], unit: 'visits', excess: 14 },
      missing: ['the response to therapy'],
      rationale: 'The record says little.',
    },
  ],
  status: 'partial',
  review: { state: 'needs-review', reasons: ['a reason'], vouched: ['patient.age'] },
  made: { ...madeBy(aReader), guidelines: '0.0.0 0123456789ab' },
})

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema | false
  readonly prefixItems?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly type?: string
}

/** The leaves of the record's model: `services[].frequency.times[0]`. */
export const modelLeaves = [...new Set(leavesOf(z.toJSONSchema(caseRecordSchema, { io: 'output' }) as Schema, ''))]

function leavesOf(schema: Schema, at: string): readonly string[] {
  if (schema.anyOf) return schema.anyOf.filter((s) => s.type !== 'null').flatMap((s) => leavesOf(s, at))
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, s]) => leavesOf(s, at === '' ? name : `${at}.${name}`))
  if (schema.prefixItems) return schema.prefixItems.flatMap((s, i) => leavesOf(s, `${at}[${i}]`))
  return schema.items ? leavesOf(schema.items, `${at}[]`) : [at]
}

/** A copy of the full record in which one leaf says something else. @throws {Error} when the record has no such leaf. */
export function changedAt(leaf: string): CaseRecord {
  const record = structuredClone(fullRecord)
  const steps = [...leaf.matchAll(/\[(\d*)\]|([^.[\]]+)/g)].map(([, index, name]) => name ?? Number(index || 0))
  let place = record as unknown as Record<string | number, unknown>
  for (const step of steps.slice(0, -1)) place = place[step] as Record<string | number, unknown>
  const last = steps.at(-1) ?? ''
  if (place[last] === undefined) throw new Error(`the full record lacks ${leaf}`)
  place[last] = other(place[last])
  return record
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (/^\d{4}-\d\d-\d\d$/.test(String(value))) return '2001-01-31'
  return value === 'unreadable' ? 'blank' : `${value} other`
}
