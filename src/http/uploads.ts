import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isZip, peek, type Taken, takeIn, tooLarge, type WayIn, ZIP_START } from '../intake/index.ts'
import type { FailureCode } from '../model/index.ts'
import { ownedName, sha256Of, TooManyBytes } from '../store/index.ts'

/** What came of one file of an upload (of an archive: of each file in it), or why it was refused. */
export type Answer = Taken | Refused

/** Nothing of it was kept. */
export type Refused = {
  readonly kind: 'refused'
  readonly status: 413 | 422
  readonly cause: FailureCode | 'key-reused'
  readonly message: string
}

/** One file of an upload. */
export type UploadedFile = {
  readonly bytes: AsyncIterable<Buffer>
  readonly fileName: string
  /** The uploader's name for this hand-over: repeated with the same bytes it changes nothing, with others it is a mistake. */
  readonly key: string | undefined
}

export type UploadWay = WayIn & {
  /** Size of one file, in bytes. */
  readonly maxBytes: number
  /** Where archives lie for the moment. */
  readonly spool: string
}

/**
 * Takes in one file that comes as a stream. What is refused as a whole leaves nothing behind: who hands it in is told and keeps it.
 * @throws the store's errors, and those of the stream.
 */
export async function takeUpload(file: UploadedFile, given: UploadWay): Promise<readonly Answer[]> {
  const way: UploadWay = { ...given, refused: 'told' }
  const { head, whole } = await peek(file.bytes, ZIP_START.length)
  try {
    return isZip(head) ? await takeSpooled(file, whole, way) : await takeStream(file, whole, way)
  } catch (error) {
    if (!(error instanceof TooManyBytes)) throw error
    return [refused(tooLarge(way.maxBytes))]
  } finally {
    whole.destroy()
  }
}

async function takeStream(
  { fileName, key }: UploadedFile,
  bytes: Readable,
  way: UploadWay,
): Promise<readonly Answer[]> {
  const before = key === undefined ? null : await way.store.uploaded(key)
  const path = `upload:${key ?? randomUUID()}`
  if (before) {
    const isSame = (await digestOf(bytes, way.maxBytes)) === before.digest
    return [isSame ? { kind: 'known', path, document: before.document, woken: false } : keyReused]
  }
  const upload = key === undefined ? {} : { upload: { key } }
  const taken = await all(takeIn({ path, fileName: basename(fileName), bytes, ...upload }, way))
  const [first] = taken
  return answersTo(taken, way, key, first && first.kind !== 'failed' ? first.document.sha256 : null)
}

/** An archive is put on disk first, for its list of contents is at its end. */
async function takeSpooled(
  { fileName, key }: UploadedFile,
  bytes: Readable,
  way: UploadWay,
): Promise<readonly Answer[]> {
  await mkdir(way.spool, { recursive: true, mode: 0o700 })
  const at = join(way.spool, ownedName())
  try {
    await pipeline(bytes, limit(way.maxBytes), createWriteStream(at, { mode: 0o600 }))
    const digest = await sha256Of(at)
    const before = key === undefined ? null : await way.store.uploaded(key)
    if (before && before.digest !== digest) return [keyReused]
    const upload = key === undefined ? {} : { upload: { key, digest } }
    // The same archive again is the same source.
    const taken = await all(takeIn({ path: `upload:${digest}`, fileName: basename(fileName), at, ...upload }, way))
    return answersTo(taken, way, key, digest)
  } finally {
    await rm(at, { force: true })
  }
}

/** `digest`: of what was taken; null: nothing was. */
async function answersTo(
  taken: readonly Taken[],
  { store }: UploadWay,
  key: string | undefined,
  digest: string | null,
): Promise<readonly Answer[]> {
  // Two uploads under one key may have come at once: one of them has it now.
  const under = key === undefined || digest === null ? null : await store.uploaded(key)
  if (under && under.digest !== digest) return [keyReused]
  const [only, ...others] = taken
  // Of an archive, each file that failed is in the ledger.
  const isWhole = only?.kind === 'failed' && others.length === 0 && !only.path.includes('!/')
  return isWhole ? [refused(only.failure)] : taken
}

const keyReused: Refused = {
  kind: 'refused',
  status: 422,
  cause: 'key-reused',
  message: 'this Idempotency-Key was used for another document: use a new one',
}

function refused({ code, message }: { readonly code: FailureCode; readonly message: string }): Refused {
  return { kind: 'refused', status: code === 'too-large' ? 413 : 422, cause: code, message }
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function limit(mostBytes: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let bytes = 0
    for await (const part of source) {
      bytes += part.length
      if (bytes > mostBytes) throw new TooManyBytes('it is larger than is taken')
      yield part
    }
  }
}

async function digestOf(bytes: Readable, mostBytes: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of limit(mostBytes)(bytes)) hash.update(part)
  return hash.digest('hex')
}
