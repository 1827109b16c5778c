import { sql } from 'kysely'
import { type Database, transact } from './database.ts'
import { ledgerCasesAudit } from './migrations/001-ledger-cases-audit.ts'
import { queuePartsSchedules } from './migrations/002-queue-parts-schedules.ts'
import { backlogLetGo } from './migrations/003-backlog-let-go.ts'
import { sourcesByDigest } from './migrations/004-sources-by-digest.ts'
import { partsThatWait } from './migrations/005-parts-that-wait.ts'
import { madeAndRereads } from './migrations/006-made-and-rereads.ts'
import { mostUrgentFirst } from './migrations/007-most-urgent-first.ts'
import { countsAndExportByIndex } from './migrations/008-counts-and-export-by-index.ts'
import { forgetting } from './migrations/009-forgetting.ts'
import { whatWasUploaded } from './migrations/010-what-was-uploaded.ts'
import { samples } from './migrations/011-samples.ts'
import { peopleAndSeals } from './migrations/012-people-and-seals.ts'
import { wordsOfPages } from './migrations/013-words-of-pages.ts'
import { lettersUnderReview } from './migrations/014-letters-under-review.ts'
import { cuts } from './migrations/015-cuts.ts'
import { whatWasFinished } from './migrations/016-what-was-finished.ts'
import { blindTasks } from './migrations/017-blind-tasks.ts'
import { signOns } from './migrations/018-sign-ons.ts'
import { knownDevices } from './migrations/019-known-devices.ts'
import { legalHolds } from './migrations/020-legal-holds.ts'
import { listsShown } from './migrations/021-lists-shown.ts'
import { webhook } from './migrations/022-webhook.ts'
import { orphanedDecisions } from './migrations/023-orphaned-decisions.ts'
import type { Migration } from './migrations/migration.ts'

/** Numbered steps from an empty database to today's. */
export const migrations: readonly Migration[] = [
  ledgerCasesAudit,
  queuePartsSchedules,
  backlogLetGo,
  sourcesByDigest,
  partsThatWait,
  madeAndRereads,
  mostUrgentFirst,
  countsAndExportByIndex,
  forgetting,
  whatWasUploaded,
  samples,
  peopleAndSeals,
  wordsOfPages,
  lettersUnderReview,
  cuts,
  whatWasFinished,
  blindTasks,
  signOns,
  knownDevices,
  legalHolds,
  listsShown,
  webhook,
  orphanedDecisions,
]

/** Names the lock under which one process at a time migrates a PostgreSQL database: any number, as long as nobody else uses it. */
const MIGRATION_LOCK = 4_610_500

/**
 * Brings a database to today's schema (or through the first of its `steps`), in one transaction that holds off every other writer.
 * @throws {Error} when the database was written by a newer version of the product.
 */
export async function migrate(
  database: Database,
  now: () => Date,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await transact(database, async (tx) => {
    if (database.engine === 'postgres') {
      // A large database takes its time, and so do those who wait for it.
      await sql`set local statement_timeout = 0`.execute(tx)
      await sql`set local lock_timeout = 0`.execute(tx)
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx)
    }
    await sql`create table if not exists migrations (number integer primary key, name text not null, applied_at text not null)`.execute(
      tx,
    )
    const { rows } = await sql<{ number: number }>`select number from migrations`.execute(tx)
    const applied = new Set(rows.map((r) => r.number))
    const newest = Math.max(0, ...applied)
    if (newest > steps.length) {
      throw new Error(
        `the store was written by a newer version of imr (schema ${newest}, this one knows ${steps.length}): use that version, or another --data folder`,
      )
    }
    for (const { number, name, up } of steps) {
      if (applied.has(number)) continue
      await up(tx, database.engine)
      await sql`insert into migrations (number, name, applied_at) values (${number}, ${name}, ${now().toISOString()})`.execute(
        tx,
      )
    }
  })
}
