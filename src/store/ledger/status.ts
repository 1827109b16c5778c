import { type Kysely, sql } from 'kysely'
import type { FailureCode } from '../../model/index.ts'
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
    .select((eb) => ['state', 'again_from', eb.fn.countAll().as('count'), eb.fn.sum('page_count').as('pages')])
    .groupBy(['state', 'again_from'])
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
  const notAgain = await db
    .selectFrom('documents')
    .select((eb) => ['again_cause', eb.fn.countAll().as('count')])
    .where('again_cause', 'is not', null)
    .groupBy('again_cause')
    .execute()
  const { held } = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.countAll().as('held'))
    .where(isHeld)
    .where('again_from', 'is', null)
    .executeTakeFirstOrThrow()
  const { at: oldest } = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.min('received_at').as('at'))
    .where(sql<boolean>`state not in ('done', 'failed')`)
    .where('again_from', 'is', null)
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
    .select((eb) => ['review_state', eb.fn.countAll().as('count')])
    .groupBy('review_state')
    .execute()
  const number = (found: { readonly count: string | number | bigint } | undefined) => Number(found?.count ?? 0)
  const sum = (found: readonly Parameters<typeof number>[0][]) => found.reduce((all, one) => all + number(one), 0)
  return {
    documents: Object.fromEntries(
      states.map((state) => [
        state,
        sum(byState.filter((r) => (r.again_from === 'done' ? 'done' : r.state) === state)),
      ]),
    ) as Record<DocumentState, number>,
    held: Number(held),
    again: {
      waiting: sum(byState.filter((r) => r.again_from !== null)),
      failures: mostFirst(notAgain.map(({ again_cause, count }) => ({ cause: again_cause, count }))),
    },
    failures: mostFirst(byCause),
    failed: failed.flatMap((f) =>
      f.cause ? [{ sha256: f.sha256, fileName: f.file_name, cause: f.cause, message: f.message ?? '' }] : [],
    ),
    cases: sum(byReview),
    needReview: number(byReview.find((r) => r.review_state === 'needs-review')),
    pages: byState.reduce((all, r) => all + Number(r.pages ?? 0), 0),
    oldestWaiting: oldest ?? null,
    lately: {
      minutes: PACE_MINUTES,
      documents: Number(lately.documents),
      pages: Number(lately.pages ?? 0),
    },
  }
}

function mostFirst(
  causes: readonly { readonly cause: FailureCode | null; readonly count: string | number | bigint }[],
) {
  return causes
    .flatMap(({ cause, count }) => (cause ? [{ cause, count: Number(count) }] : []))
    .sort((a, b) => b.count - a.count)
}
