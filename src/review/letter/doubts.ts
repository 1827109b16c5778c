import type { CaseRecord } from '../../model/index.ts'
import { doubtsOf, reviewOf } from '../../normalize/index.ts'
import type { Overlaid } from './overlay.ts'

/**
 * The places that a person has to look at, in the record's order: those that keep it from standing by itself, and those whose edit was made on
 * another value. Shrinks as they are decided.
 */
export function openDoubts({ record, places, stale }: Overlaid): readonly string[] {
  const doubtful = new Set(doubtsOf(record).map(({ path }) => path))
  const old = new Set(stale)
  return places
    .filter(({ path, shown, edited }) => old.has(path) || (!edited && shown !== null && doubtful.has(shown)))
    .map(({ path }) => path)
}

/** The review of a record as reviewed so far: `reviewed` when a person finished it and all of that still holds. */
export function reviewNow(laid: Overlaid, base: CaseRecord, isCompleted: boolean): CaseRecord['review'] {
  const { record } = laid
  if (isCompleted && openDoubts(laid).length === 0) return { state: 'reviewed', reasons: [], vouched: [] }
  if (record === base) return base.review
  const { reasons } = reviewOf(record)
  return { state: 'needs-review', reasons: reasons.length > 0 ? reasons : [UNFINISHED], vouched: [] }
}
const UNFINISHED = 'Somebody began to review it and has not finished.'

/** The record as it goes out: edits applied, and `reviewed` where a person finished it. */
export function reviewedRecord(overlaid: Overlaid, base: CaseRecord, isCompleted: boolean): CaseRecord {
  const review = reviewNow(overlaid, base, isCompleted)
  return review === overlaid.record.review ? overlaid.record : { ...overlaid.record, review }
}
