import { DocumentFailure, failureCauses } from '../model/index.ts'
import { failedRecord } from '../normalize/index.ts'
import {
  type DocumentEntry,
  failureOf,
  LEASE_MS,
  type Lease,
  LeaseLost,
  type Stage,
  StoreRefused,
  StoreUnavailable,
} from '../store/index.ts'
import type { Work } from './context.ts'

/** First pause before a document is tried again, in milliseconds; it doubles. */
const PAUSE_MS = 5_000
/** Pause before a document is tried again that could not be worked on because no document could, in milliseconds. */
const AWAY_PAUSE_MS = 30_000

/** What is worked on. */
export type InHand = {
  readonly stage: Stage
  readonly lease: Lease
  readonly entry: DocumentEntry
  /** The worker is to end. */
  readonly signal: AbortSignal
  /** The pages of a part, both ends included. */
  readonly pages?: readonly [number, number]
}

/**
 * Does something under a lease that is kept alive meanwhile. A failure that may pass gives the document (or part) back for later; any
 * other one, or the last of them, is the document's: `giveUp` stores it. What ended too many workers is not even begun. A signal gives
 * it back untouched.
 * @throws {StoreUnavailable} when nothing could be written about it: it is taken up again when its lease is over.
 */
export async function underLease(
  work: Work,
  inHand: InHand,
  task: (lost: AbortSignal) => Promise<void>,
  giveUp: (failure: DocumentFailure) => Promise<void> = (failure) => finishFailed(work, inHand, failure),
): Promise<void> {
  const { store, observer } = work
  const { lease, entry, signal } = inHand
  const stop = new AbortController()
  const renewal = setInterval(() => {
    store.renew(lease).catch((error) => {
      // While the database is away the lease may well outlive it; lost is lost.
      if (error instanceof LeaseLost) stop.abort(error)
    })
  }, LEASE_MS / 4)
  try {
    if (lease.crashes >= work.limits.crashes) throw quarantined(lease.crashes)
    await task(AbortSignal.any([signal, stop.signal]))
  } catch (error) {
    try {
      if (stop.signal.aborted) throw new LeaseLost('it was lost meanwhile', { cause: error })
      await endOtherwise(work, inHand, error, giveUp)
    } catch (last) {
      if (!(last instanceof LeaseLost)) throw last
      observer.lost(entry.sha256)
    }
  } finally {
    clearInterval(renewal)
  }
}

/** What becomes of work that threw. @throws {LeaseLost} {StoreUnavailable} */
async function endOtherwise(
  work: Work,
  inHand: InHand,
  error: unknown,
  giveUp: (failure: DocumentFailure) => Promise<void>,
): Promise<void> {
  const { store, observer } = work
  const { stage, lease, entry, signal } = inHand
  if (error instanceof LeaseLost) throw error
  if (signal.aborted) return store.release(lease)
  if (error instanceof StoreUnavailable && error.isGeneral) {
    // None of the document's doing: it counts for nothing, if so much can be written.
    await store.release(lease, { cause: null, notBefore: after(AWAY_PAUSE_MS), counts: false })
    return observer.trouble(error.of === 'files' ? 'files' : stage, error, entry.sha256)
  }
  const failure = of(inHand, failureOf(error))
  if (failureCauses[failure.code].tries > lease.attempts) {
    await store.release(lease, { cause: failure.code, notBefore: after(PAUSE_MS * 2 ** (lease.attempts - 1)) })
    return observer.postponed(entry.sha256, failure.code)
  }
  await giveUp(failure).catch((refused) => {
    // What was read may itself be what the store refuses.
    if (!(refused instanceof StoreRefused)) throw refused
    return finishFailed(work, inHand, failure)
  })
  observer.failed(stage, entry.sha256, failure.code, error)
}

const after = (ms: number): Date => new Date(Date.now() + ms)

/** Of a long document it is told which pages were in hand. */
function of({ pages }: InHand, failure: DocumentFailure): DocumentFailure {
  if (pages === undefined) return failure
  const [first, last] = pages
  const message = `${first === last ? `page ${first}` : `pages ${first} to ${last}`}: ${failure.message}`
  return new DocumentFailure(failure.code, message, { cause: failure })
}

function quarantined(crashes: number): DocumentFailure {
  return new DocumentFailure(
    'quarantined',
    `${crashes} times a worker ended, or lost it, while it had it: it is kept aside; look at it by itself (imr run), then imr retry --cause quarantined`,
  )
}

async function finishFailed(
  { store, readBy }: Work,
  { lease, entry }: InHand,
  failure: DocumentFailure,
): Promise<void> {
  const { fileName, sha256, pageCount } = entry
  const file = { fileName, sha256, mediaType: 'application/octet-stream', pageCount: pageCount ?? 0 }
  await store.finish(lease, { records: [failedRecord(file, failure, await readBy())], failure })
}
