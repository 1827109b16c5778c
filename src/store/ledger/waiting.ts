import { type ExpressionBuilder, sql } from 'kysely'
import { patiently, transact } from '../sql/database.ts'
import type { DocumentRow, Tables } from '../sql/schema.ts'
import { stageOf } from '../stages.ts'
import type { Pending, Store } from '../store.ts'
import type { Ledger } from './context.ts'
import { mostUrgent } from './most-urgent.ts'
import { retryParts } from './parts.ts'

/** Rows changed in one transaction. */
const ROWS = 500

export const isHeld = sql<boolean>`held = 1`

/** What waits, and in which order it is taken. */
export function waiting(ledger: Ledger): Pick<Store, 'pending' | 'retry'> {
  const { database, time, audit, note } = ledger
  const db = database.kysely

  return {
    pending: (limit) =>
      patiently(async () => {
        const unleased = await mostUrgent(db, limit, new Date(time()))
        const leased = await db
          .selectFrom('documents')
          .select(['sha256', 'state', 'priority', 'due', 'lease_owner', 'lease_token', 'lease_expires_at'])
          .where('lease_owner', 'is not', null)
          .execute()
        return [...leased.filter(ledger.isFree), ...unleased].map(pendingOf)
      }),

    async retry({ cause, sha256, by }) {
      // What stands in for a file that could not be read has no bytes here to read again: it was never claimed.
      const chosen = (eb: ExpressionBuilder<Tables, 'documents'>) =>
        eb.and([
          eb('state', '=', 'failed'),
          eb('lease_token', '>', 0),
          ...(cause === undefined ? [] : [eb('cause', '=', cause)]),
          ...(sha256 === undefined ? [] : [eb('sha256', '=', sha256)]),
        ])
      for (let retried = 0; ; ) {
        const changed = await transact(database, async (tx) => {
          const rows = await tx
            .updateTable('documents')
            .set({
              state: 'received',
              cause: null,
              message: null,
              attempts: 0,
              crashes: 0,
              not_before: null,
              changed_at: time(),
            })
            .where('sha256', 'in', (eb) => eb.selectFrom('documents').select('sha256').where(chosen).limit(ROWS))
            .returning('sha256')
            .execute()
          await retryParts(
            tx,
            rows.map((row) => row.sha256),
          )
          for (const row of rows)
            if (by === undefined) await audit(tx, 'retried', row.sha256, 'failed', 'received', cause ?? null)
            else
              await note(tx, {
                ...{ actor: by, action: 'retried', subject: row.sha256 },
                ...{ from: 'failed', to: 'received', detail: cause ?? null },
              })
          return rows.length
        })
        retried += changed
        if (changed === 0) return retried
      }
    },
  }
}

type PendingRow = Pick<DocumentRow, 'sha256' | 'state' | 'priority' | 'due' | 'lease_owner' | 'lease_token'>

/** What a row that nobody works on waits for. */
export function pendingOf(row: PendingRow): Pending {
  const abandoned = row.lease_owner === null ? null : row.lease_token
  return { sha256: row.sha256, stage: stageOf(row.state), priority: row.priority, due: row.due, abandoned }
}
