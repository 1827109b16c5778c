/** What is known of a cause before anybody looks at the document. */
type Cause = {
  /** It may be gone by the next try: handed in again, or read by the next run, the same bytes are read again. */
  readonly passing: boolean
  /** How often the workers try a document that fails for it before it counts as failed; the first time included. */
  readonly tries: number
}

const cause = (tries: number): Cause => ({ passing: tries > 1, tries })
const LASTING = cause(1)

/** Why a document could not be read: a closed table, one code a cause. Codes are stable: operators retry and count by them. */
export const failureCauses = {
  'empty-file': LASTING,
  'unsupported-type': LASTING,
  damaged: LASTING,
  encrypted: LASTING,
  'no-pages': LASTING,
  'not-readable': cause(5),
  vanished: cause(5),
  'too-large': LASTING,
  'time-limit': cause(2),
  'memory-limit': cause(2),
  // With pauses that double from 5 s, the last try comes ten minutes after the first.
  'ocr-unavailable': cause(8),
  'no-letter': LASTING,
  'refused-by-store': LASTING,
  quarantined: LASTING,
  // The worker ends itself as well: whoever watches over it starts the version that is there now.
  'program-replaced': cause(8),
  internal: cause(3),
} as const satisfies Readonly<Record<string, Cause>>
export type FailureCode = keyof typeof failureCauses
export const failureCodes = Object.keys(failureCauses) as readonly FailureCode[]

/** Whether a document that failed for this cause is worth reading again; null: it did not fail. */
export const isPassing = (code: FailureCode | null): boolean => code !== null && failureCauses[code].passing

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

/** Translates an error of the file system about a document's own file into the cause and the remedy that the user is told. */
export function fileFailure(cause: unknown): DocumentFailure {
  const code = cause instanceof Error && 'code' in cause ? `${cause.code}` : ''
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DocumentFailure(
        'vanished',
        'there is no such file or folder (any more): check the path, or whether it was moved',
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
      return new DocumentFailure(
        'not-readable',
        'no permission to read it: change its permissions (chmod) or run as a user who may',
        { cause },
      )
    case 'EISDIR':
      return new DocumentFailure('unsupported-type', 'this is a folder, not a file', { cause })
    case 'EMFILE':
    case 'ENFILE':
      return new DocumentFailure(
        'not-readable',
        `it cannot be opened (${code}): the machine has too many files open; raise the limit (ulimit -n), or use fewer --jobs`,
        { cause },
      )
    default:
      return new DocumentFailure(
        'not-readable',
        `it cannot be read (${code || 'unknown error'}): check the disk or the share it lies on`,
        { cause },
      )
  }
}
