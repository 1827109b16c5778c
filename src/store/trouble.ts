import { DocumentFailure, internalFailure } from '../model/index.ts'
import { LeaseLost } from './store.ts'

/**
 * What was to be written of this document is refused, now and every time: a character that the database cannot hold, a key that
 * is there already, a value that is too long. Others are not touched by it.
 */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
  /** The database's own: an SQLSTATE, or SQLite's result code. */
  readonly code: string

  constructor(code: string, cause: unknown) {
    super(
      `the store refuses what was read of it (${code}): report this code with the file's kind; another print or scan of the same letter may go in`,
      { cause },
    )
    this.code = code
  }
}

/** Database or files cannot be used at the moment: nothing can be promised about any document. The message says what to do. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly of: 'database' | 'files'
  /** The database's, the file system's or the storage's own. */
  readonly code: string
  /** Whether no document can have brought it about. */
  readonly isGeneral: boolean

  constructor(
    of: StoreUnavailable['of'],
    code: string,
    message: string,
    options?: { readonly cause?: unknown; readonly isGeneral?: boolean },
  ) {
    super(message, options)
    this.of = of
    this.code = code
    this.isGeneral = options?.isGeneral ?? true
  }
}

/**
 * What an error that comes out of work on a document means for that document.
 * @throws the error itself where it tells nothing of the document: {StoreUnavailable}, {LeaseLost}.
 */
export function failureOf(error: unknown): DocumentFailure {
  if (error instanceof StoreUnavailable || error instanceof LeaseLost) throw error
  if (error instanceof DocumentFailure) return error
  if (error instanceof StoreRefused) return new DocumentFailure('refused-by-store', error.message, { cause: error })
  return internalFailure(error)
}
