import { letterIdSchema } from '../../model/index.ts'
import { noteList } from '../audit/lists.ts'
import type { DocumentQuery, Documents, ListedDocument } from '../documents.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Ledger } from './context.ts'
import { entryOf } from './receipts.ts'

/** Documents in a list: see {@link Documents}. */
export function documents(ledger: Ledger): Documents {
  const { database } = ledger
  const db = database.kysely
  return {
    documents: (query) => patiently(() => listed(query)),
    documentsShown: (documents, to) =>
      transact(database, (tx) => noteList(ledger, tx, documents, { actor: to, action: 'document-shown' })),
  }

  async function listed(query: DocumentQuery): Promise<readonly ListedDocument[]> {
    const { only, state, cause, from, to, after, limit } = query
    const rows = await db
      .selectFrom('documents')
      .selectAll()
      .$if(only !== undefined, (q) => q.where('sha256', 'in', only ?? []))
      // What was done and is read again counts as done: see `DocumentEntry`.
      .$if(state === 'waiting', (q) =>
        q
          .where('state', 'not in', ['done', 'failed'])
          .where((eb) => eb.or([eb('again_from', 'is', null), eb('again_from', '=', 'failed')])),
      )
      .$if(state === 'done', (q) => q.where((eb) => eb.or([eb('state', '=', 'done'), eb('again_from', '=', 'done')])))
      .$if(state === 'failed', (q) => q.where('state', '=', 'failed'))
      .$if(cause !== undefined, (q) => q.where('cause', '=', cause ?? null).where('state', '=', 'failed'))
      .$if(from !== undefined, (q) => q.where('received_at', '>=', from ?? ''))
      // A day's times sort behind the day itself and before any that follows it.
      .$if(to !== undefined, (q) => q.where('received_at', '<', `${to}U`))
      .$if(after !== undefined, (q) =>
        q.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('received_at', 'sha256'), '<', tuple(after?.receivedAt ?? '', after?.sha256 ?? '')),
        ),
      )
      .orderBy('received_at', 'desc')
      .orderBy('sha256', 'desc')
      .limit(limit)
      .execute()
    if (rows.length === 0) return []
    const letters = await db
      .selectFrom('letters')
      .innerJoin('cases', 'cases.case_id', 'letters.case_id')
      .select(['letters.sha256', 'letters.letter_id'])
      .where(
        'letters.sha256',
        'in',
        rows.map((row) => row.sha256),
      )
      .orderBy('cases.letter')
      .execute()
    return rows.map((row) => ({
      ...entryOf(row),
      // What stands in for a file that could not be read was never claimed.
      canRetry: row.state === 'failed' && row.lease_token > 0,
      letters: letters.filter((l) => l.sha256 === row.sha256).map((l) => letterIdSchema.parse(l.letter_id)),
    }))
  }
}
