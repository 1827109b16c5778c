import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { Readable as Stream } from 'node:stream'
import { program } from '../../version.ts'
import type { CopyRequest, MediaType } from '../messages.ts'
import { NotSearchable, type SearchableHow } from '../searchable/told.ts'
import type { Limits } from './limits.ts'
import { onReader } from './session.ts'

export type CopyJob = Pick<CopyRequest, 'pages'> & {
  readonly path: string
  readonly mediaType: MediaType
  readonly limits: Limits
  readonly signal?: AbortSignal | undefined
}

/** A searchable copy, to be streamed. */
export type SearchableCopy = {
  readonly how: SearchableHow
  readonly words: number
  /** The copy's bytes: the file's own, where they are its beginning, read as they are wanted. */
  readonly stream: () => Readable
}

/**
 * Makes a searchable copy in a child process, within the limits under which documents are read: nothing of a stranger's file is taken apart here.
 * @throws {NotSearchable} and {DocumentFailure} as reading does.
 */
export async function copySearchable({ path, mediaType, limits, pages, signal }: CopyJob): Promise<SearchableCopy> {
  let made: { readonly how: SearchableHow; readonly words: number; readonly bytes: Uint8Array } | null = null
  let refused: string | null = null
  await onReader({
    limits,
    signal,
    engine: null,
    request: { kind: 'copy', program, path, mediaType, maxPixels: limits.maxPixels, pages },
    onOpened: () => {},
    onPage: () => {},
    onDrawn: () => {},
    onCopied: (copy) => {
      if ('why' in copy) refused = copy.why
      else made = copy
    },
  })
  return told(path, made, refused)
}

function told(
  path: string,
  made: { readonly how: SearchableHow; readonly words: number; readonly bytes: Uint8Array } | null,
  refused: string | null,
): SearchableCopy {
  if (made === null) throw new NotSearchable(refused ?? 'no copy was made: take the file as it came')
  const { how, words, bytes } = made
  const keeps = how === 'appended' || how === 'as-it-came'
  async function* pieces() {
    if (keeps) yield* createReadStream(path)
    if (bytes.byteLength > 0) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  return { how, words, stream: () => Stream.from(pieces(), { objectMode: false }) }
}
