import type { Issue } from '../../model/index.ts'
import type { PageReport, ReadRequest } from '../messages.ts'
import type { PagePicture } from './page/picture.ts'

/** What it takes to open a file. */
export type OpenRequest = Pick<ReadRequest, 'path' | 'mediaType' | 'maxPixels'>

/** A file opened for reading: how many pages, and how to read one. */
export type OpenDocument = {
  readonly pageCount: number
  readonly issues: readonly Issue[]
  readonly read: (number: number) => Promise<PageReport>
  /** A page as it is shown, to be looked at; null: it cannot be made out. @throws {PageDefect} */
  readonly picture: (number: number) => Promise<PagePicture | null>
  readonly close: () => Promise<void>
}
