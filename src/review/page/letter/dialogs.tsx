import { useSignal } from '@preact/signals'
import { Dialog } from '../dialog.tsx'
import type { Desk } from './desk.tsx'
import { setAside } from './flow.tsx'
import type { Asking } from './keys.tsx'

const asked: Readonly<
  Record<Exclude<Asking, 'help'>, { readonly title: string; readonly label: string; readonly act: string }>
> = {
  comment: { title: 'Comment', label: 'For whoever sees this letter next', act: 'Comment' },
  hold: { title: 'Set aside', label: 'The question, or the reason', act: 'Hold with this question' },
  skip: { title: 'Skip this letter', label: 'Why', act: 'Skip' },
  add: { title: 'Add', label: 'The wording, as the letter has it', act: 'Add service' },
}

/** Asks for words, then does it. */
export function Asked({
  what,
  desk,
  onClose,
}: {
  readonly what: Exclude<Asking, 'help'>
  readonly desk: Desk
  readonly onClose: () => void
}) {
  const { chosen, words } = { chosen: desk.chosen.value, words: desk.words.value }
  const start =
    what === 'add' && chosen && words
      ? words
          .chosen(chosen.a, chosen.b, chosen.page)
          .map((e) => e.text)
          .join(' ')
      : ''
  const text = useSignal(start)
  function done(act: () => unknown) {
    if (text.value.trim() === '') return
    act()
    onClose()
  }
  function submit(event: Event) {
    event.preventDefault()
    const words = text.value.trim()
    if (what === 'add') done(() => desk.add('services', words))
    else if (what === 'comment') done(() => desk.write(`/cases/${desk.id}/comments`, () => ({ text: words })))
    else done(() => setAside(what, words))
  }
  const { title, label, act } = asked[what]
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          {label}
          <textarea
            rows={3}
            required
            autofocus
            value={text}
            onInput={(e) => (text.value = e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) submit(e)
            }}
          />
        </label>
        <div class="buttons">
          <button type="submit" class="main">
            {act}
          </button>
          {what === 'hold' && (
            <button type="button" onClick={() => done(() => setAside('reject', text.value.trim()))}>
              Reject for this reason
            </button>
          )}
          {what === 'add' && (
            <button type="button" onClick={() => done(() => desk.add('diagnoses', text.value.trim()))}>
              Add diagnosis
            </button>
          )}
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}
