import type { DocumentPart } from '../extract/index.ts'
import type { CaseRecord, ReadBy } from '../model/index.ts'
import type { SourceFile } from '../pipeline.ts'
import type { Store } from '../store/index.ts'
import type { Observer } from './observer.ts'
import type { Queue } from './queue.ts'

/** Reads pages of a file: the first stage with its engine. Rejects soon after `signal` fires. */
export type ReadPart = (
  file: SourceFile,
  options: {
    readonly signal: AbortSignal
    readonly pages?: readonly [number, number]
    readonly maxPages?: number
    /** Whether what is read stands although the engine failed over a remedy: no later try will come. */
    readonly lastTry: boolean
  },
) => Promise<DocumentPart>

export type WorkLimits = {
  /** A document of more pages is read in parts. */
  readonly wholePages: number
  /** Pages of a part. */
  readonly partPages: number
  /** After so many workers that went away while they had it, a document (or part) is given up. */
  readonly crashes: number
}

export const standardWorkLimits: WorkLimits = { wholePages: 24, partPages: 8, crashes: 10 }

/** What a worker works with. */
export type Work = {
  readonly store: Store
  readonly queue: Pick<Queue, 'wake' | 'wakePart'>
  readonly read: ReadPart
  /** A record with its proposals. */
  readonly decide: (record: CaseRecord) => CaseRecord
  /** What reads here. */
  readonly readBy: () => Promise<ReadBy>
  readonly observer: Observer
  readonly limits: WorkLimits
}
