import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const webhook: Migration = { number: 22, name: 'what another system was told of what changed', up }

async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('told', 'bigint', (c) => c.notNull())
    .addColumn('until', 'bigint')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_at', 'text', (c) => c.notNull())
    .addColumn('trouble', 'text')
    .addColumn('lease', 'text')
    .addColumn('lease_until', 'text')
    .execute()
}
