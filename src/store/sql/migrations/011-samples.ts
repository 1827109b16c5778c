import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const samples: Migration = { number: 11, name: 'samples for blind checking', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('samples')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('drawn_by', 'text', (c) => c.notNull())
    .addColumn('drawn_at', 'text', (c) => c.notNull())
    .addColumn('seed', 'text', (c) => c.notNull())
    .addColumn('bound', 'double precision', (c) => c.notNull())
    .addColumn('level', 'double precision', (c) => c.notNull())
    .addColumn('tolerated', 'integer', (c) => c.notNull())
    .addColumn('population', 'integer', (c) => c.notNull())
    .addColumn('size', 'integer', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('sampled')
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id').onDelete('cascade'))
    .addColumn('letter_id', 'text', (c) => c.notNull())
    // What is asked and answered holds values: it leaves with the document.
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('task', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('sampled_key', ['sample_id', 'letter_id'])
    .execute()
  await db.schema
    .createTable('sample_answers')
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id').onDelete('cascade'))
    .addColumn('letter_id', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('answers', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('sample_answers_key', ['sample_id', 'letter_id', 'by'])
    .execute()
  // Documents are forgotten one by one.
  for (const table of ['sampled', 'sample_answers'])
    await db.schema.createIndex(`${table}_by_document`).on(table).column('sha256').execute()
  if (engine === 'postgres')
    // No sample of the words is kept for the planner: see 009.
    for (const [table, column] of [
      ['sampled', 'task'],
      ['sample_answers', 'answers'],
    ] as const)
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set statistics 0`.execute(db)
}
