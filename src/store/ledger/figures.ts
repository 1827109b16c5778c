import { sql } from 'kysely'
import { editSchema } from '../../model/index.ts'
import type { Figures, FiguresOf } from '../figures.ts'
import type { LetterEventKind } from '../reviewing.ts'
import { patiently } from '../sql/database.ts'
import type { Ledger } from './context.ts'

/** Edits fetched at once. */
const ROWS = 1_000
/** Comes last where there is no date: see {@link LettersTable}. */
const NO_DATE = '9999-12-31'
const dayOf = sql<string>`substr(at, 1, 10)`
/** Days as the text of moments is compared: from the first moment of one to the last of the other. */
const span = ({ from, to }: Pick<FiguresOf, 'from' | 'to'>) => ({ first: from, last: `${to}T99` })

export function figures({ database }: Ledger): Figures {
  const db = database.kysely
  return {
    deeds: ({ by, ...days }) =>
      patiently(async () => {
        const { first, last } = span(days)
        const rows = await db
          .selectFrom('letter_events')
          .select((eb) => [dayOf.as('day'), 'event', eb.fn.countAll().as('count')])
          .where('event', 'in', ['completed', 'held', 'rejected'])
          .where('at', '>=', first)
          .where('at', '<=', last)
          .$if(by !== null, (q) => q.where('by', '=', by ?? ''))
          .groupBy([dayOf, 'event'])
          .orderBy('day')
          .orderBy('event')
          .execute()
        return rows.map((row) => ({ day: row.day, event: row.event as LetterEventKind, count: Number(row.count) }))
      }),

    toReview: () =>
      patiently(async () => {
        const rows = await db
          .selectFrom('letters')
          .select((eb) => ['due', eb.fn.countAll().as('count')])
          .where('state', '=', 'open')
          .where('needed', '=', 1)
          .where('case_id', 'is not', null)
          .groupBy('due')
          .orderBy('due')
          .execute()
        return rows.map(({ due, count }) => ({ due: due === NO_DATE ? null : due, count: Number(count) }))
      }),

    standings: () =>
      patiently(async () => {
        const rows = await db
          .selectFrom('letters')
          .select((eb) => ['state', eb.fn.countAll().as('count')])
          .where('case_id', 'is not', null)
          .groupBy('state')
          .execute()
        const of = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0)
        return { open: of('open'), held: of('held'), rejected: of('rejected'), completed: of('completed') }
      }),

    straightThrough: (days) =>
      patiently(async () => {
        const { first, last } = span(days)
        const cases = db
          .selectFrom('cases')
          .innerJoin('documents', 'documents.sha256', 'cases.sha256')
          .leftJoin('letters', 'letters.case_id', 'cases.case_id')
          .where('documents.received_at', '>=', first)
          .where('documents.received_at', '<=', last)
          .where('cases.status', '!=', 'failed')
        const all = await cases.select((eb) => eb.fn.countAll().as('count')).executeTakeFirst()
        const through = await cases
          .select((eb) => eb.fn.countAll().as('count'))
          .where('cases.review_state', '=', 'auto-accepted')
          .where((eb) => eb.or([eb('letters.revision', 'is', null), eb('letters.revision', '=', 0)]))
          .executeTakeFirst()
        return { count: Number(through?.count ?? 0), of: Number(all?.count ?? 0) }
      }),

    async *decisions({ by, ...days }) {
      const { first, last } = span(days)
      for (let behind = { letter: '', revision: 0, part: 0 }; ; ) {
        const { letter, revision, part } = behind
        const rows = await patiently(() =>
          db
            .selectFrom('edits')
            .select(['letter_id', 'revision', 'part', 'by', 'edit'])
            .where('at', '>=', first)
            .where('at', '<=', last)
            .$if(by !== null, (q) => q.where('by', '=', by ?? ''))
            .where(({ eb, refTuple, tuple }) =>
              eb(refTuple('letter_id', 'revision', 'part'), '>', tuple(letter, revision, part)),
            )
            .orderBy('letter_id')
            .orderBy('revision')
            .orderBy('part')
            .limit(ROWS)
            .execute(),
        )
        for (const row of rows)
          yield {
            letterId: row.letter_id,
            revision: row.revision,
            by: row.by,
            edit: editSchema.parse(JSON.parse(row.edit)),
          }
        const end = rows.at(-1)
        if (!end || rows.length < ROWS) return
        behind = { letter: end.letter_id, revision: end.revision, part: end.part }
      }
    },
  }
}
