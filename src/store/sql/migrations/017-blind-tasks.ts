import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const blindTasks: Migration = { number: 17, name: 'who answers which letter of a sample blind', up }

async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('blind_tasks')
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id').onDelete('cascade'))
    .addColumn('letter_id', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('settles', 'integer', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('blind_tasks_key', ['sample_id', 'letter_id', 'by'])
    .execute()
  await db.schema.createIndex('blind_tasks_by_person').on('blind_tasks').columns(['by', 'letter_id']).execute()
  await db.schema.createIndex('blind_tasks_by_document').on('blind_tasks').column('sha256').execute()
}
