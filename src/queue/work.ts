import { setTimeout as sleep } from 'node:timers/promises'
import { assembleDocument, type DocumentPart } from '../extract/index.ts'
import { type CaseRecord, type Document, DocumentFailure, failureCauses, type ReadBy } from '../model/index.ts'
import { failedRecord } from '../normalize/index.ts'
import { noLetterIn, normalizeLetters, type SourceFile } from '../pipeline.ts'
import {
  type DocumentEntry,
  failureOf,
  LEASE_MS,
  type Lease,
  LeaseLost,
  type Part,
  type Stage,
  type Store,
  StoreRefused,
  StoreUnavailable,
} from '../store/index.ts'
import type { Observer } from './observer.ts'
import type { Queue } from './queue.ts'
import { unreadablePart } from './unreadable-part.ts'
import { urgencyOf } from './urgency.ts'

/** Reads pages of a file: the first stage with its engine. Rejects soon after `signal` fires. */
export type ReadPart = (
  file: SourceFile,
  options: {
    readonly signal: AbortSignal
    readonly pages?: readonly [number, number]
    readonly maxPages?: number
  },
) => Promise<DocumentPart>

export type WorkLimits = {
  /** A document of more pages is read in parts. */
  readonly wholePages: number
  /** Pages of a part. */
  readonly partPages: number
  /** After so many workers that went away while they had it, a document (or part) is given up. */
  readonly crashes: number
}

export const standardWorkLimits: WorkLimits = { wholePages: 24, partPages: 8, crashes: 10 }

/** What a worker works with. */
export type Work = {
  readonly store: Store
  readonly queue: Pick<Queue, 'wake' | 'wakePart'>
  readonly read: ReadPart
  /** A record with its proposals. */
  readonly decide: (record: CaseRecord) => CaseRecord
  /** What reads here. */
  readonly readBy: () => Promise<ReadBy>
  readonly observer: Observer
  readonly limits: WorkLimits
}

/** First pause before a document is tried again, in milliseconds; it doubles. */
const PAUSE_MS = 5_000
/** Pause before a document is tried again whose bytes could not be fetched because no file can be, in milliseconds. */
const FILES_PAUSE_MS = 30_000

/**
 * The first stage for one document: from its bytes to case records without proposals, handed on to the decision stage. A long
 * document is split into parts first; once all are read, this puts them together. A document that somebody else has, or that
 * is past this stage, is left alone.
 * @throws {StoreUnavailable} the document is then taken up again when its lease is over.
 */
export async function extractDocument(work: Work, sha256: string, signal: AbortSignal): Promise<void> {
  const { store } = work
  const parts = await store.parts(sha256)
  if (parts.some((p) => !p.read)) return wakeParts(work, sha256, parts)
  const lease = await store.claim(sha256, { stage: 'extract' })
  if (!lease) return
  const { document: entry } = lease
  if (lease.crashes >= work.limits.crashes) return quarantine(work, lease, entry)
  await underLease(work, 'extract', lease, entry, signal, async (lost) => {
    const document = parts.length > 0 ? await assembled(work, entry) : await readWhole(work, lease, entry, lost)
    if (document === null) return wakeParts(work, sha256, await store.parts(sha256))
    const normalized = await work.observer.timed('normalize', () => normalizeLetters(document))
    const failure = noLetterIn(normalized)
    if (failure) {
      await store.finish(lease, { records: normalized, failure })
      return work.observer.failed('extract', sha256, failure.code)
    }
    const { priority, due } = urgencyOf(normalized)
    const urgency = {
      ...(priority === undefined ? {} : { priority }),
      ...(due === undefined || entry.due !== null ? {} : { due }),
    }
    await store.extracted(lease, { records: normalized, ...urgency })
    const standing = { priority: entry.priority, due: entry.due, ...urgency }
    await work.queue.wake([{ sha256, stage: 'decide', abandoned: null, ...standing }])
  })
}

/** Reads one part of a long document. Whoever reads the last one wakes the document. */
export async function extractPart(work: Work, sha256: string, part: number, signal: AbortSignal): Promise<void> {
  const { store } = work
  const wanted = (await store.parts(sha256)).find((p) => p.part === part)
  const lease = wanted && (await store.claimPart(sha256, part))
  const entry = lease && (await store.find(sha256))
  if (!lease || !entry) return
  const pages = [wanted.firstPage, wanted.lastPage] as const
  const give = async (read: DocumentPart) => {
    const left = await store.finishPart(lease, JSON.stringify(read))
    if (left === 0)
      await work.queue.wake([{ sha256, stage: 'extract', priority: entry.priority, due: entry.due, abandoned: null }])
  }
  const giveUp = async (failure: DocumentFailure) =>
    give(unreadablePart(pages, entry.pageCount ?? wanted.lastPage, failure, await work.readBy()))
  if (lease.crashes >= work.limits.crashes) return giveUp(quarantined(lease.crashes))
  await underLease(
    work,
    'extract',
    lease,
    entry,
    signal,
    async (lost) => give(await readFrom(work, entry, { signal: lost, pages })),
    giveUp,
  )
}

/** The second stage for one document: proposals for its cases. */
export async function decideDocument(work: Work, sha256: string, signal: AbortSignal): Promise<void> {
  const { store } = work
  const lease = await store.claim(sha256, { stage: 'decide' })
  if (!lease) return
  const { document: entry } = lease
  const undecided = await store.undecided(sha256)
  if (lease.crashes >= work.limits.crashes) {
    const failure = quarantined(lease.crashes)
    await store.finish(lease, { records: undecided.map((r) => withoutDecision(r, failure)), failure })
    return work.observer.failed('decide', sha256, failure.code)
  }
  await underLease(
    work,
    'decide',
    lease,
    entry,
    signal,
    async () => {
      const records = await work.observer.timed('decide', async () => undecided.map(work.decide))
      await store.finish(lease, { records, failure: null })
      work.observer.done(sha256, records)
    },
    async (failure) => {
      await store.finish(lease, { records: undecided.map((r) => withoutDecision(r, failure)), failure })
    },
  )
}

