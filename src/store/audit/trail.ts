import { type ExpressionBuilder, sql } from 'kysely'
import type { Ledger } from '../ledger/context.ts'
import { patiently, transact } from '../sql/database.ts'
import type { AuditRow, Tables } from '../sql/schema.ts'
import { type Audit, EVERYTHING, type Told } from './audit.ts'

/** Written as in the index `audit_by_document`, or it is not used. */
const document = sql<string>`substr(subject, 1, 64)`

type Rows = ExpressionBuilder<Tables, 'audit'>

/** Of a letter: its own rows and those of its document as a whole, not its neighbours'. */
function about(eb: Rows, subject: string) {
  const sha256 = subject.slice(0, 64)
  if (!/^[0-9a-f]{64}(?:-|$)/.test(subject)) return eb('subject', '=', subject)
  const isLetter = /-p\d+$/.test(subject)
  return isLetter
    ? eb.and([eb(document, '=', sha256), eb('subject', 'in', [subject, sha256])])
    : eb(document, '=', sha256)
}

export function trail({ database, note }: Ledger): Pick<Audit, 'noteAct' | 'trail' | 'accessTo'> {
  const db = database.kysely
  return {
    noteAct: (act) => transact(database, async (tx) => void (await note(tx, act))),

    trail: ({ subject, actor, action, before, limit }) =>
      patiently(async () => {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .$if(subject !== undefined, (q) => q.where((eb) => about(eb, subject ?? '')))
          .$if(actor !== undefined, (q) => q.where('actor', '=', actor ?? ''))
          .$if(action !== undefined, (q) => q.where('action', '=', action ?? ''))
          .$if(before !== undefined, (q) => q.where('seq', '<', before ?? 0))
          .orderBy('seq', 'desc')
          .limit(limit)
          .execute()
        return rows.map(told)
      }),

    accessTo: (subject) =>
      patiently(async () => {
        const began = await db
          .selectFrom('audit')
          .select((eb) => eb.fn.min('at').as('at'))
          .where((eb) => about(eb, subject))
          .executeTakeFirst()
        const rows = await db
          .selectFrom('audit')
          .select((eb) => [
            'actor',
            'action',
            eb.fn.countAll().as('count'),
            eb.fn.min('at').as('first'),
            eb.fn.max('at').as('last'),
          ])
          .where((eb) =>
            eb.or([about(eb, subject), eb.and([eb('subject', '=', EVERYTHING), eb('at', '>=', began?.at ?? '9999')])]),
          )
          .groupBy(['actor', 'action'])
          .execute()
        return rows
          .map((row) => ({ ...row, count: Number(row.count) }))
          .sort((a, b) => (a.first === b.first ? (a.action < b.action ? -1 : 1) : a.first < b.first ? -1 : 1))
      }),
  }
}

export const told = (row: AuditRow): Told => ({ ...row, seq: Number(row.seq) })
