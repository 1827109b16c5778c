import { lookAlikes } from '../lookalikes.ts'

/**
 * Words of a text, told apart from their damage: a scanned `physica1 therapv` is read as `physical therapy` because the
 * letters that differ look alike. Short words must be right (`hand` is never `band`), long ones may be worse.
 */

/** A word of a text. `text`: lower case, singular, spelling repaired; `raw`: as written; offsets are UTF-16 units from 0. */
export type SpelledWord = {
  readonly text: string
  readonly raw: string
  readonly start: number
  readonly end: number
  /** What stands between the word before and this one. */
  readonly gap: string
  /** What the repair of the spelling cost: 0 when the word is known or was left alone. */
  readonly cost: number
}

export type Spelling = {
  /** The words of `text` in order, each as the known word that it most likely is. */
  readonly read: (text: string) => readonly SpelledWord[]
}

const WORD = /[\p{L}\p{N}|]+(?:['’]\p{L}+)?|&/gu

/** What it costs to take one character for another that looks like it; any other substitution costs 1. */
const ALIKE = 0.35

const ASCII = 128
const code = (c: string) => Math.min(c.charCodeAt(0), ASCII - 1)
const substitution = new Float64Array(ASCII * ASCII).fill(1)
const omission = new Float64Array(ASCII).fill(1)
for (const c of lookAlikes.thin) omission[code(c)] = 0.6
for (const group of lookAlikes.groups)
  for (const a of group) for (const b of group) substitution[code(a) * ASCII + code(b)] = ALIKE
for (let c = 0; c < ASCII - 1; c++) substitution[c * ASCII + c] = 0
/** Two strokes that run into one letter, by their characters. */
const joins = new Map(
  Object.entries(lookAlikes.joined).flatMap(([one, pairs]) =>
    pairs.map((p) => [(code(p[0] ?? '') * ASCII + code(p[1] ?? '')) * ASCII + code(one), ALIKE] as const),
  ),
)

/** Singular of an English word, roughly; applied to both sides of a comparison, so it need not be a word. */
export function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return word
  return word.endsWith('ies') && word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1)
}

/** The highest cost at which a word of this length is still taken for another one. */
function highestCost(length: number): number {
  if (length < 4) return 0
  if (length < 5) return 0.4
  if (length < 7) return 0.75
  if (length < 10) return 1.1
  return 2.05
}

/**
 * Edit distance in which look-alikes and joined strokes (`rn` for `m`) cost 0.35 and thin strokes that were lost or
 * gained 0.6; Infinity above `limit`. For words of ASCII letters and digits.
 */
export function shapeDistance(a: string, b: string, limit: number): number {
  if (a === b) return 0
  const [x, y] = [codes(a), codes(b)]
  let before: Float64Array = new Float64Array(y.length + 1)
  let previous: Float64Array = new Float64Array(y.length + 1)
  let row: Float64Array = new Float64Array(y.length + 1)
  for (let j = 1; j <= y.length; j++) previous[j] = at(previous, j - 1) + at(omission, at(y, j - 1))
  for (let i = 1; i <= x.length; i++) {
    row[0] = at(previous, 0) + at(omission, at(x, i - 1))
    let best = at(row, 0)
    for (let j = 1; j <= y.length; j++) {
      const cost = step(x, y, i, j, before, previous, row)
      row[j] = cost
      if (cost < best) best = cost
    }
    if (best > limit && Math.min(...previous) > limit) return Number.POSITIVE_INFINITY
    ;[before, previous, row] = [previous, row, before]
  }
  const total = at(previous, y.length)
  return total <= limit ? total : Number.POSITIVE_INFINITY
}

/** The most characters of a word of this length that may be wrong, however alike. */
const edits = (length: number) => (length < 5 ? 1 : length < 7 ? 2 : 3)

type Numbers = { readonly [index: number]: number; readonly length: number }
const at = (list: Numbers, i: number) => list[i] ?? 0
const codes = (word: string) => Uint8Array.from(word, code)
const joined = (first: number, second: number, one: number) =>
  joins.get((first * ASCII + second) * ASCII + one) ?? Number.POSITIVE_INFINITY

function step(x: Numbers, y: Numbers, i: number, j: number, before: Numbers, previous: Numbers, row: Numbers): number {
  const [a, b] = [at(x, i - 1), at(y, j - 1)]
  let cost = at(previous, j - 1) + at(substitution, a * ASCII + b)
  cost = Math.min(cost, at(previous, j) + at(omission, a), at(row, j - 1) + at(omission, b))
  if (i > 1) cost = Math.min(cost, at(before, j - 1) + joined(at(x, i - 2), a, b))
  if (j > 1) cost = Math.min(cost, at(previous, j - 2) + joined(at(y, j - 2), b, a))
  return cost
}

