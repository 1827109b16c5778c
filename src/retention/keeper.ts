import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store/index.ts'
import { followRetention, type RetentionWork } from './policy.ts'

const EVERY_MS = 60_000

/**
 * Follows the retention policy until it is stopped, and removes the bytes of forgotten documents that an `imr forget` left behind
 * when it was killed or could not reach the files.
 */
export function startRetention(work: {
  readonly store: RetentionWork & Pick<Store, 'removeForgotten'>
  readonly observer: { readonly trouble: (where: string, error: unknown) => void }
  readonly everyMs?: number
}): { stop(): Promise<void> } {
  const { store, observer, everyMs = EVERY_MS } = work
  const abort = new AbortController()
  const told = (error: unknown) => observer.trouble('retention', error)
  const ran = (async () => {
    while (!abort.signal.aborted) {
      await followRetention(store, new Date(), abort.signal).catch(told)
      await store.removeForgotten().catch(told)
      await sleep(everyMs * (0.8 + 0.4 * Math.random()), undefined, { signal: abort.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
    },
  }
}
