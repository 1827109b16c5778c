import { firstPageOf, type Issue, type LetterView } from '../../model/index.ts'
import type { Finished, KeptLetter, Orphan } from '../../store/index.ts'
import { activeEdits } from './active.ts'

/** Under what a finished letter keeps which decisions on other letters whoever finished it had before them: the revision of each. */
const PLACE = 'orphaned'

/** What whoever finishes a letter had before them of decisions on letters that begin nowhere any more; nothing when there are none. */
export function seenOrphans(orphans: readonly Orphan[]): Finished {
  if (orphans.length === 0) return []
  const values = Object.fromEntries(orphans.map(({ letterId, revision }) => [letterId, `${revision}`]))
  return [{ path: PLACE, anchor: null, values }]
}

/** Those that nobody had before them when the letter was finished. */
export function openOrphans({ orphans, finished }: Pick<KeptLetter, 'orphans' | 'finished'>): readonly Orphan[] {
  const seen = finished?.find(({ path }) => path === PLACE)?.values ?? {}
  return orphans.filter(({ letterId, revision }) => seen[letterId] !== `${revision}`)
}

export const issueOf = ({ letterId }: Orphan): Issue => {
  const page = firstPageOf(letterId)
  return {
    ...{ rule: 'review.orphaned', severity: 'warning', path: null, page },
    message: `What somebody decided on a letter that began on page ${page} is not applied: no letter begins there any more.`,
  }
}

/** As the page of a letter shows it. */
export const shownOrphan = ({ letterId, state, reason, edits, events }: Orphan): LetterView['orphaned'][number] => ({
  ...{ letterId, page: firstPageOf(letterId), state, reason },
  edits: activeEdits(edits).map(({ by, at, edit }) => ({ by, at, edit })),
  comments: events.flatMap(({ event, by, at, text }) => (event === 'comment' ? [{ by, at, text: text ?? '' }] : [])),
})
