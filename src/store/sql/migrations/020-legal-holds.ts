import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const legalHolds: Migration = { number: 20, name: 'legal holds: what must not be forgotten', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('legal_holds')
    .addColumn('id', 'text', (c) => c.primaryKey())
    // Once it is released, what was held may go, and this with it.
    .addColumn('sha256', 'text', (c) => c.references('documents.sha256').onDelete('cascade'))
    .addColumn('claim', 'text')
    .addColumn('claim_key', 'text')
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('released_by', 'text')
    .addColumn('released_at', 'text')
    .execute()
  await db.schema.createIndex('legal_holds_by_document').on('legal_holds').column('sha256').execute()
  await sql`create index legal_holds_by_claim on legal_holds (claim_key) where claim_key is not null and released_at is null`.execute(
    db,
  )
  if (engine === 'postgres')
    // No sample of the words is kept for the planner: see 009.
    for (const column of ['claim', 'claim_key', 'reason'])
      await sql`alter table legal_holds alter column ${sql.ref(column)} set statistics 0`.execute(db)
}
