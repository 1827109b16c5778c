import type { LetterState } from '../../model/index.ts'
import type { KeptLetter, LetterEvent, LetterEventKind } from '../../store/index.ts'
import { undoable } from './active.ts'

type Decided = Pick<KeptLetter, 'edits' | 'events' | 'state'>

/** What one step back takes back: a change of where the letter stands, or edits. */
export type Step = { readonly revision: number; readonly of: 'change' | 'edits' }

/** Where a letter stands after each kind of change. */
const leadsTo: Readonly<Partial<Record<LetterEventKind, LetterState>>> = {
  held: 'held',
  rejected: 'rejected',
  completed: 'completed',
  reopened: 'open',
}

type Change = LetterEvent & { readonly revision: number }
const isChange = (event: LetterEvent): event is Change => event.revision !== null

/** The change by which a letter stands where it stands, those that were taken back aside; null: there is none. */
function standingChange({ events, state }: Decided): Change | null {
  const changes: Change[] = []
  for (const event of events.filter(isChange)) {
    if (event.event === 'undone') changes.pop()
    else changes.push(event)
  }
  const last = changes.at(-1)
  // Before it was kept where a letter stood, taking back opened it.
  return last && leadsTo[last.event] === state ? last : null
}

/**
 * What a person takes back next: their own last act that still holds. A change of where the letter stands only as long as nobody else has written
 * since. null: nothing.
 */
export function undoNow(kept: Decided, who: string): Step | null {
  const { edits, events, state } = kept
  const change = standingChange(kept)
  const edit = state === 'open' || state === 'held' ? undoable(edits, who).undo : null
  if (change !== null && change.by === who && change.revision > (edit ?? 0)) {
    const since = [...edits, ...events.filter(isChange)].filter((one) => one.revision > change.revision)
    if (since.every((one) => one.by === who)) return { revision: change.revision, of: 'change' }
  }
  return edit === null ? null : { revision: edit, of: 'edits' }
}

/** The undo that a person takes back next; null: there is none, or they went on from there. */
export function redoNow(kept: Decided, who: string): number | null {
  if (kept.state !== 'open' && kept.state !== 'held') return null
  const { redo } = undoable(kept.edits, who)
  return redo !== null && redo > (standingChange(kept)?.revision ?? 0) ? redo : null
}
