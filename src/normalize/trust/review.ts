import type { CaseRecord, Issue, Provenance } from '../../model/index.ts'

/** From this confidence on a field that matters may be taken without a person's look. */
const SURE = 0.95

type Reviewed = Pick<CaseRecord, 'header' | 'patient' | 'clinicalSummary' | 'diagnoses' | 'services' | 'issues'>

/** What of a field the review asks: whether it has a value, where it must have one, and how sure it is. */
type Asked = readonly [path: string, isFound: boolean, confidence: Provenance['confidence']]

/** Something about a record that asks for a person's look. `path`: the place to look at; null where it is of no one place. */
export type Doubt = { readonly path: string | null; readonly reason: string }

/**
 * Everything that keeps a record from standing without a person's look. Conservative: any doubt about what matters asks for one: header, age,
 * summary, diagnoses, and each service's wording, category, frequency, drug and outcome.
 */
export function doubtsOf(record: Reviewed): readonly Doubt[] {
  const fields = askedOf(record)
  return [
    ...record.issues.filter((i) => i.severity !== 'info').map(({ path, message }) => ({ path, reason: message })),
    ...fields
      .filter(([, isFound, confidence]) => isFound && confidence < SURE)
      .map(([path]) => ({ path, reason: `${path} was read with little confidence.` })),
    ...fields.filter(([, isFound]) => !isFound).map(([path]) => ({ path, reason: `${path} was not found.` })),
    ...(record.diagnoses.length === 0 ? [{ path: 'diagnoses', reason: 'No diagnosis was found.' }] : []),
  ]
}

/** Whether a record may stand without a person's look, why not, and which fields that vouches for. */
export function reviewOf(record: Reviewed): CaseRecord['review'] {
  const reasons = doubtsOf(record).map(({ reason }) => reason)
  return reasons.length > 0
    ? { state: 'needs-review', reasons: [...new Set(reasons)], vouched: [] }
    : { state: 'auto-accepted', reasons: [], vouched: askedOf(record).map(([path]) => path) }
}

function askedOf({ header, patient, clinicalSummary, diagnoses, services }: Reviewed): readonly Asked[] {
  const found = [
    ['header.caseNumber', header.caseNumber],
    ['header.dateOfInjury', header.dateOfInjury],
    ['header.urDecisionDate', header.urDecisionDate],
    ['header.decisionDate', header.decisionDate],
    ['patient.age', patient.age],
    ['clinicalSummary', clinicalSummary],
    ...diagnoses.map((d, i) => [`diagnoses[${i}].text`, d.text] as const),
    ...services.flatMap(
      (s, i) =>
        [
          [`services[${i}].request`, s.request],
          [`services[${i}].category`, s.category],
          [`services[${i}].outcome`, s.outcome],
        ] as const,
    ),
  ] as const
  return [
    ...found.map(([path, field]): Asked => [path, field.value !== null, field.confidence]),
    // That a wording states no amount, or asks for no drug, is a reading too.
    ...services.flatMap((s, i): Asked[] => [
      [`services[${i}].frequency`, true, s.frequency.confidence],
      ...(s.drug ? [[`services[${i}].drug`, true, s.drug.confidence] as const] : []),
    ]),
  ]
}

/**
 * `complete` without errors; `partial` when a page or something that matters could not be read; `failed` when nothing was read, or
 * there is no letter in what was.
 */
export function statusOf(issues: readonly Issue[], anythingRead: boolean): CaseRecord['status'] {
  if (!issues.some((i) => i.severity === 'error')) return 'complete'
  return anythingRead && !lacksOnlyALetter(issues) ? 'partial' : 'failed'
}

/** The rule of the issue that a file without a determination letter has. */
export const NO_LETTER = 'document.no-letter'

/** Every page was read (or is truly blank), the file is whole, and still no letter is in it: a page that was lost could have been one. */
export function lacksOnlyALetter(issues: readonly Issue[]): boolean {
  const errors = issues.filter((i) => i.severity === 'error')
  return errors.length > 0 && errors.every((i) => i.rule === NO_LETTER)
}
