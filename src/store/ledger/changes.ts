import { sql } from 'kysely'
import { holdOffWriters } from '../audit/seals.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Store } from '../store.ts'
import type { Ledger } from './context.ts'

/** Rows of the trail looked at in one query. */
const ROWS = 2_000
/** What changes nothing that goes out: somebody looked, or waits. All else counts, so that nothing that does is ever left out. */
const LOOKS = ['seen', 'exported', 'letter-shown', 'document-shown', 'downloaded', 'letter-assigned', 'letter-skipped']

/** What has changed, by the audit trail: every change writes its row in its own transaction. */
export function changes({ database }: Ledger): Pick<Store, 'horizon' | 'changedDocuments'> {
  const db = database.kysely
  return {
    horizon: () =>
      transact(database, async (tx) => {
        await holdOffWriters(database, tx)
        const last = await tx
          .selectFrom('audit')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .executeTakeFirst()
        return Number(last?.seq ?? 0)
      }),

    async *changedDocuments({ after, until }) {
      const given = new Set<string>()
      for (let from = after; from < until; ) {
        const behind = from
        const rows = await patiently(() =>
          db
            .selectFrom('audit')
            .select(['seq', 'subject', 'action'])
            .where('seq', '>', behind)
            .where('seq', '<=', until)
            .where(sql<number>`length(subject)`, '>=', 64)
            .orderBy('seq')
            .limit(ROWS)
            .execute(),
        )
        for (const { subject, action } of rows) {
          const sha256 = subject.slice(0, 64)
          if (LOOKS.includes(action) || !/^[0-9a-f]{64}$/.test(sha256) || given.has(sha256)) continue
          given.add(sha256)
          yield sha256
        }
        from = rows.length < ROWS ? until : Number(rows.at(-1)?.seq ?? until)
      }
    },
  }
}
