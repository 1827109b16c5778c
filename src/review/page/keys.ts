import { useEffect, useRef } from 'preact/hooks'
import { createKeybindingsHandler } from 'tinykeys'
import { type CommandIn, commands, type Place } from './commands.ts'

/** Handlers of the keys of one place, from the table. */
export function handlerOf<const At extends Place>(
  at: At,
  perform: (id: CommandIn<At>, event: KeyboardEvent) => unknown,
): (event: KeyboardEvent) => void {
  const bound = commands
    .filter((c) => c.place === at)
    .flatMap((c) =>
      c.keys.map((key): [string, (event: KeyboardEvent) => void] => [
        key,
        (event) => {
          event.preventDefault()
          perform(c.id as CommandIn<At>, event)
        },
      ]),
    )
  return createKeybindingsHandler(Object.fromEntries(bound))
}

/** What each command of a place does. One without an act does not compile. */
export type Acts<At extends Place> = Readonly<Record<CommandIn<At>, (event: KeyboardEvent | null) => unknown>>

/** The keys of a screen that has one place: single letters only in what is marked `data-keys`, none under a dialog, and none that a control has of its own. */
export function useKeys<const At extends Place>(at: At, acts: Acts<At>): void {
  const now = useRef(acts)
  now.current = acts
  useEffect(() => {
    const handler = handlerOf(at, (id, event) => now.current[id](event))
    const down = (event: KeyboardEvent) => {
      if (!isOfItsOwn(event)) handler(event)
    }
    addEventListener('keydown', down)
    return () => removeEventListener('keydown', down)
  }, [at])
}

function isOfItsOwn(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  if (document.querySelector('dialog[open]')) return true
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const isSign = event.key.length === 1
  if (target.closest('input, select, textarea')) return isSign || /^(Enter|Escape|Arrow|Home|End)/.test(event.key)
  const isInList = target.closest('[data-keys]') !== null
  if (target.closest('button, a, summary') && !isInList && (event.key === 'Enter' || event.key === ' ')) return true
  return isSign && !isInList
}
