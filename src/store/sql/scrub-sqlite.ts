import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'

/** How long others who use the database are waited for, and how often it is tried meanwhile, in milliseconds. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

/**
 * Writes the file anew without what was deleted, and empties the log. To overwrite what is deleted (`secure_delete`) would not
 * do: where rows are moved from page to page, SQLite leaves copies behind (of 2,000 deleted rows about 70 could still be found).
 * @throws {Error} when other processes keep it from being done; then nothing was changed.
 */
export async function scrubSqlite(path: string): Promise<void> {
  const database = new Database(path)
  // SQLite's own waiting would hold up the whole process.
  database.pragma('busy_timeout = 0')
  try {
    await whenFree(() => {
      database.exec('vacuum')
      return true
    })
    await whenFree(() => {
      const [answer] = database.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[]
      return answer?.busy === 0
    })
  } finally {
    database.close()
  }
}

async function whenFree(work: () => boolean): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    try {
      if (work()) return
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    if (performance.now() > until)
      throw new Error(
        'the database file cannot be cleaned of what was deleted while other processes write to it: run imr forget --sweep when less is going on',
      )
    await sleep(LOOK_MS)
  }
}

const isBusy = (error: unknown) =>
  error instanceof Error && 'code' in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code))
