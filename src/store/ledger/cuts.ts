import type { Transaction } from 'kysely'
import { CutRefused, type Cutting } from '../cutting.ts'
import { lockedRow, patiently, transact } from '../sql/database.ts'
import type { DocumentRow, Tables } from '../sql/schema.ts'
import { deleteCases, madeText } from './case-rows.ts'
import type { Ledger } from './context.ts'
import { lockAt } from './letters.ts'
import { putCases } from './placing.ts'

export function cutting(ledger: Ledger): Cutting {
  const { database, time, note } = ledger

  /** Whether it stands as it was read, with nobody at work on it. */
  const isDone = (row: DocumentRow) =>
    row.again_from === null &&
    ledger.isFree(row) &&
    (row.state === 'done' || (row.state === 'failed' && row.cause === 'no-letter'))

  async function refuseLocked(tx: Transaction<Tables>, sha256: string, by: string): Promise<void> {
    const letters = await tx
      .selectFrom('letters')
      .select(['lock_by', 'lock_until'])
      .where('sha256', '=', sha256)
      .execute()
    const other = letters.map((row) => lockAt(row, time())).find((lock) => lock !== null && lock.by !== by)
    if (other) throw new CutRefused('locked', `${other.by} has a letter of this file in hand: ask them, or wait`)
  }

  return {
    cuts: (sha256) =>
      patiently(async () => {
        const row = await database.kysely
          .selectFrom('cuts')
          .select(['revision', 'parts'])
          .where('sha256', '=', sha256)
          .executeTakeFirst()
        return row ? { revision: row.revision, parts: JSON.parse(row.parts) } : null
      }),

    cut: (sha256, { on, by, parts, records, failure }) =>
      transact(database, async (tx) => {
        const found = await lockedRow(database, tx, sha256)
        if (!found) throw new CutRefused('unknown', 'there is no such document')
        const before = await tx.selectFrom('cuts').selectAll().where('sha256', '=', sha256).executeTakeFirst()
        const row = { revision: on + 1, by, at: time(), parts: JSON.stringify(parts) }
        // The answer to this very cut may have been lost.
        if (before && before.revision === row.revision && before.by === by && before.parts === row.parts) return
        if ((before?.revision ?? 0) !== on)
          throw new CutRefused('conflict', `${before?.by ?? 'somebody'} has cut this file meanwhile: look at it again`)
        if (!isDone(found)) throw new CutRefused('in-hand', 'the file is being read: cut it when that is done')
        await refuseLocked(tx, sha256, by)
        await deleteCases(tx, sha256)
        await putCases(ledger, tx, sha256, records)
        await tx
          .insertInto('cuts')
          .values({ sha256, ...row })
          .onConflict((c) => c.column('sha256').doUpdateSet(row))
          .execute()
        const to = failure ? ('failed' as const) : ('done' as const)
        await tx
          .updateTable('documents')
          .set({
            state: to,
            cause: failure?.code ?? null,
            message: failure?.message ?? null,
            made: madeText(records),
            changed_at: time(),
          })
          .where('sha256', '=', sha256)
          .execute()
        const detail = `${records.length} letters`
        await note(tx, { actor: by, action: 'cut', subject: sha256, from: found.state, to, detail })
      }),
  }
}
