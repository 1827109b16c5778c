import type { PageWords } from '../model/index.ts'
import type { PageImages } from './images/images.ts'

/** What was read of each page, kept for whoever reviews: written with the records, gone with the document. */
export interface KeptPages {
  /** The words of a page as packed (gzip) JSON of a {@link PageWords}; null when none are kept. */
  packedWords(sha256: string, page: number): Promise<Buffer | null>
  /** The words of pages `first` to `last` (from 1; default: all), in order; those that are kept. */
  wordsOfPages(sha256: string, pages?: readonly [first: number, last: number]): Promise<readonly PageWords[]>
  /** By how many degrees clockwise each page was turned to stand upright, by its number; those that are kept. */
  turnsOfPages(
    sha256: string,
    pages?: readonly [first: number, last: number],
  ): Promise<ReadonlyMap<number, PageWords['rotation']>>
  /** Images of pages that were made, on this machine. */
  readonly images: PageImages
  /** Notes in the audit trail that somebody took the file. */
  noteDownload(sha256: string, by: string): Promise<void>
}
