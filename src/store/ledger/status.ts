import { type Kysely, sql } from 'kysely'
import type { FailureCode } from '../../model/index.ts'
import type { DocumentState, Tables } from '../sql/schema.ts'
import type { StoreStatus } from '../store.ts'
import { isHeld } from './waiting.ts'

const states: readonly DocumentState[] = ['received', 'extracting', 'extracted', 'deciding', 'done', 'failed']
/** Over how many minutes the pace is taken. */
const PACE_MINUTES = 10

/** Written as in the partial indexes `documents_by_cause`, `documents_by_again_cause` and `documents_oldest`, or they are not used. */
const hasFailed = sql<boolean>`cause is not null`
const couldNotAgain = sql<boolean>`again_cause is not null`
const hasNotEnded = sql<boolean>`state not in ('done', 'failed') and again_from is null`

/**
 * What is asked for the counts. Each is answered by an index alone: on SQLite the process stands still meanwhile, and a scrape of
 * the metrics asks again and again.
 */
export function counts(db: Kysely<Tables>, now: Date) {
  const documents = db.selectFrom('documents')
  const since = new Date(now.getTime() - PACE_MINUTES * 60_000).toISOString()
  const lately = (state: DocumentState) =>
    documents
      .select((eb) => [eb.fn.countAll().as('count'), eb.fn.sum('page_count').as('pages')])
      .where('state', '=', state)
      .where('changed_at', '>=', since)
  return {
    byState: documents
      .select((eb) => ['state', 'again_from', eb.fn.countAll().as('count'), eb.fn.sum('page_count').as('pages')])
      .groupBy(['state', 'again_from']),
    byCause: documents
      .select((eb) => ['cause', eb.fn.countAll().as('count')])
      .where(hasFailed)
      .groupBy('cause'),
    notAgain: documents
      .select((eb) => ['again_cause as cause', eb.fn.countAll().as('count')])
      .where(couldNotAgain)
      .groupBy('again_cause'),
    held: documents
      .select((eb) => eb.fn.countAll().as('count'))
      .where(isHeld)
      .where('again_from', 'is', null),
    oldest: documents.select('received_at').where(hasNotEnded).orderBy('received_at').limit(1),
    lately: [lately('done'), lately('failed')],
    byReview: db
      .selectFrom('cases')
      .select((eb) => ['review_state', eb.fn.countAll().as('count')])
      .groupBy('review_state'),
  }
}

/**
 * How the ledger stands: documents by state, failures by cause, cases and pages, and the pace of the last minutes. Of the latest
 * failures so many as are to be `named` are told one by one.
 */
export async function statusOf(db: Kysely<Tables>, now: Date, named: number): Promise<StoreStatus> {
  const asked = counts(db, now)
  const byState = await asked.byState.execute()
  const byCause = await asked.byCause.execute()
  const notAgain = await asked.notAgain.execute()
  const byReview = await asked.byReview.execute()
  const { count: held } = await asked.held.executeTakeFirstOrThrow()
  const oldest = await asked.oldest.executeTakeFirst()
  const lately: { readonly count: Count; readonly pages: Count | null }[] = []
  for (const query of asked.lately) lately.push(await query.executeTakeFirstOrThrow())
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
      failures: mostFirst(notAgain),
    },
    failures: mostFirst(byCause),
    failed: named === 0 ? [] : await latestFailures(db, named),
    cases: sum(byReview),
    needReview: sum(byReview.filter((r) => r.review_state === 'needs-review')),
    pages: byState.reduce((all, r) => all + Number(r.pages ?? 0), 0),
    oldestWaiting: oldest?.received_at ?? null,
    lately: {
      minutes: PACE_MINUTES,
      documents: sum(lately),
      pages: lately.reduce((all, r) => all + Number(r.pages ?? 0), 0),
    },
  }
}

async function latestFailures(db: Kysely<Tables>, most: number): Promise<StoreStatus['failed']> {
  const rows = await db
    .selectFrom('documents')
    .select(['sha256', 'file_name', 'cause', 'message'])
    .where('state', '=', 'failed')
    .orderBy('changed_at', 'desc')
    .orderBy('sha256')
    .limit(most)
    .execute()
  return rows.flatMap((f) =>
    f.cause ? [{ sha256: f.sha256, fileName: f.file_name, cause: f.cause, message: f.message ?? '' }] : [],
  )
}

type Count = string | number | bigint

const sum = (found: readonly { readonly count: Count }[]): number =>
  found.reduce((all, { count }) => all + Number(count), 0)

function mostFirst(causes: readonly { readonly cause: FailureCode | null; readonly count: Count }[]) {
  return causes
    .flatMap(({ cause, count }) => (cause ? [{ cause, count: Number(count) }] : []))
    .sort((a, b) => b.count - a.count)
}
