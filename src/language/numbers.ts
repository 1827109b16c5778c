import { z } from 'zod'
import { asDigits, asLetters, withDigits } from './lookalikes.ts'
import data from './vocabulary/number-words.json' with { type: 'json' }

const values = z.record(z.string(), z.int().nonnegative())
const { ones, tens, multiples, articles, halves, none } = z
  .strictObject({
    ones: values,
    tens: values,
    multiples: values,
    /** `a dozen`, `half a dozen`. */
    articles: z.array(z.string()),
    halves: z.array(z.string()),
    /** Say that there are none: `no refills`. */
    none: z.array(z.string()),
  })
  .parse(data)

type Part = { readonly kind: 'one' | 'ten' | 'multiple' | 'article' | 'half'; readonly value: number }
const parts = new Map<string, Part>([
  ...Object.entries(ones).map(([word, value]) => [word, { kind: 'one', value }] as const),
  ...Object.entries(tens).map(([word, value]) => [word, { kind: 'ten', value }] as const),
  ...Object.entries(multiples).map(([word, value]) => [word, { kind: 'multiple', value }] as const),
  ...articles.map((word) => [word, { kind: 'article', value: 1 }] as const),
  ...halves.map((word) => [word, { kind: 'half', value: 0.5 }] as const),
])

/** The words that a number can begin with or consist of, articles and halves aside. */
export const numberWords: readonly string[] = [ones, tens, multiples].flatMap(Object.keys)

const anyOf = (words: readonly string[]) => words.map(withDigits).join('|')
const COUNTING = anyOf(numberWords)
const BEFORE_MULTIPLE = `(?:(?:${halves.join('|')})\\s)?(?:(?:${articles.join('|')})\\s)?(?:(?:${halves.join('|')})\\s)?(?=${anyOf(Object.keys(multiples))})`
/** Source of a pattern for a number in words, in small letters, as long as such a number gets: `twenty-one`, `one hundred and twenty`, `half a dozen`. */
export const IN_WORDS = `(?:${BEFORE_MULTIPLE})?(?:${COUNTING})(?:(?:\\s|\\s?-\\s?)(?:and\\s)?(?:${COUNTING})){0,4}`

/** Every number from `least` to `most` (below a hundred) as it is written, in figures and in words; the longest first. */
export function writtenNumbers(least: number, most: number): readonly string[] {
  const written: string[] = []
  for (let n = least; n <= most; n++) {
    const unit = n > 20 ? n % 10 : 0
    const words = [ones, tens].flatMap(Object.entries).flatMap(([word, value]) => (value === n - unit ? [word] : []))
    const [last] = Object.entries(ones).find(([, value]) => value === unit) ?? []
    written.push(`${n}`, ...(unit > 0 ? words.map((word) => `${word} ${last}`) : words))
  }
  return written.sort((a, b) => b.length - a.length)
}

/** A number read from a text: its value, and the offset behind it. */
export type WordedNumber = { readonly value: number; readonly end: number }

const WORD = /(?<![A-Za-z0-9|])[A-Za-z0-9|]{2,12}(?![A-Za-z0-9|])|(?<![A-Za-z0-9|])[Aa](?![A-Za-z0-9|])/y
/** What parts the words of one number: a blank, or a hyphen that may have blanks around it. */
const BETWEEN = /\s{0,2}-\s{0,2}|\s{1,2}|/y
const AND = /and\s{1,2}/iy

/**
 * The number written in words at an offset of a text: `thirteen`, `twenty-one`, `one hundred (and) twenty`, `a dozen`, `half a dozen`, `two
 * dozen`, digits read inside its letters allowed (`tw0`). null when there is none. `mended` puts a misread word right, where the caller has a speller.
 */
export function numberWordsAt(
  text: string,
  start: number,
  mended: (word: string) => string = (word) => word,
): WordedNumber | null {
  let total = 0
  let end = -1
  let last: Part | null = null
  let at = start
  for (;;) {
    const word = matchAt(WORD, text, at)
    const part: Part | null = word === null ? null : partOf(word, mended)
    if (word === null || part === null || !follows(last, part) || isAdjective(text, at, last, part)) break
    const behind = at + word.length
    if (part.kind === 'multiple') total = part.value * (last === null ? 1 : total)
    else if (part.kind === 'half') total = part.value
    else if (part.kind === 'article') total = last === null ? 1 : total
    else total += part.value
    if (part.kind !== 'article' && part.kind !== 'half') end = behind
    last = part
    at = behind + (matchAt(BETWEEN, text, behind)?.length ?? 0)
    if (at === behind) break
    if (part.kind === 'multiple') at += matchAt(AND, text, at)?.length ?? 0
  }
  return end < 0 || !Number.isInteger(total) ? null : { value: total, end }
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function partOf(word: string, mended: (word: string) => string): Part | null {
  if (/^\d+$/.test(word)) return null
  const lower = asLetters(word.toLowerCase())
  return parts.get(lower) ?? parts.get(lower.replace(/l/g, 'i')) ?? parts.get(mended(word.toLowerCase())) ?? null
}

/** Whether a part may stand behind another: ones behind tens, either behind hundreds, multiples behind ones and articles. */
function follows(last: Part | null, { kind, value }: Part): boolean {
  if (last === null) return true
  const hundreds = last.kind === 'multiple' && last.value >= 100
  if (kind === 'one') return hundreds || (last.kind === 'ten' && value > 0 && value < 10)
  if (kind === 'ten') return hundreds
  if (kind === 'article') return last.kind === 'half'
  if (kind === 'half') return last.kind === 'article'
  return last.kind === 'article' || last.kind === 'half' || (last.kind === 'one' && last.value > 0 && last.value < 10)
}

/** `twenty one-hour sessions` are twenty. */
function isAdjective(text: string, at: number, last: Part | null, { kind }: Part): boolean {
  if (last?.kind !== 'ten' || kind !== 'one' || text[at - 1] === '-') return false
  return /^[A-Za-z0-9|]+-[A-Za-z]/.test(text.slice(at, at + 24))
}

/**
 * The number that a text is, all of it: `12`, `l2` (a one read as an l), `twelve`, `twenty-one`, `no` (0). null when it is none or more than a number.
 */
export function numberOf(text: string): number | null {
  const trimmed = text.trim()
  const digits = asDigits(trimmed).replace(/(?<=\d),(?=\d{3})/g, '')
  if (/\d/.test(trimmed) && /^\d+(?:\.\d+)?$/.test(digits)) return Number(digits)
  if (none.includes(trimmed.toLowerCase())) return 0
  const words = numberWordsAt(trimmed, 0)
  return words?.end === trimmed.length ? words.value : null
}
