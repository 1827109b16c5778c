import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Migration } from './migration.ts'

export const madeAndRereads: Migration = {
  number: 6,
  name: 'what made the records; documents that are read again; undecided records apart',
  up,
}

async function up(db: Transaction<Tables>): Promise<void> {
  await withMade(db)
  await db.schema.alterTable('documents').addColumn('again_from', 'text').execute()
  await db.schema.alterTable('documents').addColumn('again_cause', 'text').execute()
  // The same words as in rereads.ts, or the index is not used.
  await sql`create index documents_again on documents (priority, received_at, sha256) where again_from is not null`.execute(
    db,
  )
  // Backlog is let go in the order of its priority, too: what was never read before what is read again.
  await sql`drop index documents_held`.execute(db)
  await sql`create index documents_held on documents (priority, received_at, sha256) where held = 1`.execute(db)
  await undecidedApart(db)
}

/**
 * `made` in place of `reader`. An older worker that still runs knows `reader` alone: whatever it tries to write is refused from now
 * on, so that it cannot put its records among those of this version.
 */
async function withMade(db: Transaction<Tables>): Promise<void> {
  await db.schema.alterTable('documents').addColumn('made', 'text').execute()
  const { rows } = await sql<{
    reader: string
  }>`select distinct reader from documents where reader is not null`.execute(db)
  for (const { reader } of rows)
    for (const decided of [true, false]) {
      const made = JSON.stringify(madeOf(reader, decided))
      await sql`update documents set made = ${made} where reader = ${reader} and (state = 'done') = ${sql.lit(decided)}`.execute(
        db,
      )
    }
  await sql`alter table documents drop column reader`.execute(db)
}

/** From `imr 0.1.0, tesseract tesseract 5.3.0 eng, eng 4.0.0_best_int 1.0.0`: no digests were kept then. */
function madeOf(reader: string, decided: boolean): object {
  const [, imr = '0.0.0', rest = ''] = /^imr (\S+?)(?:, (.+))?$/.exec(reader) ?? []
  const [, name, version, model] = /^(\S+) (?:\1 )?(\S+?),? (.+)$/.exec(rest) ?? []
  const engine = name === undefined ? null : `${name} ${version}`
  return { schema: 1, imr, engine, model: model ?? null, guidelines: decided ? imr : null }
}

/** `cases` holds what stands, `undecided` what waits for the decision stage: a document that is read again has both. */
async function undecidedApart(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('undecided')
    .addColumn('sha256', 'text', (c) => c.notNull().references('documents.sha256').onDelete('cascade'))
    .addColumn('letter', 'integer', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('undecided_key', ['sha256', 'letter'])
    .execute()
  await sql`insert into undecided (sha256, letter, record) select c.sha256, c.letter, c.record from cases c
    join documents d on d.sha256 = c.sha256 where d.state in ('extracted', 'deciding')`.execute(db)
  await sql`delete from cases where sha256 in (select sha256 from documents where state not in ('done', 'failed'))`.execute(
    db,
  )
}
