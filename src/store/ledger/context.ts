import type { Transaction } from 'kysely'
import type { Act } from '../audit/act.ts'
import type { StandingOf } from '../reviewing.ts'
import type { Database } from '../sql/database.ts'
import type { DocumentRow, DocumentState, Tables } from '../sql/schema.ts'
import type { LeasedRow } from './leased-row.ts'

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
  /** Whether a lease is (or was) another process's. */
  readonly isAnothers: (leaseOwner: string | null) => boolean
  /** A letter's place in the list of work; null: whoever reads letters gives it later. */
  readonly standingOf: StandingOf | null
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
  /** Writes the audit row of what a person (or a program of theirs) did, in the change's own transaction. */
  readonly note: (tx: Transaction<Tables>, act: Act) => Promise<unknown>
}
