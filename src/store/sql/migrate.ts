import { sql } from 'kysely'
import { type Database, transact } from './database.ts'
import { ledgerCasesAudit } from './migrations/001-ledger-cases-audit.ts'
import { queuePartsSchedules } from './migrations/002-queue-parts-schedules.ts'
import { backlogLetGo } from './migrations/003-backlog-let-go.ts'
import { forgetting } from './migrations/004-forgetting.ts'
import type { Migration } from './migrations/migration.ts'

/** Numbered steps from an empty database to today's. */
const migrations: readonly Migration[] = [ledgerCasesAudit, queuePartsSchedules, backlogLetGo, forgetting]

/** Names the lock under which one process at a time migrates a PostgreSQL database: any number, as long as nobody else uses it. */
const MIGRATION_LOCK = 4_610_500

/**
 * Brings a database to today's schema, in one transaction that holds off every other writer.
 * @throws {Error} when the database was written by a newer version of the product.
 */
export async function migrate(database: Database, now: () => Date): Promise<void> {
  await transact(database, async (tx) => {
    if (database.engine === 'postgres') await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx)
    await sql`create table if not exists migrations (number integer primary key, name text not null, applied_at text not null)`.execute(
      tx,
    )
    const { rows } = await sql<{ number: number }>`select number from migrations`.execute(tx)
    const applied = new Set(rows.map((r) => r.number))
    const newest = Math.max(0, ...applied)
    if (newest > migrations.length) {
      throw new Error(
        `the store was written by a newer version of imr (schema ${newest}, this one knows ${migrations.length}): use that version, or another --data folder`,
      )
    }
    for (const { number, name, up } of migrations) {
      if (applied.has(number)) continue
      await up(tx, database.engine)
      await sql`insert into migrations (number, name, applied_at) values (${number}, ${name}, ${now().toISOString()})`.execute(
        tx,
      )
    }
  })
}
