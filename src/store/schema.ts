import type { Generated, Insertable, Selectable } from 'kysely'
import type { FailureCode } from '../model/index.ts'

/** Where a document stands. It ends in `done` or `failed`; every change is an audit row in the same transaction. */
export type DocumentState = 'received' | 'extracting' | 'extracted' | 'deciding' | 'done' | 'failed'

/** The ledger: one row per document (per content, not per file name). Times are ISO 8601 in UTC. */
export type DocumentsTable = {
  /** sha256 of the bytes, in hex; of the path for a file whose bytes could not be read. */
  sha256: string
  file_name: string
  media_type: string | null
  page_count: number | null
  state: DocumentState
  cause: FailureCode | null
  /** What went wrong and what to do. Holds no text of the document. */
  message: string | null
  attempts: number
  lease_owner: string | null
  /** Fencing token: grows with every claim; a result under an older token is refused. */
  lease_token: number
  lease_expires_at: string | null
  /** What read it: product version and OCR engine. */
  reader: string | null
  received_at: string
  changed_at: string
}

/** Every path under which the bytes came in. */
export type SourcesTable = { sha256: string; path: string; first_seen_at: string }

export type CasesTable = {
  case_id: string
  sha256: string
  letter: number
  case_number: string | null
  date_of_injury: string | null
  decision_date: string | null
  outcome: string | null
  status: string
  review_state: string
  /** The case record as JSON text. */
  record: string
}

export type DiagnosesTable = {
  case_id: string
  position: number
  text: string | null
  expanded: string
  region: string | null
  laterality: string | null
  certainty: string
}

export type ServicesTable = {
  case_id: string
  sequence: number
  request: string | null
  category: string | null
  visits_min: number | null
  visits_max: number | null
  open_ended: number
  outcome: string | null
  proposal: string | null
}

/** Append-only. Holds ids, states and causes; never a word of a document. */
export type AuditTable = {
  seq: Generated<number>
  at: string
  actor: string
  action: string
  subject: string
  from_state: string | null
  to_state: string | null
  detail: string | null
}

export type Tables = {
  documents: DocumentsTable
  sources: SourcesTable
  cases: CasesTable
  diagnoses: DiagnosesTable
  services: ServicesTable
  audit: AuditTable
}

export type DocumentRow = Selectable<DocumentsTable>
export type AuditRow = Selectable<AuditTable>
export type NewAudit = Insertable<AuditTable>
