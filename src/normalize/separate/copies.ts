import { findDates } from '../../language/dates.ts'

/** What a document says, to be compared with another. */
export type Told = { readonly words: readonly string[]; readonly dates: readonly string[] }

/** So much of the words of a copy are its original's, however it was scanned; notes of two visits on one form have as much, but other dates. */
const SAME_WORDS = 0.85
const SAME_DATES = 0.75

export const toldBy = (text: string): Told => ({
  words: text.toLowerCase().match(/[a-z]{3,}/g) ?? [],
  dates: findDates(text).map(({ value }) => value),
})

/** Share of what either list has that both have: each word as often as it stands there. */
function likeness(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const one of a) counts.set(one, (counts.get(one) ?? 0) + 1)
  let both = 0
  for (const one of b) {
    const left = counts.get(one) ?? 0
    if (left > 0) both++
    counts.set(one, left - 1)
  }
  const all = a.length + b.length - both
  return all === 0 ? 0 : both / all
}

/** Whether two documents are one and the same, copied, scanned or faxed again. */
export function isCopy(a: Told, b: Told): boolean {
  const [less, more] = [a.words.length, b.words.length].sort((x, y) => x - y) as [number, number]
  if (less < 10 || less < SAME_WORDS * more || likeness(a.words, b.words) < SAME_WORDS) return false
  return a.dates.length + b.dates.length === 0 || likeness(a.dates, b.dates) >= SAME_DATES
}
