import type { CaseRecord, Diagnosis, Header, Patient, RequestedService } from './case-record.ts'
import type { Field } from './field.ts'

/** The four fields that only the letter's own decision can fill: `never`, so a full service cannot be passed by accident. */
type Undecided = {
  readonly outcome?: never
  readonly rationale?: never
  readonly reviewerGuideline?: never
  readonly claimsAdministratorGuideline?: never
}

/** One requested service, without what was decided about it. */
export type BlindService = RequestedService & Undecided

/**
 * All that the decision stage may see: the request, the header and the clinical summary. A `CaseRecord` or a `Service`
 * does not fit this type, so the letter's outcome, rationale and guideline lines cannot reach `decide`.
 */
export type DecisionRequest = {
  readonly header: Header
  readonly patient: Patient
  readonly clinicalSummary: Field<string>
  readonly diagnoses: readonly Diagnosis[]
  readonly services: readonly BlindService[]
  readonly outcome?: never
  readonly proposals?: never
}

/** Takes the decision out of a case record: copies the named fields and nothing else. */
export function decisionRequest(record: Omit<CaseRecord, 'proposals'>): DecisionRequest {
  const { header, patient, clinicalSummary, diagnoses } = record
  const services = record.services.map(
    ({
      sequence,
      request,
      original,
      authorized,
      category,
      regions,
      laterality,
      levels,
      frequency,
      drug,
      parentSequence,
    }) => ({
      sequence,
      request,
      original,
      authorized,
      category,
      regions,
      laterality,
      levels,
      frequency,
      drug,
      parentSequence,
    }),
  )
  return { header, patient, clinicalSummary, diagnoses, services }
}
