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

/** `complete` without errors; `partial` when a page or something that matters could not be read. */
export function statusOf(issues: readonly Issue[], anythingRead: boolean): CaseRecord['status'] {
  if (!issues.some((i) => i.severity === 'error')) return 'complete'
  return anythingRead ? 'partial' : 'failed'
}
