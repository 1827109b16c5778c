import type { Kysely, Transaction } from 'kysely'
import type { Edit, LetterId } from '../../model/index.ts'
import {
  FREE,
  KeyReused,
  LetterClosed,
  type LetterEventKind,
  LetterLocked,
  RevisionConflict,
  UnknownLetter,
  type Write,
  type Written,
} from '../reviewing.ts'
import { transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { editsOf } from './letter-parts.ts'
import { lockAt } from './letters.ts'

export type LetterRow = Awaited<ReturnType<ReturnType<typeof letterWrites>['rowOf']>>

/** What all that writes to letters is made of. */
export function letterWrites({ database, time }: Pick<Ledger, 'database' | 'time'>) {
  /** A letter's row, held against every other writer until the transaction ends; undefined: there is none. */
  const lockedLetter = (tx: Transaction<Tables>, letterId: LetterId) =>
    tx
      .selectFrom('letters')
      .selectAll()
      .where('letter_id', '=', letterId)
      .$if(database.engine === 'postgres', (q) => q.forUpdate())
      .executeTakeFirst()

  /** @throws {UnknownLetter} */
  async function rowOf(tx: Transaction<Tables>, letterId: LetterId) {
    const row = await lockedLetter(tx, letterId)
    if (!row) throw new UnknownLetter()
    return row
  }

  async function told(
    tx: Transaction<Tables>,
    letterId: LetterId,
    given: {
      by: string
      event: LetterEventKind
      text: string | null
      revision: number | null
      before?: string | null
    },
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
    work: (tx: Transaction<Tables>, revision: number, row: LetterRow) => Promise<void>,
  ): Promise<Written> {
    return transact(database, async (tx) => {
      const row = await rowOf(tx, letterId)
      const before = await sentBefore(tx, letterId, { key, digest })
      if (before !== null) return { revision: before, repeated: true }
      if (row.revision !== on) throw new RevisionConflict(row.revision, await changesSince(tx, letterId, on))
      if (!from.includes(row.state)) throw new LetterClosed(row.state)
      const held = lockAt(row, time())
      const isHeld = lock === FREE ? held !== null : lock !== null && (held?.by !== by || row.lock_token !== lock)
      if (isHeld) throw new LetterLocked(held)
      const revision = on + 1
      await work(tx, revision, row)
      await tx.updateTable('letters').set({ revision }).where('letter_id', '=', letterId).execute()
      await tx.insertInto('letter_keys').values({ letter_id: letterId, key, revision, digest }).execute()
      return { revision, repeated: false }
    })
  }

  return { lockedLetter, rowOf, told, written }
}

/** The revision that a write under this key made, or stood at; null: none was sent. @throws {KeyReused} for another write under the same key. */
export async function sentBefore(
  db: Kysely<Tables>,
  letterId: LetterId,
  { key, digest }: Pick<Write, 'key' | 'digest'>,
): Promise<number | null> {
  const before = await db
    .selectFrom('letter_keys')
    .select(['revision', 'digest'])
    .where('letter_id', '=', letterId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (!before) return null
  if (before.digest !== digest) throw new KeyReused()
  return before.revision
}

/** What an edit does, and where: never a value. */
export const placeOf = (edit: Edit) =>
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
