import { loadGuidelines } from '../../src/guidelines.ts'
import {
  type BlindService,
  type Category,
  type DecisionRequest,
  type Diagnosis,
  type Drug,
  type Evidence,
  extracted,
  type Field,
  type Frequency,
  type IsoDate,
  makeBox,
  missing,
} from '../../src/model/index.ts'
import { aDrug, aFrequency } from '../fixtures/records.ts'

/** The guidelines that ship. */
export const library = loadGuidelines()

const WIDE = 80

/** A field set in rows of 80 characters on one page: evidence has one entry a row. */
export function told(text: string, page = 1): Field<string> {
  const rows: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = rows.at(-1)
    if (last !== undefined && last.length + word.length < WIDE) rows[rows.length - 1] = `${last} ${word}`
    else rows.push(word)
  }
  const evidence: Evidence[] = rows.map((row, i) => ({
    page,
    box: makeBox(0.1, i / 100, 0.9, (i + 1) / 100),
    text: row,
  }))
  return extracted(rows.join(' '), { raw: text, rule: 'test', confidence: 0.9, evidence })
}

export type Asked = Partial<
  Omit<BlindService, 'request' | 'category' | 'frequency' | 'drug' | 'original' | 'authorized'>
> & {
  readonly request: string
  readonly category: Category
  readonly visits?: number | readonly [number, number]
  readonly openEnded?: boolean
  readonly frequency?: Partial<Frequency>
  readonly drug?: (Pick<Drug, 'name'> & Partial<Drug>) | null
  readonly original?: string
  readonly authorized?: string
}

export function aRequested({
  request,
  category,
  visits,
  openEnded,
  frequency,
  drug,
  original,
  authorized,
  ...rest
}: Asked): BlindService {
  const range = typeof visits === 'number' ? ([visits, visits] as const) : (visits ?? null)
  return {
    sequence: 1,
    request: told(request, 2),
    original: original ? told(original, 2) : null,
    authorized: authorized ? told(authorized, 2) : null,
    category: extracted(category, { raw: request, rule: 'test', confidence: 0.9, evidence: told(request, 2).evidence }),
    regions: [],
    laterality: null,
    levels: [],
    frequency: aFrequency({
      visits: range,
      openEnded: openEnded ?? false,
      ...(range ? { reading: `${range.join(' to ')} visits` } : {}),
      ...frequency,
    }),
    drug: drug ? aDrug(drug) : null,
    parentSequence: null,
    ...rest,
  }
}

export function aDiagnosis(text: string, certainty: Diagnosis['certainty'] = 'confirmed'): Diagnosis {
  return { text: told(text), expanded: text, region: null, laterality: null, certainty, codes: [] }
}

export type Told = {
  readonly summary?: string
  readonly diagnoses?: readonly string[]
  readonly injured?: IsoDate | null
  readonly reviewed?: IsoDate | null
  readonly age?: number
}

/** A chronic case of 2015 unless told otherwise: injured 2013-03-04, utilization review 2015-05-06. */
export function aDecisionRequest(given: Told, ...services: readonly Asked[]): DecisionRequest {
  const date = (value: IsoDate | null) =>
    value === null
      ? missing<IsoDate>('test')
      : extracted(value, { raw: value, rule: 'test', confidence: 0.9, evidence: told(value).evidence })
  const { injured = '2013-03-04', reviewed = '2015-05-06' } = given
  return {
    header: {
      caseNumber: missing('test'),
      claimNumber: missing('test'),
      dateAssigned: missing('test'),
      dateOfInjury: date(injured),
      decisionDate: missing('test'),
      urDecisionDate: date(reviewed),
      applicationReceived: missing('test'),
      priority: missing('test'),
    },
    patient: {
      age:
        given.age === undefined
          ? missing('test')
          : extracted(given.age, {
              raw: `${given.age}`,
              rule: 'test',
              confidence: 0.9,
              evidence: told('age').evidence,
            }),
      sex: missing('test'),
    },
    clinicalSummary: given.summary ? told(given.summary) : missing('test'),
    diagnoses: (given.diagnoses ?? []).map((d) => aDiagnosis(d)),
    services: services.map((s, i) => aRequested({ sequence: i + 1, ...s })),
  }
}
