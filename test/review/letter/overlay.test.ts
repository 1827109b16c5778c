import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaseRecord, caseRecordSchema, type Edit, type StoredEdit } from '../../../src/model/index.ts'
import { askedFor } from '../../../src/normalize/index.ts'
import { undoable } from '../../../src/review/letter/active.ts'
import { openDoubts, reviewedRecord } from '../../../src/review/letter/doubts.ts'
import { overlay } from '../../../src/review/letter/overlay.ts'
import { kindAt, placeKinds } from '../../../src/review/letter/places.ts'
import { aLetter, correct, kept, say } from '../a-letter.ts'

const record = aLetter()
const having = (...revisions: readonly (readonly Edit[])[]) => overlay(record, kept(record, revisions))
const text = (given: CaseRecord) => JSON.stringify(given)

describe('the places of a record', () => {
  it('are found in its schema: every field, frequency and drug, and what goes with a service or diagnosis', () => {
    const paths = placeKinds.map((p) => `${p.group}${p.inList ? '[]' : ''}.${p.key}`)
    expect(paths).toEqual(
      expect.arrayContaining([
        'header.caseNumber',
        'patient.age',
        '.clinicalSummary',
        'diagnoses[].codes',
        'services[].frequency',
        'services[].drug',
        'services[].outcome',
      ]),
    )
    expect(paths.filter((p) => /document|proposals|issues|sequence|review\./i.test(p))).toEqual([])
    expect(kindAt('services[+2].request')?.kind).toBe('field')
    expect([kindAt('services[0]'), kindAt('services'), kindAt('header.nothing')]).toEqual([null, null, null])
  })
})

