import { type Command, type CommandIn, commands } from '../commands.ts'
import { beginCut } from '../cut/begin.ts'
import { handlerOf } from '../keys.ts'
import { go, tell } from '../state.tsx'
import type { Desk } from './desk.tsx'
import { finish, letterBefore, setAside, undo } from './flow.tsx'

/** What asks for words before it is done: a dialog of the letter screen. */
export type Asking = 'comment' | 'hold' | 'skip' | 'add' | 'help'
export type Ask = (what: Asking) => void

type OfLetter = 'fields' | 'letter' | 'words' | 'editing'
export type CommandId = CommandIn<OfLetter>

type Act = (desk: Desk, event: KeyboardEvent | null, ask: Ask) => unknown

const causes = ['misread', 'wrong-place', 'misunderstood', 'letter-is-wrong', 'other'] as const

/** What each command does. A command without an act, or an act without a command, does not compile. */
const acts: Readonly<Record<CommandId, Act>> = {
  accept: (desk) => acceptAndGoOn(desk),
  alternative: (desk, event) => {
    const digit = event?.key ?? '1'
    // A digit that names no alternative begins a value.
    if (!desk.alternative(Number(digit))) desk.edit(digit)
  },
  edit: (desk) => desk.edit(),
  words: (desk) => chooseByKeys(desk),
  missing: (desk) => desk.state('missing'),
  redacted: (desk) => desk.state('redacted'),
  illegible: (desk) => desk.state('illegible'),
  add: (_desk, _event, ask) => ask('add'),
  remove: (desk) => desk.remove(),
  down: (desk) => desk.move(1),
  up: (desk) => desk.move(-1),
  'as-it-came': (desk) => {
    desk.asItCame.value = true
  },
  boxes: (desk) => {
    desk.showsBoxes.value = !desk.showsBoxes.value
  },
  zoom: (desk) => {
    desk.look.value = desk.look.value === 'page' ? 'evidence' : 'page'
  },
  'page-before': (desk) => turn(desk, -1),
  'page-after': (desk) => turn(desk, 1),
  comment: (_desk, _event, ask) => ask('comment'),
  hold: (_desk, _event, ask) => ask('hold'),
  skip: (_desk, _event, ask) => ask('skip'),
  split: (desk) => cut(desk, 'split'),
  join: (desk) => cut(desk, 'join'),
  'letter-before': () => letterBefore(),
  history: (desk) => go(`history/${desk.id}`),
  search: () => go('records'),
  help: (_desk, _event, ask) => ask('help'),
  undo: () => undo('undo'),
  redo: () => undo('redo'),
  finish: () => finish(),
  'word-right': (desk) => wordBy(desk, 1, false),
  'word-left': (desk) => wordBy(desk, -1, false),
  'word-down': (desk) => wordBy(desk, 'down', false),
  'word-up': (desk) => wordBy(desk, 'up', false),
  'more-right': (desk) => wordBy(desk, 1, true),
  'more-left': (desk) => wordBy(desk, -1, true),
  'more-down': (desk) => wordBy(desk, 'down', true),
  'more-up': (desk) => wordBy(desk, 'up', true),
  'take-words': (desk) => desk.fill(),
  'find-word': () => undefined,
  'leave-words': (desk) => desk.leave(),
  take: (desk) => desk.take(),
  'take-misread': (desk) => desk.take(causes[0]),
  'take-wrong-place': (desk) => desk.take(causes[1]),
  'take-misunderstood': (desk) => desk.take(causes[2]),
  'take-letter-is-wrong': (desk) => desk.take(causes[3]),
  'take-other': (desk) => desk.take(causes[4]),
  'leave-edit': (desk) => desk.leave(),
}

/** What changes nothing: it works on a letter that another person has in hand, too. */
const harmless = new Set<CommandId>([
  'down',
  'up',
  'as-it-came',
  'boxes',
  'zoom',
  'page-before',
  'page-after',
  'letter-before',
  'history',
  'search',
  'help',
  'leave-words',
  'leave-edit',
])

export function perform(id: CommandId, desk: Desk, event: KeyboardEvent | null, ask: Ask) {
  const why = desk.isReadOnly.value
  if (why !== null && !harmless.has(id)) return tell(why, 'wrong')
  acts[id](desk, event, ask)
}

