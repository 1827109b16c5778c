import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const knownDevices: Migration = { number: 19, name: 'browsers in which somebody has signed in', up }

async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('known_devices')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('known_devices_by_name').on('known_devices').columns(['name', 'seen_at']).execute()
}
