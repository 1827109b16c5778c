import { patiently, transact } from './database.ts'
import type { Ledger } from './ledger.ts'
import type { Store } from './store.ts'

/** Schedules and their runs. What a schedule says is the scheduler's business: here it is text. */
export function schedules(
  ledger: Ledger,
): Pick<Store, 'schedules' | 'setSchedule' | 'removeSchedule' | 'lastRun' | 'startRun' | 'endRun'> {
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
          .select(['due_at', 'started_at', 'ended_at'])
          .where('name', '=', name)
          .orderBy('due_at', 'desc')
          .limit(1)
          .executeTakeFirst()
        return run ? { dueAt: run.due_at, startedAt: run.started_at, endedAt: run.ended_at } : null
      }),

    startRun: (name, dueAt) =>
      transact(database, async (tx) => {
        const started = await tx
          .insertInto('schedule_runs')
          .values({ name, due_at: dueAt, started_at: time(), documents: 0 })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        if (!started.numInsertedOrUpdatedRows) return false
        await audit(tx, 'schedule-run', name, null, null, dueAt)
        return true
      }),

    endRun: (name, dueAt) =>
      patiently(async () => {
        await db
          .updateTable('schedule_runs')
          .set({ ended_at: time() })
          .where('name', '=', name)
          .where('due_at', '=', dueAt)
          .where('ended_at', 'is', null)
          .execute()
      }),
  }
}
