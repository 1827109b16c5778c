import { constants, createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { standardLimits } from '../extract/index.ts'
import { DocumentFailure, fileFailure, type IsoDate, isPassing } from '../model/index.ts'
import { failedRecord } from '../normalize/index.ts'
import type { Queue } from '../queue/index.ts'
import {
  type DocumentEntry,
  failureOf,
  type Received,
  type Store,
  StoreRefused,
  stageOf,
  TooManyBytes,
  type Upload,
  type Urgency,
  unreadableId,
} from '../store/index.ts'
import { version } from '../version.ts'
import { isAbout } from './inputs.ts'

/** What an archive may hold: what goes beyond is a mistake or made to do harm. */
export type ArchiveLimits = {
  readonly entries: number
  /** All its files together, unpacked, in bytes. */
  readonly bytes: number
  /** A file that unpacks to more than this, in bytes, … */
  readonly suspectBytes: number
  /** … and to more than so many times its packed size is a bomb: scans hardly get smaller. */
  readonly ratio: number
}

/** Where files that are taken in go, and how. */
export type WayIn = {
  readonly store: Store
  /** null: nobody is woken; the workers' reconciler finds what waits. */
  readonly queue: Pick<Queue, 'wake'> | null
  readonly urgency?: Urgency
  readonly due?: IsoDate | null
  /** Size of one document, in bytes. */
  readonly maxBytes?: number
  readonly archives?: ArchiveLimits
  /** What becomes of a file that cannot be taken: `noted` in the ledger (default), or only `told` to who hands it in and keeps it. */
  readonly refused?: 'noted' | 'told'
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

/** A file on its way in; its bytes lie at `path`, unless they lie `at` another place or come as a stream. */
export type Arrival = {
  /** What it is known by: the same path again is the same source. */
  readonly path: string
  readonly fileName: string
  /** Where its bytes lie for the moment. A link there is not followed. */
  readonly at?: string
  readonly bytes?: Readable
  readonly upload?: Upload
}

/** Takes one file in, whatever it holds. */
export async function takeOne(file: Arrival, way: WayIn): Promise<Taken> {
  const { store, urgency = 'standard', due = null, maxBytes = standardLimits.fileBytes } = way
  const { path, fileName, at, upload } = file
  const bytes = file.bytes ?? (at === undefined ? undefined : openUnlinked(at))
  try {
    const document = await readAgain(
      await store.receive({
        path: storable(path),
        fileName: storable(fileName),
        urgency,
        due,
        maxBytes,
        ...(bytes ? { bytes } : {}),
        ...(upload === undefined ? {} : { upload }),
      }),
      store,
    )
    return { kind: document.isNew ? 'new' : 'known', path, document, woken: await wakeFor(document, way) }
  } catch (error) {
    if (error instanceof TooManyBytes) return noteFailed(file, tooLarge(maxBytes), way)
    if (error instanceof DocumentFailure || error instanceof StoreRefused)
      return noteFailed(file, failureOf(error), way)
    if (file.bytes !== undefined || !isAbout(error, at ?? path)) throw error
    return noteFailed(file, fileFailure(error), way)
  }
}

/** To hand in again what failed for a cause that may have passed is to ask that it be read again. */
async function readAgain(document: Received, store: Store): Promise<Received> {
  if (document.state !== 'failed' || !isPassing(document.cause)) return document
  const retried = await store.retry({ sha256: document.sha256 })
  const entry = retried > 0 ? await store.find(document.sha256) : null
  return entry ? { ...entry, isNew: false } : document
}

/** How long nobody is woken after Redis took no wake-up, in milliseconds: to ask it anew costs seconds for each of thousands of files. */
const QUEUE_REST_MS = 10_000
/** Until when (on the monotonic clock) each queue is left alone. */
const restsUntil = new WeakMap<object, number>()

async function wakeFor({ sha256, state, held, priority, due }: DocumentEntry, { queue }: WayIn): Promise<boolean> {
  const waits = state !== 'done' && state !== 'failed' && !held
  if (!waits || !queue || performance.now() < (restsUntil.get(queue) ?? 0)) return false
  const woken = (await queue.wake([{ sha256, stage: stageOf(state), priority, due, abandoned: null }])) === 1
  if (!woken) restsUntil.set(queue, performance.now() + QUEUE_REST_MS)
  return woken
}

const openUnlinked = (path: string): Readable =>
  createReadStream(path, { flags: (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string })

/** PostgreSQL keeps no text with a zero character; in a name it is of no use to anybody. */
const storable = (text: string) => text.replaceAll('\0', '\uFFFD')

/** Notes in the ledger that a file could not be taken in, and why; unless it is told to who hands it in. */
export async function noteFailed(
  arrival: Arrival,
  failure: DocumentFailure,
  { store, refused }: WayIn,
): Promise<Taken> {
  if (refused === 'told') return { kind: 'failed', path: arrival.path, failure }
  const path = storable(arrival.path)
  const fileName = storable(arrival.fileName)
  const file = { fileName, sha256: unreadableId(path), mediaType: 'application/octet-stream', pageCount: 0 }
  const record = failedRecord(file, failure, { imr: version, engine: null, model: null })
  await store.noteUnreadable({ path, record, failure })
  return { kind: 'failed', path: arrival.path, failure }
}

export function tooLarge(maxBytes: number): DocumentFailure {
  return new DocumentFailure('too-large', `it has more than the ${Math.round(maxBytes / 1e6)} MB allowed: split it`)
}
