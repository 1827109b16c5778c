import type { Transaction } from 'kysely'
import { type CaseRecord, letterIdSchema } from '../../model/index.ts'
import type { Finished, KeptLetter, Placement, Reviewing } from '../reviewing.ts'
import { transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import { insertCases, recordOf } from './case-rows.ts'
import type { Ledger } from './context.ts'
import { type LetterRow, letterWrites } from './letter-writes.ts'
import { dueText, letterOf, readAsOf } from './letters.ts'

/** Where a letter stood before a change, as its event keeps it. */
export type Before = Pick<LetterRow, 'state' | 'reason'> & { readonly finished: Finished | null }
export const beforeOf = ({ state, reason, finished }: LetterRow): string =>
  JSON.stringify({ state, reason, finished: finished === null ? null : JSON.parse(finished) } satisfies Before)

export const finishedText = (finished: Finished | null) => finished && JSON.stringify(finished)

/** Letters get their places in the list of work: see {@link Reviewing}. */
export function placing(ledger: Ledger): Pick<Reviewing, 'place'> {
  const { database } = ledger
  const { lockedLetter } = letterWrites(ledger)
  return {
    place: (letters) =>
      transact(database, async (tx) => {
        for (const { letterId, revision, readAs, ...placement } of letters) {
          const row = await lockedLetter(tx, letterId)
          // What was read again, or written to, since it was looked at is looked at again.
          if (row?.revision !== revision || (await readAsOf(tx, row.case_id)) !== readAs) continue
          await put(ledger, tx, row, placement)
        }
      }),
  }
}

/** Keeps the records of a document, and gives its letters their places in the same transaction, where the store knows how to. */
export async function putCases(
  ledger: Ledger,
  tx: Transaction<Tables>,
  sha256: string,
  records: readonly CaseRecord[],
): Promise<void> {
  await insertCases(tx, sha256, records)
  const { standingOf, time } = ledger
  if (standingOf === null) return
  const orphaned = tx
    .selectFrom('letters')
    .select('letter_id')
    .where('sha256', '=', sha256)
    .where('case_id', 'is', null)
  const hasOrphans = (await orphaned.limit(1).executeTakeFirst()) !== undefined
  const rows = await tx
    .selectFrom('letters')
    .innerJoin('documents', 'documents.sha256', 'letters.sha256')
    .innerJoin('cases', 'cases.case_id', 'letters.case_id')
    .selectAll('letters')
    .select(['cases.record', 'documents.made', 'documents.due as agreed'])
    .where('letters.sha256', '=', sha256)
    .where('letters.indexed', '=', 0)
    .execute()
  for (const { record, made, agreed, ...row } of rows) {
    const letterId = letterIdSchema.parse(row.letter_id)
    const { revision, state, reason, assignee } = row
    // Of most nobody has said anything yet: there is nothing else to fetch.
    const kept: KeptLetter | null =
      revision > 0 || hasOrphans
        ? await letterOf(tx, letterId, time())
        : {
            ...{ letterId, record: recordOf({ record, made }), readAs: '', revision, state, reason, assignee, agreed },
            ...{ finished: null, orphans: [], edits: [], events: [], lock: null },
          }
    if (kept) await put(ledger, tx, row, standingOf(kept))
  }
}

/** One that was finished, and says something else now, is open again. */
async function put(
  ledger: Ledger,
  tx: Transaction<Tables>,
  row: LetterRow,
  { standing, reopen, finished }: Pick<Placement, 'standing' | 'reopen' | 'finished'>,
): Promise<void> {
  const letterId = letterIdSchema.parse(row.letter_id)
  const revision = row.revision + 1
  const reopened = reopen && row.state === 'completed'
  if (reopened) {
    const text = 'it was read again, and is not what was finished any more'
    const event = { by: 'imr', event: 'reopened', text, revision, before: beforeOf(row) } as const
    await letterWrites(ledger).told(tx, letterId, event)
    await ledger.note(tx, { actor: 'imr', action: 'letter-reopened', subject: letterId, detail: 'read again' })
  }
  const { due, doubt, needed } = standing
  await tx
    .updateTable('letters')
    .set({ indexed: 1, due: dueText(due), doubt, needed: needed ? 1 : 0 })
    .$if(reopened, (q) => q.set({ state: 'open', reason: null, revision }))
    .$if(row.state === 'completed' && row.finished === null, (q) => q.set({ finished: finishedText(finished) }))
    .where('letter_id', '=', letterId)
    .execute()
}
