import { asLetters } from '../lookalikes.ts'

/**
 * Comparing words in spite of scanning damage. Text is squeezed first: letters and digits only, lower case, look-alikes
 * (`0`/`o`, `1`/`I`/`l`, `5`/`s`, `8`/`b`, `rn`/`m`) made one; then phrases are compared by edit distance.
 */

/** Letters and digits of a text; `origin[i]` is the offset in the text of character `i`, `origin[length]` the text's length. */
export type Squeezed = { readonly text: string; readonly origin: Int32Array }

/** The sign that a character is squeezed to, by its code; 0 for what is neither letter nor digit. */
const signOf = Uint8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code).toLowerCase()
  return /[a-z0-9]/.test(c) ? asLetters(c).replace('i', 'l').charCodeAt(0) : 0
})
const [M, N, R, V, W] = ['m', 'n', 'r', 'v', 'w'].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
]

export function squeezeWithOrigin(text: string): Squeezed {
  const origin = new Int32Array(text.length + 1)
  const signs = new Uint8Array(text.length)
  let length = 0
  let last = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const sign = code < 128 ? (signOf[code] ?? 0) : 0
    // Two strokes that run into one letter: the pair keeps the offset of its first stroke.
    if (sign === N && last === R) signs[length - 1] = M
    else if (sign === V && last === V) signs[length - 1] = W
    else if (sign !== 0) {
      origin[length] = i
      signs[length++] = sign
    }
    last = length > 0 && sign !== 0 ? (signs[length - 1] ?? 0) : 0
  }
  origin[length] = text.length
  return { text: latin.decode(signs.subarray(0, length)), origin: origin.subarray(0, length + 1) }
}

const latin = new TextDecoder('latin1')

export function squeeze(text: string): string {
  return squeezeWithOrigin(text).text
}

/** How many characters of a phrase of `length` squeezed characters may be wrong: none below four, then a fifth. */
export function errorsAllowed(length: number): number {
  return length < 4 ? 0 : length < 8 ? 1 : Math.floor(length / 5)
}

/**
 * The stretch of `text` starting at `from` that is most like `phrase` (both squeezed): its length and edit distance, or null
 * when the distance exceeds `limit`. Time grows with `limit` × the phrase's length.
 */
export function matchPrefix(
  text: string,
  from: number,
  phrase: string,
  limit: number,
): { readonly length: number; readonly cost: number } | null {
  const m = phrase.length
  if (m <= limit || m >= LONGEST) return null
  if (farFrom(text, from, phrase, limit)) return null
  let [previous, row] = [scratch[0], scratch[1]]
  for (let j = 0; j <= m; j++) previous[j] = j
  let length = 0
  let least = limit + 1
  for (let i = 1; i <= m + limit && from + i <= text.length; i++) {
    const low = Math.max(1, i - limit)
    const high = Math.min(m, i + limit)
    row[low - 1] = low === 1 && i <= limit ? i : FAR
    if (i - limit - 1 >= 0 && high < m) row[high + 1] = FAR
    let inRow = row[low - 1] ?? FAR
    const c = text.charCodeAt(from + i - 1)
    for (let j = low; j <= high; j++) {
      const same = (previous[j - 1] ?? FAR) + (phrase.charCodeAt(j - 1) === c ? 0 : 1)
      const above = (j > i - 1 + limit ? FAR : (previous[j] ?? FAR)) + 1
      const cost = Math.min(same, above, (row[j - 1] ?? FAR) + 1)
      row[j] = cost
      if (cost < inRow) inRow = cost
    }
    if (inRow > limit) break
    if (high === m && (row[m] ?? FAR) < least) {
      least = row[m] ?? FAR
      length = i
    }
    ;[previous, row] = [row, previous]
  }
  return least <= limit ? { length, cost: least } : null
}

const LONGEST = 250
const FAR = 999
/** Two rows of a comparison, kept between calls: nearly every call ends after a few characters, and must not pay for memory. */
const scratch = [new Int16Array(LONGEST + 2), new Int16Array(LONGEST + 2)] as const

/**
 * Whether no stretch at `from` can be within `limit` of `phrase`: of the phrase's `limit + 1` pieces at least one must then stand
 * unharmed, moved by at most `limit`.
 */
function farFrom(text: string, from: number, phrase: string, limit: number): boolean {
  const piece = Math.floor(phrase.length / (limit + 1))
  for (let k = 0; k <= limit; k++) {
    const at = k * piece
    const first = phrase.charCodeAt(at)
    const second = phrase.charCodeAt(at + 1)
    for (let shift = -limit; shift <= limit; shift++) {
      const place = from + at + shift
      if (text.charCodeAt(place) !== first) continue
      if (piece < 2 || (text.charCodeAt(place + 1) === second && text.startsWith(phrase.slice(at, at + piece), place)))
        return false
    }
  }
  return true
}

/** Edit distance between two squeezed texts, or null when it exceeds `limit`. */
export function distanceWithin(a: string, b: string, limit: number): number | null {
  if (Math.abs(a.length - b.length) > limit) return null
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const cost = Math.min(same, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least > limit) return null
    previous = row
  }
  const total = previous[b.length] ?? 0
  return total <= limit ? total : null
}

export type Nearest = { readonly value: string; readonly cost: number }

/** The entry of `list` that `text` most likely is, within `errorsAllowed` of the entry's length; null when none or two tie. */
export function nearestOf(text: string, list: readonly string[]): Nearest | null {
  const written = squeeze(text)
  let best: Nearest | null = null
  let tied = false
  for (const value of list) {
    const wanted = squeeze(value)
    const cost = distanceWithin(written, wanted, Math.min(best?.cost ?? 99, errorsAllowed(wanted.length)))
    if (cost === null) continue
    if (best === null || cost < best.cost) {
      best = { value, cost }
      tied = false
    } else tied = true
  }
  return tied ? null : best
}
