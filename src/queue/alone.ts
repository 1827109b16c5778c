import { setTimeout as sleep } from 'node:timers/promises'
import type { Pending, Stage } from '../store/index.ts'
import type { Work } from './context.ts'
import { through } from './here.ts'

const STAGES: readonly Stage[] = ['extract', 'decide']
/** How often it is looked whether others have handed something in, or have gone away from what they had, in milliseconds. */
const LOOK_MS = 2_000
/** How long nothing is taken while it cannot be read here, or the store is away, in milliseconds. */
const REST_MS = 5_000

export type AloneOptions = {
  /** Documents in hand at once. */
  readonly documents: number
  /** Whether pages can be read here just now: if not, nothing is taken until they can. */
  readonly isFit: () => Promise<boolean>
}

/** Reads what the ledger has, in this process. */
export type ReadingAlone = {
  /** Says that there is something to do: it is begun at once. */
  readonly queue: Work['queue']
  /** Takes no more, ends what is in hand within the grace period, and gives back the rest. */
  readonly stop: (graceMs: number) => Promise<void>
}

/**
 * Does what the workers do, without Redis: what waits in the ledger is read and decided here, the most urgent first, until it is stopped. Others may do the same
 * beside it, in other processes: who has the lease has the document.
 */
export function startAlone(work: Omit<Work, 'queue'>, { documents, isFit }: AloneOptions): ReadingAlone {
  const { store, observer } = work
  const [stopped, givenUp] = [new AbortController(), new AbortController()]
  const inHand = new Map<string, Promise<void>>()
  /** What could not go on a moment ago, and until when it is left alone. */
  const resting = new Map<string, number>()
  let wake = new AbortController()

  async function take(): Promise<void> {
    const time = performance.now()
    for (const [sha256, until] of resting) if (until <= time) resting.delete(sha256)
    const waiting = await store.pending(documents + inHand.size + resting.size)
    for (const document of waiting) {
      if (inHand.size >= documents || stopped.signal.aborted) return
      if (inHand.has(document.sha256) || resting.has(document.sha256)) continue
      inHand.set(document.sha256, done(document))
    }
  }

  async function done(document: Pending): Promise<void> {
    try {
      await through(work, document, STAGES, givenUp.signal)
    } catch (error) {
      observer.trouble(document.stage, error, document.sha256)
    } finally {
      // It is over, or somebody else has it: then it would be found again and again until that one is done.
      resting.set(document.sha256, performance.now() + LOOK_MS)
      inHand.delete(document.sha256)
    }
  }

  async function round(): Promise<void> {
    if (!(await isFit())) return nap(REST_MS)
    try {
      await take()
    } catch (error) {
      observer.trouble('store', error)
      return nap(REST_MS)
    }
    await Promise.race([nap(LOOK_MS), ...inHand.values()])
  }

  async function nap(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: wake.signal }).catch(() => {})
    // Whoever else naps has been woken, too.
    if (wake.signal.aborted && !stopped.signal.aborted) wake = new AbortController()
  }

  const ran = (async () => {
    while (!stopped.signal.aborted) await round()
  })()

  return {
    queue: {
      wake: async (woken) => {
        for (const { sha256 } of woken) resting.delete(sha256)
        wake.abort()
        return woken.length
      },
      wakePart: async () => {
        wake.abort()
        return true
      },
    },
    async stop(graceMs) {
      stopped.abort()
      wake.abort()
      await ran
      const grace = new AbortController()
      const over = sleep(graceMs, undefined, { signal: grace.signal }).catch(() => {})
      await Promise.race([over, Promise.all(inHand.values())])
      grace.abort()
      givenUp.abort()
      await Promise.all(inHand.values())
    },
  }
}
