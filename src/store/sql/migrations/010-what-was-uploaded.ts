import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const whatWasUploaded: Migration = { number: 10, name: 'what was handed over under a key, as a whole', up }

async function up(db: Transaction<Tables>): Promise<void> {
  // null for all that is there: until now only single documents had a key.
  await db.schema.alterTable('uploads').addColumn('digest', 'text').execute()
}
