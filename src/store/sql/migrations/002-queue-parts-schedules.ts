import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const queuePartsSchedules: Migration = { number: 2, name: 'queue, parts, schedules; audit append-only', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  const documents = [
    ['crashes', 'integer', 0],
    ['priority', 'integer', 100],
    ['held', 'integer', 0],
  ] as const
  for (const [name, type, initial] of documents)
    await db.schema
      .alterTable('documents')
      .addColumn(name, type, (c) => c.notNull().defaultTo(initial))
      .execute()
  for (const name of ['due', 'not_before'] as const)
    await db.schema.alterTable('documents').addColumn(name, 'text').execute()
  // What waits, in the order in which it is taken: the same words as in waiting.ts, or the index is not used.
  await sql`create index documents_open on documents (priority, received_at, sha256) where state not in ('done', 'failed') and held = 0`.execute(
    db,
  )
  await sql`create index documents_held on documents (received_at, sha256) where held = 1`.execute(db)
  await sql`create index documents_leased on documents (lease_expires_at) where lease_owner is not null`.execute(db)
  // What ended, by when.
  await db.schema.createIndex('documents_by_change').on('documents').columns(['state', 'changed_at']).execute()
  await db.schema
    .createTable('parts')
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('part', 'integer', (c) => c.notNull())
    .addColumn('first_page', 'integer', (c) => c.notNull())
    .addColumn('last_page', 'integer', (c) => c.notNull())
    .addColumn('pages', 'text')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('crashes', 'integer', (c) => c.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_token', 'integer', (c) => c.notNull())
    .addColumn('lease_expires_at', 'text')
    .addPrimaryKeyConstraint('parts_key', ['sha256', 'part'])
    .execute()
  await db.schema
    .createTable('uploads')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('schedules')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('definition', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('schedule_runs')
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('due_at', 'text', (c) => c.notNull())
    .addColumn('started_at', 'text', (c) => c.notNull())
    .addColumn('ended_at', 'text')
    .addColumn('documents', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('schedule_runs_key', ['name', 'due_at'])
    .execute()
  for (const statement of appendOnly[engine]) await sql.raw(statement).execute(db)
}

/** What happened stays written: the database itself refuses to change or remove a row of the audit trail. */
const appendOnly: Readonly<Record<Database['engine'], readonly string[]>> = {
  sqlite: ['update', 'delete'].map(
    (change) =>
      `create trigger audit_no_${change} before ${change} on audit begin select raise(abort, 'the audit trail is append-only'); end`,
  ),
  postgres: [
    `create function refuse_audit_change() returns trigger language plpgsql as
     $$ begin raise exception 'the audit trail is append-only'; end $$`,
    `create trigger audit_append_only before update or delete on audit
     for each statement execute function refuse_audit_change()`,
  ],
}
