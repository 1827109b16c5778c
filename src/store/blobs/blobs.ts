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

/** Bytes that lie in a store, whole or set aside as damaged. */
export type KeptBytes = { readonly sha256: string; readonly since: Date }

/** `versions`: the storage keeps earlier versions of what is removed; those go when its own rules say so. */
export type Removal = { readonly versions: boolean }

/** Keeps bytes under their sha256. What is in it never changes; it goes when nobody needs it any more. */
export interface BlobStore {
  /**
   * Takes bytes in, of a file or of a stream; the same bytes twice are kept once. Gives their sha256 (hex).
   * Errors of the file system pass through. @throws {TooManyBytes} {@link FilesUnavailable}
   */
  put(content: string | Readable, options?: { readonly maxBytes?: number | undefined }): Promise<string>
  /** A local file that holds the bytes, and keeps holding them until it is released. @throws {FilesUnavailable} */
  open(sha256: string): Promise<LocalFile>
  /** Whether the bytes are there now: never an answer of some moments ago. */
  has(sha256: string): Promise<boolean>
  /**
   * Removes bytes for good, with what was set aside of them as damaged and this machine's copy. Bytes that are not there are
   * removed already. Whoever calls it makes sure that nobody takes the same bytes in meanwhile. @throws {FilesUnavailable}
   */
  remove(sha256: string): Promise<Removal>
  /** All that is kept, in no order. @throws {FilesUnavailable} */
  list(): AsyncIterable<KeptBytes>
  /** This machine's copies of bytes that lie elsewhere: they can go at any time. Absent where there are none. */
  readonly copies?: Pick<BlobStore, 'list' | 'remove'>
  /** Resolves when bytes can be taken in. @throws what stands in the way. */
  check(): Promise<void>
}
