import type { DocumentState } from '../sql/schema.ts'
import { type Lease, LeaseLost, type Stage, type Store } from '../store.ts'

/** How long a lease lasts without being renewed, in milliseconds: how long a document of a host that vanished waits. */
export const LEASE_MS = 20_000

/** The columns of a row that is leased: a document's or a part's. */
export type LeasedRow = {
  readonly sha256: string
  readonly lease_owner: string | null
  readonly lease_token: number
  readonly lease_expires_at: string | null
  readonly attempts: number
  readonly crashes: number
}

/** The lease that a row tells of. */
export function leaseFields(row: LeasedRow, part: number | null): Lease {
  return {
    sha256: row.sha256,
    part,
    owner: row.lease_owner ?? '',
    token: row.lease_token,
    expiresAt: row.lease_expires_at ?? '',
    attempts: row.attempts,
    crashes: row.crashes,
  }
}

/** Whether work that was given back counts as an attempt. */
export const isCounted = (after: Parameters<Store['release']>[1]): boolean =>
  after !== undefined && after.counts !== false

/**
 * Whether a row's lease is not (or no longer) this one. The token alone does not tell: a document that is split anew, or that was
 * forgotten and handed in again, counts from one again.
 */
export function isOtherLease(row: LeasedRow, lease: Pick<Lease, 'token' | 'owner'>): boolean {
  return row.lease_token !== lease.token || (row.lease_owner !== null && row.lease_owner !== lease.owner)
}

export function lost(lease: Pick<Lease, 'sha256'>): LeaseLost {
  return new LeaseLost(`document ${lease.sha256.slice(0, 12)} was taken over by another worker`)
}

/** The states in which a document is open to a stage. */
export const openTo: Readonly<Record<Stage, readonly DocumentState[]>> = {
  extract: ['received', 'extracting'],
  decide: ['extracted', 'deciding'],
}
