import type { CaseRecord, Field, Issue } from '../../model/index.ts'

/** From this confidence on a field that matters may be taken without a person's look. */
const SURE = 0.95

type Reviewed = Pick<CaseRecord, 'header' | 'patient' | 'clinicalSummary' | 'services' | 'issues'>

/** Whether a record may stand without a person's look, and why not. Conservative: any doubt about what matters asks for one. */
export function reviewOf(record: Reviewed): CaseRecord['review'] {
  const { header, patient, clinicalSummary, services, issues } = record
  const fields: readonly (readonly [string, Field<unknown>])[] = [
    ['header.caseNumber', header.caseNumber],
    ['header.dateOfInjury', header.dateOfInjury],
    ['header.urDecisionDate', header.urDecisionDate],
    ['header.decisionDate', header.decisionDate],
    ['patient.age', patient.age],
    ['clinicalSummary', clinicalSummary],
    ...services.flatMap((s, i): (readonly [string, Field<unknown>])[] => [
      [`services[${i}].request`, s.request],
      [`services[${i}].outcome`, s.outcome],
    ]),
  ]
  const reasons = [
    ...issues.filter((i) => i.severity !== 'info').map((i) => i.message),
    ...fields
      .filter(([, f]) => f.value !== null && f.confidence < SURE)
      .map(([path]) => `${path} was read with little confidence.`),
    ...fields.filter(([, f]) => f.value === null).map(([path]) => `${path} was not found.`),
  ]
  return { state: reasons.length > 0 ? 'needs-review' : 'auto-accepted', reasons: [...new Set(reasons)] }
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
