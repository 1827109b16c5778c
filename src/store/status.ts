import type { Kysely } from 'kysely'
import type { FailureCode } from '../model/index.ts'
import type { DocumentState, Tables } from './schema.ts'
import type { StoreStatus } from './store.ts'

const states: readonly DocumentState[] = ['received', 'extracting', 'extracted', 'deciding', 'done', 'failed']

/** How the ledger stands: documents by state, failures by cause, cases and pages. */
export async function statusOf(db: Kysely<Tables>): Promise<StoreStatus> {
  const count = (rows: { count: string | number | bigint }[]) => Number(rows[0]?.count ?? 0)
  const byState = await db
    .selectFrom('documents')
    .select(['state', (e) => e.fn.countAll().as('count')])
    .groupBy('state')
    .execute()
  const failed = await db
    .selectFrom('documents')
    .select(['file_name', 'cause', 'message'])
    .where('state', '=', 'failed')
    .orderBy('changed_at')
    .orderBy('sha256')
    .execute()
  const causes = new Map<FailureCode, number>()
  for (const { cause } of failed) if (cause) causes.set(cause, (causes.get(cause) ?? 0) + 1)
  const [oldest] = await db
    .selectFrom('documents')
    .select((e) => e.fn.min('received_at').as('at'))
    .where('state', 'not in', ['done', 'failed'])
    .execute()
  const [pages] = await db
    .selectFrom('documents')
    .select((e) => e.fn.sum('page_count').as('pages'))
    .execute()
  const numbers = Object.fromEntries(byState.map((r) => [r.state, Number(r.count)]))
  return {
    documents: Object.fromEntries(states.map((s) => [s, numbers[s] ?? 0])) as Record<DocumentState, number>,
    failures: [...causes].map(([cause, n]) => ({ cause, count: n })).sort((a, b) => b.count - a.count),
    failed: failed.flatMap((f) =>
      f.cause ? [{ fileName: f.file_name, cause: f.cause, message: f.message ?? '' }] : [],
    ),
    cases: count(
      await db
        .selectFrom('cases')
        .select((e) => e.fn.countAll().as('count'))
        .execute(),
    ),
    needReview: count(
      await db
        .selectFrom('cases')
        .select((e) => e.fn.countAll().as('count'))
        .where('review_state', '=', 'needs-review')
        .execute(),
    ),
    pages: Number(pages?.pages ?? 0),
    oldestWaiting: oldest?.at ?? null,
  }
}
