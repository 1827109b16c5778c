import type { DocumentState } from './sql/schema.ts'

/**
 * Why a document is forgotten, a closed list so that no word of it gets into the audit trail: `retention` its time is over ·
 * `request` somebody who may ask did · `order` a court or an authority ordered it · `mistake` it should never have come in.
 */
export const forgetReasons = ['retention', 'request', 'order', 'mistake'] as const
export type ForgetReason = (typeof forgetReasons)[number]

/** `by`: who forgets, as one word (a user's name); never a patient's. */
export type ForgetOrder = { readonly reason: ForgetReason; readonly by: string }

/** A document as it is found by whoever may have to forget it. */
export type KeptDocument = {
  readonly sha256: string
  /** The name it first came in under. */
  readonly fileName: string
  readonly state: DocumentState
  /** It was read, or failed; what is to be read again has ended before, too. */
  readonly hasEnded: boolean
  readonly receivedAt: string
  readonly pages: number
  readonly letters: number
  /** Paths under which it came in. What lies there is not the store's. */
  readonly sources: readonly string[]
  /** Somebody works on it, or on a part of it. */
  readonly inHand: boolean
  /** A legal hold keeps it. */
  readonly onHold: boolean
}

/** What the audit trail keeps of a forgotten document, beside what had happened to it. */
export type Tombstone = ForgetOrder & { readonly sha256: string; readonly at: string }

/**
 * Retention: how documents leave the store. A forgotten document leaves its digest, times and states in the audit trail, and
 * nothing else. The ledger forgets first and the files follow: whatever is killed in between, `removeForgotten` goes on with it.
 */
export interface Forgetting {
  /** One document (or none), or all that were received before a moment, oldest first. */
  kept(which: { readonly sha256: string } | { readonly before: Date }): AsyncIterable<KeptDocument>
  /**
   * Forgets a document, its cases, paths and upload keys at once; its bytes are then to be removed. `in-hand`: somebody works on
   * it; `on-hold`: a legal hold keeps it; nothing was changed. `unknown`: no such document is here; one that was forgotten before counts as `forgotten`.
   * A result that comes late is refused as that of a lost lease.
   */
  forget(sha256: string, order: ForgetOrder): Promise<'forgotten' | 'in-hand' | 'on-hold' | 'unknown'>
  /** What was forgotten last, the newest first, by pages: `before` names a row of the audit trail. */
  lastForgotten(page: {
    readonly before?: number
    readonly limit: number
  }): Promise<readonly (Tombstone & { readonly seq: number })[]>
  /** What was forgotten, oldest first: all of it, or one document's times. */
  tombstones(sha256?: string): AsyncIterable<Tombstone>
  /**
   * Removes the bytes of forgotten documents, unless they were handed in again meanwhile. `versions`: the storage keeps earlier
   * versions of some. @throws {FilesUnavailable} when some could not be removed; the others were.
   */
  removeForgotten(): Promise<{ readonly removed: number; readonly versions: boolean }>
  /** Bytes older than `before` that no document has, of how many in all: what is left of receipts that broke off. */
  nobodys(before: Date): Promise<{ readonly kept: number; readonly nobodys: readonly string[] }>
  /** Removes bytes unless a document has them. */
  removeNobodys(sha256: string): Promise<boolean>
  /**
   * Removes this machine's copies, older than `before`, of bytes that no document has: it may have been forgotten on another
   * machine. Gives how many.
   */
  tidyCopies(before: Date): Promise<number>
  /**
   * Cleans the database's own files of what was deleted: SQLite's are written anew. PostgreSQL's give the room back, and are
   * written anew only when `full` (others who use the tables wait meanwhile).
   */
  scrub(options: { readonly full: boolean }): Promise<void>

  /** What a policy says, as text; null when there is none of that name. */
  policy(name: string): Promise<string | null>
  /** Sets a policy; null revokes it. */
  setPolicy(name: string, definition: string | null): Promise<void>
}
