import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql, type Transaction } from 'kysely'
import { isPassing, translated } from './errors.ts'
import type { DocumentRow, Tables } from './schema.ts'

/** An open database of either engine. */
export type Database = {
  readonly engine: 'sqlite' | 'postgres'
  readonly kysely: Kysely<Tables>
  /** See {@link Forgetting.scrub}. */
  readonly scrub: (options: { readonly full: boolean }) => Promise<void>
}

/** How long work on the database is tried again while it is away (restarted, failed over), in milliseconds. */
const PATIENCE_MS = 30_000
/** First and longest pause between two tries, in milliseconds. */
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000

/**
 * Runs `work` in a transaction. When the connection breaks it is run again: after a break nobody knows whether the commit took
 * place, so `work` has to be written to find its own earlier success and be content with it.
 * @throws {StoreRefused} when the database does not take what is written. {StoreUnavailable} when it stays away.
 */
export function transact<T>(database: Database, work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return patiently(() => database.kysely.transaction().execute(work))
}

/** Runs a query, again when the connection breaks. Only for what may be done twice. @throws as {@link transact}. */
export async function patiently<T>(query: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await query()
    } catch (error) {
      if (!isPassing(error) || performance.now() > until) throw translated(error)
    }
    await sleep(pause * (0.5 + Math.random()))
  }
}

/** Names the locks on bytes: any number, as long as nobody else uses it. */
const BYTES_LOCK = 4_610_502

/**
 * Holds off everybody else who takes in, forgets or removes the same bytes until the transaction ends. Without it a file that is
 * handed in while its bytes are being removed would have a row and no bytes.
 */
export async function lockBytes({ engine }: Database, tx: Transaction<Tables>, sha256: string): Promise<void> {
  // SQLite's transactions begin as writers: one at a time they are already.
  if (engine === 'postgres')
    await sql`select pg_advisory_xact_lock(${BYTES_LOCK}, ${Number.parseInt(sha256.slice(0, 8), 16) | 0})`.execute(tx)
}

/** A document's row, held against every other writer until the transaction ends. */
export function lockedRow(
  database: Database,
  tx: Transaction<Tables>,
  sha256: string,
): Promise<DocumentRow | undefined> {
  return (
    tx
      .selectFrom('documents')
      .selectAll()
      .where('sha256', '=', sha256)
      // SQLite's transactions begin as writers: they hold the whole database already.
      .$if(database.engine === 'postgres', (q) => q.forUpdate())
      .executeTakeFirst()
  )
}
