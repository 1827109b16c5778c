import type { DocumentReference, OperationOutcome, Provenance } from 'fhir/r4'
import type { CaseRecord } from '../../model/index.ts'
import type { Named } from './named.ts'
import { absent, concept, hl7, identifier, pointer, words } from './terms.ts'

/** The file and the pages of it. Its name is left out: files are named after patients. */
export function documentOf({ document }: CaseRecord, { id, uuid }: Named): DocumentReference {
  const [first, last] = document.pageRange
  return {
    resourceType: 'DocumentReference',
    id,
    masterIdentifier: identifier('document', document.sha256),
    status: 'current',
    type: concept(document.kind, 'document-kind'),
    subject: pointer(uuid('patient')),
    description: `Pages ${first} to ${last} of ${document.pageCount}`,
    content: [
      {
        attachment: { contentType: document.mediaType },
        ...(document.layout ? { format: { system: 'urn:imr:layout', code: document.layout } } : {}),
      },
    ],
  }
}

const severities = { error: 'error', warning: 'warning', info: 'information' } as const

/** What was found wrong with the document or the record; null when nothing was. */
export function issuesOf({ issues }: CaseRecord, id: string): OperationOutcome | null {
  if (issues.length === 0) return null
  return {
    resourceType: 'OperationOutcome',
    id,
    issue: issues.map(({ rule, severity, message, path, page }) => ({
      severity: severities[severity],
      code: 'processing',
      details: concept(rule, 'rule'),
      diagnostics: words(page === null ? message : `${message} (page ${page})`) ?? rule,
      ...(path ? { expression: [path] } : {}),
    })),
  }
}

/** By what, from what and when these resources were made; `at` is the time of the export, for a record holds none. */
export function readingOf(record: CaseRecord, targets: readonly string[], at: Date, { id, uuid }: Named): Provenance {
  const isReviewed = record.review.state === 'reviewed'
  return {
    resourceType: 'Provenance',
    id,
    target: targets.map(pointer),
    recorded: at.toISOString(),
    activity: concept(`read, ${record.status}, ${record.review.state}`, 'activity', 'read'),
    agent: [
      { type: hl7('provenance-participant-type', 'assembler'), who: pointer(uuid('program')) },
      ...(isReviewed
        ? [
            {
              type: hl7('provenance-participant-type', 'verifier'),
              who: { display: 'QA reviewer', ...absent('redacted') },
            },
          ]
        : []),
    ],
    entity: [{ role: 'source', what: pointer(uuid('document')) }],
  }
}

/** Who made the determination: the reviewing physician, unnamed. */
export function authorshipOf(at: Date, { id, uuid }: Named): Provenance {
  return {
    resourceType: 'Provenance',
    id,
    target: [pointer(uuid('determination'))],
    recorded: at.toISOString(),
    activity: concept('determination', 'activity'),
    agent: [{ type: hl7('provenance-participant-type', 'author'), who: pointer(uuid('reviewer')) }],
    entity: [{ role: 'source', what: pointer(uuid('document')) }],
  }
}
