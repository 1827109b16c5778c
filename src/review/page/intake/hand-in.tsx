import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { tell } from '../state.tsx'
import { forgetTold, handed, outcomeOf, sendAgain, take, type Urgency, urgencies } from './handed.ts'

/** What can be read, and archives of it. */
const TYPES = '.pdf,.tif,.tiff,.png,.jpg,.jpeg,.zip'

/** Files are chosen, or dropped anywhere on the screen; each is told what became of it. */
export function HandIn() {
  const urgency = useSignal<Urgency>('standard')
  const isOver = useSignal(false)
  const [button, input] = [useRef<HTMLButtonElement>(null), useRef<HTMLInputElement>(null)]
  useEffect(() => button.current?.focus(), [])
  useEffect(() => {
    // Beside the screen, too: a file that is dropped there would be opened in the place of this page.
    const over = (event: DragEvent) => {
      event.preventDefault()
      isOver.value = event.type === 'dragover'
    }
    const drop = (event: DragEvent) => {
      over(event)
      if (event.dataTransfer) take(filesIn(event.dataTransfer), urgency.value)
    }
    const stay = (event: BeforeUnloadEvent) => {
      if (handed.value.some(({ state }) => state === 'waits' || state === 'being sent')) event.preventDefault()
    }
    const heard = [
      ['dragover', over],
      ['dragleave', over],
      ['drop', drop],
      ['beforeunload', stay],
    ] as const
    for (const [name, act] of heard) addEventListener(name, act as EventListener)
    return () => {
      for (const [name, act] of heard) removeEventListener(name, act as EventListener)
    }
  }, [])
  return (
    <section class={isOver.value ? 'hand-in over' : 'hand-in'}>
      <h2>Hand in letters</h2>
      <div class="line">
        <button type="button" class="main" ref={button} onClick={() => input.current?.click()}>
          Choose files
        </button>
        <p class="muted">or drop them here: PDF, TIFF, PNG, JPEG, and zip archives of them</p>
        <span class="space" />
        <label>
          To be read
          <select value={urgency} onChange={(e) => (urgency.value = e.currentTarget.value as Urgency)}>
            {Object.entries(urgencies).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={TYPES}
        aria-label="Files"
        onChange={(e) => {
          take([...(e.currentTarget.files ?? [])], urgency.value)
          e.currentTarget.value = ''
        }}
      />
      {handed.value.length > 0 && <WhatBecame />}
    </section>
  )
}

/** What was dropped, without folders: a browser gives no bytes of them. */
function filesIn(dropped: DataTransfer): readonly File[] {
  const folders = [...dropped.items].filter((item) => item.webkitGetAsEntry()?.isDirectory)
  if (folders.length > 0) tell('A folder cannot be handed in: open it, and choose the files in it.', 'wrong')
  const names = new Set(folders.map((item) => item.webkitGetAsEntry()?.name))
  return [...dropped.files].filter((file) => !names.has(file.name))
}

function WhatBecame() {
  const all = handed.value
  const left = all.filter(({ state }) => state === 'waits' || state === 'being sent').length
  const isLost = all.some(({ state }) => state === 'not sent')
  return (
    <>
      <div class="head">
        <p role="status">
          {left > 0
            ? `${all.length - left} of ${all.length} are there`
            : all.length === 1
              ? 'What became of it'
              : `What became of ${all.length} files`}
        </p>
        <span class="space" />
        {isLost && (
          <button type="button" class="main" onClick={sendAgain}>
            Send again what did not get there
          </button>
        )}
        {left === 0 && (
          <button type="button" class="quiet" onClick={forgetTold}>
            Clear
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keys, too (WCAG 2.1.1) */}
      <ul class="handed" tabIndex={0} aria-label="Files that were handed in">
        {all.map((one) => {
          const { text, kind } = outcomeOf(one)
          return (
            <li key={one.key}>
              <strong>{one.file.name}</strong>
              <span class={`state ${kind}`}>{text}</span>
            </li>
          )
        })}
      </ul>
    </>
  )
}
