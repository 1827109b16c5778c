import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const sourcesByDigest: Migration = { number: 4, name: 'sources keyed by a digest of their path', up }

/** Rows copied at once. */
const ROWS = 1_000

/** The name of a file in an archive may be 65,535 bytes long; a row of an index in PostgreSQL has 2,704. */
async function up(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('sources_by_digest')
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('path_digest', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('first_seen_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('sources_digest_key', ['sha256', 'path_digest'])
    .execute()
  let after = { sha256: '', path: '' }
  for (;;) {
    const { rows } = await sql<{ sha256: string; path: string; first_seen_at: string }>`
      select sha256, path, first_seen_at from sources
      where (sha256, path) > (${after.sha256}, ${after.path}) order by sha256, path limit ${ROWS}`.execute(db)
    const last = rows.at(-1)
    if (!last) break
    const values = rows.map((r) => sql`(${sql.join([r.sha256, digest(r.path), r.path, r.first_seen_at])})`)
    await sql`insert into sources_by_digest (sha256, path_digest, path, first_seen_at) values ${sql.join(values)}`.execute(
      db,
    )
    after = last
  }
  await db.schema.dropTable('sources').execute()
  await db.schema.alterTable('sources_by_digest').renameTo('sources').execute()
}

const digest = (path: string) => createHash('sha256').update(path).digest('hex')
