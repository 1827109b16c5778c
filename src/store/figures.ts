import type { StoredEdit } from '../model/index.ts'
import type { LetterEventKind } from './reviewing.ts'

/** Days, `YYYY-MM-DD`, both of them included; of whom: a user's own, or everybody's (null). */
export type FiguresOf = { readonly from: string; readonly to: string; readonly by: string | null }

/** How the review goes, counted; no word of a letter is in it but in the edits, which are for who counts them further. */
export interface Figures {
  /** How many letters people finished, held, rejected on each day, oldest first. */
  deeds(
    of: FiguresOf,
  ): Promise<readonly { readonly day: string; readonly event: LetterEventKind; readonly count: number }[]>
  /** Letters that are still to be looked at, by the date they are due; null: by none. */
  toReview(): Promise<readonly { readonly due: string | null; readonly count: number }[]>
  /** Letters by where they stand. */
  standings(): Promise<Readonly<Record<'open' | 'held' | 'rejected' | 'completed', number>>>
  /** Of letters that came in then: how many were read, and how many of them were accepted without a look and nobody has written to since. */
  straightThrough(of: Omit<FiguresOf, 'by'>): Promise<{ readonly count: number; readonly of: number }>
  /** What people decided then, letter by letter in the order of writing. */
  decisions(of: FiguresOf): AsyncIterable<Pick<StoredEdit, 'revision' | 'edit' | 'by'> & { readonly letterId: string }>
}
