import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const listsShown: Migration = { number: 21, name: 'what was in a list that somebody was shown', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('listed')
    .addColumn('list', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('listed_key', ['list', 'subject'])
    .execute()
  // As in trail.ts, or the index is not used.
  await sql`create index listed_by_document on listed (substr(subject, 1, 64))`.execute(db)
  for (const statement of appendOnly[engine]) await sql.raw(statement).execute(db)
}

const appendOnly: Readonly<Record<Database['engine'], readonly string[]>> = {
  sqlite: ['update', 'delete'].map(
    (change) =>
      `create trigger listed_no_${change} before ${change} on listed begin select raise(abort, 'the audit trail is append-only'); end`,
  ),
  postgres: [
    `create trigger listed_append_only before update or delete or truncate on listed
     for each statement execute function refuse_audit_change()`,
  ],
}