describe('edits over a record as read', () => {
  it('confirm, correct, find missing, redacted and illegible: each says so, and by what act', () => {
    const evidence = [{ page: 1, box: [0.1, 0.1, 0.2, 0.2] as const, text: '04/12/2018' }]
    const chosen = { ...correct(record, 'header.decisionDate', '2018-04-12'), evidence } as Edit
    const { header, patient, status, issues } = having([
      say(record, 'confirm', 'header.caseNumber'),
      chosen,
      say(record, 'missing', 'header.priority'),
      say(record, 'redacted', 'header.claimNumber'),
      say(record, 'illegible', 'patient.age'),
    ]).record
    expect(header.caseNumber).toMatchObject({
      ...record.header.caseNumber,
      status: 'confirmed',
      confidence: 1,
      rule: 'review.confirm',
    })
    expect(header.decisionDate).toMatchObject({
      value: '2018-04-12',
      raw: '04/12/2018',
      status: 'corrected',
      evidence,
      rule: 'review.correct',
    })
    expect(header.decisionDate.alternatives).toEqual([{ value: '2018-04-11', why: 'as read' }])
    expect(header.priority).toMatchObject({ value: null, status: 'missing', confidence: 1 })
    expect(header.claimNumber).toMatchObject({ value: null, status: 'redacted' })
    expect(patient.age).toMatchObject({
      value: null,
      status: 'missing',
      confidence: 0,
      evidence: record.patient.age.evidence,
    })
    expect(issues).toContainEqual(
      expect.objectContaining({ rule: 'review.illegible', path: 'patient.age', severity: 'error' }),
    )
    expect(status).toBe('partial')
  })

  it('derive what follows from a corrected wording anew by the rules that read letters, and keep what was decided after that', () => {
    const wording = 'Acupuncture 1 time a week for 6 weeks, left knee'
    const [service] = having([correct(record, 'services[0].request', wording)]).record.services
    expect(service?.frequency.visits).toEqual([6, 6])
    expect(service).toMatchObject({
      ...askedFor({ request: service?.request as never, place: null }, []),
      category: { value: 'acupuncture' },
      laterality: 'left',
      regions: ['knee'],
    })
    const override = correct(record, 'services[0].laterality', 'right')
    expect(having([correct(record, 'services[0].request', wording)], [override]).record.services[0]?.laterality).toBe(
      'right',
    )
    expect(having([override], [correct(record, 'services[0].request', wording)]).record.services[0]?.laterality).toBe(
      'left',
    )
    const [diagnosis] = having([correct(record, 'diagnoses[0].text', 'Left knee sprain (S83.92XA)')]).record.diagnoses
    expect(diagnosis).toMatchObject({
      region: 'knee',
      laterality: 'left',
      codes: [{ code: 'S83.92XA', inferred: false }],
    })
  })

  it('remove and add services and diagnoses, counted anew, and roll the outcome up', () => {
    const added: Edit = { action: 'add', list: 'services', text: 'Norco 10/325 mg #60', evidence: [] }
    const { record: now, places } = having(
      [say(record, 'remove', 'services[0]'), added, { ...added, list: 'diagnoses', text: 'Lumbago' }],
      [
        {
          action: 'correct',
          path: 'services[+1].outcome',
          seen:
            overlay(record, kept(record, [[added]])).places.find((p) => p.path === 'services[+1].outcome')?.seen ?? '',
          value: 'overturned',
          evidence: [],
        },
      ],
    )
    expect(now.services.map((s) => [s.sequence, s.request.value])).toEqual([
      [1, 'Ankle brace, right'],
      [2, 'Norco 10/325 mg #60'],
    ])
    expect(now.services[1]).toMatchObject({ drug: { quantity: 60 }, outcome: { value: 'overturned' } })
    expect(now.diagnoses.at(-1)?.text.value).toBe('Lumbago')
    expect([record.outcome, now.outcome]).toEqual(['mixed', 'overturned'])
    const shown = (path: string) => places.find((p) => p.path === path)?.shown
    expect([shown('services[0].request'), shown('services[1].request'), shown('services[+1].drug')]).toEqual([
      null,
      'services[0].request',
      'services[1].drug',
    ])
    expect(caseRecordSchema.safeParse(now).success).toBe(true)
  })

  it('are found again when a service before theirs is read, or is gone; what they were said of and is gone is stale, not another’s', () => {
    const both = aLetter(['scan', 'therapy', 'brace'])
    const edits = kept(record, [
      [correct(record, 'services[0].outcome', 'overturned'), say(record, 'confirm', 'services[1].request')],
    ])
    const moved = overlay(both, edits)
    expect(moved.record.services.map((s) => s.outcome.status)).toEqual(['extracted', 'corrected', 'extracted'])
    expect(moved.record.services[2]?.request.status).toBe('confirmed')
    expect(moved.stale).toEqual([])
    const gone = overlay(aLetter(['brace']), edits)
    expect(gone.record.services.map((s) => [s.outcome.status, s.request.status])).toEqual([['extracted', 'confirmed']])
    expect(gone.stale).toEqual(['services'])
    expect(openDoubts(gone)).toContain('services')
  })

  it('are stale where something else is read now, and do not count; a better reading that agrees proves them right', () => {
    const better = {
      ...record,
      header: { ...record.header, decisionDate: { ...record.header.decisionDate, value: '2018-04-12' } },
    }
    const right = overlay(better, kept(record, [[correct(record, 'header.decisionDate', '2018-04-12')]]))
    expect([right.stale, right.record.header.decisionDate.status]).toEqual([[], 'corrected'])
    const other = overlay(better, kept(record, [[correct(record, 'header.decisionDate', '2018-04-13')]]))
    expect([other.stale, other.record]).toEqual([['header.decisionDate'], better])
    expect(openDoubts(other)).toContain('header.decisionDate')
  })

  it('leave fewer doubts with each that is decided, and a record that a person finished is reviewed', () => {
    const unsure = <T>(field: T) => ({ ...field, confidence: 0.5 })
    const { header, patient, services } = record
    const scanned: CaseRecord = {
      ...record,
      header: { ...header, caseNumber: unsure(header.caseNumber), decisionDate: unsure(header.decisionDate) },
      patient: { ...patient, age: unsure(patient.age) },
      services: services.map((s) => ({ ...s, outcome: unsure(s.outcome), frequency: unsure(s.frequency) })),
    }
    let edits: readonly StoredEdit[] = []
    const doubts = openDoubts(overlay(scanned, edits))
    expect(doubts).toEqual([
      ...['header.caseNumber', 'header.decisionDate', 'patient.age'],
      ...['services[0].frequency', 'services[0].outcome', 'services[1].frequency', 'services[1].outcome'],
    ])
    for (const [i, path] of doubts.entries()) {
      expect(openDoubts(overlay(scanned, edits))).toEqual(doubts.slice(i))
      edits = kept(scanned, [...doubts.slice(0, i + 1).map((p) => [say(scanned, 'confirm', p)])])
      expect(path).toBe(doubts[i])
    }
    const laid = overlay(scanned, edits)
    const looked = { laid, otherwise: [], doubts: openDoubts(laid), orphaned: [] }
    expect(looked.doubts).toEqual([])
    expect(reviewedRecord(looked, scanned, false).review.state).toBe('needs-review')
    expect(reviewedRecord(looked, scanned, true).review).toEqual({ state: 'reviewed', reasons: [], vouched: [] })
  })
})

