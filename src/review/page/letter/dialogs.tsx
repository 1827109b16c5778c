import { useSignal } from '@preact/signals'
import { Dialog } from '../dialog.tsx'
import { commands, type Place, places } from './commands.ts'
import type { Desk } from './desk.tsx'
import { setAside } from './flow.tsx'
import type { Asking } from './keys.tsx'

/** Every key, from the table that makes them work. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="help">
        {(Object.keys(places) as Place[]).map((place) => (
          <section key={place}>
            <h3>{places[place]}</h3>
            <dl>
              {commands
                .filter((c) => c.place === place)
                .map((c) => (
                  <div key={c.id}>
                    <dt>
                      <kbd>{c.shown}</kbd>
                    </dt>
                    <dd>{c.what}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <form method="dialog">
        <button type="submit" class="main">
          Close
        </button>
      </form>
    </Dialog>
  )
}

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
