import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerOfThisProcess } from '../../store/index.ts'

/** How the names of the files begin by whose times watchers tell each other that they live. */
export const ALIVE = '.alive-'
/** Signs of life in the time after which a watcher without one counts as gone. */
const BEATS = 10

export type SignOfLife = {
  /** Whether a watcher (of any host) has given no sign of life for as long as this one has looked, and that is long enough. */
  readonly isSilent: (owner: string) => Promise<boolean>
  /** Removes what is left of a watcher that is gone. */
  readonly bury: (owner: string) => Promise<void>
  /** Gives no more signs. */
  readonly end: () => Promise<void>
}

/**
 * Watchers on several hosts cannot see each other's processes: each rewrites a file of its own in `folder` from time to time.
 * Only whether it changes counts, by this process's clock: the hosts' clocks may differ.
 */
export async function signOfLife(folder: string, silentMs: number): Promise<SignOfLife> {
  const fileOf = (owner: string) => join(folder, `${ALIVE}${encodeURIComponent(owner)}`)
  const own = fileOf(ownerOfThisProcess())
  let beats = 0
  // A folder that is away for a while is the watch's trouble: it says so.
  const beat = () => writeFile(own, `${++beats}\n`, { mode: 0o600 }).catch(() => {})
  await beat()
  const timer = setInterval(beat, Math.max(1, silentMs / BEATS))
  timer.unref()
  const heard = new Map<string, { readonly sign: string; readonly at: number }>()
  return {
    async isSilent(owner) {
      const sign = await stat(fileOf(owner)).then(
        ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
        () => 'none',
      )
      const before = heard.get(owner)
      if (before?.sign === sign) return performance.now() - before.at >= silentMs
      heard.set(owner, { sign, at: performance.now() })
      return false
    },
    async bury(owner) {
      heard.delete(owner)
      await rm(fileOf(owner), { force: true })
    },
    async end() {
      clearInterval(timer)
      // Where it cannot be removed it tells nothing any more: it no longer changes.
      await rm(own, { force: true }).catch(() => {})
    },
  }
}
