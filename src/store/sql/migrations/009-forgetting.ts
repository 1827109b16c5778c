import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const forgetting: Migration = { number: 9, name: 'documents that are forgotten; policies', up }

/** Columns that hold names, dates or words of a document. */
const words = {
  documents: ['file_name', 'message'],
  sources: ['path'],
  uploads: ['key'],
  parts: ['pages'],
  undecided: ['record'],
  cases: ['case_number', 'date_of_injury', 'decision_date', 'record'],
  diagnoses: ['text', 'expanded'],
  services: ['request'],
} as const

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('removals')
    .addColumn('sha256', 'text', (c) => c.primaryKey())
    .addColumn('at', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('policies')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('definition', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'text', (c) => c.notNull())
    .execute()
  await sql`create index audit_forgotten on audit (seq) where action = 'forgotten'`.execute(db)
  if (engine === 'postgres') await keepNoSamples(db)
}

/**
 * PostgreSQL keeps samples of a column's values for its planner (`pg_statistic`), and keeps them when the table is emptied. Of
 * words none are kept: no query chooses by them. To give a column its type anew is what drops the samples that are there.
 */
async function keepNoSamples(db: Transaction<Tables>): Promise<void> {
  for (const [table, columns] of Object.entries(words))
    for (const column of columns) {
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} type text`.execute(db)
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set statistics 0`.execute(db)
    }
}
