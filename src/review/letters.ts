import type { CaseRecord, Evidence, LetterId, LetterState, LetterView } from '../model/index.ts'
import { valueOfWords } from '../normalize/index.ts'
import { type KeptLetter, RevisionConflict, type Store, UnknownLetter, type Write } from '../store/index.ts'
import type { Content } from './letter/active.ts'
import { EditRefused, readyEdits } from './letter/check.ts'
import { lookAt, reviewedRecord } from './letter/doubts.ts'
import { finishedOf } from './letter/finished.ts'
import { seenOrphans } from './letter/orphaned.ts'
import { kindAt } from './letter/places.ts'
import { redoNow, undoNow } from './letter/undo.ts'
import { standingOf, viewOf } from './letter/view.ts'

/** Places that a person has to look at are left: a letter is finished when there are none. */
export class DoubtsLeft extends Error {
  override readonly name = 'DoubtsLeft'
  constructor(readonly places: readonly string[]) {
    super(`not everything was looked at yet: ${places.join(', ')}`)
  }
}

/** How many letters are given their place in the list at once. */
const PLACED = 200

/**
 * Letters that have no place in the list of work yet get it, of very many the first: those of a store that an older version wrote, or that was not told
 * how to when it was opened. Gives how many they were.
 */
export async function placeLetters(store: Store): Promise<number> {
  const kept: KeptLetter[] = []
  for (const letterId of await store.unplaced(PLACED)) {
    const one = await store.letter(letterId)
    if (one) kept.push(one)
  }
  if (kept.length > 0) await placed(store, kept)
  return kept.length
}

const placed = (store: Store, letters: readonly KeptLetter[]): Promise<void> =>
  store.place(letters.map((kept) => ({ ...pick(kept), ...standingOf(kept) })))
const pick = ({ letterId, revision, readAs }: KeptLetter) => ({ letterId, revision, readAs })

/** A letter as it is now: one that was finished is open again when it was read again and says something else. */
async function current(store: Store, letterId: LetterId): Promise<KeptLetter> {
  const kept = await store.letter(letterId)
  if (!kept) throw new UnknownLetter()
  if (!standingOf(kept).reopen) return kept
  await placed(store, [kept])
  return (await store.letter(letterId)) ?? kept
}

/** What the page of a letter needs. @throws {UnknownLetter} */
export async function openLetter(store: Store, letterId: LetterId, who: string): Promise<LetterView> {
  return viewOf(await current(store, letterId), who)
}

/** The record as it goes out, and as it was read. @throws {UnknownLetter} */
export async function recordsOfLetter(
  store: Store,
  letterId: LetterId,
): Promise<{ readonly reviewed: CaseRecord; readonly read: CaseRecord }> {
  const kept = await current(store, letterId)
  return { reviewed: reviewedOf(kept), read: kept.record }
}

export const reviewedOf = (kept: Pick<KeptLetter, 'record' | 'edits' | 'state' | 'finished' | 'orphans'>): CaseRecord =>
  reviewedRecord(lookAt(kept), kept.record, kept.state === 'completed')

async function after(store: Store, letterId: LetterId, who: string): Promise<LetterView> {
  const kept = await current(store, letterId)
  await placed(store, [kept])
  return viewOf(kept, who)
}

/**
 * The letter as somebody who writes to it must have seen it. What is checked on it, the store then writes on it: an older letter than the write
 * names was checked for nothing. Of a newer one the store says who changed it. @throws {RevisionConflict}
 */
async function seenBy(store: Store, letterId: LetterId, { on }: Write): Promise<KeptLetter> {
  const kept = await current(store, letterId)
  if (kept.revision < on) throw new RevisionConflict(kept.revision, [])
  return kept
}

