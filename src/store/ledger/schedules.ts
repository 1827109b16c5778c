import { patiently, transact } from '../sql/database.ts'
import type { Store } from '../store.ts'
import type { Ledger } from './context.ts'
import { LEASE_MS } from './leased-row.ts'

/** Schedules and their runs. What a schedule says is the scheduler's business: here it is text. */
export function schedules(
  ledger: Ledger,
): Pick<
  Store,
  'schedules' | 'setSchedule' | 'removeSchedule' | 'lastRun' | 'startRun' | 'takeUpRun' | 'runTakenIn' | 'endRun'
> {
  const { database, time, audit } = ledger
  const db = database.kysely
  return {
    schedules: () =>
      patiently(() => db.selectFrom('schedules').select(['name', 'definition']).orderBy('name').execute()),

    setSchedule: (name, definition) =>
      transact(database, async (tx) => {
        const row = { definition, changed_at: time() }
        await tx
          .insertInto('schedules')
          .values({ name, ...row })
          .onConflict((c) => c.column('name').doUpdateSet(row))
          .execute()
        await audit(tx, 'schedule-set', name, null, null, definition)
      }),

    removeSchedule: (name) =>
      transact(database, async (tx) => {
        const removed = await tx.deleteFrom('schedules').where('name', '=', name).executeTakeFirst()
        if (removed.numDeletedRows === 0n) return false
        await tx.deleteFrom('schedule_runs').where('name', '=', name).execute()
        await audit(tx, 'schedule-removed', name, null, null)
        return true
      }),

    lastRun: (name) =>
      patiently(async () => {
        const run = await db
          .selectFrom('schedule_runs')
          .select(['due_at', 'started_at', 'taken_in_at', 'ended_at'])
          .where('name', '=', name)
          // Not by due time: a schedule that moves to an earlier time zone goes on, too.
          .orderBy('started_at', 'desc')
          .orderBy('due_at', 'desc')
          .limit(1)
          .executeTakeFirst()
        return run
          ? { dueAt: run.due_at, startedAt: run.started_at, takenInAt: run.taken_in_at, endedAt: run.ended_at }
          : null
      }),

    startRun: (name, dueAt) =>
      transact(database, async (tx) => {
        const started = await tx
          .insertInto('schedule_runs')
          .values({ name, due_at: dueAt, started_at: time() })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        if (!started.numInsertedOrUpdatedRows) return false
        await audit(tx, 'schedule-run', name, null, null, dueAt)
        return true
      }),

    takeUpRun: (name, dueAt) =>
      transact(database, async (tx) => {
        const run = await tx
          .selectFrom('schedule_runs')
          .select(['lease_owner', 'lease_expires_at'])
          .where('name', '=', name)
          .where('due_at', '=', dueAt)
          .where('taken_in_at', 'is', null)
          .$if(database.engine === 'postgres', (q) => q.forUpdate())
          .executeTakeFirst()
        if (!run) return false
        if (ledger.isAnothers(run.lease_owner) && !ledger.isFree(run)) return false
        await tx
          .updateTable('schedule_runs')
          .set({ lease_owner: ledger.claimant(), lease_expires_at: ledger.expiry(LEASE_MS) })
          .where('name', '=', name)
          .where('due_at', '=', dueAt)
          .execute()
        return true
      }),

    runTakenIn: (name, dueAt) =>
      patiently(async () => {
        await db
          .updateTable('schedule_runs')
          .set({ taken_in_at: time(), lease_owner: null, lease_expires_at: null })
          .where('name', '=', name)
          .where('due_at', '=', dueAt)
          .where('taken_in_at', 'is', null)
          .execute()
      }),

    endRun: (name, dueAt, outcome) =>
      transact(database, async (tx) => {
        const ended = await tx
          .updateTable('schedule_runs')
          .set({ ended_at: time(), lease_owner: null, lease_expires_at: null })
          .where('name', '=', name)
          .where('due_at', '=', dueAt)
          .where('ended_at', 'is', null)
          .executeTakeFirst()
        if (ended.numUpdatedRows > 0n && outcome !== undefined)
          await audit(tx, 'schedule-run-ended', name, null, null, `${dueAt}: ${outcome}`)
      }),
  }
}
