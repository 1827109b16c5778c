import { type Command, type KeyScreen, keysOn } from './commands.ts'
import { Dialog } from './dialog.tsx'

/** Every key of a screen, from the table that makes them work. */
export function Help({ screen, onClose }: { readonly screen: KeyScreen; readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="help">
        {keysOn(screen).map(({ title, commands }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {commands.map((c) => (
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

/** The bottom line: keys that do something just now, each a button, too. */
export const KeyBar = ({
  commands,
  perform,
}: {
  readonly commands: readonly Command[]
  readonly perform: (id: string) => unknown
}) => (
  <nav class="keys" aria-label="Keys that work now">
    {commands.map((c) => (
      <button
        type="button"
        key={c.id}
        tabIndex={-1}
        onMouseDown={(e) => e.preventDefault()}
        onClick={() => perform(c.id)}
      >
        <kbd>{c.shown}</kbd> {c.short}
      </button>
    ))}
  </nav>
)
