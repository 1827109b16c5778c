import type { Issue } from '../../model/index.ts'
import type { PageReport } from '../messages.ts'

/** A file opened for reading: how many pages, and how to read one. */
export type OpenDocument = {
  readonly pageCount: number
  readonly issues: readonly Issue[]
  readonly read: (number: number) => Promise<PageReport>
  readonly close: () => Promise<void>
}
