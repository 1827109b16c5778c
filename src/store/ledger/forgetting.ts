import { sql, type Transaction } from 'kysely'
import type { BlobStore } from '../blobs/blobs.ts'
import type { ForgetOrder, ForgetReason, Forgetting, KeptDocument, Tombstone } from '../forgetting.ts'
import { lockBytes, lockedRow, patiently, transact } from '../sql/database.ts'
import type { DocumentRow, Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { keptByHolds, lockHolds } from './holds.ts'

/** Rows looked at in one query. */
const ROWS = 500

/** How documents leave: see {@link Forgetting}. */
export function forgetting(ledger: Ledger, blobs: BlobStore): Forgetting {
  const { database, time, audit } = ledger
  const db = database.kysely

  return {
    async *kept(which) {
      let after = { received: '', sha256: '' }
      for (;;) {
        const from = after
        const rows = await patiently(async () =>
          'sha256' in which
            ? await db.selectFrom('documents').selectAll().where('sha256', '=', which.sha256).execute()
            : await db
                .selectFrom('documents')
                .selectAll()
                .where('received_at', '<', which.before.toISOString())
                .where(({ eb, refTuple, tuple }) =>
                  eb(refTuple('received_at', 'sha256'), '>', tuple(from.received, from.sha256)),
                )
                .orderBy('received_at')
                .orderBy('sha256')
                .limit(ROWS)
                .execute(),
        )
        yield* await patiently(() => told(rows))
        const last = rows.at(-1)
        if (!last || 'sha256' in which) return
        after = { received: last.received_at, sha256: last.sha256 }
      }
    },

    forget: (sha256, order) =>
      transact(database, async (tx) => {
        await lockBytes(database, tx, sha256)
        const found = await lockedRow(database, tx, sha256)
        if (!found) return (await tombstonesOf(tx, sha256)).length > 0 ? 'forgotten' : 'unknown'
        await lockHolds(database, tx, 'shared')
        if ((await keptByHolds(database, tx, [sha256])).has(sha256)) return 'on-hold'
        if (!ledger.isFree(found) || (await someoneHasAPart(tx, sha256))) return 'in-hand'
        // Paths, parts, words of pages, undecided records, cases, diagnoses and services go with it.
        await tx.deleteFrom('documents').where('sha256', '=', sha256).execute()
        await tx.deleteFrom('uploads').where('sha256', '=', sha256).execute()
        await tx
          .insertInto('removals')
          .values({ sha256, at: time() })
          .onConflict((c) => c.doNothing())
          .execute()
        await audit(tx, 'forgotten', sha256, found.state, null, detailOf(order))
        return 'forgotten'
      }),

    lastForgotten: ({ before, limit }) =>
      patiently(async () => {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .where('action', '=', 'forgotten')
          .$if(before !== undefined, (q) => q.where('seq', '<', before ?? 0))
          .orderBy('seq', 'desc')
          .limit(limit)
          .execute()
        return rows.map((row) => ({ ...tombstoneOf(row), seq: Number(row.seq) }))
      }),

    async *tombstones(sha256) {
      for (let after = 0; ; ) {
        const from = after
        const rows = await patiently(() =>
          db
            .selectFrom('audit')
            .selectAll()
            .where('action', '=', 'forgotten')
            .where('seq', '>', from)
            .$if(sha256 !== undefined, (q) => q.where('subject', '=', sha256 ?? ''))
            .orderBy('seq')
            .limit(ROWS)
            .execute(),
        )
        yield* rows.map(tombstoneOf)
        const last = rows.at(-1)
        if (!last) return
        after = Number(last.seq)
      }
    },

    async removeForgotten() {
      const tally = { removed: 0, versions: false }
      const troubles: unknown[] = []
      for (let after = ''; ; ) {
        const from = after
        const rows = await patiently(() =>
          db.selectFrom('removals').selectAll().where('sha256', '>', from).orderBy('sha256').limit(ROWS).execute(),
        )
        for (const { sha256 } of rows)
          try {
            const removal = await removeUnlessWanted(sha256)
            if (removal) tally.removed++
            tally.versions ||= removal?.versions ?? false
          } catch (error) {
            troubles.push(error)
          }
        const last = rows.at(-1)
        if (!last) break
        after = last.sha256
      }
      if (troubles.length > 0) throw troubles[0]
      return tally
    },

    nobodys: (before) => nobodysOf(blobs, before),

    async tidyCopies(before) {
      const { copies } = blobs
      if (!copies) return 0
      const { nobodys } = await nobodysOf(copies, before)
      for (const sha256 of nobodys) await copies.remove(sha256)
      return nobodys.length
    },

    removeNobodys: async (sha256) => (await removeUnlessWanted(sha256)) !== null,

    scrub: (options) => database.scrub(options),

    policy: (name) =>
      patiently(async () => {
        const found = await db.selectFrom('policies').select('definition').where('name', '=', name).executeTakeFirst()
        return found?.definition ?? null
      }),

    setPolicy: (name, definition) =>
      transact(database, async (tx) => {
        await tx.deleteFrom('policies').where('name', '=', name).execute()
        if (definition !== null)
          await tx.insertInto('policies').values({ name, definition, changed_at: time() }).execute()
        await audit(tx, definition === null ? 'policy-revoked' : 'policy-set', name, null, null, definition)
      }),
  }

  async function nobodysOf(files: Pick<BlobStore, 'list'>, before: Date): ReturnType<Forgetting['nobodys']> {
    let kept = 0
    const nobodys: string[] = []
    let some = new Set<string>()
    const look = async () => {
      const asked = [...some]
      some = new Set()
      if (asked.length === 0) return
      const rows = await patiently(() =>
        db.selectFrom('documents').select('sha256').where('sha256', 'in', asked).execute(),
      )
      const known = new Set(rows.map((r) => r.sha256))
      nobodys.push(...asked.filter((sha256) => !known.has(sha256)))
    }
    for await (const { sha256, since } of files.list()) {
      kept++
      if (since < before) some.add(sha256)
      if (some.size >= ROWS) await look()
    }
    await look()
    return { kept, nobodys }
  }

  /** Under the lock that whoever takes the same bytes in needs, too. null: a document has them, and they stay. */
  function removeUnlessWanted(sha256: string) {
    return transact(database, async (tx) => {
      await lockBytes(database, tx, sha256)
      // However slow the storage is: a lock that ends before its answer came would protect nobody.
      if (database.engine === 'postgres') await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
      const isWanted = (await ledger.row(tx, sha256)) !== undefined
      const removal = isWanted ? null : await blobs.remove(sha256)
      const ordered = await tx.deleteFrom('removals').where('sha256', '=', sha256).executeTakeFirst()
      if (removal && ordered.numDeletedRows === 0n) await audit(tx, 'nobodys-removed', sha256, null, null)
      return removal
    })
  }

  /** Its parts stay as they are until the transaction ends. */
  async function someoneHasAPart(tx: Transaction<Tables>, sha256: string): Promise<boolean> {
    const parts = await tx
      .selectFrom('parts')
      .select(['lease_owner', 'lease_expires_at'])
      .where('sha256', '=', sha256)
      .$if(database.engine === 'postgres', (q) => q.forUpdate())
      .execute()
    return parts.some((part) => !ledger.isFree(part))
  }

  /** What is told of documents, in their order. */
  async function told(rows: readonly DocumentRow[]): Promise<readonly KeptDocument[]> {
    const ids = rows.map((r) => r.sha256)
    if (ids.length === 0) return []
    const sources = await db
      .selectFrom('sources')
      .select(['sha256', 'path'])
      .where('sha256', 'in', ids)
      .orderBy('first_seen_at')
      .orderBy('path')
      .execute()
    const letters = await db
      .selectFrom('cases')
      .select((eb) => ['sha256', eb.fn.countAll().as('count')])
      .where('sha256', 'in', ids)
      .groupBy('sha256')
      .execute()
    const held = await keptByHolds(database, db, ids)
    const leased = await db
      .selectFrom('parts')
      .select(['sha256', 'lease_owner', 'lease_expires_at'])
      .where('sha256', 'in', ids)
      .where('lease_owner', 'is not', null)
      .execute()
    return rows.map((row) => ({
      sha256: row.sha256,
      fileName: row.file_name,
      state: row.state,
      hasEnded: row.state === 'done' || row.state === 'failed' || row.again_from !== null,
      receivedAt: row.received_at,
      pages: row.page_count ?? 0,
      letters: Number(letters.find((l) => l.sha256 === row.sha256)?.count ?? 0),
      sources: sources.filter((s) => s.sha256 === row.sha256).map((s) => s.path),
      inHand: !ledger.isFree(row) || leased.some((p) => p.sha256 === row.sha256 && !ledger.isFree(p)),
      onHold: held.has(row.sha256),
    }))
  }
}

/** When and why a document was forgotten; none when it never was. */
export async function tombstonesOf(tx: Transaction<Tables>, sha256: string): Promise<readonly Tombstone[]> {
  const rows = await tx
    .selectFrom('audit')
    .selectAll()
    .where('subject', '=', sha256)
    .where('action', '=', 'forgotten')
    .orderBy('seq')
    .execute()
  return rows.map(tombstoneOf)
}

const detailOf = ({ reason, by }: ForgetOrder) => `${reason}, by ${by.replaceAll(/[^\w.@-]/g, '_')}`

function tombstoneOf(row: {
  readonly subject: string
  readonly at: string
  readonly detail: string | null
}): Tombstone {
  const [reason = '', by = ''] = (row.detail ?? '').split(', by ')
  return { sha256: row.subject, at: row.at, reason: reason as ForgetReason, by }
}
