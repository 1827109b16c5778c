import type { Readable } from 'node:stream'

/** A local file to read a document from. */
export type LocalFile = {
  readonly path: string
  /** It is no longer needed. */
  readonly release: () => Promise<void>
}

/** More bytes came than are taken. What came was thrown away. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes'
}

/** Keeps bytes under their sha256. What is in it never changes. */
export interface BlobStore {
  /**
   * Takes bytes in, of a file or of a stream; the same bytes twice are kept once. Gives their sha256 (hex).
   * Errors of the file system pass through. @throws {TooManyBytes}
   */
  put(content: string | Readable, options?: { readonly maxBytes?: number | undefined }): Promise<string>
  /** A local file that holds the bytes. */
  open(sha256: string): Promise<LocalFile>
  has(sha256: string): Promise<boolean>
  /** Resolves when bytes can be taken in. @throws what stands in the way. */
  check(): Promise<void>
}
