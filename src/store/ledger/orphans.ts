import { type Kysely, sql } from 'kysely'
import { type CaseRecord, firstPageOf, type LetterId, letterIdSchema } from '../../model/index.ts'
import type { Orphan } from '../reviewing.ts'
import type { Tables } from '../sql/schema.ts'
import { editsOf, eventsOf } from './letter-parts.ts'

/** Written as in the partial index `letters_orphaned`, or it is not used. */
const isOrphaned = sql<boolean>`case_id is null`

/**
 * What people decided on letters of a document that begin nowhere any more, as far as their first page is part of this letter now, or this letter is the
 * nearest before it (before all of them: the first one).
 */
export async function orphansOf(
  db: Kysely<Tables>,
  letterId: LetterId,
  [first, last]: CaseRecord['document']['pageRange'],
): Promise<readonly Orphan[]> {
  const sha256 = letterId.slice(0, 64)
  const rows = await db
    .selectFrom('letters')
    .select(['letter_id', 'revision', 'state', 'reason'])
    .where('sha256', '=', sha256)
    .where(isOrphaned)
    .execute()
  if (rows.length === 0) return []
  const begins = await firstPagesOf(db, sha256)
  const nearest = (page: number) => begins.findLast((begin) => begin <= page) ?? begins[0]
  const own: Orphan[] = []
  for (const { letter_id, ...row } of rows) {
    const id = letterIdSchema.parse(letter_id)
    const page = firstPageOf(id)
    if (!(page >= first && page <= last) && nearest(page) !== first) continue
    const [edits, events] = [await editsOf(db, id), await eventsOf(db, id)]
    // Who only skipped it, or was assigned it, decided nothing.
    const isSaid = row.revision > 0 || events.some(({ event }) => event === 'comment')
    if (isSaid) own.push({ letterId: id, ...row, edits, events })
  }
  return own.sort((a, b) => firstPageOf(a.letterId) - firstPageOf(b.letterId))
}

/** The first pages of the letters that stand in a document, in order. */
async function firstPagesOf(db: Kysely<Tables>, sha256: string): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('letters')
    .select('letter_id')
    .where('sha256', '=', sha256)
    .where('case_id', 'is not', null)
    .execute()
  return rows.map((row) => firstPageOf(letterIdSchema.parse(row.letter_id))).sort((a, b) => a - b)
}
