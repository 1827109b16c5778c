import type { Box, LetterId, LetterView } from '../model/index.ts'
import { FREE, type KeptLetter, type ListedLetter, type Store, type Write } from '../store/index.ts'
import { placeKinds } from './letter/places.ts'
import { viewOf } from './letter/view.ts'
import { editLetter, undoLetter } from './letters.ts'

/** One field of one letter, as a sheet of many shows it. */
export type SheetItem = {
  readonly letterId: LetterId
  /** What the letter is called: its case number, or the file that it came in. */
  readonly name: string
  readonly path: string
  readonly revision: number
  readonly page: number
  readonly box: Box
  readonly value: unknown
  readonly seen: string
}

/** As many as a sheet holds. */
export const SHEET = 24
/** How many letters are looked through for one sheet: whoever asks goes on behind the last. */
const LOOKED = 400
const AT_ONCE = 50

/** The fields that can be looked at on a sheet, by their places without indices (`services[].outcome`): those that have a value of their own, and where it stands. */
export const sheetFields: readonly string[] = placeKinds
  .filter(({ kind }) => kind === 'field')
  .map(({ group, key, inList }) => (group === '' ? key : `${group}${inList ? '[]' : ''}.${key}`))

type Behind = Pick<ListedLetter, 'due' | 'doubt' | 'letterId'>

/**
 * One field of letters that wait for review, where it is doubtful and has a value that stands somewhere: of letters that nobody has in hand, that are not
 * assigned to somebody else, and that `who` may see. By due date, then doubt. `next`: behind which letter to go on; null: these were the last.
 */
export async function sheetOf(
  store: Store,
  field: string,
  who: string,
  after?: Behind,
): Promise<{ readonly items: readonly SheetItem[]; readonly next: Behind | null }> {
  const items: SheetItem[] = []
  let behind = after
  for (let looked = 0; looked < LOOKED; looked += AT_ONCE) {
    const listed = await store.letters({
      ...{ state: 'open', needed: true, doubt: 1, to: who, limit: AT_ONCE },
      ...(behind ? { after: behind } : {}),
    })
    for (const { due, doubt, letterId, lock, assignee } of listed) {
      const isFree = lock === null && (assignee === null || assignee === who)
      const kept = isFree ? await store.letter(letterId) : null
      const found = kept && kept.lock === null ? itemsOf(kept, field, who).slice(0, SHEET) : []
      if (items.length + found.length > SHEET) return { items, next: behind ?? null }
      items.push(...found)
      behind = { due, doubt, letterId }
    }
    if (listed.length < AT_ONCE) return { items, next: null }
  }
  return { items, next: behind ?? null }
}

function itemsOf(kept: KeptLetter, field: string, who: string): readonly SheetItem[] {
  const { letterId, revision, record, doubts, fields } = viewOf(kept, who)
  const doubtful = new Set(doubts)
  const name = record.header.caseNumber.value ?? record.document.fileName
  return fields.flatMap(({ path, shown, seen }): readonly SheetItem[] => {
    if (shown === null || !doubtful.has(path) || path.replace(/\[\+?\d+\]/, '[]') !== field) return []
    const { value, evidence } = fieldAt(record, shown)
    const [first] = evidence
    if (value === null || !first) return []
    const boxes = evidence.filter(({ page }) => page === first.page).map(({ box }) => box)
    return [{ letterId, name, path, revision, page: first.page, box: around(boxes), value, seen }]
  })
}

type Held = { readonly value: unknown; readonly evidence: readonly { readonly page: number; readonly box: Box }[] }

/** What a field holds; a place that holds no field is one without a value. */
function fieldAt(record: LetterView['record'], place: string): Held {
  const held = place
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | null | undefined)?.[step], record)
  return (held as Held | null | undefined) ?? { value: null, evidence: [] }
}

const around = (boxes: readonly Box[]): Box => [
  Math.min(...boxes.map((b) => b[0])),
  Math.min(...boxes.map((b) => b[1])),
  Math.max(...boxes.map((b) => b[2])),
  Math.max(...boxes.map((b) => b[3])),
]

/** A write from a sheet: on a letter that nobody has in hand. */
type SheetWrite = Omit<Write, 'lock'>

/** Accepts places of a letter from a sheet, as one revision. @throws as {@link editLetter}; {LetterLocked} when anybody has it in hand, in another window of their own, too */
export const confirmOnSheet = (
  store: Store,
  letterId: LetterId,
  write: SheetWrite,
  places: readonly { readonly path: string; readonly seen: string }[],
): Promise<LetterView> =>
  editLetter(
    store,
    letterId,
    { ...write, lock: FREE },
    places.map(({ path, seen }) => ({ action: 'confirm', path, seen })),
  )

/** Takes back what was accepted from a sheet, when nothing was written since: `write.on` is the revision that it made. @throws as {@link confirmOnSheet} */
export const undoOnSheet = (store: Store, letterId: LetterId, write: SheetWrite): Promise<LetterView> =>
  undoLetter(store, letterId, { ...write, lock: FREE }, { revision: write.on, way: 'undo' })
