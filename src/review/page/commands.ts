/**
 * Where a key works: in the field list of a letter, while words are chosen, while a value is typed, or anywhere on the letter; on the pages of a file that is
 * cut; on the crops of a sheet; on a letter that is answered blind.
 */
export type Place = 'fields' | 'words' | 'editing' | 'letter' | 'cut' | 'sheet' | 'blind'

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

const command = <const At extends Place, const Id extends string>(
  place: At,
  id: Id,
  keys: readonly string[],
  shown: string,
  what: string,
  short?: string,
): Command & { readonly id: Id; readonly place: At } => ({
  place,
  id,
  keys,
  shown,
  what,
  ...(short === undefined ? {} : { short }),
})

/**
 * Every key of every screen: the handlers, the help on `?`, docs/review-keys.md and the keyboard test are all made from this table. Single letters work
 * only while the list that they are of has the focus (WCAG 2.1.4).
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
  command('fields', 'split', ['s'], 'S', 'cut the file before this page'),
  command('fields', 'join', ['j'], 'J', 'join this letter to what stands before it in the file'),
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
  command('cut', 'page-right', ['ArrowRight'], '→', 'next page'),
  command('cut', 'page-left', ['ArrowLeft'], '←', 'page before'),
  command('cut', 'page-down', ['ArrowDown'], '↓', 'row below'),
  command('cut', 'page-up', ['ArrowUp'], '↑', 'row above'),
  command('cut', 'split', ['s'], 'S', 'cut before this page', 'split'),
  command('cut', 'join', ['j'], 'J', 'join this part to the one before', 'join'),
  command(
    'cut',
    'kind',
    ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    '1–9',
    'this part is of that kind: the digit stands in its menu',
    'kind',
  ),
  command('cut', 'kinds', ['k'], 'K', 'choose the kind in the menu'),
  command('cut', 'undo', ['$mod+z'], 'Ctrl+Z', 'undo', 'undo'),
  command('cut', 'redo', ['$mod+Shift+z'], 'Ctrl+Shift+Z', 'redo', 'redo'),
  command('cut', 'save', ['Enter', '$mod+Enter'], 'Enter', 'cut the file so', 'cut it so'),
  command('cut', 'leave', ['Escape'], 'Esc', 'back, without cutting it', 'back'),
  command('cut', 'help', ['Shift+?', '?', 'F1'], '?', 'these keys', 'keys'),
  command('sheet', 'crop-right', ['ArrowRight'], '→', 'next crop'),
  command('sheet', 'crop-left', ['ArrowLeft'], '←', 'crop before'),
  command('sheet', 'crop-down', ['ArrowDown'], '↓', 'row below'),
  command('sheet', 'crop-up', ['ArrowUp'], '↑', 'row above'),
  command(
    'sheet',
    'accept-all',
    ['Enter', '$mod+Enter'],
    'Enter',
    'accept all that are not marked, leave those that are to their letters; next sheet',
    'accept all unmarked',
  ),
  command('sheet', 'accept-this', ['Shift+Enter'], 'Shift+Enter', 'accept this one', 'this one'),
  command('sheet', 'doubtful', ['Space', 'd'], 'Space or D', 'mark it as doubtful, or not', 'doubtful'),
  command('sheet', 'open', ['o'], 'O', 'open its letter', 'its letter'),
  command('sheet', 'undo', ['$mod+z'], 'Ctrl+Z', 'take back what was accepted last', 'undo'),
  command('sheet', 'field', ['f'], 'F', 'choose another field'),
  command('sheet', 'leave', ['Escape'], 'Esc', 'back to the work', 'back'),
  command('sheet', 'help', ['Shift+?', '?', 'F1'], '?', 'these keys', 'keys'),
  command('blind', 'pages-down', ['PageDown'], 'PgDn', 'the pages, one window on'),
  command('blind', 'pages-up', ['PageUp'], 'PgUp', 'the pages, one window back'),
  command('blind', 'keep', ['$mod+Enter'], 'Ctrl+Enter', 'keep the answers; next letter'),
  command('blind', 'help', ['F1', 'Shift+?', '?'], 'F1, or ? on the pages', 'these keys'),
] as const

/** The commands of some places, by their names. */
export type CommandIn<At extends Place> = Extract<(typeof commands)[number], { readonly place: At }>['id']

/** What a screen is called where its keys are listed, and its places with what they are called. */
type ScreenKeys = { readonly name: string; readonly places: Readonly<Partial<Record<Place, string>>> }

export const screenKeys = {
  letter: {
    name: 'Letter',
    places: {
      fields: 'In the field list',
      letter: 'Anywhere on the letter',
      words: 'While choosing words',
      editing: 'While editing a value',
    },
  },
  cut: { name: 'Cut', places: { cut: 'On the pages of a file' } },
  sheet: { name: 'Group sheet', places: { sheet: 'On the crops' } },
  blind: { name: 'Blind check', places: { blind: 'Anywhere on it' } },
} satisfies Readonly<Record<string, ScreenKeys>>
export type KeyScreen = keyof typeof screenKeys

/** The keys of a screen, place by place, for whoever lists them. */
export const keysOn = (
  screen: KeyScreen,
): readonly { readonly title: string; readonly commands: readonly Command[] }[] =>
  Object.entries(screenKeys[screen].places).map(([place, title]) => ({
    title,
    commands: commands.filter((c) => c.place === place),
  }))

/** The tables of keys for docs/review-keys.md. */
export function keysTables(): string {
  return (Object.keys(screenKeys) as KeyScreen[])
    .flatMap((screen) => [
      `## ${screenKeys[screen].name}`,
      ...keysOn(screen).map(({ title, commands }) => {
        const rows = commands.map((c) => `| ${c.shown.replace('|', '\\|')} | ${c.what} |`)
        return [`### ${title}`, '', '| key | what it does |', '|---|---|', ...rows].join('\n')
      }),
    ])
    .join('\n\n')
}
