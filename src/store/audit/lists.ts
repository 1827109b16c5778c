import { createHash } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Ledger } from '../ledger/context.ts'
import type { Tables } from '../sql/schema.ts'
import type { Act } from './act.ts'

/** Lists looked up in one query. */
const LISTS = 100
const LIST = 'list-'
/** What people are shown lists of. */
const SHOWN = ['letter-shown', 'document-shown']

/** A list as the trail names it, by what was in it: the same one is kept once, however often and to whomever it is shown. */
const nameOf = (subjects: readonly string[]): string => {
  const all = [...new Set(subjects)].sort()
  return `${LIST}${createHash('sha256').update(all.join('\n')).digest('hex')}`
}

/** Writes down that somebody was shown a list: one row of the trail, under the digest of what was in it. Of an empty one nothing. */
export async function noteList(
  { note }: Pick<Ledger, 'note'>,
  tx: Transaction<Tables>,
  subjects: readonly string[],
  act: Pick<Act, 'actor' | 'action'>,
): Promise<void> {
  if (subjects.length === 0) return
  const list = nameOf(subjects)
  const known = await tx.selectFrom('listed').select('list').where('list', '=', list).limit(1).executeTakeFirst()
  if (!known)
    await tx
      .insertInto('listed')
      // In one order, so that two who are shown the same do not wait for one another.
      .values([...new Set(subjects)].sort().map((subject) => ({ list, subject })))
      .onConflict((c) => c.doNothing())
      .execute()
  await note(tx, { ...act, subject: list, detail: 'list' })
}

/** What was in a list; nothing when there is no such list. */
export async function subjectsOf(db: Kysely<Tables>, list: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('listed').select('subject').where('list', '=', list).execute()
  return rows.map(({ subject }) => subject).sort()
}

/** Whether every list that these rows of the trail name holds what it held when it was shown. */
export async function areListsWhole(
  db: Kysely<Tables>,
  { fromSeq, toSeq }: { readonly fromSeq: number; readonly toSeq: number },
): Promise<boolean> {
  const named = await db
    .selectFrom('audit')
    .select('subject')
    .distinct()
    .where('seq', '>=', fromSeq)
    .where('seq', '<=', toSeq)
    .where('action', 'in', SHOWN)
    .where('subject', 'like', `${LIST}%`)
    .execute()
  for (let at = 0; at < named.length; at += LISTS) {
    const lists = named.slice(at, at + LISTS).map(({ subject }) => subject)
    const rows = await db.selectFrom('listed').selectAll().where('list', 'in', lists).execute()
    const held = new Map<string, string[]>(lists.map((list) => [list, []]))
    for (const { list, subject } of rows) held.get(list)?.push(subject)
    for (const [list, subjects] of held) if (nameOf(subjects) !== list) return false
  }
  return true
}
