import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const lettersUnderReview: Migration = {
  number: 14,
  name: 'letters under review: edits, locks, what was said',
  up,
}

/** Columns that hold words of a letter, or of people about it. */
const words = {
  letters: ['reason'],
  edits: ['edit', 'anchor'],
  letter_events: ['text'],
} as const

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('letters')
    .addColumn('letter_id', 'text', (c) => c.primaryKey())
    // All of it leaves with the document.
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('case_id', 'text')
    .addColumn('revision', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('state', 'text', (c) => c.notNull().defaultTo('open'))
    .addColumn('reason', 'text')
    .addColumn('assignee', 'text')
    .addColumn('lock_by', 'text')
    .addColumn('lock_token', 'text')
    .addColumn('lock_until', 'text')
    .addColumn('indexed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('needed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('due', 'text', (c) => c.notNull().defaultTo('9999-12-31'))
    .addColumn('doubt', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  for (const table of ['edits', 'letter_events', 'letter_keys'] as const) {
    const made = db.schema
      .createTable(table)
      .addColumn('letter_id', 'text', (c) => c.notNull().references('letters.letter_id').onDelete('cascade'))
    if (table === 'edits')
      await made
        .addColumn('revision', 'integer', (c) => c.notNull())
        .addColumn('part', 'integer', (c) => c.notNull())
        .addColumn('by', 'text', (c) => c.notNull())
        .addColumn('at', 'text', (c) => c.notNull())
        .addColumn('edit', 'text', (c) => c.notNull())
        .addColumn('anchor', 'text')
        .addPrimaryKeyConstraint('edits_key', ['letter_id', 'revision', 'part'])
        .execute()
    else if (table === 'letter_events')
      await made
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('revision', 'integer')
        .addColumn('by', 'text', (c) => c.notNull())
        .addColumn('at', 'text', (c) => c.notNull())
        .addColumn('event', 'text', (c) => c.notNull())
        .addColumn('text', 'text')
        .addPrimaryKeyConstraint('letter_events_key', ['letter_id', 'number'])
        .execute()
    else
      await made
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('revision', 'integer', (c) => c.notNull())
        .addColumn('digest', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('letter_keys_key', ['letter_id', 'key'])
        .execute()
  }
  const firstPage =
    engine === 'postgres'
      ? sql`record::json->'document'->'pageRange'->>0`
      : sql`json_extract(record, '$.document.pageRange[0]')`
  await sql`insert into letters (letter_id, sha256, case_id)
    select sha256 || '-p' || coalesce(${firstPage}, '0'), sha256, min(case_id) from cases group by 1, 2`.execute(db)
  await db.schema.createIndex('letters_by_document').on('letters').column('sha256').execute()
  await sql`create index letters_to_index on letters (letter_id) where indexed = 0`.execute(db)
  await sql`create index letters_work on letters (state, due, doubt desc, letter_id) where needed = 1`.execute(db)
  await sql`create index letters_order on letters (due, doubt desc, letter_id)`.execute(db)
  if (engine === 'postgres')
    // No sample of the words is kept for the planner: see 009.
    for (const [table, columns] of Object.entries(words))
      for (const column of columns)
        await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set statistics 0`.execute(db)
}
