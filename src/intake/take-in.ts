import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { standardLimits } from '../extract/index.ts'
import { DocumentFailure, type IsoDate } from '../model/index.ts'
import { failedRecord } from '../normalize/index.ts'
import type { Queue } from '../queue/index.ts'
import { fileFailure, isAbout } from '../run/index.ts'
import { type DocumentEntry, type Store, TooManyBytes, type Urgency, unreadableId } from '../store/index.ts'
import { version } from '../version.ts'
import { takeArchive } from './archive.ts'

/** Where files that are taken in go, and how. */
export type WayIn = {
  readonly store: Store
  /** null: nobody is woken; the workers' reconciler finds what waits. */
  readonly queue: Pick<Queue, 'wake'> | null
  readonly urgency?: Urgency
  readonly due?: IsoDate | null
  /** Size of one document, in bytes. */
  readonly maxBytes?: number
}

/** What became of one file (of an archive: of each file in it). */
export type Taken =
  | {
      readonly kind: 'new' | 'known'
      readonly path: string
      readonly document: DocumentEntry
      /** Whether a worker was woken for it; where not, it is found a little later. */
      readonly woken: boolean
    }
  | { readonly kind: 'failed'; readonly path: string; readonly failure: DocumentFailure }

/** A file on its way in; its bytes lie at `path`, unless they come as a stream. */
export type Arrival = {
  readonly path: string
  readonly fileName: string
  readonly bytes?: Readable
  readonly uploadKey?: string
}

/**
 * Takes a file in: its bytes are safe and its document is in the ledger before this resolves. A zip archive is taken apart. A
 * file that cannot be taken in is noted with its cause, never dropped.
 * @throws the store's errors: a full disk, a database that stays away. Nothing is promised about this file then.
 */
export async function* takeIn(file: Arrival, way: WayIn): AsyncGenerator<Taken> {
  try {
    if (file.bytes === undefined && (await isArchive(file.path))) {
      yield* takeArchive(file.path, way)
      return
    }
  } catch (error) {
    yield await noteFailed(file, fileFailure(error), way)
    return
  }
  yield await takeOne(file, way)
}

/** Takes one file in, whatever it holds. */
export async function takeOne(file: Arrival, way: WayIn): Promise<Taken> {
  const { store, queue, urgency = 'standard', due = null, maxBytes = standardLimits.fileBytes } = way
  try {
    const document = await store.receive({ ...file, urgency, due, maxBytes })
    const waits = (document.state === 'received' || document.state === 'extracting') && !document.held
    const { sha256, priority } = document
    const woken =
      waits && queue
        ? (await queue.wake([{ sha256, stage: 'extract', priority, due: document.due, abandoned: null }])) === 1
        : false
    return { kind: document.isNew ? 'new' : 'known', path: file.path, document, woken }
  } catch (error) {
    if (error instanceof TooManyBytes) return noteFailed(file, tooLarge(maxBytes), way)
    if (error instanceof DocumentFailure) return noteFailed(file, error, way)
    // Only the file's own trouble is its own: a full disk or a database that is away is the store's.
    if (file.bytes !== undefined || !isAbout(error, file.path)) throw error
    return noteFailed(file, fileFailure(error), way)
  }
}

/** Notes in the ledger that a file could not be taken in, and why. */
export async function noteFailed(
  { path, fileName }: Arrival,
  failure: DocumentFailure,
  { store }: WayIn,
): Promise<Taken> {
  const file = { fileName, sha256: unreadableId(path), mediaType: 'application/octet-stream', pageCount: 0 }
  await store.noteUnreadable({ path, record: failedRecord(file, failure), failure, reader: `imr ${version}` })
  return { kind: 'failed', path, failure }
}

const ZIP = Buffer.from('PK\u0003\u0004')

/** Told by the first bytes. Errors of the file system pass through. */
export async function isArchive(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(ZIP.length)
    await file.read(head, 0, head.length, 0)
    return head.equals(ZIP)
  } finally {
    await file.close()
  }
}

export function tooLarge(maxBytes: number): DocumentFailure {
  return new DocumentFailure('too-large', `it has more than the ${Math.round(maxBytes / 1e6)} MB allowed: split it`)
}
