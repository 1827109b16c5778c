import { sql, type Transaction } from 'kysely'
import { type Database, transact } from './database.ts'
import type { Tables } from './schema.ts'

type Migration = {
  readonly number: number
  readonly name: string
  readonly up: (db: Transaction<Tables>, engine: Database['engine']) => Promise<void>
}

/** Numbered steps from an empty database to today's. A step that has been released is never edited: a new one follows. */
const migrations: readonly Migration[] = [
  { number: 1, name: 'ledger, cases, audit', up: ledgerCasesAudit },
  { number: 2, name: 'queue, parts, schedules; audit append-only', up: queuePartsSchedules },
  { number: 3, name: 'what backlog was let go; runs that take files in', up: backlogLetGo },
]

/** Names the lock under which one process at a time migrates a PostgreSQL database: any number, as long as nobody else uses it. */
const MIGRATION_LOCK = 4_610_500

/**
 * Brings a database to today's schema, in one transaction that holds off every other writer.
 * @throws {Error} when the database was written by a newer version of the product.
 */
export async function migrate(database: Database, now: () => Date): Promise<void> {
  await transact(database, async (tx) => {
    if (database.engine === 'postgres') await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx)
    await sql`create table if not exists migrations (number integer primary key, name text not null, applied_at text not null)`.execute(
      tx,
    )
    const { rows } = await sql<{ number: number }>`select number from migrations`.execute(tx)
    const applied = new Set(rows.map((r) => r.number))
    const newest = Math.max(0, ...applied)
    if (newest > migrations.length) {
      throw new Error(
        `the store was written by a newer version of imr (schema ${newest}, this one knows ${migrations.length}): use that version, or another --data folder`,
      )
    }
    for (const { number, name, up } of migrations) {
      if (applied.has(number)) continue
      await up(tx, database.engine)
      await sql`insert into migrations (number, name, applied_at) values (${number}, ${name}, ${now().toISOString()})`.execute(
        tx,
      )
    }
  })
}

async function ledgerCasesAudit(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await db.schema
    .createTable('documents')
    .addColumn('sha256', 'text', (c) => c.primaryKey())
    .addColumn('file_name', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text')
    .addColumn('page_count', 'integer')
    .addColumn('state', 'text', (c) =>
      c.notNull().check(sql`state in ('received', 'extracting', 'extracted', 'deciding', 'done', 'failed')`),
    )
    .addColumn('cause', 'text')
    .addColumn('message', 'text')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_token', 'integer', (c) => c.notNull())
    .addColumn('lease_expires_at', 'text')
    .addColumn('reader', 'text')
    .addColumn('received_at', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'text', (c) => c.notNull())
    .addCheckConstraint('documents_failed_with_cause', sql`(state = 'failed') = (cause is not null)`)
    .execute()
  await db.schema.createIndex('documents_by_state').on('documents').columns(['state', 'received_at']).execute()
  await db.schema
    .createTable('sources')
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('first_seen_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('sources_key', ['sha256', 'path'])
    .execute()
  await db.schema
    .createTable('cases')
    .addColumn('case_id', 'text', (c) => c.primaryKey())
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('letter', 'integer', (c) => c.notNull())
    .addColumn('case_number', 'text')
    .addColumn('date_of_injury', 'text')
    .addColumn('decision_date', 'text')
    .addColumn('outcome', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('review_state', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addUniqueConstraint('cases_one_per_letter', ['sha256', 'letter'])
    .execute()
  await db.schema.createIndex('cases_by_number').on('cases').column('case_number').execute()
  await db.schema.createIndex('cases_by_review').on('cases').column('review_state').execute()
  await db.schema
    .createTable('diagnoses')
    .addColumn('case_id', 'text', (c) => c.notNull().references('cases.case_id').onDelete('cascade'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('text', 'text')
    .addColumn('expanded', 'text', (c) => c.notNull())
    .addColumn('region', 'text')
    .addColumn('laterality', 'text')
    .addColumn('certainty', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('diagnoses_key', ['case_id', 'position'])
    .execute()
  await db.schema
    .createTable('services')
    .addColumn('case_id', 'text', (c) => c.notNull().references('cases.case_id').onDelete('cascade'))
    .addColumn('sequence', 'integer', (c) => c.notNull())
    .addColumn('request', 'text')
    .addColumn('category', 'text')
    .addColumn('visits_min', 'real')
    .addColumn('visits_max', 'real')
    .addColumn('open_ended', 'integer', (c) => c.notNull())
    .addColumn('outcome', 'text')
    .addColumn('proposal', 'text')
    .addPrimaryKeyConstraint('services_key', ['case_id', 'sequence'])
    .execute()
  await db.schema.createIndex('services_by_category').on('services').columns(['category', 'outcome']).execute()
  await db.schema
    .createTable('audit')
    .addColumn('seq', engine === 'postgres' ? 'bigserial' : 'integer', (c) =>
      engine === 'postgres' ? c.primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('from_state', 'text')
    .addColumn('to_state', 'text')
    .addColumn('detail', 'text')
    .execute()
  await db.schema.createIndex('audit_by_subject').on('audit').columns(['subject', 'seq']).execute()
}

async function queuePartsSchedules(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
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

async function backlogLetGo(db: Transaction<Tables>): Promise<void> {
  await db.schema.alterTable('documents').addColumn('let_go_at', 'text').execute()
  await sql`update documents set let_go_at = changed_at where priority >= 1000 and held = 0`.execute(db)
  // The same words as in backlog.ts, or the indexes are not used.
  await sql`create index documents_underway on documents (let_go_at) where let_go_at is not null and state not in ('done', 'failed') and held = 0`.execute(
    db,
  )
  await sql`create index documents_let_go_ended on documents (changed_at) where let_go_at is not null and state in ('done', 'failed')`.execute(
    db,
  )
  for (const name of ['taken_in_at', 'lease_owner', 'lease_expires_at'] as const)
    await db.schema.alterTable('schedule_runs').addColumn(name, 'text').execute()
  await db.schema.alterTable('schedule_runs').dropColumn('documents').execute()
  await sql`update schedule_runs set taken_in_at = started_at`.execute(db)
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