/**
 * Does something under a lease that is kept alive meanwhile. A failure that may pass gives the document back for later, any
 * other one (or the last of them) is `giveUp`'s. A signal gives it back untouched.
 */
async function underLease(
  work: Work,
  stage: Stage,
  first: Lease,
  entry: DocumentEntry,
  signal: AbortSignal,
  task: (lost: AbortSignal) => Promise<void>,
  giveUp: (failure: DocumentFailure) => Promise<void> = (failure) => finishFailed(work, first, entry, failure),
): Promise<void> {
  const { store, observer } = work
  const stop = new AbortController()
  const renewal = setInterval(() => {
    store.renew(first).catch((error) => {
      // While the database is away the lease may well outlive it; lost is lost.
      if (error instanceof LeaseLost) stop.abort(error)
    })
  }, LEASE_MS / 4)
  try {
    await task(AbortSignal.any([signal, stop.signal]))
  } catch (error) {
    if (error instanceof LeaseLost || stop.signal.aborted) return observer.lost(entry.sha256)
    if (signal.aborted) return await store.release(first)
    if (error instanceof StoreUnavailable && error.of === 'files') {
      const notBefore = new Date(Date.now() + FILES_PAUSE_MS)
      await store.release(first, { cause: 'not-readable', notBefore, counts: false })
      return observer.trouble('files', error, entry.sha256)
    }
    const failure = failureOf(error)
    const left = failureCauses[failure.code].tries - first.attempts
    if (left > 0) {
      const pause = PAUSE_MS * 2 ** (first.attempts - 1)
      await store.release(first, { cause: failure.code, notBefore: new Date(Date.now() + pause) })
      return observer.postponed(entry.sha256, failure.code)
    }
    await giveUp(failure).catch((refused) => {
      // What was read may itself be what the store refuses.
      if (!(refused instanceof StoreRefused) || first.part !== null) throw refused
      return finishFailed(work, first, entry, failure)
    })
    observer.failed(stage, entry.sha256, failure.code, error)
  } finally {
    clearInterval(renewal)
  }
}

/** null: it is long, and was split instead. */
async function readWhole(
  work: Work,
  lease: Lease,
  entry: DocumentEntry,
  signal: AbortSignal,
): Promise<Document | null> {
  const { wholePages, partPages } = work.limits
  const part = await readFrom(work, entry, { signal, maxPages: wholePages })
  if (part.pageCount <= wholePages) return assembleDocument(entry, [part])
  const starts = Array.from({ length: Math.ceil(part.pageCount / partPages) }, (_, i) => 1 + i * partPages)
  const ranges = starts.map((firstPage) => ({
    firstPage,
    lastPage: Math.min(firstPage + partPages - 1, part.pageCount),
  }))
  await work.store.split(lease, ranges, part.pageCount)
  return null
}

async function readFrom(work: Work, entry: DocumentEntry, options: Parameters<ReadPart>[1]): Promise<DocumentPart> {
  const local = await work.store.openFile(entry.sha256)
  try {
    const file = { path: local.path, fileName: entry.fileName, sha256: entry.sha256 }
    const part = await work.observer.timed('read', () => work.read(file, options))
    work.observer.pages(part)
    return part
  } finally {
    await local.release()
  }
}

async function assembled(work: Work, entry: DocumentEntry): Promise<Document> {
  const [first, ...rest] = (await work.store.pagesOfParts(entry.sha256)).map((p) => JSON.parse(p) as DocumentPart)
  if (!first) throw new DocumentFailure('internal', 'the parts of the document are gone: run it again')
  return assembleDocument(entry, [first, ...rest])
}

async function wakeParts(work: Work, sha256: string, parts: readonly Part[]): Promise<void> {
  const entry = await work.store.find(sha256)
  if (!entry) return
  const document = { sha256, stage: 'extract' as Stage, priority: entry.priority, due: entry.due }
  for (const { part, read, free, abandoned } of parts)
    if (!read && free) await work.queue.wakePart({ ...document, abandoned }, part)
}

async function quarantine(work: Work, lease: Lease, entry: DocumentEntry): Promise<void> {
  const failure = quarantined(lease.crashes)
  await finishFailed(work, lease, entry, failure)
  work.observer.failed('extract', entry.sha256, failure.code)
}

function quarantined(crashes: number): DocumentFailure {
  return new DocumentFailure(
    'quarantined',
    `${crashes} times a worker ended, or lost it, while it had it: it is kept aside; look at it by itself (imr run), then imr retry --cause quarantined`,
  )
}

async function finishFailed(
  { store, readBy }: Work,
  lease: Lease,
  entry: DocumentEntry,
  failure: DocumentFailure,
): Promise<void> {
  const { fileName, sha256, pageCount } = entry
  const file = { fileName, sha256, mediaType: 'application/octet-stream', pageCount: pageCount ?? 0 }
  await store.finish(lease, { records: [failedRecord(file, failure, await readBy())], failure })
}

/** What was read stands, even where no proposal could be made. */
function withoutDecision(record: CaseRecord, failure: DocumentFailure): CaseRecord {
  const issue = {
    rule: 'decide.failed',
    severity: 'error' as const,
    message: `no proposal could be made: ${failure.message}`,
    path: 'proposals',
    page: null,
  }
  return { ...record, issues: [...record.issues, issue], status: 'partial' }
}

/** Waits until `ms` have passed or the signal fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
