/**
 * Comparing words in spite of scanning damage. Text is squeezed first: letters and digits only, lower case, look-alikes
 * (`0`/`o`, `1`/`I`/`l`, `5`/`s`, `8`/`b`, `rn`/`m`) made one; then phrases are compared by edit distance.
 */

/** Letters and digits of a text; `origin[i]` is the offset in the text of character `i`, `origin[length]` the text's length. */
export type Squeezed = { readonly text: string; readonly origin: Int32Array }

const alike: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', i: 'l', '5': 's', '8': 'b' }
const isWordCharacter = /[a-z0-9]/

export function squeezeWithOrigin(text: string): Squeezed {
  const origin = new Int32Array(text.length + 1)
  let out = ''
  const lower = text.toLowerCase()
  for (let i = 0; i < text.length; i++) {
    const c = lower[i] ?? ''
    if (!isWordCharacter.test(c)) continue
    const like = alike[c] ?? c
    // Two strokes that run into one letter: the pair keeps the offset of its first stroke.
    if (like === 'n' && out.endsWith('r') && lower[i - 1] === 'r') out = `${out.slice(0, -1)}m`
    else if (like === 'v' && out.endsWith('v') && lower[i - 1] === 'v') out = `${out.slice(0, -1)}w`
    else {
      origin[out.length] = i
      out += like
    }
  }
  origin[out.length] = text.length
  return { text: out, origin: origin.subarray(0, out.length + 1) }
}

export function squeeze(text: string): string {
  return squeezeWithOrigin(text).text
}

/** How many characters of a phrase of `length` squeezed characters may be wrong: none below four, then a fifth. */
export function tolerance(length: number): number {
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

/** The entry of `list` that `text` most likely is, within `tolerance` of the entry's length; null when none or two tie. */
export function nearestOf(text: string, list: readonly string[]): Nearest | null {
  const written = squeeze(text)
  let best: Nearest | null = null
  let tied = false
  for (const value of list) {
    const wanted = squeeze(value)
    const cost = distanceWithin(written, wanted, Math.min(best?.cost ?? 99, tolerance(wanted.length)))
    if (cost === null) continue
    if (best === null || cost < best.cost) {
      best = { value, cost }
      tied = false
    } else tied = true
  }
  return tied ? null : best
}
