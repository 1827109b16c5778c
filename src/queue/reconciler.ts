import type { Store } from '../store/index.ts'
import type { Observer } from './observer.ts'
import { pause } from './pause.ts'
import { DEFAULT_PREFIX, type Queue } from './queue.ts'

/** How often ledger and queue are compared, in milliseconds. */
const EVERY_MS = 5_000
/** How many jobs lie in Redis at most: a wake-up each costs about 1 kB there. The rest waits in the ledger. */
export const DEPTH = 5_000
/** Below this many jobs the queue is filled up. */
const LOW = 1_000
/** How many of the most urgent documents are looked at while there is enough in the queue. */
const URGENT = 200

/**
 * Gives a wake-up to every document that waits and has none: Redis may have been emptied or away, a worker may have gone, a
 * pause may be over. One process at a time does it.
 */
export function startReconciler(work: {
  readonly store: Store
  readonly queue: Queue
  readonly observer: Observer
  readonly prefix?: string | undefined
  readonly everyMs?: number
}): { stop(): Promise<void> } {
  const abort = new AbortController()
  const every = work.everyMs ?? EVERY_MS
  const ran = (async () => {
    while (!abort.signal.aborted) {
      try {
        if (await isOurTurn(work.queue, work.prefix ?? DEFAULT_PREFIX, every)) {
          const woken = await reconcile(work.store, work.queue)
          if (woken > 0) work.observer.reconciled(woken)
        }
      } catch (error) {
        work.observer.trouble('reconcile', error)
      }
      await pause(every * (0.8 + 0.4 * Math.random()), abort.signal)
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
    },
  }
}

async function isOurTurn(queue: Queue, prefix: string, every: number): Promise<boolean> {
  const taken = await queue.redis.set(`${prefix}:reconciled`, '1', 'PX', Math.round(every * 0.7), 'NX')
  return taken === 'OK'
}

/** Gives how many documents were woken. */
export async function reconcile(store: Store, queue: Queue): Promise<number> {
  const { extract, decide } = await queue.counts()
  const enough = extract.waiting + decide.waiting >= LOW
  const pending = await store.pending(enough ? URGENT : DEPTH)
  return queue.wake(await queue.unwoken(pending))
}
