import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { type LetterId, letterIdSchema } from '../../model/index.ts'
import { LetterLocked, LOCK_MS, type Reviewing } from '../reviewing.ts'
import { transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { letterWrites } from './letter-writes.ts'
import { lockAt, notBlindTo } from './letters.ts'

/** Whose turn a letter is: see {@link Reviewing}. */
export function turns(ledger: Ledger): Pick<Reviewing, 'lock' | 'unlock' | 'nextLetter' | 'assign'> {
  const { database, time, expiry, note } = ledger
  const { rowOf, told } = letterWrites(ledger)

  return {
    lock: (letterId, by, token) =>
      transact(database, async (tx) => {
        const row = await rowOf(tx, letterId)
        const held = lockAt(row, time())
        if (held && held.by !== by) throw new LetterLocked(held)
        const isOwn = held !== null && token !== null && row.lock_token === token
        // A lock that was shown and is not the letter's any more is another window's: it is taken only by who asks anew.
        if (held && token !== null && !isOwn) throw new LetterLocked(held)
        return locked(tx, letterId, by, isOwn ? token : newToken())
      }),

    unlock: (letterId, token) =>
      transact(database, async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('letters')
          .set({ lock_by: null, lock_token: null, lock_until: null })
          .where('letter_id', '=', letterId)
          .where('lock_token', '=', token)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      }),

    nextLetter: (by, except = []) =>
      transact(database, async (tx) => {
        const now = time()
        // One question after the other, each answered by the index in its order: to sort all that is open would take longer the more there is.
        const turns = [
          { assignee: by, skipped: false },
          { assignee: null, skipped: false },
          { assignee: by, skipped: true },
          { assignee: null, skipped: true },
        ]
        for (const { assignee, skipped } of turns) {
          const found = await tx
            .selectFrom('letters')
            .select('letter_id')
            .where('needed', '=', 1)
            .where('state', '=', 'open')
            .where('case_id', 'is not', null)
            .where(notBlindTo(by))
            .where('assignee', assignee === null ? 'is' : '=', assignee)
            .$if(except.length > 0, (q) => q.where('letter_id', 'not in', except))
            // One that they have in hand in another window is not the next one.
            .where(({ eb, or }) => or([eb('lock_until', 'is', null), eb('lock_until', '<=', now)]))
            .where(({ exists, not, selectFrom }) => {
              const skips = exists(
                selectFrom('letter_events')
                  .select('number')
                  .whereRef('letter_events.letter_id', '=', 'letters.letter_id')
                  .where('event', '=', 'skipped')
                  .where('by', '=', by),
              )
              return skipped ? skips : not(skips)
            })
            .orderBy('due')
            .orderBy('doubt', 'desc')
            .orderBy('letter_id')
            .limit(1)
            .$if(database.engine === 'postgres', (q) => q.forUpdate().skipLocked())
            .executeTakeFirst()
          if (!found) continue
          const letterId = letterIdSchema.parse(found.letter_id)
          return { letterId, ...(await locked(tx, letterId, by, newToken())) }
        }
        return null
      }),

    assign: (letterId, by, assignee) =>
      transact(database, async (tx) => {
        await rowOf(tx, letterId)
        await tx.updateTable('letters').set({ assignee }).where('letter_id', '=', letterId).execute()
        await told(tx, letterId, { by, event: 'assigned', text: assignee, revision: null })
        await note(tx, { actor: by, action: 'letter-assigned', subject: letterId, to: assignee })
      }),
  }

  async function locked(tx: Transaction<Tables>, letterId: LetterId, by: string, token: string) {
    const until = expiry(LOCK_MS)
    await tx
      .updateTable('letters')
      .set({ lock_by: by, lock_token: token, lock_until: until })
      .where('letter_id', '=', letterId)
      .execute()
    return { token, until }
  }
}

const newToken = () => randomBytes(32).toString('hex')
