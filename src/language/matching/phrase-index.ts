import { errorsAllowed } from './fuzzy.ts'

/**
 * Which phrases of a list may stand at a place of a text in spite of misread characters. A phrase of which `limit` characters may be
 * wrong is cut into `limit + 1` pieces: wherever it stands, at least one piece is unharmed and moved by at most `limit`. The pieces
 * of all phrases are found by their first two characters, so that a place of the text is looked at once and not once a phrase.
 */
export type PhraseIndex = {
  readonly limits: Int32Array
  /** The phrases (by number, in the list's order) that may stand at offset `from` of `text`; both are squeezed. */
  candidates(text: string, from: number): readonly number[]
}

type Piece = { readonly phrase: number; readonly at: number; readonly limit: number; readonly text: string }

/** Squeezed text has letters and digits only: 36 signs, and one that stands for the end. */
const SIGNS = 37
const END = 36

function signAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 97) return code - 97
  return code >= 48 ? code - 22 : END
}

function countSigns(text: string, from: number, length: number, counts = new Int16Array(SIGNS)): Int16Array {
  const stop = Math.min(text.length, from + length)
  for (let i = from; i < stop; i++) {
    const sign = signAt(text, i)
    counts[sign] = (counts[sign] ?? 0) + 1
  }
  return counts
}

const window = new Int16Array(SIGNS)

/** How many of the counted characters do not stand in a stretch of text: at least so many of a phrase are wrong there. */
function missing(counts: ArrayLike<number>, text: string, from: number, length: number): number {
  countSigns(text, from, length, window.fill(0))
  let count = 0
  for (let sign = 0; sign < SIGNS; sign++) count += Math.max(0, (counts[sign] ?? 0) - (window[sign] ?? 0))
  return count
}

/**
 * An index of squeezed phrases.
 * @param strict at most one character of a phrase may be wrong, however long it is
 */
export function indexPhrases(phrases: readonly string[], strict: boolean): PhraseIndex {
  const limits = Int32Array.from(phrases, (p) =>
    strict ? Math.min(1, errorsAllowed(p.length)) : errorsAllowed(p.length),
  )
  const buckets: Piece[][] = Array.from({ length: SIGNS * SIGNS }, () => [])
  let before = 0
  let after = 0
  for (const [phrase, text] of phrases.entries()) {
    const limit = limits[phrase] ?? 0
    const size = Math.floor(text.length / (limit + 1))
    for (let k = 0; k <= limit; k++) {
      const piece = { phrase, at: k * size, limit, text: text.slice(k * size, (k + 1) * size) }
      const seconds = size > 1 ? [signAt(text, piece.at + 1)] : Array.from({ length: SIGNS }, (_, sign) => sign)
      for (const second of seconds) buckets[signAt(text, piece.at) * SIGNS + second]?.push(piece)
      before = Math.max(before, limit - piece.at)
      after = Math.max(after, limit + piece.at)
    }
  }
  const stamps = new Int32Array(phrases.length)
  const counts = phrases.map((p) => countSigns(p, 0, p.length))
  let stamp = 0
  return {
    limits,
    candidates(text, from) {
      stamp++
      const found: number[] = []
      const stop = Math.min(text.length - 1, from + after)
      for (let place = Math.max(0, from - before); place <= stop; place++)
        for (const piece of buckets[signAt(text, place) * SIGNS + signAt(text, place + 1)] ?? []) {
          if (stamps[piece.phrase] === stamp || Math.abs(place - from - piece.at) > piece.limit) continue
          if (piece.text.length > 2 && !text.startsWith(piece.text, place)) continue
          stamps[piece.phrase] = stamp
          const { length } = phrases[piece.phrase] ?? ''
          if (missing(counts[piece.phrase] ?? [], text, from, length + piece.limit) <= piece.limit)
            found.push(piece.phrase)
        }
      return found.sort((a, b) => a - b)
    },
  }
}
