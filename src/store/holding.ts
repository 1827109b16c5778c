/** What a legal hold keeps: one document, or all that have a letter of a claim, those that come later included. */
export type HoldOn = { readonly sha256: string } | { readonly claim: string }

/** A legal hold: while it stands, what it is on is not forgotten, by nobody and for no age. */
export type LegalHold = {
  readonly id: string
  readonly sha256: string | null
  /** The claim number as it was typed. Hyphens, spaces and capitals make no difference. */
  readonly claim: string | null
  readonly reason: string
  readonly by: string
  readonly at: string
  readonly releasedBy: string | null
  readonly releasedAt: string | null
}

/** Legal holds. The audit trail has who placed and released which, by its id: no claim number, and no reason. */
export interface Holding {
  /** Those that stand first, and then the newest. */
  holds(): Promise<readonly LegalHold[]>
  /** null: there is no such document. */
  placeHold(on: HoldOn, reason: string, by: string): Promise<LegalHold | null>
  /** false: there is none of that id that stands. */
  releaseHold(id: string, by: string): Promise<boolean>
  /** The holds that keep a document now. */
  holdsOn(sha256: string): Promise<readonly LegalHold[]>
}
