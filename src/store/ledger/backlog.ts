import { type Kysely, sql, type Transaction } from 'kysely'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Portion, Store } from '../store.ts'
import type { Ledger } from './context.ts'
import { isOpen } from './most-urgent.ts'
import { isHeld, pendingOf } from './waiting.ts'

/** Pages a document of backlog is taken to have before any was read. */
const TYPICAL_PAGES = 4
/** Over how many of the latest documents their pages are averaged. */
const SAMPLE = 200
/** The pace is that of the last minute. */
const PACE_MS = 60_000
/** Names the lock under which one process at a time lets backlog go: any number, as long as nobody else uses it. */
const PORTION_LOCK = 4_610_501

type Connection = Kysely<Tables> | Transaction<Tables>

/** Written as in the partial indexes `documents_underway` and `documents_let_go_ended`, or they are not used. */
const wasLetGo = sql<boolean>`let_go_at is not null`
const hasEnded = sql<boolean>`state in ('done', 'failed')`

/** Documents that wait until a schedule lets them go, and what became of those that were. */
export function backlog(ledger: Ledger): Pick<Store, 'letGo' | 'backlog'> {
  const { database, time, audit } = ledger

  return {
    backlog: (since) =>
      patiently(async () => {
        const { kysely } = database
        const { waiting } = await kysely
          .selectFrom('documents')
          .select((eb) => eb.fn.countAll().as('waiting'))
          .where(isHeld)
          .executeTakeFirstOrThrow()
        // In this order: a document that ends in between is counted twice rather than not at all.
        const { documents, pages } = await underway(kysely)
        const ended = await endedSince(kysely, since.toISOString())
        return { waiting: Number(waiting), underway: { documents, pages }, pages: ended.pages }
      }),

    async letGo(portion) {
      const waits = await patiently(() =>
        database.kysely.selectFrom('documents').select('sha256').where(isHeld).limit(1).executeTakeFirst(),
      )
      if (!waits) return []
      return transact(database, async (tx) => {
        // SQLite's transactions begin as writers: one at a time they are already.
        if (database.engine === 'postgres') await sql`select pg_advisory_xact_lock(${PORTION_LOCK})`.execute(tx)
        const limit = await roomFor(tx, portion, Date.parse(time()))
        if (limit <= 0) return []
        const rows = await tx
          .updateTable('documents')
          .set({ held: 0, let_go_at: time() })
          .where('sha256', 'in', (eb) =>
            eb
              .selectFrom('documents')
              .select('sha256')
              .where(isHeld)
              .orderBy('priority')
              .orderBy('received_at')
              .orderBy('sha256')
              .limit(limit),
          )
          .where(isHeld)
          .returning(['sha256', 'state', 'priority', 'due', 'lease_owner', 'lease_token'])
          .execute()
        for (const row of rows) await audit(tx, 'let-go', row.sha256, row.state, row.state)
        return rows.map(pendingOf)
      })
    },
  }
}

/** How many documents may be let go now. */
async function roomFor(tx: Connection, { underway: least, pages }: Portion, now: number): Promise<number> {
  const going = await underway(tx)
  const lately = await endedSince(tx, new Date(now - PACE_MS).toISOString())
  // Half a minute's work is kept ahead, so that fast readers need not wait for the next look.
  const room = Math.max(least, Math.ceil(lately.documents / 2)) - going.documents
  if (room <= 0 || !pages) return room
  const typical = await typicalPages(tx)
  const used = (await endedSince(tx, pages.since.toISOString())).pages
  const left = pages.most - used - going.pages - going.unknown * typical
  if (left <= 0) return 0
  // A document longer than the whole budget would wait for ever: it goes alone.
  return Math.min(room, Math.max(Math.floor(left / typical), going.documents === 0 ? 1 : 0))
}

/** What was let go and is neither done nor failed: documents, the pages of those that were opened, and how many were not. */
async function underway(
  db: Connection,
): Promise<{ readonly documents: number; readonly pages: number; readonly unknown: number }> {
  const { documents, opened, pages } = await db
    .selectFrom('documents')
    .select((eb) => [
      eb.fn.countAll().as('documents'),
      eb.fn.count('page_count').as('opened'),
      eb.fn.sum('page_count').as('pages'),
    ])
    .where(wasLetGo)
    .where(isOpen)
    .executeTakeFirstOrThrow()
  return { documents: Number(documents), pages: Number(pages ?? 0), unknown: Number(documents) - Number(opened) }
}

async function endedSince(
  db: Connection,
  since: string,
): Promise<{ readonly documents: number; readonly pages: number }> {
  const { documents, pages } = await db
    .selectFrom('documents')
    .select((eb) => [eb.fn.countAll().as('documents'), eb.fn.sum('page_count').as('pages')])
    .where(wasLetGo)
    .where(hasEnded)
    .where('changed_at', '>=', since)
    .executeTakeFirstOrThrow()
  return { documents: Number(documents), pages: Number(pages ?? 0) }
}

/** Pages of a document that was not opened yet, judged by those of the backlog that ended last. */
async function typicalPages(db: Connection): Promise<number> {
  const latest = await db
    .selectFrom('documents')
    .select('page_count')
    .where(wasLetGo)
    .where(hasEnded)
    .orderBy('changed_at', 'desc')
    .limit(SAMPLE)
    .execute()
  const pages = latest.flatMap((d) => (d.page_count ? [d.page_count] : []))
  return pages.length === 0 ? TYPICAL_PAGES : pages.reduce((sum, p) => sum + p, 0) / pages.length
}
