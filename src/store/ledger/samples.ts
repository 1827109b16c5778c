import type { Transaction } from 'kysely'
import { letterIdSchema } from '../../model/index.ts'
import type { Sampling } from '../sampling.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'
import { lockAt } from './letters.ts'

const documentOf = (letterId: string) => letterId.slice(0, 64)

/** Samples for blind checking: see {@link Sampling}. */
export function samples({ database, time, note }: Ledger): Sampling {
  const db = database.kysely
  return {
    keepSample: ({ id, drawnBy, ...sample }, letters) =>
      transact(database, async (tx) => {
        const { seed, bound, level, tolerated, population, size } = sample
        await tx
          .insertInto('samples')
          .values({ id, drawn_by: drawnBy, drawn_at: time(), seed, bound, level, tolerated, population, size })
          .execute()
        for (const { letterId, position, task } of letters) {
          const sha256 = documentOf(letterId)
          const there = await tx
            .selectFrom('documents')
            .select('sha256')
            .where('sha256', '=', sha256)
            .executeTakeFirst()
          if (!there) continue
          await tx
            .insertInto('sampled')
            .values({ sample_id: id, letter_id: letterId, sha256, position, task })
            .execute()
        }
        await note(tx, { actor: drawnBy, action: 'sample-drawn', subject: id, detail: `${size} of ${population}` })
      }),

    samples: () =>
      patiently(async () => {
        const rows = await db.selectFrom('samples').selectAll().orderBy('drawn_at', 'desc').orderBy('id').execute()
        return rows.map(({ drawn_by, drawn_at, ...row }) => ({ ...row, drawnBy: drawn_by, drawnAt: drawn_at }))
      }),

    sampled: (id) =>
      patiently(async () => {
        const letters = await db
          .selectFrom('sampled')
          .select(['letter_id', 'position', 'task'])
          .where('sample_id', '=', id)
          .orderBy('position')
          .execute()
        const answers = await db
          .selectFrom('sample_answers')
          .select(['letter_id', 'by', 'at', 'answers'])
          .where('sample_id', '=', id)
          .orderBy('at')
          .orderBy('by')
          .execute()
        const tasks = await db
          .selectFrom('blind_tasks')
          .select(['letter_id', 'by', 'settles', 'at'])
          .where('sample_id', '=', id)
          .orderBy('at')
          .execute()
        return {
          tasks: tasks.map(({ letter_id, settles, ...row }) => ({
            ...{ ...row, letterId: letterIdSchema.parse(letter_id), settles: settles === 1 },
          })),
          letters: letters.map(({ letter_id, ...row }) => ({ ...row, letterId: letterIdSchema.parse(letter_id) })),
          answers: answers.map(({ letter_id, ...row }) => ({ ...row, letterId: letterIdSchema.parse(letter_id) })),
        }
      }),

    giveTask: (id, { letterId, by, settles }, { answered, room, since }) =>
      transact(database, async (tx) => {
        const drawn = await tx
          .selectFrom('sampled')
          .select('sha256')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .$if(database.engine === 'postgres', (q) => q.forUpdate())
          .executeTakeFirst()
        if (!drawn || (await isKnownTo(tx, letterId, by))) return false
        const answers = await tx
          .selectFrom('sample_answers')
          .select('by')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .execute()
        const others = await tx
          .selectFrom('blind_tasks')
          .select('by')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .where('by', '!=', by)
          .where('settles', '=', settles ? 1 : 0)
          .where('at', '>', since.toISOString())
          .execute()
        if (answers.length !== answered || answers.some((a) => a.by === by) || others.length >= room) return false
        await tx
          .insertInto('blind_tasks')
          .values({
            sample_id: id,
            letter_id: letterId,
            sha256: drawn.sha256,
            by,
            settles: settles ? 1 : 0,
            at: time(),
          })
          .onConflict((c) => c.doNothing())
          .execute()
        await note(tx, { actor: by, action: 'sample-given', subject: letterId, detail: id })
        return true
      }),

    endTasks: (id, letterId) =>
      transact(database, async (tx) => {
        await tx.deleteFrom('blind_tasks').where('sample_id', '=', id).where('letter_id', '=', letterId).execute()
      }),

    blindTo: (by) =>
      patiently(async () => {
        const rows = await db.selectFrom('blind_tasks').select('letter_id').distinct().where('by', '=', by).execute()
        return rows.map((row) => letterIdSchema.parse(row.letter_id))
      }),

    answerSample: (id, { letterId, by, answers }, { ends }) =>
      transact(database, async (tx) => {
        const task = await tx
          .selectFrom('blind_tasks')
          .select('sha256')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .where('by', '=', by)
          .executeTakeFirst()
        if (!task) return false
        const kept = await tx
          .insertInto('sample_answers')
          .values({ sample_id: id, letter_id: letterId, sha256: task.sha256, by, at: time(), answers })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        await tx
          .deleteFrom('blind_tasks')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .$if(!ends, (q) => q.where('by', '=', by))
          .execute()
        if (!kept.numInsertedOrUpdatedRows) return false
        await note(tx, { actor: by, action: 'sample-answered', subject: letterId, detail: id })
        return true
      }),
  }

  /** Whether somebody has a letter in hand, or wrote to it: they know what was read. */
  async function isKnownTo(tx: Transaction<Tables>, letterId: string, by: string): Promise<boolean> {
    const row = await tx
      .selectFrom('letters')
      .select(['lock_by', 'lock_until'])
      .where('letter_id', '=', letterId)
      .executeTakeFirst()
    if (row && lockAt(row, time())?.by === by) return true
    for (const table of ['edits', 'letter_events'] as const)
      if (
        await tx
          .selectFrom(table)
          .select('by')
          .where('letter_id', '=', letterId)
          .where('by', '=', by)
          .executeTakeFirst()
      )
        return true
    return false
  }
}
