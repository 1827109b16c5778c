import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const ledgerCasesAudit: Migration = { number: 1, name: 'ledger, cases, audit', up }

async function up(db: Transaction<Tables>, engine: Database['engine']): Promise<void> {
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