/** Repairs remembered, so that a word that comes back is not looked for again; the answer is the same either way. */
const REMEMBERED = 4000
/** Repairs are looked for among the first words of a text only: a text that long is no wording of a request. */
const MOST_REPAIRS = 400
type Repair = { readonly word: string; readonly cost: number }
type Known = { readonly word: string; readonly letters: number }

/**
 * Up to this many letters a strange word is as likely another English word (or a name) as a misread one. Longer words are too sparse for that: weighing
 * them, too, keeps 7 more of 18,436 common words as they are and loses 20 more of 1,848 single misreadings.
 */
const SHORT = 5
type ByLength = ReadonlyMap<number, readonly Known[]>
const NONE: ReadonlySet<string> = new Set()

function byLetters(words: readonly string[]): ByLength {
  const byLength = new Map<number, Known[]>()
  for (const word of words) {
    const same = byLength.get(word.length) ?? []
    same.push({ word, letters: letterSet(word) })
    byLength.set(word.length, same)
  }
  return byLength
}

/** Which letters a word has, one bit a letter: two words that differ in many bits need no comparison. */
function letterSet(word: string): number {
  let bits = 0
  for (const c of word) bits |= 1 << (c.charCodeAt(0) % 31)
  return bits
}

function bitCount(bits: number): number {
  let n = 0
  for (let b = bits; b !== 0; b &= b - 1) n++
  return n
}

/**
 * A spelling that knows `words` (any case); a word of a text that is none of them is repaired only towards one of them. A word
 * that is `english` is nobody's misreading, and a short one that an
 * English word is as near to as the nearest of `words` may be that: both are left alone.
 */
