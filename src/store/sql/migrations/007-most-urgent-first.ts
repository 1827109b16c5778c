import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const mostUrgentFirst: Migration = { number: 7, name: 'what waits with a date, by its date', up }

async function up(db: Transaction<Tables>): Promise<void> {
  // The same words as in most-urgent.ts, or the index is not used.
  await sql`create index documents_due on documents (due, received_at, sha256) where state not in ('done', 'failed') and held = 0 and due is not null`.execute(
    db,
  )
}
