import type { Logger } from '../queue/index.ts'
import type { Store } from '../store/index.ts'

/** How often the audit trail is sealed, in milliseconds: what is younger can be changed without a trace by who may write the database. */
const SEAL_MS = 3_600_000

/** Seals the audit trail now and every hour; the log gets each root, and lies elsewhere than the database. Gives what ends it. */
export function keepSealed(store: Pick<Store, 'seal'>, log: Logger): () => Promise<void> {
  const seal = async () => {
    try {
      const made = await store.seal('imr serve')
      if (made) log.info({ seal: made.number, rows: made.rows, root: made.root }, 'audit trail sealed')
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : 'error' }, 'the audit trail could not be sealed')
    }
  }
  let going = seal()
  const timer = setInterval(() => {
    going = going.then(seal)
  }, SEAL_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    return going
  }
}
