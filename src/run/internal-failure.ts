import { DocumentFailure } from '../model/index.ts'

/** A defect of ours. The message names no text of the document; the cause is kept for the log. */
export function internalFailure(cause: unknown): DocumentFailure {
  const what = cause instanceof Error ? cause.name : 'error'
  return new DocumentFailure(
    'internal',
    `the program failed on this document (${what}): run it again; if it fails again, report it with the file's kind and page count`,
    { cause },
  )
}
