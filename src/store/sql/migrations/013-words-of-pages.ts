import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const wordsOfPages: Migration = { number: 13, name: 'the words of every page', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('pages')
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('page', 'integer', (c) => c.notNull())
    .addColumn('rotation', 'integer', (c) => c.notNull())
    .addColumn('words', engine === 'postgres' ? 'bytea' : 'blob', (c) => c.notNull())
    .addPrimaryKeyConstraint('pages_key', ['sha256', 'page'])
    .execute()
  if (engine !== 'postgres') return
  // They are packed: to pack them again costs time and saves nothing.
  await sql`alter table pages alter column words set storage external`.execute(db)
  // The planner's samples outlive the rows: of words there are none.
  await sql`alter table pages alter column words set statistics 0`.execute(db)
}
