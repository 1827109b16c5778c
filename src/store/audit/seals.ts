import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Ledger } from '../ledger/context.ts'
import { type Database, patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Audit, Seal, Told, Verified } from './audit.ts'
import { areListsWhole } from './lists.ts'
import { told } from './trail.ts'

/** Most rows of one block: so closely a change is located. */
const BLOCK = 10_000
/** Rows looked at in one query. */
const ROWS = 2_000
/** What the first seal follows on. */
const BEGINNING = '0'.repeat(64)
/** Names the lock of whoever seals: any number, as long as nobody else uses it. */
const SEAL_LOCK = 4_610_512

type Connection = Kysely<Tables> | Transaction<Tables>

/**
 * Seals: a block's root is the sha256 of the seal before it, of what the seal says itself, and of every row in canonical form, a line each. One
 * changed, removed, added or swapped row gives another root, and with it another one of every seal that follows. A list that was shown is named in its
 * row by the digest of what was in it. Who may write the database can make new seals, too: keep the latest root elsewhere, now and then.
 */
export function seals({ database, time }: Ledger): Pick<Audit, 'seal' | 'seals' | 'verifySeals'> {
  const db = database.kysely

  async function sealOne(by: string): Promise<Seal | null> {
    return transact(database, async (tx) => {
      await holdOffWriters(database, tx)
      const last = await tx.selectFrom('seals').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()
      const fromSeq = Number(last?.to_seq ?? 0) + 1
      const block = await tx
        .selectFrom('audit')
        .select('seq')
        .where('seq', '>=', fromSeq)
        .orderBy('seq')
        .limit(BLOCK)
        .execute()
      const toSeq = Number(block.at(-1)?.seq ?? 0)
      if (toSeq === 0) return null
      const said = { number: (last?.number ?? 0) + 1, fromSeq, toSeq, rows: block.length, at: time(), actor: by }
      const { root } = await rootOf(tx, said, last?.root ?? BEGINNING)
      const { number, rows, at, actor } = said
      await tx.insertInto('seals').values({ number, from_seq: fromSeq, to_seq: toSeq, rows, root, at, actor }).execute()
      return { ...said, root }
    })
  }

  const all = async (): Promise<readonly Seal[]> => {
    const rows = await patiently(() => db.selectFrom('seals').selectAll().orderBy('number').execute())
    return rows.map(({ from_seq, to_seq, ...rest }) => ({ ...rest, fromSeq: Number(from_seq), toSeq: Number(to_seq) }))
  }

  return {
    async seal(by) {
      for (let last: Seal | null = null; ; ) {
        const made = await sealOne(by)
        if (!made || made.rows < BLOCK) return made ?? last
        last = made
      }
    },

    seals: all,

    async verifySeals() {
      const kept = await all()
      const broken: Verified['broken'][number][] = []
      let [previous, next, sealed] = [BEGINNING, 1, 0]
      for (const [i, seal] of kept.entries()) {
        const why = await patiently(() => wrongWith(seal, { number: i + 1, fromSeq: next, previous }))
        if (why)
          broken.push({ seal: seal.number, fromSeq: seal.fromSeq, toSeq: seal.toSeq, why })
          // What follows is looked at by what this seal says: one change is told once.
        ;[previous, next, sealed] = [seal.root, seal.toSeq + 1, sealed + seal.rows]
      }
      const outside = await patiently(() => countOf((eb) => eb('seq', '<', 1)))
      if (outside > 0) broken.push({ seal: 0, fromSeq: 0, toSeq: 0, why: 'there are rows before the first' })
      const unsealed = await patiently(() => countOf((eb) => eb('seq', '>=', next)))
      const roots = kept.map((seal) => seal.root)
      return { seals: kept.length, sealed, unsealed, root: roots.at(-1) ?? null, roots, broken }
    },
  }

  async function wrongWith(
    seal: Seal,
    expected: { readonly number: number; readonly fromSeq: number; readonly previous: string },
  ): Promise<string | null> {
    if (seal.number !== expected.number || seal.fromSeq !== expected.fromSeq) return 'the seal before it is missing'
    const found = await rootOf(db, seal, expected.previous)
    if (found.rows !== seal.rows) return `${found.rows} rows where ${seal.rows} were sealed`
    if (found.root !== seal.root) return 'a row, or the seal itself, is not what was sealed'
    return (await areListsWhole(db, seal)) ? null : 'a list is not what was shown'
  }

  async function countOf(where: Parameters<ReturnType<typeof counted>['where']>[0]): Promise<number> {
    const { count } = await counted().where(where).executeTakeFirstOrThrow()
    return Number(count)
  }
  function counted() {
    return db.selectFrom('audit').select((eb) => eb.fn.countAll().as('count'))
  }
}

/** The root of the rows that are there now, and how many they are. */
async function rootOf(
  tx: Connection,
  { number, fromSeq, toSeq, rows, at, actor }: Omit<Seal, 'root'>,
  previous: string,
): Promise<{ readonly root: string; readonly rows: number }> {
  const hash = createHash('sha256').update(`${JSON.stringify([previous, number, fromSeq, toSeq, rows, at, actor])}\n`)
  let found = 0
  for (let from = fromSeq; from <= toSeq; ) {
    const some = await tx
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>=', from)
      .where('seq', '<=', toSeq)
      .orderBy('seq')
      .limit(ROWS)
      .execute()
    for (const row of some) hash.update(`${lineOf(told(row))}\n`)
    found += some.length
    const last = some.at(-1)
    if (!last || some.length < ROWS) break
    from = Number(last.seq) + 1
  }
  return { root: hash.digest('hex'), rows: found }
}

/** A row in canonical form: its columns in this order for ever; what is added later comes at the end, and only where it is set. */
const lineOf = (row: Told): string =>
  JSON.stringify([
    ...[row.seq, row.at, row.actor, row.action, row.subject, row.from_state, row.to_state, row.detail],
    ...[row.before_digest, row.after_digest],
  ])

/**
 * Until the transaction ends nobody adds a row, and nobody else seals. Numbers are given out before rows are committed: without this a row could
 * appear among those that are sealed already.
 */
export async function holdOffWriters({ engine }: Database, tx: Transaction<Tables>): Promise<void> {
  // SQLite's transactions begin as writers: one at a time they are already.
  if (engine !== 'postgres') return
  await sql`select pg_advisory_xact_lock(${SEAL_LOCK})`.execute(tx)
  await sql`lock table audit in share mode`.execute(tx)
}
