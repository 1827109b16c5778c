/** Where a key works: in the field list, while words are chosen, while a value is typed, or anywhere on the letter. */
export type Place = 'fields' | 'words' | 'editing' | 'letter'

export type Command = {
  readonly id: string
  /** As tinykeys reads them. */
  readonly keys: readonly string[]
  /** As people read them. */
  readonly shown: string
  readonly what: string
  readonly place: Place
  /** In the bottom line, while it does something: a word or two. */
  readonly short?: string
}

const command = <const Id extends string>(
  place: Place,
  id: Id,
  keys: readonly string[],
  shown: string,
  what: string,
  short?: string,
): Command & { readonly id: Id } => ({ place, id, keys, shown, what, ...(short === undefined ? {} : { short }) })

/**
 * Every key of the letter screen: the handlers, the help on `?`, docs/review-keys.md and the keyboard test are all made from this table. Single
 * letters work only while the field list has the focus (WCAG 2.1.4).
 */
export const commands = [
  command(
    'fields',
    'accept',
    ['Enter'],
    'Enter',
    'accept, and on to the next doubtful field; when all is checked: finish, next letter',
    'accept',
  ),
  command(
    'fields',
    'alternative',
    ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    '1–9',
    'take that alternative',
    'alternative',
  ),
  command('fields', 'edit', ['F2'], 'F2 or typing', 'edit the value', 'edit'),
  command('fields', 'words', ['w'], 'W', 'choose words of the page by keys', 'words'),
  command('fields', 'missing', ['m'], 'M', 'the letter does not say it', 'missing'),
  command('fields', 'redacted', ['r'], 'R', 'it is blacked out', 'redacted'),
  command('fields', 'illegible', ['x'], 'X', 'it cannot be read', 'illegible'),
  command('fields', 'add', ['Shift++', '+'], '+', 'add a service or a diagnosis', 'add'),
  command('fields', 'remove', ['Delete'], 'Delete', 'remove this service or diagnosis', 'remove'),
  command('fields', 'down', ['ArrowDown'], '↓', 'next field'),
  command('fields', 'up', ['ArrowUp'], '↑', 'field before'),
  command('fields', 'as-it-came', ['Space'], 'Space held', 'the page as it came'),
  command('fields', 'boxes', ['b'], 'B', 'boxes on and off'),
  command('fields', 'zoom', ['z'], 'Z', 'the whole page, or the evidence', 'page'),
  command('fields', 'page-before', ['['], '[', 'page before'),
  command('fields', 'page-after', [']'], ']', 'next page'),
  command('fields', 'comment', ['c'], 'C', 'comment', 'comment'),
  command('fields', 'hold', ['h'], 'H', 'hold with a question, or reject', 'hold'),
  command('fields', 'skip', ['n'], 'N', 'skip, with a reason', 'skip'),
  command('fields', 'letter-before', ['Backspace'], 'Backspace', 'letter before'),
  command('fields', 'history', ['y'], 'Y', 'the history of the letter: who did what, and who saw it'),
  command('fields', 'search', ['/'], '/', 'search the records'),
  command('fields', 'help', ['Shift+?', '?'], '?', 'these keys', 'keys'),
  command('letter', 'undo', ['$mod+z'], 'Ctrl+Z', 'undo, across letters', 'undo'),
  command('letter', 'redo', ['$mod+Shift+z'], 'Ctrl+Shift+Z', 'redo', 'redo'),
  command('letter', 'finish', ['$mod+Enter'], 'Ctrl+Enter', 'finish the letter'),
  command('words', 'word-right', ['ArrowRight'], '→', 'next word'),
  command('words', 'word-left', ['ArrowLeft'], '←', 'word before'),
  command('words', 'word-down', ['ArrowDown'], '↓', 'row below'),
  command('words', 'word-up', ['ArrowUp'], '↑', 'row above'),
  command('words', 'more-right', ['Shift+ArrowRight'], 'Shift+→', 'and the next word', 'more'),
  command('words', 'more-left', ['Shift+ArrowLeft'], 'Shift+←', 'one word fewer, or the one before'),
  command('words', 'more-down', ['Shift+ArrowDown'], 'Shift+↓', 'down to the row below'),
  command('words', 'more-up', ['Shift+ArrowUp'], 'Shift+↑', 'up to the row above'),
  command('words', 'take-words', ['Enter'], 'Enter', 'fill the field with these words', 'fill'),
  command('words', 'find-word', [], 'letters, digits', 'go to the next word that begins so', 'find'),
  command('words', 'leave-words', ['Escape'], 'Esc', 'back to the fields', 'back'),
  command('editing', 'take', ['Enter'], 'Enter', 'take the value', 'take'),
  command('editing', 'take-misread', ['Alt+1'], 'Alt+1', 'take it; cause: it was misread', 'misread'),
  command('editing', 'take-wrong-place', ['Alt+2'], 'Alt+2', 'take it; cause: read at a wrong place', 'wrong place'),
  command('editing', 'take-misunderstood', ['Alt+3'], 'Alt+3', 'take it; cause: misunderstood', 'misunderstood'),
  command(
    'editing',
    'take-letter-is-wrong',
    ['Alt+4'],
    'Alt+4',
    'take it; cause: the letter itself is wrong',
    'letter is wrong',
  ),
  command('editing', 'take-other', ['Alt+5'], 'Alt+5', 'take it; another cause', 'other'),
  command('editing', 'leave-edit', ['Escape'], 'Esc', 'leave the value as it was', 'leave'),
] as const

export type CommandId = (typeof commands)[number]['id']

export const places: Readonly<Record<Place, string>> = {
  fields: 'In the field list',
  letter: 'Anywhere on the letter',
  words: 'While choosing words',
  editing: 'While editing a value',
}

/** The table of keys for docs/review-keys.md. */
export function keysTable(): string {
  return (Object.keys(places) as Place[])
    .map((place) => {
      const rows = commands
        .filter((c) => c.place === place)
        .map((c) => `| ${c.shown.replace('|', '\\|')} | ${c.what} |`)
      return [`## ${places[place]}`, '', '| key | what it does |', '|---|---|', ...rows].join('\n')
    })
    .join('\n\n')
}
