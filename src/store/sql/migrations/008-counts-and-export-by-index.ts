import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const countsAndExportByIndex: Migration = {
  number: 8,
  name: 'what is counted and exported, by indexes that hold all that is asked for',
  up,
}

const replaced: readonly (readonly [string, string])[] = [
  ['documents_by_state', 'documents (state, again_from, page_count)'],
  ['documents_by_change', 'documents (state, changed_at, page_count)'],
  ['documents_held', 'documents (priority, received_at, sha256, again_from) where held = 1'],
]

const added: readonly (readonly [string, string])[] = [
  ['documents_by_cause', 'documents (cause) where cause is not null'],
  ['documents_by_again_cause', 'documents (again_cause) where again_cause is not null'],
  ['documents_oldest', "documents (received_at) where state not in ('done', 'failed') and again_from is null"],
  ['documents_in_order', 'documents (received_at, sha256)'],
]

/** The same words as in status.ts, waiting.ts and case-rows.ts, or the partial indexes are not used. */
async function up(db: Transaction<Tables>): Promise<void> {
  for (const [name] of replaced) await sql.raw(`drop index ${name}`).execute(db)
  for (const [name, what] of [...replaced, ...added]) await sql.raw(`create index ${name} on ${what}`).execute(db)
}
