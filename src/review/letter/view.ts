import type { LetterView } from '../../model/index.ts'
import type { KeptLetter, Standing } from '../../store/index.ts'
import { deadlinesOf, dueDate } from '../clock/deadlines.ts'
import { undoable } from './active.ts'
import { openDoubts, reviewedRecord } from './doubts.ts'
import { overlay } from './overlay.ts'

/** What the page of a letter needs, for one person. */
export function viewOf(kept: KeptLetter, who: string): LetterView {
  const { letterId, revision, state, reason, assignee, lock } = kept
  const laid = overlay(kept.record, kept.edits)
  const record = reviewedRecord(laid, kept.record, state === 'completed')
  const ending = endingBy(kept, who)
  const { undo, redo } = state === 'open' || state === 'held' ? undoable(kept.edits, who) : { undo: null, redo: null }
  return {
    ...{ letterId, revision, state, reason, assignee, record },
    doubts: openDoubts(laid),
    stale: laid.stale,
    fields: laid.places,
    deadlines: deadlinesOf(record),
    comments: kept.events.flatMap(({ event, by, at, text }) =>
      event === 'comment' ? [{ by, at, text: text ?? '' }] : [],
    ),
    lock,
    undo: ending ?? undo,
    redo: ending === null ? redo : null,
  }
}

/** The revision by which a person just held, rejected or completed a letter that nobody has written to since: they may take it back. */
export function endingBy({ events, revision, state }: KeptLetter, who: string): number | null {
  if (state === 'open') return null
  const last = events.findLast((e) => e.revision !== null)
  return last?.revision === revision && last.by === who ? revision : null
}

/** Where a letter stands in the list of work, and whether what a person finished is of another value now. */
export function standingOf(kept: KeptLetter): { readonly standing: Standing; readonly reopen: boolean } {
  const laid = overlay(kept.record, kept.edits)
  // A letter is completed when nothing in it is doubtful: what a re-read left in doubt nobody has seen.
  const reopen = kept.state === 'completed' && openDoubts(laid).length > 0
  const isOpen = kept.state === 'open' || kept.state === 'held' || reopen
  const asks = laid.record !== kept.record || laid.stale.length > 0 || kept.record.review.state !== 'auto-accepted'
  // Of a file without a page there is nothing to look at: `imr status` tells of it.
  const needed = isOpen && (asks || kept.revision > 0) && kept.record.document.pages.length > 0
  const due = dueDate(deadlinesOf(laid.record), kept.agreed)
  return { standing: { due, doubt: openDoubts(laid).length, needed }, reopen }
}
