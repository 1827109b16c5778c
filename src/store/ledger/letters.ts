import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type IsoDate, type LetterId, letterIdSchema } from '../../model/index.ts'
import type { Finished, Hold, KeptLetter, LetterQuery, ListedLetter } from '../reviewing.ts'
import { folded } from '../sql/folded.ts'
import type { Tables } from '../sql/schema.ts'
import { recordOf } from './case-rows.ts'
import { editsOf, eventsOf } from './letter-parts.ts'
import { orphansOf } from './orphans.ts'

/** Comes behind every date. */
const NO_DUE = '9999-12-31'
export const dueText = (due: IsoDate | null): string => due ?? NO_DUE
const dueOf = (text: string): IsoDate | null => (text === NO_DUE ? null : text)

type LockColumns = { readonly lock_by: string | null; readonly lock_until: string | null }
/** Who has a letter in hand at a time. */
export function lockAt({ lock_by, lock_until }: LockColumns, now: string): Hold | null {
  return lock_by !== null && lock_until !== null && lock_until > now ? { by: lock_by, until: lock_until } : null
}

export async function letterOf(db: Kysely<Tables>, letterId: LetterId, now: string): Promise<KeptLetter | null> {
  const row = await db
    .selectFrom('letters')
    .innerJoin('documents', 'documents.sha256', 'letters.sha256')
    .innerJoin('cases', 'cases.case_id', 'letters.case_id')
    .selectAll('letters')
    .select(['cases.record', 'documents.made', 'documents.due as agreed'])
    .where('letters.letter_id', '=', letterId)
    .executeTakeFirst()
  if (!row) return null
  const { revision, state, reason, assignee, agreed, finished } = row
  const record = recordOf(row)
  return {
    ...{ letterId, record, readAs: digestOf(row.record), revision, state, reason, assignee, agreed },
    finished: finished === null ? null : (JSON.parse(finished) as Finished),
    orphans: await orphansOf(db, letterId, record.document.pageRange),
    edits: await editsOf(db, letterId),
    events: await eventsOf(db, letterId),
    lock: lockAt(row, now),
  }
}

const digestOf = (record: string) => createHash('sha256').update(record).digest('hex')

/** What tells the record that a letter has now from others; null: it has none. */
export async function readAsOf(db: Kysely<Tables>, caseId: string | null): Promise<string | null> {
  if (caseId === null) return null
  const row = await db.selectFrom('cases').select('record').where('case_id', '=', caseId).executeTakeFirst()
  return row ? digestOf(row.record) : null
}

/** Letters that somebody may be shown: they are not to answer them blind. */
export const notBlindTo = (by: string) =>
  sql<boolean>`letters.letter_id not in (select letter_id from blind_tasks where blind_tasks."by" = ${by})`

/** Letters by due date, the most doubtful of a day first. */
export async function lettersOf(db: Kysely<Tables>, query: LetterQuery, now: string): Promise<readonly ListedLetter[]> {
  const { state, needed, dueUntil, doubt, assignee, lockedBy, text, to, after, limit } = query
  const pattern = `%${folded(text ?? '').replace(/[\\%_]/g, (c) => `\\${c}`)}%`
  const rows = await db
    .selectFrom('letters')
    .innerJoin('documents', 'documents.sha256', 'letters.sha256')
    .innerJoin('cases', 'cases.case_id', 'letters.case_id')
    .selectAll('letters')
    .select(['documents.file_name', 'documents.received_at'])
    .select(['cases.case_number', 'cases.decision_date', 'cases.outcome'])
    .$if(state !== undefined, (q) => q.where('letters.state', '=', state ?? 'open'))
    .$if(needed !== undefined, (q) => q.where('letters.needed', '=', needed ? 1 : 0))
    .$if(dueUntil !== undefined, (q) => q.where('letters.due', '<=', dueUntil ?? ''))
    .$if(doubt !== undefined, (q) => q.where('letters.doubt', '>=', doubt ?? 0))
    .$if(assignee !== undefined, (q) => q.where('letters.assignee', '=', assignee ?? ''))
    .$if(lockedBy !== undefined, (q) =>
      q.where('letters.lock_by', '=', lockedBy ?? '').where('letters.lock_until', '>', now),
    )
    .$if(text !== undefined, (q) => q.where(sql<boolean>`letters.search like ${pattern} escape '\\'`))
    .$if(to !== undefined, (q) => q.where(notBlindTo(to ?? '')))
    .$if(after !== undefined, (q) => {
      const [due, most, id] = [dueText(after?.due ?? null), after?.doubt ?? 0, after?.letterId ?? '']
      return q.where(({ eb, or, and }) =>
        or([
          eb('letters.due', '>', due),
          and([eb('letters.due', '=', due), eb('letters.doubt', '<', most)]),
          and([eb('letters.due', '=', due), eb('letters.doubt', '=', most), eb('letters.letter_id', '>', id)]),
        ]),
      )
    })
    .orderBy('letters.due')
    .orderBy('letters.doubt', 'desc')
    .orderBy('letters.letter_id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    letterId: letterIdSchema.parse(row.letter_id),
    revision: row.revision,
    state: row.state,
    reason: row.reason,
    needed: row.needed === 1,
    due: dueOf(row.due),
    doubt: row.doubt,
    assignee: row.assignee,
    lock: lockAt(row, now),
    fileName: row.file_name,
    caseNumber: row.case_number,
    decisionDate: row.decision_date,
    outcome: row.outcome,
    receivedAt: row.received_at,
  }))
}
