/** Why a document could not be read: a closed list, one code a cause. Codes are stable: operators retry and count by them. */
export const failureCodes = [
  'empty-file',
  'unsupported-type',
  'damaged',
  'encrypted',
  'no-pages',
  'not-readable',
  'vanished',
  'too-large',
  'time-limit',
  'memory-limit',
  'no-letter',
  'quarantined',
  'internal',
] as const
export type FailureCode = (typeof failureCodes)[number]

/**
 * A document that could not be processed. `message` says what is wrong and what to do, and holds no text of the document.
 * Errors of libraries are translated into this class once, where the library is called.
 */
export class DocumentFailure extends Error {
  override readonly name = 'DocumentFailure'
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** A defect of ours. The message names no text of the document; the cause is kept for the log. */
export function internalFailure(cause: unknown): DocumentFailure {
  const what = cause instanceof Error ? cause.name : 'error'
  return new DocumentFailure(
    'internal',
    `the program failed on this document (${what}): run it again; if it fails again, report it with the file's kind and page count`,
    { cause },
  )
}
