import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { folded } from '../folded.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const whatWasFinished: Migration = {
  number: 16,
  name: 'what stood in a letter when it was finished, and before each change; letters searched alike on every engine',
  up,
}

/** Columns that hold words of a letter or of people about it, or digests of them. */
const words = { letters: ['finished', 'search'], letter_events: ['before'] } as const

/** Letters given their search text at once. */
const ROWS = 500

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema.alterTable('letters').addColumn('finished', 'text').execute()
  await db.schema
    .alterTable('letters')
    .addColumn('search', 'text', (c) => c.notNull().defaultTo(''))
    .execute()
  await db.schema.alterTable('letter_events').addColumn('before', 'text').execute()
  if (engine === 'postgres')
    // No sample of the words is kept for the planner: see 009.
    for (const [table, columns] of Object.entries(words))
      for (const column of columns)
        await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set statistics 0`.execute(db)
  // What was finished before nobody kept: they are looked at once more, and what stands now is what was finished.
  await db.updateTable('letters').set({ indexed: 0 }).where('state', '=', 'completed').execute()
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('letters')
      .innerJoin('documents', 'documents.sha256', 'letters.sha256')
      .leftJoin('cases', 'cases.case_id', 'letters.case_id')
      .select(['letters.letter_id', 'documents.file_name', 'cases.case_number'])
      .where('letters.letter_id', '>', after)
      .orderBy('letters.letter_id')
      .limit(ROWS)
      .execute()
    for (const { letter_id, file_name, case_number } of rows)
      await db
        .updateTable('letters')
        .set({ search: folded(`${case_number ?? ''}\n${file_name}`) })
        .where('letter_id', '=', letter_id)
        .execute()
    const last = rows.at(-1)
    if (!last) return
    after = last.letter_id
  }
}