/** The keys of the field list: by the mode it is in; what is typed and is no command begins a value, or looks for a word. */
export function keysOf(
  desk: Desk,
  ask: Ask,
): { readonly down: (event: KeyboardEvent) => void; readonly up: (event: KeyboardEvent) => void } {
  const does = (id: CommandId, event: KeyboardEvent) => perform(id, desk, event, ask)
  const handlers = {
    fields: handlerOf('fields', does),
    words: handlerOf('words', does),
    editing: handlerOf('editing', does),
  }
  const find = finder()
  return {
    down: (event) => {
      const mode = desk.mode.value
      const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
      if (mode === 'editing') {
        // In a long text a new line is typed by Shift+Enter.
        if (!event.isComposing) handlers.editing(event)
        return
      }
      // Buttons and summaries of the list keep their own keys.
      const target = event.target as HTMLElement
      if (
        mode === 'fields' &&
        target.closest('button, summary') !== null &&
        (event.key === 'Enter' || event.key === ' ')
      )
        return
      handlers[mode](event)
      if (event.defaultPrevented || !isTyping) return
      if (mode === 'words') find(desk, event.key)
      else if (/[\p{L}\p{N}]/u.test(event.key) && desk.isReadOnly.value === null) {
        event.preventDefault()
        desk.edit(event.key)
      }
    },
    up: (event) => {
      if (event.key === ' ') desk.asItCame.value = false
    },
  }
}

/** The keys that work anywhere on the letter; in a field of text Ctrl+Z stays the field's own. */
export function letterKeys(desk: Desk, ask: Ask): (event: KeyboardEvent) => void {
  const handler = handlerOf('letter', (id, event) => perform(id, desk, event, ask))
  return (event) => {
    if (!(event.target as HTMLElement).closest('input, textarea, dialog')) handler(event)
  }
}

/** One key a doubtful field, and one more for the letter: it is seen to be done before it goes. */
function acceptAndGoOn(desk: Desk) {
  performance.mark('imr:accepted')
  if (desk.left.value === 0) finish()
  else desk.accept()
}

/** The file cut before the page in sight, or its part joined to the one before: shown on Cut, and done there. */
async function cut(desk: Desk, act: 'split' | 'join'): Promise<void> {
  await desk.settled()
  beginCut({ sha: desk.sha, page: desk.page.value, act, from: desk.id })
}

function turn(desk: Desk, by: number): void {
  desk.turnTo(desk.page.value + by)
  desk.look.value = 'page'
}

function chooseByKeys(desk: Desk) {
  const words = desk.words.value
  if (!words || words.words.length === 0) return tell('This page has no words to choose.')
  const lit = desk.row.value?.evidence.find((e) => e.page === desk.page.value)
  const word = (lit && words.within(lit.box)) ?? 0
  desk.chosen.value = { page: desk.page.value, a: word, b: word }
  desk.mode.value = 'words'
}

function wordBy(desk: Desk, by: 1 | -1 | 'up' | 'down', isMore: boolean): void {
  const [words, chosen] = [desk.words.value, desk.chosen.value]
  if (!words || !chosen) return
  const to =
    typeof by === 'number' ? Math.min(words.words.length - 1, Math.max(0, chosen.b + by)) : words.beside(chosen.b, by)
  desk.chosen.value = { page: chosen.page, a: isMore ? chosen.a : to, b: to }
}

/** What was typed within this time belongs together, in milliseconds. */
const TYPED_MS = 1_000

function finder(): (desk: Desk, key: string) => void {
  let typed = ''
  let at = 0
  return (desk, key) => {
    const [words, chosen] = [desk.words.value, desk.chosen.value]
    if (!words || !chosen) return
    const isOn = performance.now() - at < TYPED_MS && typed !== ''
    typed = isOn ? typed + key : key
    at = performance.now()
    const found = words.beginning(typed, isOn ? chosen.b : chosen.b + 1)
    if (found !== null) desk.chosen.value = { page: chosen.page, a: found, b: found }
  }
}

/** What the bottom line shows: the commands that do something just now. */
export function worksNow(desk: Desk): readonly Command[] {
  const mode = desk.mode.value
  const row = desk.row.value
  const isUseless: Partial<Record<CommandId, boolean>> = {
    alternative: (row?.alternatives.length ?? 0) === 0,
    edit: row?.kind.kind === 'derived',
    remove: !/^(services|diagnoses)\[/.test(row?.path ?? ''),
    undo: desk.view.value.undo === null,
    redo: desk.view.value.redo === null,
  }
  const isDone = desk.left.value === 0
  const found: readonly Command[] = commands.filter(
    (c: Command) =>
      c.short !== undefined &&
      (c.place === mode || (mode === 'fields' && c.place === 'letter')) &&
      !isUseless[c.id as CommandId],
  )
  return found.map((c): Command => (c.id === 'accept' && isDone ? { ...c, short: 'finish, next letter' } : c))
}

export { setAside }
