import { signal } from '@preact/signals'
import type { LetterId, LetterView } from '../../../model/index.ts'
import { call, Refused, wordsOf } from '../api.tsx'
import { pageImage, wordsOfPage } from '../images.tsx'
import { rowsOf } from '../rows.ts'
import { go, isCovered, place, tell } from '../state.tsx'
import { placeOf } from '../zoom.ts'
import { Desk } from './desk.tsx'

/** The letter on the screen. */
export const desk = signal<Desk | null>(null)
/** Letters that were worked on in this tab, the last one last: for the way back and for undo across letters. */
const past: LetterId[] = []
/** Letters that we have in hand, each with the token of its lock. */
const held = new Map<LetterId, string>()
export const lockOf = (id: LetterId): string | undefined => held.get(id)
/** The letter that comes next, being loaded while this one is worked on; null: none is. */
let upcoming: Promise<LetterView | null> | null = null

/** Half of the time that a lock holds without word from us, and less. In milliseconds. */
const HEARTBEAT_MS = 15_000

type Skip = { readonly letterId: LetterId; readonly reason: string }
type Next = { readonly letter: LetterView | null; readonly lock: { readonly token: string } | null }

/** The next letter, locked for us; not one of those that we have in hand already. */
async function askNext(skip?: Skip): Promise<LetterView | null> {
  const except = [...held.keys()]
  const { letter, lock } = await call<Next>('POST', '/work/next', { body: { except, ...(skip ? { skip } : {}) } })
  if (!letter || !lock) return null
  held.set(letter.letterId, lock.token)
  warm(letter)
  return letter
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
  const fresh = new Desk(view, () => held.get(view.letterId))
  desk.value = fresh
  go(`letter/${view.letterId}`)
  upcoming ??= askNext()
  upcoming.catch(() => {})
}

/** The next letter: at once, when it is loaded already. */
export async function next(): Promise<void> {
  performance.mark('imr:next')
  try {
    const view = await (upcoming ?? askNext())
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
    const refusal = await call<{ readonly token: string }>('PUT', `/work/${id}/lock`, { lock: held.get(id) }).then(
      ({ token }) => {
        held.set(id, token)
        return null
      },
      (error) => wordsOf(error),
    )
    const view = await call<LetterView>('GET', `/cases/${id}`)
    warm(view)
    show(view)
    if (desk.value && refusal !== null) desk.value.isReadOnly.value = refusal
  } catch (error) {
    tell(wordsOf(error), 'wrong')
    go('work')
  }
  return desk.value
}

function letGo(id: LetterId, keepalive = false): void {
  const lock = held.get(id)
  held.delete(id)
  if (lock !== undefined) call('DELETE', `/work/${id}/lock`, { lock, keepalive, isBackground: true }).catch(() => {})
}

/** Finished: written behind the back of the next letter, which is shown at once; what was refused is told with the way back. */
export async function finish(): Promise<void> {
  const done = desk.value
  if (!done) return
  if (done.left.value > 0) {
    done.onward()
    return tell(`${done.left.value === 1 ? 'One field is' : `${done.left.value} fields are`} still to check.`)
  }
  const written = done.write(`/cases/${done.id}/complete`, () => undefined)
  const name = nameOf(done)
  written.then((isWritten) => {
    letGo(done.id)
    if (!isWritten) tell(`${name} is not finished: open it again from Records.`, 'wrong')
  })
  await next()
}

/** Set aside: held with a question, rejected with a reason, or skipped: left to somebody else. */
export async function setAside(way: 'hold' | 'reject' | 'skip', reason: string): Promise<void> {
  const aside = desk.value
  if (!aside) return
  if (way === 'skip') {
    await aside.settled()
    const [ready, more] = [await upcoming?.catch(() => null), await askNext({ letterId: aside.id, reason })]
    upcoming = Promise.resolve(ready ?? more)
    letGo(aside.id)
    await next()
    if (ready && more) upcoming = Promise.resolve(more)
    return
  }
  if (!(await aside.write(`/cases/${aside.id}/${way}`, () => ({ reason })))) return
  letGo(aside.id)
  await next()
}

/** Takes back the last thing done here; on a letter where nothing was, the last thing on the letter before. */
export async function undo(way: 'undo' | 'redo'): Promise<void> {
  const here = desk.value
  if (!here) return
  await here.settled()
  if (here.view.value[way] !== null) {
    await here.write(`/cases/${here.id}/${way}`, () => ({ revision: here.view.value[way] }))
    return
  }
  const before = way === 'undo' ? past.pop() : undefined
  if (before === undefined) return tell(way === 'undo' ? 'Nothing is left to undo.' : 'Nothing is left to do again.')
  const back = await open(before)
  past.pop()
  if (back?.view.value.undo) await back.write(`/cases/${back.id}/undo`, () => ({ revision: back.view.value.undo }))
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
    for (const [id, lock] of held)
      call('PUT', `/work/${id}/lock`, { lock, isBackground: true }).catch((error) => {
        if (!(error instanceof Refused)) return
        held.delete(id)
        if (desk.value?.id === id) desk.value.isReadOnly.value = wordsOf(error)
      })
  }, HEARTBEAT_MS)
  addEventListener('pagehide', () => {
    for (const id of [...held.keys()]) letGo(id, true)
  })
  // Back from the browser's store of pages: what was let go is asked for again.
  addEventListener('pageshow', (event) => {
    const id = /^letter\/(.+)$/.exec(place.value)?.[1]
    if (event.persisted && id) location.reload()
  })
}

/** Away from the letters: what is held is free for others, but for the letters of a file that is being cut. */
export function leaveLetters(file: string | null = null): void {
  desk.value = null
  const isLeft = (id: LetterId) => file === null || !id.startsWith(`${file}-`)
  upcoming?.then(
    (view) => view && isLeft(view.letterId) && letGo(view.letterId),
    () => {},
  )
  upcoming = null
  for (const id of [...held.keys()].filter(isLeft)) letGo(id)
}
