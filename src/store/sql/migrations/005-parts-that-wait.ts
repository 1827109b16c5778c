import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const partsThatWait: Migration = { number: 5, name: 'parts that wait after a passing failure', up }

async function up(db: Transaction<Tables>): Promise<void> {
  for (const name of ['cause', 'not_before'] as const)
    await db.schema.alterTable('parts').addColumn(name, 'text').execute()
}
