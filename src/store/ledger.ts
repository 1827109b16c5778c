import type { Transaction } from 'kysely'
import { backlog } from './backlog.ts'
import type { BlobStore } from './blobs.ts'
import { allRecords, recordsOf } from './case-rows.ts'
import { type Database, patiently } from './database.ts'
import { entryOf, intake } from './intake.ts'
import type { LeasedRow } from './lease.ts'
import { leases } from './leases.ts'
import { ownerIsGone, ownerOfThisProcess } from './owner.ts'
import { parts } from './parts.ts'
import { schedules } from './schedules.ts'
import type { DocumentRow, DocumentState, Tables } from './schema.ts'
import { statusOf } from './status.ts'
import type { Store } from './store.ts'
import { waiting } from './waiting.ts'

/** What all chapters of the ledger share: the database, the clock, who acts, and the audit trail. */
export type Ledger = {
  readonly database: Database
  /** Now, ISO 8601 in UTC. */
  readonly time: () => string
  /** When a lease of that many milliseconds, begun now, ends. */
  readonly expiry: (ms: number) => string
  /** A name for one claim: this process, and which of its claims. */
  readonly claimant: () => string
  /** Whether nobody works under a row's lease any more. */
  readonly isFree: (row: Pick<LeasedRow, 'lease_owner' | 'lease_expires_at'>) => boolean
  /** Whether a lease that is being taken over was left behind by another process. */
  readonly crashed: (leaseOwner: string | null) => boolean
  readonly row: (tx: Transaction<Tables>, sha256: string) => Promise<DocumentRow | undefined>
  /** Writes the audit row of a change, in the change's own transaction. */
  readonly audit: (
    tx: Transaction<Tables>,
    action: string,
    subject: string,
    from: DocumentState | null,
    to: DocumentState | null,
    detail?: string | null,
  ) => Promise<unknown>
}

/** The store over any database that Kysely speaks to. `now` gives the time of ledger and audit; no record holds it. */
export function openLedger(
  database: Database,
  blobs: BlobStore,
  now: () => Date,
  owner: string = ownerOfThisProcess(),
): Store {
  const time = () => now().toISOString()
  const db = database.kysely
  let claims = 0
  const ledger: Ledger = {
    database,
    time,
    expiry: (ms) => new Date(now().getTime() + ms).toISOString(),
    claimant: () => `${owner} ${++claims}`,
    isFree: (row) => row.lease_owner === null || ownerIsGone(row.lease_owner) || (row.lease_expires_at ?? '') <= time(),
    crashed: (leaseOwner) => leaseOwner !== null && !leaseOwner.startsWith(`${owner} `),
    row: (tx, sha256) => tx.selectFrom('documents').selectAll().where('sha256', '=', sha256).executeTakeFirst(),
    audit: (tx, action, subject, from, to, detail = null) =>
      tx
        .insertInto('audit')
        .values({ at: time(), actor: owner, action, subject, from_state: from, to_state: to, detail })
        .execute(),
  }
  return {
    ...intake(ledger, blobs),
    ...leases(ledger),
    ...parts(ledger),
    ...waiting(ledger),
    ...backlog(ledger),
    ...schedules(ledger),
    openFile: (sha256) => blobs.open(sha256),
    find: (sha256) =>
      patiently(async () => {
        const found = await db.selectFrom('documents').selectAll().where('sha256', '=', sha256).executeTakeFirst()
        return found ? entryOf(found) : null
      }),
    records: (sha256) => patiently(() => recordsOf(db, sha256, ['done', 'failed'])),
    allRecords: () => allRecords(db),
    status: () => patiently(() => statusOf(db, now())),
    auditOf: (sha256) => db.selectFrom('audit').selectAll().where('subject', '=', sha256).orderBy('seq').execute(),
    async check() {
      await db.selectFrom('documents').select('sha256').limit(1).execute()
      await blobs.check()
    },
    close: () => db.destroy(),
  }
}
