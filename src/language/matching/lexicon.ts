import { type SpelledWord, singular } from '../spelling/spelling.ts'

/** A phrase found in a text: what it means, where it stands, what its repair cost. */
export type Found<T> = {
  readonly value: T
  readonly phrase: string
  readonly start: number
  readonly end: number
  readonly cost: number
}

export type Lexicon<T> = {
  /** The phrases in `words`, from left to right, the longest at each place, none overlapping another. */
  readonly find: (words: readonly SpelledWord[]) => readonly Found<T>[]
}

type Part = { readonly text: string; readonly gap: string; readonly upper: boolean }
type Entry<T> = { readonly phrase: string; readonly parts: readonly Part[]; readonly value: T }

/** The words of a phrase of the vocabulary, as its spelling knows them. */
export function phraseWords(phrase: string): readonly string[] {
  return partsOf(phrase).map((part) => part.text)
}

function partsOf(phrase: string): readonly Part[] {
  const parts: Part[] = []
  let end = 0
  for (const found of phrase.matchAll(/[\p{L}\p{N}]+(?:['’]\p{L}+)?|&/gu)) {
    const raw = found[0]
    const gap = parts.length === 0 ? '' : phrase.slice(end, found.index)
    const lower = raw === '&' ? 'and' : raw.toLowerCase()
    parts.push({ text: singular(lower), gap, upper: raw !== raw.toLowerCase() && raw === raw.toUpperCase() })
    end = found.index + raw.length
  }
  return parts
}

/** Whether words may be neighbours in a phrase: a slash only where the phrase has one, never across a comma or bracket. */
function joins(inPhrase: string, inText: string): boolean {
  if (inPhrase.includes('#')) return inText.includes('#') && inText.length <= 3
  if (inPhrase.includes('/')) return inText.includes('/') && inText.length <= 3
  return inText.length <= 4 && !/[,;:()[\]/#]/.test(inText)
}

/**
 * Phrases with their meanings. A phrase in capitals (`LE`) stands only for capitals; `l/s` wants its slash; otherwise
 * case, number, hyphens and blanks make no difference. The first entry of a phrase wins.
 */
export function makeLexicon<T>(entries: Iterable<readonly [phrase: string, value: T]>): Lexicon<T> {
  const byFirst = new Map<string, Entry<T>[]>()
  for (const [phrase, value] of entries) {
    const parts = partsOf(phrase)
    const first = parts[0]
    if (!first) continue
    const same = byFirst.get(first.text) ?? []
    same.push({ phrase, parts, value })
    byFirst.set(first.text, same)
  }
  for (const same of byFirst.values()) same.sort((a, b) => b.parts.length - a.parts.length)

  function matches(entry: Entry<T>, words: readonly SpelledWord[], at: number): boolean {
    return entry.parts.every((part, k) => {
      const word = words[at + k]
      if (word?.text !== part.text) return false
      if (part.upper && word.raw !== word.raw.toUpperCase() && !/^[A-Z]+s$/.test(word.raw)) return false
      return k === 0 || joins(part.gap, word.gap)
    })
  }

  return {
    find(words) {
      const found: Found<T>[] = []
      for (let at = 0; at < words.length; at++) {
        const entry = byFirst.get(words[at]?.text ?? '')?.find((e) => matches(e, words, at))
        const first = words[at]
        if (!entry || !first) continue
        const last = words[at + entry.parts.length - 1] ?? first
        const cost = words.slice(at, at + entry.parts.length).reduce((sum, w) => sum + w.cost, 0)
        found.push({ value: entry.value, phrase: entry.phrase, start: first.start, end: last.end, cost })
        at += entry.parts.length - 1
      }
      return found
    },
  }
}
