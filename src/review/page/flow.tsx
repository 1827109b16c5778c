import { signal } from '@preact/signals'
import type { LetterId, LetterView } from '../../model/index.ts'
import { call, wordsOf } from './api.tsx'
import { Desk } from './desk.tsx'
import { pageImage, wordsOfPage } from './images.tsx'
import { rowsOf } from './rows.ts'
import { go, isCovered, place, tell } from './state.tsx'
import { placeOf } from './zoom.ts'

/** The letter on the screen. */
export const desk = signal<Desk | null>(null)
/** Letters that were worked on in this tab, the last one last: for the way back and for undo across letters. */
const past: LetterId[] = []
/** Letters whose lock is ours. */
const held = new Set<LetterId>()
/** The letter that comes next, being loaded while this one is worked on; null: none is. */
let upcoming: Promise<LetterView | null> | null = null

/** Half of the time that a lock holds without word from us, and less. In milliseconds. */
const HEARTBEAT_MS = 15_000

/** The next letter, locked for us. `except` are those that were skipped or are in hand. */
async function askNext(except: readonly LetterId[]): Promise<LetterView | null> {
  const told = await call<{ readonly letter: LetterView | null }>('POST', '/work/next', { body: { except } })
  if (!told.letter) return null
  held.add(told.letter.letterId)
  warm(told.letter)
  return told.letter
}

/** Image and words of the pages where the doubtful fields are, before anybody asks. */
function warm(view: LetterView): void {
  const rows = rowsOf(view, IMR_FIELDS)
  const first = view.record.document.pageRange[0]
  const pages = [first, ...rows.filter((r) => r.isDoubtful).map((r) => placeOf(r.evidence)?.page ?? first)]
  for (const page of new Set(pages.filter((p) => p > 0))) {
    pageImage(view.record.document.sha256, page, 'small').catch(() => {})
    wordsOfPage(view.record.document.sha256, page).catch(() => {})
  }
}

function show(view: LetterView): void {
  if (desk.value && desk.value.id !== view.letterId) past.push(desk.value.id)
  const fresh = new Desk(view)
  if (view.lock && !held.has(view.letterId)) fresh.isReadOnly.value = `${view.lock.by} has this letter in hand.`
  desk.value = fresh
  go(`letter/${view.letterId}`)
  upcoming = askNext([view.letterId])
  upcoming.catch(() => {})
}

/** The next letter: at once, when it is loaded already. */
export async function next(): Promise<void> {
  performance.mark('imr:next')
  try {
    const view = await (upcoming ?? askNext(desk.value ? [desk.value.id] : []))
    upcoming = null
    if (view) return show(view)
    desk.value = null
    go('work')
    tell('Nothing more is waiting.')
  } catch (error) {
    upcoming = null
    tell(wordsOf(error), 'wrong')
    go('work')
  }
}

/** A letter by its name, locked for us if nobody else has it. */
export async function open(id: LetterId): Promise<Desk | null> {
  if (desk.value?.id === id) return desk.value
  try {
    const lock = await call('PUT', `/work/${id}/lock`).then(
      () => null,
      (error) => wordsOf(error),
    )
    if (lock === null) held.add(id)
    const view = await call<LetterView>('GET', `/cases/${id}`)
    warm(view)
    show(view)
    if (desk.value && lock !== null) desk.value.isReadOnly.value = lock
  } catch (error) {
    tell(wordsOf(error), 'wrong')
    go('work')
  }
  return desk.value
}

function letGo(id: LetterId, keepalive = false): void {
  if (held.delete(id)) call('DELETE', `/work/${id}/lock`, { keepalive }).catch(() => {})
}

/** Finished: written behind the back of the next letter, which is shown at once; what was refused is told with the way back. */
export async function finish(): Promise<void> {
  const done = desk.value
  if (!done) return
  if (done.left.value > 0) {
    done.onward()
    return tell(`${done.left.value === 1 ? 'One field is' : `${done.left.value} fields are`} still to check.`)
  }
  const written = done.write(`/cases/${done.id}/complete`, () => ({}))
  const name = nameOf(done)
  written.then((isWritten) => {
    letGo(done.id)
    if (!isWritten) tell(`${name} is not finished: open it again from Records.`, 'wrong')
  })
  await next()
}

/** Set aside: held with a question, rejected with a reason, or skipped. */
export async function setAside(way: 'hold' | 'reject' | 'skip', reason: string): Promise<void> {
  const aside = desk.value
  if (!aside) return
  const isDone = await aside.write(`/cases/${aside.id}/${way}`, () => ({ reason }))
  if (!isDone) return
  letGo(aside.id)
  await next()
}

/** Takes back the last thing done here; on a letter where nothing was, the last thing on the letter before. */
export async function undo(way: 'undo' | 'redo'): Promise<void> {
  const here = desk.value
  if (!here) return
  await here.settled()
  if (here.view.value[way] !== null) {
    await here.write(`/cases/${here.id}/undo`, () => ({ way }))
    return
  }
  const before = way === 'undo' ? past.pop() : undefined
  if (before === undefined) return tell(way === 'undo' ? 'Nothing is left to undo.' : 'Nothing is left to do again.')
  const back = await open(before)
  past.pop()
  if (back?.view.value.undo) await back.write(`/cases/${back.id}/undo`, () => ({ way: 'undo' }))
}

export async function letterBefore(): Promise<void> {
  const before = past.pop()
  if (before === undefined) return tell('This is the first letter since you came.')
  await open(before)
  past.pop()
}

/** What a letter is called where people see it: its case number, or the file that it came in. */
export const nameOf = ({ view }: Desk): string =>
  view.value.record.header.caseNumber.value ?? view.value.record.document.fileName

export function keepLocks(): void {
  setInterval(() => {
    // A covered page is nobody's work: its locks run out.
    if (isCovered.value) return
    for (const id of held) call('PUT', `/work/${id}/lock`, { isBackground: true }).catch(() => held.delete(id))
  }, HEARTBEAT_MS)
  addEventListener('pagehide', () => {
    for (const id of [...held]) letGo(id, true)
  })
  // Back from the browser's store of pages: what was let go is asked for again.
  addEventListener('pageshow', (event) => {
    const id = /^letter\/(.+)$/.exec(place.value)?.[1]
    if (event.persisted && id) location.reload()
  })
}

/** Away from the letters: what is held is free for others. */
export function leaveLetters(): void {
  desk.value = null
  upcoming?.then(
    (view) => view && letGo(view.letterId),
    () => {},
  )
  upcoming = null
  for (const id of [...held]) letGo(id)
}
