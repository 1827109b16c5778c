import { stat, writeFile } from 'node:fs/promises'
import type { Forgetting } from './forgetting.ts'

/** How often the copies of a machine are looked through, and how often a process looks whether it is time, in milliseconds. */
const EVERY_MS = 15 * 60_000
const LOOK_MS = 60_000
/** Younger copies may be of a file that is on its way in, in milliseconds. */
const YOUNG_MS = 15 * 60_000

/**
 * Keeps this machine's copies of the received files in step with the ledger: what another machine forgets is gone here within
 * half an hour, while any process has the store open. `mark` is a file that says when any process of this machine looked last.
 */
export function keepCopiesTidy(store: Pick<Forgetting, 'tidyCopies'>, mark: string): { stop(): Promise<void> } {
  const look = async () => {
    const last = await stat(mark).catch(() => null)
    if (last && Date.now() - last.mtimeMs < EVERY_MS) return
    await writeFile(mark, '', { mode: 0o600 })
    await store.tidyCopies(new Date(Date.now() - YOUNG_MS))
  }
  // A database or a disk that is away is told of by those who need it; here the next look makes up for it.
  const quietly = () => look().catch(() => {})
  let looking = quietly()
  const timer = setInterval(() => {
    looking = looking.then(quietly)
  }, LOOK_MS)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
