import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const peopleAndSeals: Migration = {
  number: 12,
  name: 'users, sessions, second factors, tokens; audit of values by salted digests, sealed',
  up,
}

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
  await people(db)
  for (const column of ['before_digest', 'after_digest'] as const)
    await db.schema.alterTable('audit').addColumn(column, 'text').execute()
  // What concerns a document or one of its letters (<sha256>-p<page>): the same words as in trail.ts, or the index is not used.
  await sql`create index audit_by_document on audit (substr(subject, 1, 64), seq)`.execute(db)
  await db.schema.createIndex('audit_by_actor').on('audit').columns(['actor', 'seq']).execute()
  await db.schema
    .createTable('salts')
    .addColumn('sha256', 'text', (c) => c.primaryKey().references('documents.sha256').onDelete('cascade'))
    .addColumn('salt', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('seals')
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('from_seq', 'bigint', (c) => c.notNull())
    .addColumn('to_seq', 'bigint', (c) => c.notNull())
    .addColumn('rows', 'integer', (c) => c.notNull())
    .addColumn('root', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .execute()
  // Of salts PostgreSQL's planner keeps no samples: they have to go with their document.
  if (engine === 'postgres') await sql`alter table salts alter column salt set statistics 0`.execute(db)
  for (const statement of appendOnly[engine]) await sql.raw(statement).execute(db)
}

const appendOnly: Readonly<Record<Database['engine'], readonly string[]>> = {
  sqlite: ['update', 'delete'].map(
    (change) =>
      `create trigger seals_no_${change} before ${change} on seals begin select raise(abort, 'the audit trail is append-only'); end`,
  ),
  postgres: [
    `create trigger seals_append_only before update or delete or truncate on seals
     for each statement execute function refuse_audit_change()`,
    `create trigger audit_not_emptied before truncate on audit
     for each statement execute function refuse_audit_change()`,
  ],
}

async function people(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('roles', 'text', (c) => c.notNull())
    .addColumn('password', 'text', (c) => c.notNull())
    .addColumn('disabled', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('signed_in_at', 'text')
    .execute()
  await db.schema
    .createTable('second_factors')
    .addColumn('name', 'text', (c) => c.primaryKey().references('users.name').onDelete('cascade'))
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('confirmed_at', 'text')
    .addColumn('last_step', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('recovery_codes')
    .addColumn('name', 'text', (c) => c.notNull().references('users.name').onDelete('cascade'))
    .addColumn('digest', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('recovery_codes_key', ['name', 'digest'])
    .execute()
  await db.schema
    .createTable('sessions')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().references('users.name').onDelete('cascade'))
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('locked', 'integer', (c) => c.notNull())
    .addColumn('second_factor', 'integer', (c) => c.notNull())
    .addColumn('glass_role', 'text')
    .addColumn('glass_until', 'text')
    .execute()
  await db.schema.createIndex('sessions_by_name').on('sessions').column('name').execute()
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull().unique())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('revoked_at', 'text')
    .addColumn('used_at', 'text')
    .execute()
  await db.schema
    .createTable('attempts')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('failed', 'integer', (c) => c.notNull())
    .addColumn('last_at', 'text', (c) => c.notNull())
    .addColumn('wait_until', 'text')
    .execute()
}
