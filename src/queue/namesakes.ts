import { LEASE_MS, type Store } from '../store/index.ts'
import type { Observer } from './observer.ts'
import { pause } from './pause.ts'

/**
 * Warns when a living worker elsewhere goes by this host's name: log and audit cannot tell the two apart. Whoever still holds
 * leases when those of a worker that was killed are over, lives.
 */
export async function warnOfNamesakes(
  { store, observer }: { readonly store: Pick<Store, 'namesakes'>; readonly observer: Observer },
  signal: AbortSignal,
  waitMs = 1.25 * LEASE_MS,
): Promise<void> {
  try {
    const before = await store.namesakes()
    if (before.length === 0) return
    await pause(waitMs, signal)
    if (signal.aborted) return
    const living = new Set(await store.namesakes())
    const still = before.filter((owner) => living.has(owner)).length
    if (still > 0) observer.namesakes(still)
  } catch (error) {
    observer.trouble('namesakes', error)
  }
}
