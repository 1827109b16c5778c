import type { CaseRecord } from '../../model/index.ts'
import { doubtsOf, reviewOf } from '../../normalize/index.ts'
import type { KeptLetter, Orphan } from '../../store/index.ts'
import { readOtherwise } from './finished.ts'
import { issueOf, openOrphans } from './orphaned.ts'
import { type Overlaid, overlay } from './overlay.ts'

/** A letter with what people decided, and what is left to look at. */
export type Looked = {
  readonly laid: Overlaid
  /** Places that say something else than when it was finished. */
  readonly otherwise: readonly string[]
  readonly doubts: readonly string[]
  /** Decisions on letters that begin nowhere any more, which nobody had before them when this one was finished. */
  readonly orphaned: readonly Orphan[]
}

export function lookAt(kept: Pick<KeptLetter, 'record' | 'edits' | 'finished' | 'orphans'>): Looked {
  const { record, edits, finished } = kept
  const laid = overlay(record, edits)
  const otherwise = readOtherwise(record, laid, finished)
  return { laid, otherwise, doubts: openDoubts(laid, otherwise), orphaned: openOrphans(kept) }
}

/**
 * The places that a person has to look at, in the record's order: those that keep it from standing by itself, those whose edit was made on another
 * value, and those that say something else than when it was finished. Shrinks as they are decided.
 */
export function openDoubts({ record, places, stale }: Overlaid, otherwise: readonly string[] = []): readonly string[] {
  const doubtful = new Set(doubtsOf(record).map(({ path }) => path))
  const old = new Set([...stale, ...otherwise])
  return places
    .filter(({ path, shown, edited }) => old.has(path) || (!edited && shown !== null && doubtful.has(shown)))
    .map(({ path }) => path)
}

/** The review of a record as reviewed so far: `reviewed` when a person finished it and all of that still holds. */
function reviewNow(
  { laid, otherwise, doubts, orphaned }: Looked,
  base: CaseRecord,
  isCompleted: boolean,
): CaseRecord['review'] {
  const { record } = laid
  if (isCompleted && doubts.length === 0 && orphaned.length === 0)
    return { state: 'reviewed', reasons: [], vouched: [] }
  if (otherwise.length > 0) return { state: 'needs-review', reasons: [OTHERWISE], vouched: [] }
  if (orphaned.length > 0) return { state: 'needs-review', reasons: [ORPHANED], vouched: [] }
  if (record === base) return base.review
  const { reasons } = reviewOf(record)
  return { state: 'needs-review', reasons: reasons.length > 0 ? reasons : [UNFINISHED], vouched: [] }
}
const UNFINISHED = 'Somebody began to review it and has not finished.'
const ORPHANED = 'Somebody decided on a letter that began on one of its pages, and begins there no more.'
const OTHERWISE = 'It was finished, and reads otherwise since.'

/** The record as it goes out: edits applied, and `reviewed` where a person finished it. */
export function reviewedRecord(looked: Looked, base: CaseRecord, isCompleted: boolean): CaseRecord {
  const { record } = looked.laid
  const review = reviewNow(looked, base, isCompleted)
  const issues = looked.orphaned.map(issueOf)
  if (issues.length > 0) return { ...record, review, issues: [...record.issues, ...issues] }
  return review === record.review ? record : { ...record, review }
}
