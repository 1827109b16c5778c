import type { CaseRecord, FailureCode } from '../model/index.ts'
import type { AuditRow, DocumentState } from './schema.ts'

/** Where a document stands, as its ledger row says. */
export type DocumentEntry = {
  readonly sha256: string
  /** The name it first came in under. */
  readonly fileName: string
  readonly state: DocumentState
  readonly cause: FailureCode | null
  readonly message: string | null
  readonly attempts: number
  readonly pageCount: number | null
  readonly reader: string | null
  readonly receivedAt: string
}

/** The right to work on one document until `expiresAt`. `token` fences: a result under an outlived token is refused. */
export type Lease = {
  readonly sha256: string
  readonly owner: string
  readonly token: number
  readonly expiresAt: string
}

export type Failure = { readonly code: FailureCode; readonly message: string }

export type Result = {
  readonly records: readonly CaseRecord[]
  /** Set when the document failed; its record then tells of it. */
  readonly failure: Failure | null
  /** What read it: product version and OCR engine. */
  readonly reader: string
}

export type StoreStatus = {
  readonly documents: Readonly<Record<DocumentState, number>>
  readonly failures: readonly { readonly cause: FailureCode; readonly count: number }[]
  readonly failed: readonly { readonly fileName: string; readonly cause: FailureCode; readonly message: string }[]
  readonly cases: number
  readonly needReview: number
  readonly pages: number
  /** When the oldest document that is neither done nor failed was received; null when there is none. */
  readonly oldestWaiting: string | null
}

/** The lease was lost: it expired and another worker took the document. The other worker's result stands. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * Cases, files, ledger and audit behind one interface; every change writes its audit row in the same transaction.
 * Safe to use from several processes on one store.
 */
export interface Store {
  /**
   * Takes a file's bytes in and gives its ledger entry; the same bytes under another path are the same document.
   * Errors of the file system pass through: nothing was taken in then.
   */
  receive(source: { readonly path: string; readonly fileName: string }): Promise<DocumentEntry>
  /** Notes a file whose bytes could not be read. Gone from the ledger as soon as the same path is received. */
  noteUnreadable(source: {
    readonly path: string
    readonly record: CaseRecord
    readonly failure: Failure
    readonly reader: string
  }): Promise<void>
  /** Local path of a document's bytes. */
  fileOf(sha256: string): string
  find(sha256: string): Promise<DocumentEntry | null>
  /**
   * The right to work on a document; null when another living owner holds it, or when it is done (or failed) and `again` is
   * not set. A lease whose owner is known to be gone is taken over at once, any other when it has expired.
   */
  claim(sha256: string, options?: { readonly again?: boolean }): Promise<Lease | null>
  /** Prolongs a lease. @throws {LeaseLost} */
  renew(lease: Lease): Promise<Lease>
  /** Gives a document back untouched. */
  release(lease: Lease): Promise<void>
  /** Stores what became of a document, in place of what was stored before. @throws {LeaseLost} when another worker took over. */
  finish(lease: Lease, result: Result): Promise<void>
  /** The records of one document, in the order of its letters. */
  records(sha256: string): Promise<readonly CaseRecord[]>
  /** All records, by the time their documents came in, then by letter. */
  allRecords(): AsyncIterable<CaseRecord>
  status(): Promise<StoreStatus>
  /** What happened to one document, oldest first. */
  auditOf(sha256: string): Promise<readonly AuditRow[]>
  close(): Promise<void>
}
