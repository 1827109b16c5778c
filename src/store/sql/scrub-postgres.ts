import { type Kysely, sql } from 'kysely'
import type { Tables } from './schema.ts'

/** A large table takes its time, and so may those who use it. */
const limits = ['statement_timeout', 'lock_timeout'] as const

/**
 * Gives the room of deleted rows back, to be overwritten by the next ones; `full` writes tables and indexes anew, which takes
 * their size once more on disk and holds up whoever wants to use them meanwhile.
 */
export async function scrubPostgres(db: Kysely<Tables>, { full }: { readonly full: boolean }): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(tablename) as name from pg_tables
    where schemaname = current_schema() and tablename <> 'audit' order by tablename`.execute(db)
  // Samples of values that the planner kept before the columns were told to keep none. Who may not do this is only warned.
  const tables = [...rows.map(({ name }) => name), 'pg_catalog.pg_statistic']
  await db.connection().execute(async (connection) => {
    for (const limit of limits) await sql`set ${sql.ref(limit)} = 0`.execute(connection)
    try {
      for (const table of tables)
        await sql.raw(`vacuum (${full ? 'full, analyze' : 'analyze'}) ${table}`).execute(connection)
    } finally {
      for (const limit of limits) await sql`reset ${sql.ref(limit)}`.execute(connection)
    }
  })
}
