import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const signOns: Migration = { number: 18, name: 'who is on their way to sign in elsewhere', up }

async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('sign_ons')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('nonce', 'text', (c) => c.notNull())
    .addColumn('verifier', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .execute()
}
