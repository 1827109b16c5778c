import { letterIdSchema } from '../../model/index.ts'
import type { Sampling } from '../sampling.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Ledger } from './context.ts'

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
        return {
          letters: letters.map(({ letter_id, ...row }) => ({ ...row, letterId: letterIdSchema.parse(letter_id) })),
          answers: answers.map(({ letter_id, ...row }) => ({ ...row, letterId: letterIdSchema.parse(letter_id) })),
        }
      }),

    answerSample: (id, { letterId, by, answers }) =>
      transact(database, async (tx) => {
        const drawn = await tx
          .selectFrom('sampled')
          .select('sha256')
          .where('sample_id', '=', id)
          .where('letter_id', '=', letterId)
          .executeTakeFirst()
        if (!drawn) return false
        const kept = await tx
          .insertInto('sample_answers')
          .values({ sample_id: id, letter_id: letterId, sha256: drawn.sha256, by, at: time(), answers })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        if (!kept.numInsertedOrUpdatedRows) return false
        await note(tx, { actor: by, action: 'sample-answered', subject: letterId, detail: id })
        return true
      }),
  }
}
