import type { LetterView } from '../../model/index.ts'
import type { KeptLetter, Placement } from '../../store/index.ts'
import { deadlinesOf, dueDate } from '../clock/deadlines.ts'
import { lookAt, reviewedRecord } from './doubts.ts'
import { finishedOf } from './finished.ts'
import { shownOrphan } from './orphaned.ts'
import { redoNow, undoNow } from './undo.ts'

/** What the page of a letter needs, for one person. */
export function viewOf(kept: KeptLetter, who: string): LetterView {
  const { letterId, revision, state, reason, assignee, lock } = kept
  const looked = lookAt(kept)
  const { laid, otherwise, doubts } = looked
  const record = reviewedRecord(looked, kept.record, state === 'completed')
  return {
    ...{ letterId, revision, state, reason, assignee, record },
    doubts,
    stale: laid.stale,
    otherwise,
    orphaned: kept.orphans.map(shownOrphan),
    fields: laid.places,
    deadlines: deadlinesOf(record),
    comments: kept.events.flatMap(({ event, by, at, text }) =>
      event === 'comment' ? [{ by, at, text: text ?? '' }] : [],
    ),
    lock,
    undo: undoNow(kept, who)?.revision ?? null,
    redo: redoNow(kept, who),
  }
}

/**
 * Where a letter stands in the list of work, whether what a person finished says something else now, and what stands in one of which nobody kept it.
 */
export function standingOf(kept: KeptLetter): Pick<Placement, 'standing' | 'reopen' | 'finished'> {
  const { laid, doubts, orphaned } = lookAt(kept)
  // A letter is completed when nothing in it is doubtful: what a re-read changed, or left in doubt, nobody has seen.
  const isLeft = doubts.length > 0 || orphaned.length > 0
  const reopen = kept.state === 'completed' && isLeft
  const isOpen = kept.state === 'open' || kept.state === 'held' || reopen
  const asks =
    orphaned.length > 0 ||
    laid.record !== kept.record ||
    laid.stale.length > 0 ||
    kept.record.review.state !== 'auto-accepted'
  // Of a file without a page there is nothing to look at: `imr status` tells of it.
  const needed = isOpen && (asks || kept.revision > 0) && kept.record.document.pages.length > 0
  const due = dueDate(deadlinesOf(laid.record), kept.agreed)
  const isUnknown = kept.state === 'completed' && !reopen && kept.finished === null
  const finished = isUnknown ? finishedOf(kept.record, laid) : null
  return { standing: { due, doubt: doubts.length, needed }, reopen, finished }
}
