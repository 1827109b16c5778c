/** What somebody did. Nothing in it is a word of a document: values go through `digestsOf` (salts.ts). */
export type Act = {
  /** A user's name, or that of a token. */
  readonly actor: string
  readonly action: string
  /** What it was done to: a document's sha256, a letter's id, a user's name, a list that was shown (`list-`, digest of what was in it). */
  readonly subject: string
  readonly from?: string | null
  readonly to?: string | null
  /** A word on it: a place in the record, a role, a reason of a closed list. */
  readonly detail?: string | null
  readonly digests?: { readonly before: string | null; readonly after: string | null }
}
