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

/** Groups of characters that scanners and fax machines take for one another. */
const lookAlikes = [
  'il1|tfjr!',
  'o0ceaqdg',
  'hbnkr',
  'uvnyw',
  'gq9y',
  's58a',
  'b86',
  'z2',
  'ce',
  'mn',
  'ft',
  'vy',
  'lh',
  'ij',
  '4a',
  'xk',
  'pn',
]
const alike = new Set(lookAlikes.flatMap((group) => [...group].flatMap((a) => [...group].map((b) => a + b))))
const CHEAP = 0.35
const thin = new Set("il1|tjrf'")

/** Singular of an English word, roughly; applied to both sides of a comparison, so it need not be a word. */
export function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return word
  return word.endsWith('ies') && word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1)
}

/** The highest cost at which a word of this length is still taken for another one. */
function tolerance(length: number): number {
  if (length < 4) return 0
  if (length < 5) return 0.4
  if (length < 7) return 0.75
  if (length < 10) return 1.1
  return 2.05
}

/** Edit distance in which look-alikes cost 0.35, lost or gained thin strokes 0.6, `rn` for `m` 0.35; above `limit`: Infinity. */
export function shapeDistance(a: string, b: string, limit: number): number {
  if (a === b) return 0
  let before: number[] = []
  let previous: number[] = [0]
  for (let j = 1; j <= b.length; j++) previous[j] = (previous[j - 1] ?? 0) + lost(b[j - 1])
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [(previous[0] ?? 0) + lost(a[i - 1])]
    let best = row[0] ?? 0
    for (let j = 1; j <= b.length; j++) {
      const x = a[i - 1] ?? ''
      const y = b[j - 1] ?? ''
      let cost = (previous[j - 1] ?? 0) + (x === y ? 0 : alike.has(x + y) ? CHEAP : 1)
      cost = Math.min(cost, (previous[j] ?? 0) + lost(x), (row[j - 1] ?? 0) + lost(y))
      if (i > 1 && joined(a.slice(i - 2, i), y)) cost = Math.min(cost, (before[j - 1] ?? 0) + CHEAP)
      if (j > 1 && joined(b.slice(j - 2, j), x)) cost = Math.min(cost, (previous[j - 2] ?? 0) + CHEAP)
      row[j] = cost
      best = Math.min(best, cost)
    }
    if (best > limit && Math.min(...previous) > limit) return Number.POSITIVE_INFINITY
    before = previous
    previous = row
  }
  const total = previous[b.length] ?? Number.POSITIVE_INFINITY
  return total <= limit ? total : Number.POSITIVE_INFINITY
}

const lost = (letter: string | undefined) => (letter !== undefined && thin.has(letter) ? 0.6 : 1)
const pairs = new Map([
  ['rn', 'm'],
  ['nn', 'm'],
  ['vv', 'w'],
  ['cl', 'd'],
  ['li', 'h'],
  ['ii', 'u'],
  ['lo', 'b'],
  ['ri', 'n'],
])
const joined = (two: string, one: string) => pairs.get(two) === one

type Known = { readonly word: string; readonly letters: number }

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

/** A spelling that knows `words` (any case); a word of a text that is none of them is repaired only towards one of them. */
export function makeSpelling(words: Iterable<string>): Spelling {
  const known = new Set<string>()
  for (const word of words) known.add(singular(word.toLowerCase()))
  const byLength = new Map<number, Known[]>()
  for (const word of known) {
    if (word.length < 4 || /\d/.test(word)) continue
    const same = byLength.get(word.length) ?? []
    same.push({ word, letters: letterSet(word) })
    byLength.set(word.length, same)
  }

  function nearest(word: string): { readonly word: string; readonly cost: number } | null {
    const letters = letterSet(word)
    let best: { word: string; cost: number } | null = null
    let tied = false
    for (let length = Math.max(4, word.length - 2); length <= word.length + 2; length++) {
      const limit = tolerance(Math.min(length, word.length))
      for (const candidate of byLength.get(length) ?? []) {
        // Each edit changes at most two bits (three for a joined pair); cheap edits allow limit / CHEAP of them.
        if (bitCount(letters ^ candidate.letters) > 3 * (limit / CHEAP)) continue
        const cost = shapeDistance(word, candidate.word, Math.min(limit, best?.cost ?? limit))
        if (!Number.isFinite(cost)) continue
        if (best && cost === best.cost && candidate.word !== best.word) tied = true
        else if (!best || cost < best.cost) {
          best = { word: candidate.word, cost }
          tied = false
        }
      }
    }
    return tied ? null : best
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

  function read(text: string): readonly SpelledWord[] {
    const written = mergeInitials(rawWords(text))
    const out: SpelledWord[] = []
    for (let i = 0; i < written.length; i++) {
      const word = written[i]
      if (!word) continue
      const plain = singular(word.text)
      if (known.has(plain)) {
        out.push({ ...word, text: plain })
        continue
      }
      const next = written[i + 1]
      const together = next && next.gap === ' ' ? singular(word.text + next.text) : ''
      if (next && together.length >= 6 && known.has(together)) {
        out.push({ ...word, text: together, raw: text.slice(word.start, next.end), end: next.end, cost: 0.2 })
        i++
        continue
      }
      const cut = /^\p{L}+$/u.test(word.text) ? splitPoint(word.text) : -1
      if (cut > 0) {
        const at = word.start + cut
        out.push({
          ...word,
          text: singular(word.text.slice(0, cut)),
          raw: text.slice(word.start, at),
          end: at,
          cost: 0.2,
        })
        out.push({
          text: singular(word.text.slice(cut)),
          raw: text.slice(at, word.end),
          start: at,
          end: word.end,
          gap: ' ',
          cost: 0,
        })
        continue
      }
      const letters = word.text.replace(/[^\p{L}]/gu, '').length
      const fixed = letters >= 3 && letters * 2 > word.text.length && word.text.length <= 30 ? nearest(plain) : null
      out.push(fixed ? { ...word, text: fixed.word, cost: fixed.cost } : { ...word, text: plain })
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