export function makeSpelling(words: Iterable<string>, english: () => ReadonlySet<string> = () => NONE): Spelling {
  const known = new Set<string>()
  for (const word of words) known.add(singular(word.toLowerCase()))
  const byLength = byLetters([...known].filter((word) => word.length >= 4 && !/\d/.test(word)))
  // Made when the first repair is weighed: most texts have none.
  let englishByLength: ByLength | null = null
  const repairs = new Map<string, Repair | null>()

  function nearest(word: string): Repair | null {
    const remembered = repairs.get(word)
    if (remembered !== undefined) return remembered
    const letters = letterSet(word)
    let best: Repair | null = null
    let tied = false
    for (let length = Math.max(4, word.length - 2); length <= word.length + 2; length++) {
      const limit = highestCost(Math.min(length, word.length))
      const differing = 2 * edits(Math.min(length, word.length)) + 1
      for (const candidate of byLength.get(length) ?? []) {
        if (bitCount(letters ^ candidate.letters) > differing) continue
        const cost = shapeDistance(word, candidate.word, Math.min(limit, best?.cost ?? limit))
        if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) {
          best = { word: candidate.word, cost }
          tied = false
        } else if (best && cost === best.cost) tied = true
      }
    }
    const repair = tied || (best && mayBeEnglish(word, best.cost)) ? null : best
    if (repairs.size >= REMEMBERED) repairs.clear()
    repairs.set(word, repair)
    return repair
  }

  /** Whether a short word is as near as `cost` to an English word that is none of `words`. */
  function mayBeEnglish(word: string, cost: number): boolean {
    if (word.length > SHORT) return false
    const letters = letterSet(word)
    const differing = 2 * edits(word.length) + 1
    englishByLength ??= byLetters([...english()].filter((w) => !known.has(singular(w))))
    for (let length = Math.max(4, word.length - 1); length <= word.length + 1; length++)
      for (const other of englishByLength.get(length) ?? [])
        if (bitCount(letters ^ other.letters) <= differing && shapeDistance(word, other.word, cost) <= cost) return true
    return false
  }

  /** `hlp` is hip: in words too short for any other repair an l may be an i, where only that makes a word. */
  function shortWord(plain: string): Repair | null {
    if (plain.length !== 3 || !plain.includes('l')) return null
    const word = plain.replace(/l/g, 'i')
    return known.has(word) ? { word, cost: ALIKE } : null
  }

  /** `stenosls` is no plural: a word is also looked for as it stands. */
  function repairOf(plain: string, written: string): Repair | null {
    const found = nearest(plain)
    const whole = plain === written ? null : nearest(written)
    return whole && (!found || whole.cost < found.cost) ? whole : found
  }

  /** `MR1` and `MRl` are MRI, `week5` is weeks: digits among letters read as the letters they look like, all at once. */
  function unfolded(word: string, raw: string): Repair | null {
    const capitals = /^\p{Lu}*l\p{Lu}+$|^\p{Lu}{2,}l$/u.test(raw)
    if (word.length < 3 || !(capitals || /\d/.test(word)) || /^\d{2}|\d{3}/.test(word)) return null
    const digits = word.replace(/0/g, 'o').replace(/5/g, 's').replace(/8/g, 'b').replace(/[69]/g, 'g')
    const readings = ['i', 'l'].map((one) => (capitals ? digits.replace(/l/g, one) : digits.replace(/1/g, one)))
    const found = readings.map(singular).find((reading) => known.has(reading))
    return found ? { word: found, cost: ALIKE } : null
  }

  function splitPoint(word: string): number {
    if (word.length < 6 || word.length > 40) return -1
    for (let i = word.length - 2; i >= 2; i--) {
      const left = word.slice(0, i)
      const right = singular(word.slice(i))
      if (
        left.length + 1 >= 3 &&
        known.has(singular(left)) &&
        known.has(right) &&
        Math.max(left.length, right.length) >= 4
      )
        return i
    }
    return -1
  }

  /** One written word as the word or words it is; `used` counts how many written words went into it. */
  function resolve(
    word: SpelledWord,
    next: SpelledWord | undefined,
    text: string,
    repair: boolean,
  ): { words: readonly SpelledWord[]; used: 1 | 2 } {
    const plain = singular(word.text)
    if (known.has(plain)) return { words: [{ ...word, text: plain }], used: 1 }
    const together = next?.gap === ' ' ? singular(word.text + next.text) : ''
    // Of short words both halves must be no words: `kn ee`.
    const long = together.length >= 6 || (together.length >= 4 && next !== undefined && !known.has(singular(next.text)))
    if (next && long && known.has(together))
      return {
        words: [{ ...word, text: together, raw: text.slice(word.start, next.end), end: next.end, cost: 0.2 }],
        used: 2,
      }
    if (english().has(word.text) || english().has(plain)) return { words: [{ ...word, text: plain }], used: 1 }
    const cut = /^\p{L}+$/u.test(word.text) ? splitPoint(word.text) : -1
    if (cut > 0) {
      const middle = word.start + cut
      const left = {
        ...word,
        text: singular(word.text.slice(0, cut)),
        raw: text.slice(word.start, middle),
        end: middle,
        cost: 0.2,
      }
      const right = {
        text: singular(word.text.slice(cut)),
        raw: text.slice(middle, word.end),
        start: middle,
        end: word.end,
        gap: ' ',
        cost: 0,
      }
      return { words: [left, right], used: 1 }
    }
    const letters = word.text.replace(/[^\p{L}]/gu, '').length
    const readable = letters >= 3 && letters * 2 > word.text.length && word.text.length <= 30
    const fixed =
      unfolded(word.text, word.raw) ?? shortWord(plain) ?? (readable && repair ? repairOf(plain, word.text) : null)
    return { words: [fixed ? { ...word, text: fixed.word, cost: fixed.cost } : { ...word, text: plain }], used: 1 }
  }

  function read(text: string): readonly SpelledWord[] {
    const written = mergeInitials(rawWords(text))
    const out: SpelledWord[] = []
    for (let i = 0; i < written.length; ) {
      const word = written[i]
      if (!word) break
      const { words, used } = resolve(word, written[i + 1], text, i < MOST_REPAIRS)
      out.push(...words)
      i += used
    }
    return out
  }

  return { read }
}

function rawWords(text: string): SpelledWord[] {
  const words: SpelledWord[] = []
  let end = 0
  for (const found of text.matchAll(WORD)) {
    const raw = found[0]
    const lower = raw === '&' ? 'and' : raw.toLowerCase().replace(/['’]s$/, '')
    words.push({
      text: lower,
      raw,
      start: found.index,
      end: found.index + raw.length,
      gap: text.slice(end, found.index),
      cost: 0,
    })
    end = found.index + raw.length
  }
  return words
}

/** `M.R.I.` is one word. */
function mergeInitials(words: readonly SpelledWord[]): SpelledWord[] {
  const merged: SpelledWord[] = []
  let open = false
  for (const word of words) {
    const last = merged[merged.length - 1]
    const initial = /^[a-z]$/.test(word.text)
    if (last && open && initial && word.gap === '.')
      merged[merged.length - 1] = { ...last, text: last.text + word.text, raw: last.raw + word.raw, end: word.end }
    else merged.push(word)
    open = initial
  }
  return merged
}
