import { type CaseRecord, type FailureCode, madeBy, missing, type ReadBy } from '../../model/index.ts'

/** A file as it came in, whatever became of it. */
export type FailedFile = {
  readonly fileName: string
  readonly sha256: string
  readonly mediaType: string
  readonly pageCount: number
}

/** A file of which no byte could be had has no digest; its record says so with zeros. */
const NO_BYTES = '0'.repeat(64)

/** The record of a file that could not be read at all: every field missing, the failure as its one issue. */
export function failedRecord(
  file: FailedFile,
  failure: { readonly code: FailureCode; readonly message: string },
  readBy: ReadBy,
): CaseRecord {
  const sha256 = /^[0-9a-f]{64}$/.test(file.sha256) ? file.sha256 : NO_BYTES
  const rule = 'document.failed'
  return {
    schemaVersion: '1',
    caseId: `${sha256}-1`,
    document: {
      fileName: file.fileName,
      sha256,
      mediaType: file.mediaType,
      pageCount: file.pageCount,
      pageRange: [0, 0],
      kind: 'other',
      layout: null,
      pages: [],
    },
    documents: [],
    header: {
      caseNumber: missing(rule),
      claimNumber: missing(rule),
      dateAssigned: missing(rule),
      dateOfInjury: missing(rule),
      decisionDate: missing(rule),
      urDecisionDate: missing(rule),
      applicationReceived: missing(rule),
      priority: missing(rule),
    },
    reviewer: { specialties: missing(rule), licensedStates: missing(rule) },
    patient: { age: missing(rule), sex: missing(rule) },
    clinicalSummary: missing(rule),
    diagnoses: [],
    services: [],
    outcome: null,
    issues: [{ rule: `document.${failure.code}`, severity: 'error', message: failure.message, path: null, page: null }],
    proposals: [],
    status: 'failed',
    review: { state: 'needs-review', reasons: [failure.message], vouched: [] },
    made: madeBy(readBy),
  }
}
