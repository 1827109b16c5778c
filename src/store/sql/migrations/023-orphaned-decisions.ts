import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const orphanedDecisions: Migration = { number: 23, name: 'decisions on letters that begin nowhere any more', up }

async function up(db: Transaction<Tables>): Promise<void> {
  // As in orphans.ts, or the index is not used.
  await sql`create index letters_orphaned on letters (sha256) where case_id is null`.execute(db)
  // The letters that stand in their document show them: those are looked at anew.
  await sql`update letters set indexed = 0
    where case_id is not null and sha256 in (select sha256 from letters where case_id is null)`.execute(db)
}
