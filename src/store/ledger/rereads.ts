import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { Choice, Store, Urgency } from '../store.ts'
import { madeOf } from './case-rows.ts'
import type { Ledger } from './context.ts'
import { openTo } from './leased-row.ts'
import { retryParts } from './parts.ts'
import { pendingOf } from './waiting.ts'

/** Rows changed in one transaction. */
const ROWS = 500
/** Place in the queue. What is read again as backlog comes after the backlog that was never read (1000). */
const priorities: Readonly<Record<Urgency, number>> = { expedited: 1, standard: 100, backlog: 1001 }

/** Written as in the partial index `documents_again`, or it is not used. */
const isAgain = sql<boolean>`again_from is not null`

type Connection = Kysely<Tables> | Transaction<Tables>

/** Documents that are brought up to date: read again, or decided again. What they gave before stands until that is done. */
export function rereads(ledger: Ledger): Pick<Store, 'countAgain' | 'again' | 'pendingAgain'> {
  const { database, time, audit } = ledger

  return {
    countAgain: (choice, stage) =>
      patiently(async () => {
        const chosen = await condition(database.kysely, choice, stage)
        const { count } = await database.kysely
          .selectFrom('documents')
          .select((eb) => eb.fn.countAll().as('count'))
          .where(chosen)
          .executeTakeFirstOrThrow()
        return Number(count)
      }),

    async again(choice, { stage, urgency }) {
      const state = stage === 'extract' ? 'received' : 'extracted'
      for (let asked = 0; ; ) {
        const changed = await transact(database, async (tx) => {
          const chosen = await condition(tx, choice, stage)
          const rows = await tx
            .updateTable('documents')
            .set((eb) => ({
              state,
              again_from: eb
                .case()
                .when('state', '=', 'done')
                .then('done' as const)
                .else('failed' as const)
                .end(),
              again_cause: null,
              cause: null,
              message: null,
              attempts: 0,
              crashes: 0,
              not_before: null,
              priority: priorities[urgency],
              held: urgency === 'backlog' ? 1 : 0,
              let_go_at: null,
              changed_at: time(),
            }))
            .where('sha256', 'in', (eb) => eb.selectFrom('documents').select('sha256').where(chosen).limit(ROWS))
            .returning(['sha256', 'again_from'])
            .execute()
          await retryParts(
            tx,
            rows.map((r) => r.sha256),
          )
          for (const row of rows)
            await audit(tx, stage === 'extract' ? 'read-again' : 'decide-again', row.sha256, row.again_from, state)
          return rows.length
        })
        asked += changed
        if (changed === 0) return asked
      }
    },

    pendingAgain: (limit, stages) =>
      patiently(async () => {
        const waiting = database.kysely
          .selectFrom('documents')
          .where(isAgain)
          .where(
            'state',
            'in',
            stages.flatMap((stage) => openTo[stage]),
          )
        const columns = [
          'sha256',
          'state',
          'priority',
          'due',
          'lease_owner',
          'lease_token',
          'lease_expires_at',
        ] as const
        const open = waiting
          .select(columns)
          .where((eb) => eb.or([eb('not_before', 'is', null), eb('not_before', '<=', time())]))
          .orderBy('priority')
          .orderBy('received_at')
          .orderBy('sha256')
        const leased = await open.where('lease_owner', 'is not', null).execute()
        const unleased = await open.where('lease_owner', 'is', null).limit(limit).execute()
        const now = [...leased.filter(ledger.isFree), ...unleased].slice(0, limit).map(pendingOf)
        const { all } = await waiting.select((eb) => eb.fn.countAll().as('all')).executeTakeFirstOrThrow()
        return { now, all: Number(all) }
      }),
  }
}

/** What has ended and may be done again: read, when its bytes are here; decided, when there are records to decide on. */
async function condition(
  db: Connection,
  { documents, status, unreadable, withoutWords, made }: Choice,
  stage: 'extract' | 'decide',
) {
  const madeSo = made === undefined ? null : await madeTexts(db, made)
  return (eb: ExpressionBuilder<Tables, 'documents'>) =>
    eb.and([
      stage === 'extract' ? eb('state', 'in', ['done', 'failed']) : eb('state', '=', 'done'),
      // What stands in for a file that could not be read has no bytes here: it was never claimed.
      eb('lease_token', '>', 0),
      ...(documents === undefined ? [] : [eb('sha256', 'in', [...documents])]),
      ...(status === undefined && !unreadable
        ? []
        : [eb('sha256', 'in', recordsThat(eb, status, unreadable === true))]),
      ...(withoutWords ? [isWithoutWords(eb)] : []),
      ...(madeSo === null ? [] : [madeSo.length === 0 ? sql<boolean>`1 = 0` : eb('made', 'in', madeSo)]),
    ])
}

/** Only a page's own status is ever written so: in a text, quotation marks are escaped. */
const UNREADABLE_PAGE = '%"status":"unreadable"%'

function recordsThat(eb: ExpressionBuilder<Tables, 'documents'>, status: Choice['status'], unreadable: boolean) {
  const records = eb
    .selectFrom('cases')
    .select('cases.sha256')
    // A record with a page that could not be read is never complete: these are few.
    .where('cases.status', 'in', status === undefined ? ['partial', 'failed'] : [status])
  return unreadable ? records.where('cases.record', 'like', UNREADABLE_PAGE) : records
}

/** It was read to its end, and nothing of its pages is kept. */
function isWithoutWords(eb: ExpressionBuilder<Tables, 'documents'>) {
  const kept = eb.selectFrom('pages').select('pages.page').whereRef('pages.sha256', '=', 'documents.sha256')
  return eb.and([eb.or([eb('state', '=', 'done'), eb('cause', '=', 'no-letter')]), eb.not(eb.exists(kept))])
}

/** There are as many as versions, engines and packs that ever worked on the store: few. */
async function madeTexts(db: Connection, wanted: NonNullable<Choice['made']>): Promise<string[]> {
  const rows = await db.selectFrom('documents').select('made').distinct().where('made', 'is not', null).execute()
  return rows.flatMap((row) => {
    const made = madeOf(row)
    return made && row.made !== null && wanted(made) ? [row.made] : []
  })
}
