import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { type Edit, type LetterId, letterIdSchema } from '../../model/index.ts'
import { digestsOf } from '../audit/salts.ts'
import {
  KeyReused,
  LetterClosed,
  type LetterEventKind,
  LetterLocked,
  LOCK_MS,
  type Reviewing,
  RevisionConflict,
  UnknownLetter,
  type Write,
  type Written,
} from '../reviewing.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { dueText, editsOf, letterOf, lettersOf, lockAt } from './letters.ts'

type Row = Awaited<ReturnType<ReturnType<typeof lockedLetter>>>

/** A letter's row, held against every other writer until the transaction ends. */
const lockedLetter = (ledger: Ledger) => (tx: Transaction<Tables>, letterId: LetterId) =>
  tx
    .selectFrom('letters')
    .selectAll()
    .where('letter_id', '=', letterId)
    .$if(ledger.database.engine === 'postgres', (q) => q.forUpdate())
    .executeTakeFirst()

/** Letters under review: see {@link Reviewing}. */
export function reviewing(ledger: Ledger): Reviewing {
  const { database, time, expiry, note } = ledger
  const db = database.kysely
  const rowOf = async (tx: Transaction<Tables>, letterId: LetterId): Promise<NonNullable<Row>> => {
    const row = await lockedLetter(ledger)(tx, letterId)
    if (!row) throw new UnknownLetter()
    return row
  }

  return {
    letter: (letterId) => patiently(() => letterOf(db, letterId, time())),
    letters: (query) => patiently(() => lettersOf(db, query, time())),

    touched: () =>
      patiently(async () => {
        const rows = await db.selectFrom('letters').select('letter_id').where('revision', '>', 0).execute()
        return rows.map((r) => letterIdSchema.parse(r.letter_id))
      }),

    unplaced: (limit) =>
      patiently(async () => {
        const rows = await db
          .selectFrom('letters')
          .select('letter_id')
          .where('indexed', '=', 0)
          .where('case_id', 'is not', null)
          .orderBy('letter_id')
          .limit(limit)
          .execute()
        return rows.map((r) => letterIdSchema.parse(r.letter_id))
      }),

    place: (letters) =>
      transact(database, async (tx) => {
        for (const { letterId, revision, standing, reopen } of letters) {
          const row = await lockedLetter(ledger)(tx, letterId)
          if (row?.revision !== revision) continue
          const reopened = reopen && row.state === 'completed'
          if (reopened) {
            const text = 'it was read again, and what was decided is of another value'
            await told(tx, letterId, { by: 'imr', event: 'reopened', text, revision: revision + 1 })
            await note(tx, { actor: 'imr', action: 'letter-reopened', subject: letterId, detail: 'read again' })
          }
          const { due, doubt, needed } = standing
          await tx
            .updateTable('letters')
            .set({ indexed: 1, due: dueText(due), doubt, needed: needed ? 1 : 0 })
            .$if(reopened, (q) => q.set({ state: 'open', reason: null, revision: revision + 1 }))
            .where('letter_id', '=', letterId)
            .execute()
        }
      }),

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

    edit: (letterId, write, edits) =>
      written(letterId, write, ['open', 'held'], async (tx, revision) => {
        const at = time()
        for (const [part, { edit, anchor }] of edits.entries())
          await tx
            .insertInto('edits')
            .values({
              ...{ letter_id: letterId, revision, part, by: write.by, at },
              edit: JSON.stringify(edit),
              anchor: anchor && JSON.stringify(anchor),
            })
            .execute()
        for (const { edit, before } of edits)
          await note(tx, {
            ...{ actor: write.by, action: 'letter-edited', subject: letterId, detail: `${revision}: ${placeOf(edit)}` },
            digests: await digestsOf(tx, documentOf(letterId), { before, after: 'value' in edit ? edit.value : null }),
          })
      }),

    change: (letterId, write, { from, to, event, reason }) =>
      written(letterId, write, from, async (tx, revision, row) => {
        await told(tx, letterId, { by: write.by, event, text: reason, revision })
        const kept = to === 'held' || to === 'rejected' ? reason : null
        await tx
          .updateTable('letters')
          .set({ state: to, reason: kept, needed: to === 'open' || to === 'held' ? 1 : 0 })
          .where('letter_id', '=', letterId)
          .execute()
        await note(tx, {
          ...{ actor: write.by, action: `letter-${event}`, subject: letterId, detail: `${revision}` },
          ...{ from: row.state, to },
        })
      }),

    note: (letterId, by, { event, text }) =>
      transact(database, async (tx) => {
        await rowOf(tx, letterId)
        await told(tx, letterId, { by, event, text, revision: null })
        await note(tx, { actor: by, action: `letter-${event}`, subject: letterId })
      }),

    assign: (letterId, by, assignee) =>
      transact(database, async (tx) => {
        await rowOf(tx, letterId)
        await tx.updateTable('letters').set({ assignee }).where('letter_id', '=', letterId).execute()
        await told(tx, letterId, { by, event: 'assigned', text: assignee, revision: null })
        await note(tx, { actor: by, action: 'letter-assigned', subject: letterId, to: assignee })
      }),

    shown: (letterIds, to, what) =>
      transact(database, async (tx) => {
        for (const subject of letterIds) await note(tx, { actor: to, action: 'letter-shown', subject, detail: what })
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

  async function told(
    tx: Transaction<Tables>,
    letterId: LetterId,
    given: { by: string; event: LetterEventKind; text: string | null; revision: number | null },
  ): Promise<void> {
    const { last } = await tx
      .selectFrom('letter_events')
      .select((eb) => eb.fn.max('number').as('last'))
      .where('letter_id', '=', letterId)
      .executeTakeFirstOrThrow()
    const number = Number(last ?? 0) + 1
    await tx
      .insertInto('letter_events')
      .values({ ...given, letter_id: letterId, number, at: time() })
      .execute()
  }

  /** One revision more, when everything is as its writer believes; a write that was done before is not done again. */
  function written(
    letterId: LetterId,
    { by, on, lock, key, digest }: Write,
    from: readonly string[],
    work: (tx: Transaction<Tables>, revision: number, row: NonNullable<Row>) => Promise<void>,
  ): Promise<Written> {
    return transact(database, async (tx) => {
      const row = await rowOf(tx, letterId)
      const before = await tx
        .selectFrom('letter_keys')
        .select(['revision', 'digest'])
        .where('letter_id', '=', letterId)
        .where('key', '=', key)
        .executeTakeFirst()
      if (before && before.digest !== digest) throw new KeyReused()
      if (before) return { revision: before.revision, repeated: true }
      if (row.revision !== on) throw new RevisionConflict(row.revision, await changesSince(tx, letterId, on))
      if (!from.includes(row.state)) throw new LetterClosed(row.state)
      const held = lockAt(row, time())
      if (lock !== null && (held?.by !== by || row.lock_token !== lock)) throw new LetterLocked(held)
      const revision = on + 1
      await work(tx, revision, row)
      await tx.updateTable('letters').set({ revision }).where('letter_id', '=', letterId).execute()
      await tx.insertInto('letter_keys').values({ letter_id: letterId, key, revision, digest }).execute()
      return { revision, repeated: false }
    })
  }
}

const documentOf = (letterId: LetterId) => letterId.slice(0, 64)

const newToken = () => randomBytes(32).toString('hex')

const placeOf = (edit: Edit) =>
  edit.action === 'add'
    ? `add ${edit.list}`
    : edit.action === 'undo'
      ? `undo ${edit.revision}`
      : `${edit.action} ${edit.path}`

/** Who wrote what since a revision: places, never values. */
async function changesSince(tx: Transaction<Tables>, letterId: LetterId, revision: number) {
  const edits = (await editsOf(tx, letterId)).filter((e) => e.revision > revision)
  const events = await tx
    .selectFrom('letter_events')
    .select(['revision', 'by', 'at', 'event'])
    .where('letter_id', '=', letterId)
    .where('revision', '>', revision)
    .execute()
  const all = [
    ...events.map((e) => ({ revision: e.revision ?? 0, by: e.by, at: e.at, what: e.event })),
    ...edits.map((e) => ({ revision: e.revision, by: e.by, at: e.at, what: placeOf(e.edit) })),
  ]
  const numbers = [...new Set(all.map((c) => c.revision))].sort((a, b) => a - b)
  return numbers.flatMap((number) => {
    const own = all.filter((c) => c.revision === number)
    const [first] = own
    return first ? [{ revision: number, by: first.by, at: first.at, what: own.map((c) => c.what) }] : []
  })
}
