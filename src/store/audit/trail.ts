import { type Kysely, sql } from 'kysely'
import type { Ledger } from '../ledger/context.ts'
import { patiently, transact } from '../sql/database.ts'
import type { AuditRow, Tables } from '../sql/schema.ts'
import { type Audit, EVERYTHING, type Told } from './audit.ts'
import { subjectsOf } from './lists.ts'

/** Written as in the indexes `audit_by_document` and `listed_by_document`, or they are not used. */
const document = sql<string>`substr(subject, 1, 64)`

/**
 * Numbers of the rows about a case. Of a letter: its own rows and those of its document as a whole, not its neighbours', and the lists that held it.
 * Each part by an index of its own: PostgreSQL reads the whole trail for a subquery that stands behind an `or`.
 */
function seqsAbout(db: Kysely<Tables>, subject: string) {
  const sha256 = subject.slice(0, 64)
  const rows = db.selectFrom('audit').select('audit.seq')
  if (!/^[0-9a-f]{64}(?:-|$)/.test(subject)) return rows.where('subject', '=', subject)
  const letter = /-p\d+$/.test(subject) ? [subject, sha256] : null
  return rows
    .where(document, '=', sha256)
    .$if(letter !== null, (q) => q.where('subject', 'in', letter ?? []))
    .unionAll(
      rows.where('subject', 'in', (eb) =>
        eb
          .selectFrom('listed')
          .select('list')
          .where(document, '=', sha256)
          .$if(letter !== null, (q) => q.where('listed.subject', 'in', letter ?? [])),
      ),
    )
}

export function trail({ database, note }: Ledger): Pick<Audit, 'noteAct' | 'trail' | 'accessTo' | 'listed'> {
  const db = database.kysely
  return {
    noteAct: (act) => transact(database, async (tx) => void (await note(tx, act))),

    trail: ({ subject, actor, action, before, limit }) =>
      patiently(async () => {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .$if(subject !== undefined, (q) => q.where('seq', 'in', seqsAbout(db, subject ?? '')))
          .$if(actor !== undefined, (q) => q.where('actor', '=', actor ?? ''))
          .$if(action !== undefined, (q) => q.where('action', '=', action ?? ''))
          .$if(before !== undefined, (q) => q.where('seq', '<', before ?? 0))
          .orderBy('seq', 'desc')
          .limit(limit)
          .execute()
        return rows.map(told)
      }),

    listed: (list) => patiently(() => subjectsOf(db, list)),

    accessTo: (subject) =>
      patiently(async () => {
        const began = await db
          .selectFrom('audit')
          .select((eb) => eb.fn.min('at').as('at'))
          .where('seq', 'in', seqsAbout(db, subject))
          .executeTakeFirst()
        const everything = db
          .selectFrom('audit')
          .select('audit.seq')
          .where('subject', '=', EVERYTHING)
          .where('at', '>=', began?.at ?? '9999')
        const rows = await db
          .selectFrom('audit')
          .select((eb) => [
            'actor',
            'action',
            eb.fn.countAll().as('count'),
            eb.fn.min('at').as('first'),
            eb.fn.max('at').as('last'),
          ])
          .where('seq', 'in', seqsAbout(db, subject).unionAll(everything))
          .groupBy(['actor', 'action'])
          .execute()
        return rows
          .map((row) => ({ ...row, count: Number(row.count) }))
          .sort((a, b) => (a.first === b.first ? (a.action < b.action ? -1 : 1) : a.first < b.first ? -1 : 1))
      }),
  }
}

export const told = (row: AuditRow): Told => ({ ...row, seq: Number(row.seq) })