/** Keeps what a person decided, as one revision. @throws as `Store.edit`, {EditRefused}, {ReadOtherwise} */
export async function editLetter(
  store: Store,
  letterId: LetterId,
  write: Write,
  edits: readonly Content[],
): Promise<LetterView> {
  if (await store.repeated(letterId, write)) return after(store, letterId, write.by)
  const kept = await seenBy(store, letterId, write)
  await store.edit(letterId, write, readyEdits(kept.record, kept.edits, edits))
  return after(store, letterId, write.by)
}

/** Takes a revision back that this person made, or (redo) their own taking back of it. @throws as {@link editLetter} */
export async function undoLetter(
  store: Store,
  letterId: LetterId,
  write: Write,
  { revision, way }: { readonly revision: number; readonly way: 'undo' | 'redo' },
): Promise<LetterView> {
  if (await store.repeated(letterId, write)) return after(store, letterId, write.by)
  const kept = await seenBy(store, letterId, write)
  const step = way === 'undo' ? undoNow(kept, write.by) : null
  const next = way === 'undo' ? step?.revision : redoNow(kept, write.by)
  if (kept.revision === write.on && next !== revision)
    throw new EditRefused(way, `revision ${revision} is not the one that you can ${way} now`)
  if (step?.of === 'change') await store.takeBack(letterId, write, { revision, state: kept.state })
  else await store.edit(letterId, write, [{ edit: { action: 'undo', revision }, anchor: null, before: null }])
  return after(store, letterId, write.by)
}

/** What may become of a letter, from where. */
const ways: Readonly<
  Record<'hold' | 'reject' | 'complete' | 'reopen', { readonly from: readonly LetterState[]; readonly to: LetterState }>
> = {
  hold: { from: ['open', 'held'], to: 'held' },
  reject: { from: ['open', 'held'], to: 'rejected' },
  complete: { from: ['open', 'held'], to: 'completed' },
  reopen: { from: ['held', 'rejected', 'completed'], to: 'open' },
}
const events = { hold: 'held', reject: 'rejected', complete: 'completed', reopen: 'reopened' } as const

/** Ends the review of a letter, or begins it again. @throws as `Store.change`, {DoubtsLeft} */
export async function changeLetter(
  store: Store,
  letterId: LetterId,
  write: Write,
  way: keyof typeof ways,
  reason: string | null,
  /** From where this person may do it; default: from wherever it can be done. */
  from: readonly LetterState[] = ways[way].from,
): Promise<LetterView> {
  if (await store.repeated(letterId, write)) return after(store, letterId, write.by)
  const kept = await seenBy(store, letterId, write)
  const { laid, doubts } = lookAt(kept)
  const isLeft = doubts.length > 0 && kept.revision === write.on && ways.complete.from.includes(kept.state)
  if (way === 'complete' && isLeft) throw new DoubtsLeft(doubts)
  const finished = way === 'complete' ? [...finishedOf(kept.record, laid), ...seenOrphans(kept.orphans)] : null
  await store.change(letterId, write, { ...ways[way], from, event: events[way], reason, finished })
  return after(store, letterId, write.by)
}

/** The value that words chosen on a page are for a place; null when they are none. @throws {UnknownLetter} {EditRefused} for what is no place */
export async function valueOfChosen(
  store: Store,
  letterId: LetterId,
  path: string,
  evidence: readonly Evidence[],
): Promise<{ readonly value: unknown }> {
  const { record } = await current(store, letterId)
  const kind = kindAt(path)
  if (!kind) throw new EditRefused(path, 'there is no such place in this letter')
  const isScan = record.document.pages.some((p) => p.source === 'ocr' && evidence.some((e) => e.page === p.number))
  const place = kind.group === '' ? kind.key : `${kind.group}.${kind.key}`
  const notAfter = kind.key === 'decisionDate' ? null : record.header.decisionDate.value
  const value = valueOfWords(place, { rows: evidence.map((e) => e.text), isScan, notAfter })
  return { value: value !== null && kind.value.safeParse(value).success ? value : null }
}
