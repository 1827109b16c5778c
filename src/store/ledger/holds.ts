import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { editSchema } from '../../model/index.ts'
import type { Holding, LegalHold } from '../holding.ts'
import { type Database, lockedRow, patiently, transact } from '../sql/database.ts'
import type { LegalHoldsTable, Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'

/** Names the lock between whoever forgets and whoever places a hold on a claim: any number, as long as nobody else uses it. */
const HOLDS_LOCK = 4_610_504

/** Legal holds: see {@link Holding}. */
export function holding(ledger: Ledger): Holding {
  const { database, time, note } = ledger
  const db = database.kysely

  return {
    holds: () =>
      patiently(async () => {
        const rows = await db.selectFrom('legal_holds').selectAll().orderBy('at', 'desc').orderBy('id').execute()
        const stands = (row: LegalHoldsTable) => row.released_at === null
        return [...rows.filter(stands), ...rows.filter((row) => !stands(row))].map(told)
      }),

    placeHold: (on, reason, by) =>
      transact(database, async (tx) => {
        const isThere = 'claim' in on || (await lockedRow(database, tx, on.sha256)) !== undefined
        if (!isThere) return null
        // Whoever is forgetting something has seen this hold, or is done before it stands.
        if ('claim' in on) await lockHolds(database, tx, 'alone')
        const row: LegalHoldsTable = {
          ...{ id: randomBytes(6).toString('hex'), reason, by, at: time(), released_by: null, released_at: null },
          ...('claim' in on
            ? { sha256: null, claim: on.claim, claim_key: claimKey(on.claim) }
            : { sha256: on.sha256, claim: null, claim_key: null }),
        }
        await tx.insertInto('legal_holds').values(row).execute()
        await note(tx, { actor: by, action: 'hold-placed', subject: row.sha256 ?? row.id, detail: row.id })
        return told(row)
      }),

    releaseHold: (id, by) =>
      transact(database, async (tx) => {
        const released = await tx
          .updateTable('legal_holds')
          .set({ released_by: by, released_at: time() })
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .returning('sha256')
          .executeTakeFirst()
        if (!released) return false
        await note(tx, { actor: by, action: 'hold-released', subject: released.sha256 ?? id, detail: id })
        return true
      }),

    holdsOn: (sha256) =>
      patiently(async () => {
        const keys = await claimKeysOf(database, db, [sha256])
        return (await standing(db)).filter((row) => keeps(row, sha256, keys.get(sha256))).map(told)
      }),
  }
}

/** Until its transaction ends, no hold on a claim is placed beside who forgets; many may forget at once. */
export async function lockHolds({ engine }: Database, tx: Transaction<Tables>, how: 'shared' | 'alone'): Promise<void> {
  if (engine !== 'postgres') return
  if (how === 'alone') await sql`select pg_advisory_xact_lock(${HOLDS_LOCK})`.execute(tx)
  else await sql`select pg_advisory_xact_lock_shared(${HOLDS_LOCK})`.execute(tx)
}

/** Which of these documents a hold keeps. */
export async function keptByHolds(
  database: Database,
  db: Kysely<Tables>,
  documents: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await standing(db)
  if (rows.length === 0) return new Set()
  const keys = rows.some((row) => row.claim_key !== null) ? await claimKeysOf(database, db, documents) : new Map()
  return new Set(documents.filter((sha256) => rows.some((row) => keeps(row, sha256, keys.get(sha256)))))
}

const standing = (db: Kysely<Tables>) =>
  db
    .selectFrom('legal_holds')
    .selectAll()
    .where('released_at', 'is', null)
    .orderBy('at', 'desc')
    .orderBy('id')
    .execute()

const keeps = (row: LegalHoldsTable, sha256: string, claims: ReadonlySet<string> | undefined) =>
  row.sha256 === sha256 || (row.claim_key !== null && claims?.has(row.claim_key) === true)

/** What is the same claim number, however it was typed or printed. */
const claimKey = (claim: string): string => claim.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** The claims that documents are of: as read, decided on or not, and as anybody ever corrected it. Rather one too many than one too few. */
async function claimKeysOf(
  { engine }: Database,
  db: Kysely<Tables>,
  documents: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>()
  const add = (sha256: string, claim: unknown) => {
    if (typeof claim === 'string') found.set(sha256, (found.get(sha256) ?? new Set()).add(claimKey(claim)))
  }
  const claim =
    engine === 'postgres'
      ? sql<string | null>`record::json->'header'->'claimNumber'->>'value'`
      : sql<string | null>`json_extract(record, '$.header.claimNumber.value')`
  for (const table of ['cases', 'undecided'] as const) {
    const rows = await db
      .selectFrom(table)
      .select(['sha256', claim.as('claim')])
      .where('sha256', 'in', documents)
      .execute()
    for (const row of rows) add(row.sha256, row.claim)
  }
  const edits = await db
    .selectFrom('edits')
    .innerJoin('letters', 'letters.letter_id', 'edits.letter_id')
    .select(['letters.sha256', 'edits.edit'])
    .where('letters.sha256', 'in', documents)
    .where('edits.edit', 'like', '%"header.claimNumber"%')
    .execute()
  for (const { sha256, edit } of edits) {
    const made = editSchema.parse(JSON.parse(edit))
    if (made.action === 'correct') add(sha256, made.value)
  }
  return found
}

const told = ({ released_by, released_at, claim_key: _, ...row }: LegalHoldsTable): LegalHold => ({
  ...row,
  releasedBy: released_by,
  releasedAt: released_at,
})
