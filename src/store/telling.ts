/** What happened to a document or a letter: its id, and nothing of what is in it. */
export type ChangeEvent = {
  readonly type:
    | 'document.read'
    | 'document.failed'
    | 'document.cut'
    | 'document.forgotten'
    | 'letter.changed'
    | 'letter.held'
    | 'letter.rejected'
    | 'letter.completed'
    | 'letter.reopened'
  readonly documentId: string
  readonly letterId: string | null
  readonly at: string
}

/** A delivery that is somebody's to make: the same one, under the same id, until it was taken. */
export type Delivery = { readonly id: string; readonly events: readonly ChangeEvent[]; readonly token: string }

/**
 * Telling another system of what changed. Every change writes its row of the audit trail in its own transaction: that is the outbox, and what is kept here is how far
 * it was told. However many processes tell, each delivery is one's at a time.
 */
export interface Telling {
  /**
   * The next delivery under a name, if there is one and it is due: this caller's until the lease ends. What happened before the name was first asked for is never
   * told. null: nothing is due, or another process has it.
   */
  takeDelivery(name: string, lease: { readonly ms: number; readonly most: number }): Promise<Delivery | null>
  /** It was taken: what comes behind it is next. */
  delivered(name: string, delivery: Delivery): Promise<void>
  /** It was not taken: it is due again after so many milliseconds. `trouble`: a status or the name of an error. */
  undelivered(name: string, delivery: Delivery, again: { readonly ms: number; readonly trouble: string }): Promise<void>
  /** How telling stands under a name: rows of the trail that are not told yet, and how often the delivery in hand was tried. null: it was never asked for. */
  telling(
    name: string,
  ): Promise<{ readonly behind: number; readonly attempts: number; readonly trouble: string | null } | null>
}
