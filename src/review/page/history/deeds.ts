import type { Edit, StoredEdit } from '../../../model/index.ts'
import { nameOfPlace } from '../rows.ts'
import { shown } from '../values.ts'

/** What befell a letter, as the server tells it. */
export type Told = {
  readonly name: string
  readonly edits: readonly StoredEdit[]
  readonly events: readonly {
    readonly by: string
    readonly at: string
    readonly event: string
    readonly text: string | null
  }[]
  /** `by`: null where a process did it. */
  readonly readings: readonly {
    readonly by: string | null
    readonly at: string
    readonly what: string
    readonly detail: string | null
  }[]
}

/** One thing that was done to a letter; `by`: null where nobody did it by hand. */
export type Deed = { readonly at: string; readonly by: string | null; readonly what: string }

/** All that was done, the newest first. */
export function deedsOf({ edits, events, readings }: Told): readonly Deed[] {
  const all = [
    ...readings.map(({ by, at, what, detail }) => ({ by, at, what: readingOf(what, detail) })),
    ...edits.map(({ by, at, edit }) => ({ by, at, what: editOf(edit) })),
    ...events.map(({ by, at, event, text }) => ({ by: by === 'imr' ? null : by, at, what: eventOf(event, text) })),
  ]
  // What is of one moment stays in the order in which it was told.
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).reverse()
}

/** What an edit says, in words. */
export function editOf(edit: Edit): string {
  switch (edit.action) {
    case 'undo':
      return `took back change ${edit.revision}`
    case 'add':
      return `added a ${edit.list === 'services' ? 'service' : 'diagnosis'}: ${edit.text}`
    case 'confirm':
      return `${nameOfPlace(edit.path)}: accepted`
    case 'correct':
      return `${nameOfPlace(edit.path)}: corrected to ${correctedTo(edit.path, edit.value)}${causeOf(edit)}`
    default:
      return `${nameOfPlace(edit.path)}: ${said[edit.action]}${causeOf(edit)}`
  }
}

const said = {
  missing: 'the letter does not say',
  redacted: 'blacked out',
  illegible: 'cannot be read',
  remove: 'removed',
} as const

const causeOf = ({ cause }: { readonly cause?: string | undefined }) =>
  cause === undefined ? '' : ` (${shown(cause, 'choice')})`

/** A value in words; of one with parts, its reading or its name. */
function correctedTo(path: string, value: unknown): string {
  const { reading, name } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly reading?: unknown
    readonly name?: unknown
  }
  const kind = IMR_FIELDS[path.replace(/\[\+?\d+\]/, '[]')]?.kind ?? 'text'
  return shown(reading ?? name ?? value, kind) || 'nothing'
}

function eventOf(event: string, text: string | null): string {
  if (event === 'assigned') return text === null ? 'assigned to nobody in particular' : `assigned to ${text}`
  return text === null ? (ends[event] ?? event) : `${ends[event] ?? event}: ${text}`
}

const ends: Readonly<Record<string, string>> = {
  held: 'put on hold',
  completed: 'finished',
  undone: 'took back how it ended',
}

function readingOf(what: string, detail: string | null): string {
  const words = readings[what] ?? what
  return detail === null || what === 'finished' ? words : `${words}: ${shown(detail, 'choice')}`
}

const readings: Readonly<Record<string, string>> = {
  received: 'came in',
  finished: 'read',
  failed: 'could not be read',
  cut: 'letters of the document were cut anew',
  retried: 'to be read again after it failed',
  'read-again': 'to be read again',
  'decide-again': 'proposals to be made again',
  'not-read-again': 'could not be read again: what was read stands',
}

/** What somebody had to do with a letter, in words. */
export const accessOf = (action: string): string => accesses[action] ?? shown(action, 'choice')

const accesses: Readonly<Record<string, string>> = {
  'letter-shown': 'saw it, or saw it in a list',
  'document-shown': 'saw the document in a list',
  'letter-edited': 'changed it',
  seen: 'looked at its pages',
  exported: 'exported it',
  downloaded: 'took the document out',
}
