import type { FailureCode, IsoDate, LetterId } from '../model/index.ts'
import type { MadeOf } from './ledger/upcast.ts'
import type { DocumentState } from './sql/schema.ts'

/** Where a document stands, as its ledger row says. */
export type DocumentEntry = {
  readonly sha256: string
  /** The name it first came in under. */
  readonly fileName: string
  /** A document that was done and is read again counts as done: what it gave stands meanwhile. */
  readonly state: DocumentState
  /** It waits to be read (or decided) again, or is being so. */
  readonly again: boolean
  /** Why it could not be read again, the last time it was asked for. */
  readonly againCause: FailureCode | null
  readonly cause: FailureCode | null
  readonly message: string | null
  readonly attempts: number
  readonly pageCount: number | null
  /** What made its records; null while it has none. */
  readonly made: MadeOf | null
  readonly receivedAt: string
  /** 1 is taken first, 1000 last. */
  readonly priority: number
  readonly due: IsoDate | null
  /** It waits until a schedule lets it go. */
  readonly held: boolean
}

/** A document in a list, with the letters that are in it now. */
export type ListedDocument = DocumentEntry & {
  /** It failed, and its bytes are here to be read again. */
  readonly canRetry: boolean
  readonly letters: readonly LetterId[]
}

export type DocumentQuery = {
  /** None but these. */
  readonly only?: readonly string[]
  /** `waiting`: it has not ended yet. */
  readonly state?: 'waiting' | 'done' | 'failed'
  readonly cause?: FailureCode
  /** Received on this day or later, and on this one or before (UTC). */
  readonly from?: IsoDate
  readonly to?: IsoDate
  /** Behind this one, in the order of the list. */
  readonly after?: Pick<DocumentEntry, 'receivedAt' | 'sha256'>
  readonly limit: number
}

/** Documents as whoever hands them in looks at them. */
export interface Documents {
  /** The newest first. */
  documents(query: DocumentQuery): Promise<readonly ListedDocument[]>
  /** Notes in the audit trail that somebody was shown documents in a list. */
  documentsShown(documents: readonly string[], to: string): Promise<void>
}
