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

/**
 * What stands in the way of keeping or fetching bytes, and what to do about it. `code` is stable:
 * `missing` these bytes are not there · `damaged` what is there is not what was put · `bucket` the bucket is not there ·
 * `refused` wrong keys, or keys that may not · `unreachable` the storage does not answer · `storage` anything else it said.
 */
export class FilesUnavailable extends Error {
  override readonly name = 'FilesUnavailable'
  readonly code: 'missing' | 'damaged' | 'bucket' | 'refused' | 'unreachable' | 'storage'

  constructor(code: FilesUnavailable['code'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Keeps bytes under their sha256. What is in it never changes. */
export interface BlobStore {
  /**
   * Takes bytes in, of a file or of a stream; the same bytes twice are kept once. Gives their sha256 (hex).
   * Errors of the file system pass through. @throws {TooManyBytes} {@link FilesUnavailable}
   */
  put(content: string | Readable, options?: { readonly maxBytes?: number | undefined }): Promise<string>
  /** A local file that holds the bytes, and keeps holding them until it is released. @throws {FilesUnavailable} */
  open(sha256: string): Promise<LocalFile>
  has(sha256: string): Promise<boolean>
  /** Resolves when bytes can be taken in. @throws what stands in the way. */
  check(): Promise<void>
}
