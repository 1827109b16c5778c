import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { wordsOf } from './api.tsx'

type Shown = { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren }

export function Dialog({ title, onClose, children }: Shown) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

/** A form in a dialog: closes when it was done; what was refused is told in it, and what was typed stays. */
export function FormDialog({
  title,
  act,
  submit,
  onClose,
  children,
}: Shown & { readonly act: string; readonly submit: () => Promise<unknown> }) {
  const doing = useDoing()
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault()
          if (await doing.run(submit)) onClose()
        }}
      >
        <div class="asked">{children}</div>
        <Wrong doing={doing} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.isBusy}>
            {act}
          </button>
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}

export type Doing = ReturnType<typeof useDoing>

/** One thing at a time that the server is asked to do: whether it is being done, and why it was not. */
export function useDoing() {
  const isBusy = useSignal(false)
  const wrong = useSignal<string | null>(null)
  return {
    isBusy,
    wrong,
    /** Whether it was done. */
    async run(act: () => Promise<unknown>): Promise<boolean> {
      if (isBusy.value) return false
      isBusy.value = true
      wrong.value = null
      try {
        await act()
        return true
      } catch (error) {
        wrong.value = wordsOf(error)
        return false
      } finally {
        isBusy.value = false
      }
    },
  }
}

export const Wrong = ({ doing }: { readonly doing: Pick<Doing, 'wrong'> }) => (
  <p class="wrong" role="alert">
    {doing.wrong}
  </p>
)

/** What cannot be taken back is done by a second press on the same button. */
export function TwiceButton({
  children,
  sure,
  act,
  disabled = false,
}: {
  readonly children: ComponentChildren
  /** What the second press does, in words. */
  readonly sure: string
  readonly act: () => unknown
  readonly disabled?: boolean
}) {
  const isArmed = useSignal(false)
  return (
    <button
      type="button"
      class={isArmed.value ? 'danger' : ''}
      disabled={disabled}
      onBlur={() => (isArmed.value = false)}
      onClick={() => {
        if (isArmed.value) act()
        isArmed.value = !isArmed.value
      }}
    >
      {isArmed.value ? sure : children}
    </button>
  )
}

/** What is shown this once, and is gone when whoever sees it says that it is kept. */
export const KeepDialog = ({
  label,
  text,
  kept = 'I have kept it',
  children,
  ...shown
}: Shown & { readonly label: string; readonly text: string; readonly kept?: string }) => (
  <Dialog {...shown}>
    <div class="asked">
      {children}
      <ToKeep label={label} text={text} />
    </div>
    <div class="buttons">
      <button type="button" class="main" onClick={shown.onClose}>
        {kept}
      </button>
    </div>
  </Dialog>
)

/** A text to be kept elsewhere. */
export function ToKeep({ label, text }: { readonly label: string; readonly text: string }) {
  const copied = useSignal('')
  return (
    <div class="to-keep">
      <textarea
        aria-label={label}
        readOnly
        rows={text.split('\n').length}
        value={text}
        onFocus={(e) => e.currentTarget.select()}
      />
      <button
        type="button"
        onClick={() =>
          navigator.clipboard.writeText(text).then(
            () => (copied.value = 'copied'),
            () => (copied.value = 'the browser does not let it be copied: mark it and press Ctrl+C'),
          )
        }
      >
        Copy
      </button>
      <span role="status" class="muted">
        {copied}
      </span>
    </div>
  )
}
