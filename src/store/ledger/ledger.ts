import { auditing } from '../audit/index.ts'
import type { BlobStore } from '../blobs/blobs.ts'
import { fetchDocument } from '../blobs/fetch.ts'
import { ownerIsGone, ownerOfThisProcess } from '../owner.ts'
import { people } from '../people/index.ts'
import type { StandingOf } from '../reviewing.ts'
import { type Database, patiently } from '../sql/database.ts'
import type { Store } from '../store.ts'
import { backlog } from './backlog.ts'
import { allRecords, recordsOf } from './case-rows.ts'
import { changes } from './changes.ts'
import { claiming } from './claiming.ts'
import type { Ledger } from './context.ts'
import { cutting } from './cuts.ts'
import { documents } from './documents.ts'
import { figures } from './figures.ts'
import { forgetting } from './forgetting.ts'
import { holding } from './holds.ts'
import { namesakes } from './namesakes.ts'
import { keptPages } from './page-words.ts'
import { parts } from './parts.ts'
import { entryOf, intake } from './receipts.ts'
import { rereads } from './rereads.ts'
import { reviewing } from './reviewing.ts'
import { samples } from './samples.ts'
import { schedules } from './schedules.ts'
import { statusOf } from './status.ts'
import { telling } from './telling.ts'
import { waiting } from './waiting.ts'

/** How many failures are named, unless it is said. */
const NAMED = 1000

type LedgerOptions = {
  readonly owner?: string | undefined
  readonly passwordCost?: number | undefined
  readonly standingOf?: StandingOf | null | undefined
}

/** The store over any database that Kysely speaks to. `now` gives the time of ledger and audit; no record holds it. */
export function openLedger(
  database: Database,
  blobs: BlobStore,
  now: () => Date,
  { owner = ownerOfThisProcess(), passwordCost, standingOf = null }: LedgerOptions = {},
): Omit<Store, 'images'> {
  const time = () => now().toISOString()
  const db = database.kysely
  let claims = 0
  const ledger: Ledger = {
    database,
    time,
    expiry: (ms) => new Date(now().getTime() + ms).toISOString(),
    claimant: () => `${owner} ${++claims}`,
    standingOf,
    isFree: (row) => row.lease_owner === null || ownerIsGone(row.lease_owner) || (row.lease_expires_at ?? '') <= time(),
    isAnothers: (leaseOwner) => leaseOwner !== null && !leaseOwner.startsWith(`${owner} `),
    row: (tx, sha256) => tx.selectFrom('documents').selectAll().where('sha256', '=', sha256).executeTakeFirst(),
    audit: (tx, action, subject, from, to, detail = null) =>
      tx
        .insertInto('audit')
        .values({ at: time(), actor: owner, action, subject, from_state: from, to_state: to, detail })
        .execute(),
    note: (tx, { actor, action, subject, from = null, to = null, detail = null, digests }) =>
      tx
        .insertInto('audit')
        .values({
          ...{ at: time(), actor, action, subject, from_state: from, to_state: to, detail },
          before_digest: digests?.before ?? null,
          after_digest: digests?.after ?? null,
        })
        .execute(),
  }
  return {
    ...intake(ledger, blobs),
    ...claiming(ledger),
    ...parts(ledger),
    ...keptPages(ledger),
    ...cutting(ledger),
    ...documents(ledger),
    ...waiting(ledger),
    ...rereads(ledger),
    ...backlog(ledger),
    ...schedules(ledger),
    ...samples(ledger),
    ...reviewing(ledger),
    ...namesakes(ledger),
    ...forgetting(ledger, blobs),
    ...holding(ledger),
    ...people(ledger, now, passwordCost),
    ...auditing(ledger),
    ...changes(ledger),
    ...telling(ledger),
    ...figures(ledger),
    openFile: (sha256) => fetchDocument(blobs, sha256),
    find: (sha256) =>
      patiently(async () => {
        const found = await db.selectFrom('documents').selectAll().where('sha256', '=', sha256).executeTakeFirst()
        return found ? entryOf(found) : null
      }),
    records: (sha256) => patiently(() => recordsOf(db, sha256)),
    allRecords: () => allRecords(db),
    status: ({ named = NAMED } = {}) => patiently(() => statusOf(db, now(), named)),
    auditOf: (sha256) =>
      patiently(() => db.selectFrom('audit').selectAll().where('subject', '=', sha256).orderBy('seq').execute()),
    async check() {
      await db.selectFrom('documents').select('sha256').limit(1).execute()
      await blobs.check()
    },
    close: () => db.destroy(),
  }
}