describe('the letters of our own making', () => {
  const folder = fileURLToPath(new URL('../../fixtures/golden/', import.meta.url))
  const records = readdirSync(folder)
    .filter((f) => f.endsWith('.records.json'))
    .flatMap((f) => JSON.parse(readFileSync(join(folder, f), 'utf8')) as CaseRecord[])

  it('can be finished by accepting what is doubtful, and are records when all of it is illegible or all services are removed', () => {
    expect(records.length).toBeGreaterThan(3)
    for (const one of records) {
      const doubts = openDoubts(overlay(one, []))
      const accepted = overlay(one, kept(one, [doubts.map((path) => say(one, 'confirm', path))]))
      expect(openDoubts(accepted)).toEqual([])
      const fields = doubts.filter((path) => kindAt(path)?.kind === 'field')
      const lost = overlay(one, kept(one, [fields.map((path) => say(one, 'illegible', path))])).record
      expect(caseRecordSchema.safeParse(lost).error).toBeUndefined()
      expect(lost.status === 'partial').toBe(fields.length > 0 || one.status === 'partial')
      const none = one.services.map((_, i) => say(one, 'remove', `services[${i}]`))
      const empty = overlay(one, kept(one, [none])).record
      expect([empty.services, empty.proposals, empty.outcome]).toEqual([[], [], null])
      expect(caseRecordSchema.safeParse(empty).error).toBeUndefined()
    }
  })
})

/** Any act on any place of the letter. */
const places = overlay(record, []).places.filter((p) => p.path !== 'services' && p.path !== 'diagnoses')
const values: Readonly<Record<string, unknown>> = { field: 'x', plain: null, reading: null }
const anEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constantFrom(...places).chain(({ path, seen }) => {
    const kind = kindAt(path)
    if (!kind) return fc.constant<Edit>({ action: 'remove', path, seen })
    const said = fc.constantFrom<Edit>({ action: 'confirm', path, seen }, { action: 'redacted', path, seen })
    const right = kind.value.safeParse(values[kind.kind])
    const emptiable = kind.kind !== 'plain' || kind.empty !== undefined
    return right.success
      ? fc.oneof(said, fc.constant<Edit>({ action: 'correct', path, seen, value: right.data as never, evidence: [] }))
      : emptiable
        ? said
        : fc.constant<Edit>({ action: 'confirm', path, seen })
  }),
  fc.constantFrom<Edit>(
    { action: 'add', list: 'services', text: 'Acupuncture twice a week', evidence: [] },
    { action: 'add', list: 'diagnoses', text: 'MPS', evidence: [] },
  ),
)

describe('undo', () => {
  it('of everything gives the record as read, byte for byte; redo of everything what it was; every state between is a record', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anEdit, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (revisions) => {
        let edits = kept(record, revisions)
        const whole = overlay(record, edits).record
        expect(caseRecordSchema.safeParse(whole).error).toBeUndefined()
        const write = (edit: Edit) => {
          const revision = Math.max(0, ...edits.map((e) => e.revision)) + 1
          edits = [...edits, { revision, part: 0, edit, by: 'ann', at: '', anchor: null }]
        }
        for (let next = undoable(edits, 'ann').undo; next !== null; next = undoable(edits, 'ann').undo)
          write({ action: 'undo', revision: next })
        expect(text(overlay(record, edits).record)).toBe(text(record))
        for (let next = undoable(edits, 'ann').redo; next !== null; next = undoable(edits, 'ann').redo)
          write({ action: 'undo', revision: next })
        expect(text(overlay(record, edits).record)).toBe(text(whole))
      }),
      { numRuns: 150 },
    )
  })

  it('takes back one’s own only, the last first; who goes on working has nothing to go forward to', () => {
    const edits = [
      ...kept(record, [[say(record, 'confirm', 'patient.age')]]),
      { ...kept(record, [[], [say(record, 'confirm', 'patient.sex')]], 'bob')[0] },
    ] as readonly StoredEdit[]
    expect([undoable(edits, 'ann'), undoable(edits, 'bob'), undoable(edits, 'eve')]).toEqual([
      { undo: 1, redo: null },
      { undo: 2, redo: null },
      { undo: null, redo: null },
    ])
    const back = {
      revision: 3,
      part: 0,
      edit: { action: 'undo', revision: 1 },
      by: 'ann',
      at: '',
      anchor: null,
    } as const
    expect(undoable([...edits, back], 'ann')).toEqual({ undo: null, redo: 3 })
    const on = { ...back, revision: 4, edit: say(record, 'confirm', 'header.priority') }
    expect(undoable([...edits, back, on], 'ann')).toEqual({ undo: 4, redo: null })
  })
})
