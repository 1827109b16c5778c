import type { LetterView } from '../../../model/index.ts'
import { editOf } from '../history/deeds.ts'

/** What was decided on a letter that begins nowhere any more: to look at, for nothing of it is applied. */
export function Orphaned({ orphaned }: { readonly orphaned: LetterView['orphaned'] }) {
  return (
    <>
      {orphaned.map(({ letterId, page, state, reason, edits, comments }) => (
        <details key={letterId} class="orphaned" open>
          <summary>Decided on a letter that began on page {page}</summary>
          <p class="muted">No letter begins there any more, so none of it is applied here. It is, once one does.</p>
          <ul>
            {state !== 'open' && (
              <li>
                {state}
                {reason ? `: ${reason}` : ''}
              </li>
            )}
            {edits.map(({ by, edit }) => (
              <li key={JSON.stringify(edit)}>
                {editOf(edit)} <span class="muted">({by})</span>
              </li>
            ))}
            {comments.map(({ by, at, text }) => (
              <li key={at}>
                {text} <span class="muted">({by})</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}
