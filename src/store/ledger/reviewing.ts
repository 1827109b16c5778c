import type { Transaction } from 'kysely'
import { type LetterId, letterIdSchema } from '../../model/index.ts'
import { noteList } from '../audit/lists.ts'
import { digestsOf } from '../audit/salts.ts'
import type { Reviewing } from '../reviewing.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { type LetterRow, letterWrites, placeOf, sentBefore } from './letter-writes.ts'
import { letterOf, lettersOf } from './letters.ts'
import { type Before, beforeOf, finishedText, placing } from './placing.ts'
import { turns } from './turns.ts'

/** Letters under review: see {@link Reviewing}. */
export function reviewing(ledger: Ledger): Reviewing {
  const { database, time, note } = ledger
  const db = database.kysely
  const { rowOf, told, written } = letterWrites(ledger)

  return {
    ...turns(ledger),
    ...placing(ledger),
    letter: (letterId) => patiently(() => letterOf(db, letterId, time())),
    letters: (query) => patiently(() => lettersOf(db, query, time())),

    touched: () =>
      patiently(async () => {
        const rows = await db
          .selectFrom('letters')
          .select('letter_id')
          .where('case_id', 'is not', null)
          .where(({ eb, or, selectFrom }) =>
            or([
              eb('revision', '>', 0),
              eb('sha256', 'in', selectFrom('letters').select('sha256').where('case_id', 'is', null)),
            ]),
          )
          .execute()
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

    change: (letterId, write, { from, to, event, reason, finished }) =>
      written(letterId, write, from, async (tx, revision, row) => {
        await told(tx, letterId, { by: write.by, event, text: reason, revision, before: beforeOf(row) })
        const kept = to === 'held' || to === 'rejected' ? reason : null
        await stands(tx, letterId, {
          state: to,
          reason: kept,
          ...(finished ? { finished: finishedText(finished) } : {}),
        })
        await note(tx, {
          ...{ actor: write.by, action: `letter-${event}`, subject: letterId, detail: `${revision}` },
          ...{ from: row.state, to },
        })
      }),

    takeBack: (letterId, write, change) =>
      written(letterId, write, [change.state], async (tx, revision, row) => {
        const { before } = await tx
          .selectFrom('letter_events')
          .select('before')
          .where('letter_id', '=', letterId)
          .where('revision', '=', change.revision)
          .executeTakeFirstOrThrow()
        await told(tx, letterId, { by: write.by, event: 'undone', text: null, revision, before: beforeOf(row) })
        // Of what was done before that was kept nobody knows where it stood: it is open.
        const { finished, ...stood }: Before = before
          ? JSON.parse(before)
          : { state: 'open', reason: null, finished: null }
        await stands(tx, letterId, { ...stood, ...(before ? { finished: finishedText(finished) } : {}) })
        await note(tx, {
          ...{ actor: write.by, action: 'letter-undone', subject: letterId, detail: `${revision}: ${change.revision}` },
          ...{ from: row.state, to: stood.state },
        })
      }),

    repeated: (letterId, write) => patiently(async () => (await sentBefore(db, letterId, write)) !== null),

    note: (letterId, by, { event, text }, sent) =>
      transact(database, async (tx) => {
        const { revision } = await rowOf(tx, letterId)
        if (sent && (await sentBefore(tx, letterId, sent)) !== null) return
        await told(tx, letterId, { by, event, text, revision: null })
        await note(tx, { actor: by, action: `letter-${event}`, subject: letterId })
        if (sent)
          await tx
            .insertInto('letter_keys')
            .values({ letter_id: letterId, revision, ...sent })
            .execute()
      }),

    shown: (letterIds, to, what) =>
      transact(database, async (tx) => {
        const act = { actor: to, action: 'letter-shown' }
        if (what === 'list') await noteList(ledger, tx, letterIds, act)
        else for (const subject of letterIds) await note(tx, { ...act, subject, detail: what })
      }),
  }

  /** Puts a letter where it stands from now on. Its writer gives it its place in the list right after. */
  async function stands(
    tx: Transaction<Tables>,
    letterId: LetterId,
    stand: Pick<LetterRow, 'state' | 'reason'> & { readonly finished?: string | null },
  ): Promise<void> {
    const needed = stand.state === 'open' || stand.state === 'held' ? 1 : 0
    await tx
      .updateTable('letters')
      .set({ ...stand, needed })
      .where('letter_id', '=', letterId)
      .execute()
  }
}

const documentOf = (letterId: LetterId) => letterId.slice(0, 64)
