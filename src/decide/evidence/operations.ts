import { findDates } from '../../language/dates.ts'
import { placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import type { Evidence, IsoDate } from '../../model/index.ts'
import type { Guideline, Postsurgical } from '../guidelines/schema.ts'
import type { Passage } from './passages.ts'

/** An operation that the record tells of and that the postsurgical table lists. */
export type Operation = {
  readonly entry: Postsurgical
  /** Day of the operation; null when the sentence names none. */
  readonly date: IsoDate | null
  readonly evidence: readonly Evidence[]
}

const DONE = [
  'status post',
  's/p',
  'underwent',
  '(post operative|postoperative|post op|postop|post surgical|postsurgical)',
  '(had|performed|following|after) .. (surgery|arthroscopy|repair|fusion|release|discectomy|laminectomy|replacement|arthroplasty|meniscectomy|reconstruction|decompression)',
]

/** The latest listed operation that the record says was done, by the words of the guideline's postsurgical table. */
export function operationIn(guideline: Guideline, passages: readonly Passage[]): Operation | null {
  const table = guideline.editions.flatMap((s) => s.postsurgical ?? [])
  let best: Operation | null = null
  for (const { text, evidence, voice } of passages) {
    if (voice !== 'record' || !DONE.some((phrase) => placesOf(phrase, text).length > 0)) continue
    const entry = entryIn(table, text)
    if (!entry) continue
    const date = findDates(text)[0]?.value ?? null
    if (!best || (date !== null && (best.date === null || date > best.date))) best = { entry, date, evidence }
  }
  return best
}

/** The surgery of the table whose longest words stand in a text; null when none is named. */
export function entryIn(table: readonly Postsurgical[], text: string): Postsurgical | null {
  const words = plain(text)
  let best: { entry: Postsurgical; length: number } | null = null
  for (const entry of table) {
    for (const name of entry.words) {
      if (placesOf(name, words).length > 0 && name.length > (best?.length ?? 0)) best = { entry, length: name.length }
    }
  }
  return best?.entry ?? null
}

/** Days of a month, on average: the periods of the table are stated in months. */
const MONTH = 30.44

/** Whether a day lies within the physical-medicine period of an operation; null when the operation's day is not known. */
export function withinPeriod({ entry, date }: Operation, day: IsoDate): boolean | null {
  if (date === null) return null
  const days = (Date.parse(day) - Date.parse(date)) / 86_400_000
  return days >= 0 && days <= entry.months * MONTH
}
