import { type Kysely, sql } from 'kysely'
import type { Tables } from '../sql/schema.ts'
import { datesThatMove, priorities, rankOf } from '../urgency.ts'

/** Written as in the partial indexes `documents_open` and `documents_due`, or they are not used. */
export const isOpen = sql<boolean>`state not in ('done', 'failed') and held = 0`
const hasDate = sql<boolean>`due is not null`

const columns = [
  'sha256',
  'state',
  'priority',
  'due',
  'received_at',
  'lease_owner',
  'lease_token',
  'lease_expires_at',
] as const

/**
 * Documents that wait and that nobody works on, in the order of `rankOf`, in three questions: expedited ones; those that a date
 * moves, by that date; all others. Each reads an index in its order, as far as it has to: a rank is a matter of the day, and no
 * index can hold it.
 */
export function questions(db: Kysely<Tables>, limit: number, now: Date) {
  const { from, before } = datesThatMove(now)
  const time = now.toISOString()
  const waiting = db
    .selectFrom('documents')
    .select(columns)
    .where(isOpen)
    .where('lease_owner', 'is', null)
    .where((eb) => eb.or([eb('not_before', 'is', null), eb('not_before', '<=', time)]))
    .limit(limit)
  const inTurn = waiting.orderBy('priority').orderBy('received_at').orderBy('sha256')
  return {
    expedited: inTurn.where('priority', '<=', priorities.expedited),
    dated: waiting
      .where(hasDate)
      .where('due', '>=', from)
      .where('due', '<', before)
      .where('priority', '>', priorities.expedited)
      .where('priority', '<', priorities.backlog)
      .orderBy('due')
      .orderBy('received_at')
      .orderBy('sha256'),
    others: inTurn
      .where('priority', '>', priorities.expedited)
      .where((eb) =>
        eb.or([
          eb('due', 'is', null),
          eb('due', '<', from),
          eb('due', '>=', before),
          eb('priority', '>=', priorities.backlog),
        ]),
      ),
  }
}

/** The most urgent of them, at most `limit`. Of the same rank, the nearest (or longest past) date goes first, then who came first. */
export async function mostUrgent(db: Kysely<Tables>, limit: number, now: Date) {
  const { expedited, dated, others } = questions(db, limit, now)
  const found = await expedited.execute()
  if (found.length < limit) found.push(...(await dated.execute()))
  if (found.length < limit) found.push(...(await others.execute()))
  const ranked = found.map((row) => ({ row, rank: rankOf(row, now) }))
  // Each answer is in its order, and stays so where ranks are the same.
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ row }) => row)
}
