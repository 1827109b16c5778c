import { type Kysely, sql } from 'kysely'
import type { DocumentState, Tables } from '../sql/schema.ts'
import type { StoreStatus } from '../store.ts'
import { isHeld } from './waiting.ts'

const states: readonly DocumentState[] = ['received', 'extracting', 'extracted', 'deciding', 'done', 'failed']
/** Over how many minutes the pace is taken. */
const PACE_MINUTES = 10
/** How many failures are named. */
const NAMED = 1000

/** How the ledger stands: documents by state, failures by cause, cases and pages, and the pace of the last minutes. */
export async function statusOf(db: Kysely<Tables>, now: Date): Promise<StoreStatus> {
  const byState = await db
    .selectFrom('documents')
    .select((eb) => ['state', eb.fn.countAll().as('count'), eb.fn.sum('page_count').as('pages')])
    .groupBy('state')
    .execute()
  const byCause = await db
    .selectFrom('documents')
    .select((eb) => ['cause', eb.fn.countAll().as('count')])
    .where('state', '=', 'failed')
    .groupBy('cause')
    .execute()
  const failed = await db
    .selectFrom('documents')
    .select(['sha256', 'file_name', 'cause', 'message'])
    .where('state', '=', 'failed')
    .orderBy('changed_at', 'desc')
    .orderBy('sha256')
    .limit(NAMED)
    .execute()
  const { held } = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.countAll().as('held'))
    .where(isHeld)
    .executeTakeFirstOrThrow()
  const { at: oldest } = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.min('received_at').as('at'))
    .where(sql<boolean>`state not in ('done', 'failed')`)
    .executeTakeFirstOrThrow()
  const since = new Date(now.getTime() - PACE_MINUTES * 60_000).toISOString()
  const lately = await db
    .selectFrom('documents')
    .select((eb) => [eb.fn.countAll().as('documents'), eb.fn.sum('page_count').as('pages')])
    .where('state', 'in', ['done', 'failed'])
    .where('changed_at', '>=', since)
    .executeTakeFirstOrThrow()
  const byReview = await db
    .selectFrom('cases')
    .innerJoin('documents', 'documents.sha256', 'cases.sha256')
    .select((eb) => ['cases.review_state', eb.fn.countAll().as('count')])
    .where('documents.state', 'in', ['done', 'failed'])
    .groupBy('cases.review_state')
    .execute()
  const number = (found: { readonly count: string | number | bigint } | undefined) => Number(found?.count ?? 0)
  return {
    documents: Object.fromEntries(
      states.map((state) => [state, number(byState.find((r) => r.state === state))]),
    ) as Record<DocumentState, number>,
    held: Number(held),
    failures: byCause
      .flatMap(({ cause, count }) => (cause ? [{ cause, count: Number(count) }] : []))
      .sort((a, b) => b.count - a.count),
    failed: failed.flatMap((f) =>
      f.cause ? [{ sha256: f.sha256, fileName: f.file_name, cause: f.cause, message: f.message ?? '' }] : [],
    ),
    cases: byReview.reduce((sum, r) => sum + number(r), 0),
    needReview: number(byReview.find((r) => r.review_state === 'needs-review')),
    pages: byState.reduce((sum, r) => sum + Number(r.pages ?? 0), 0),
    oldestWaiting: oldest ?? null,
    lately: {
      minutes: PACE_MINUTES,
      documents: Number(lately.documents),
      pages: Number(lately.pages ?? 0),
    },
  }
}
