import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const backlogLetGo: Migration = { number: 3, name: 'what backlog was let go; runs that take files in', up }

async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema.alterTable('documents').addColumn('let_go_at', 'text').execute()
  await sql`update documents set let_go_at = changed_at where priority >= 1000 and held = 0`.execute(db)
  // The same words as in backlog.ts, or the indexes are not used.
  await sql`create index documents_underway on documents (let_go_at) where let_go_at is not null and state not in ('done', 'failed') and held = 0`.execute(
    db,
  )
  await sql`create index documents_let_go_ended on documents (changed_at) where let_go_at is not null and state in ('done', 'failed')`.execute(
    db,
  )
  for (const name of ['taken_in_at', 'lease_owner', 'lease_expires_at'] as const)
    await db.schema.alterTable('schedule_runs').addColumn(name, 'text').execute()
  await db.schema.alterTable('schedule_runs').dropColumn('documents').execute()
  await sql`update schedule_runs set taken_in_at = started_at`.execute(db)
}
