import { printable } from '../../characters.ts'

/** A piece of text as the PDF sets it: `matrix` maps text space to the page as viewers show it, in points, y down. */
export type TextItem = {
  readonly text: string
  readonly matrix: readonly number[]
  /** Advance along the writing direction, in points. */
  readonly width: number
}

export type LayerWord = {
  readonly text: string
  readonly box: readonly [number, number, number, number]
}

export type TextLayer = {
  readonly words: readonly LayerWord[]
  /** Degrees clockwise that the page must be turned for its text to stand upright. */
  readonly rotation: 0 | 90 | 180 | 270
  readonly width: number
  readonly height: number
}

/** Share of the type size that letters rise above and fall below their baseline. */
const ASCENT = 0.78
const DESCENT = 0.22
/** Two pieces nearer than this share of the type size are one word (kerning splits words). */
const JOIN = 0.12

type Open = { text: string; x0: number; x1: number; y: number; size: number }

/** Pieces of text → words on the upright page, boxes in points. `width` and `height` are those of the page as shown. */
export function textLayer(items: readonly TextItem[], width: number, height: number): TextLayer {
  const rotation = uprightTurn(items)
  const turned = rotation === 90 || rotation === 270
  const size = turned ? { width: height, height: width } : { width, height }
  const words: LayerWord[] = []
  let open = null as Open | null
  const close = () => {
    if (open)
      words.push({
        text: open.text,
        box: [open.x0, open.y - ASCENT * open.size, open.x1, open.y + DESCENT * open.size],
      })
    open = null
  }
  for (const item of items) {
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = item.matrix
    const [x, y] = turnPoint(e, f, rotation, width, height)
    const type = Math.hypot(c, d) || Math.hypot(a, b)
    let from = 0
    const text = printable(item.text)
    const shares = widthShares(text)
    for (const part of text.split(/(\s+)/)) {
      const to = from + part.length
      if (part !== '' && part.trim() === '') close()
      else if (part !== '') {
        const x0 = x + item.width * (shares[from] ?? 0)
        const x1 = x + item.width * (shares[to] ?? 1)
        if (open && Math.abs(open.y - y) < 0.3 * type && x0 - open.x1 < JOIN * type && x0 > open.x1 - type) {
          open = { ...open, text: open.text + part, x1: Math.max(x1, open.x1), size: Math.max(open.size, type) }
        } else {
          close()
          open = { text: part, x0, x1, y, size: type }
        }
      }
      from = to
    }
  }
  close()
  return { words: words.filter((w) => w.text.trim() !== ''), rotation, ...size }
}

/** The turn that makes most characters run left to right. */
function uprightTurn(items: readonly TextItem[]): 0 | 90 | 180 | 270 {
  const votes = { 0: 0, 90: 0, 180: 0, 270: 0 }
  for (const { text, matrix } of items) {
    const [a = 1, b = 0] = matrix
    const runs = Math.abs(a) >= Math.abs(b) ? (a >= 0 ? 0 : 180) : b > 0 ? 270 : 90
    votes[runs] += text.trim().length
  }
  return ([90, 180, 270] as const).reduce<0 | 90 | 180 | 270>((best, t) => (votes[t] > votes[best] ? t : best), 0)
}

function turnPoint(
  x: number,
  y: number,
  by: 0 | 90 | 180 | 270,
  width: number,
  height: number,
): readonly [number, number] {
  if (by === 90) return [height - y, x]
  if (by === 180) return [width - x, height - y]
  if (by === 270) return [y, width - x]
  return [x, y]
}

/** Cumulative share of a string's width before each character: narrow, plain, capital and wide letters as in Helvetica. */
function widthShares(text: string): readonly number[] {
  const sums = [0]
  let sum = 0
  for (const character of text) {
    const wide = relativeWidth(character)
    for (let i = 0; i < character.length; i++) {
      sum += wide / character.length
      sums.push(sum)
    }
  }
  return sums.map((s) => (sum === 0 ? 0 : s / sum))
}

function relativeWidth(character: string): number {
  if (/[ijl.,:;'|!I]/.test(character)) return 0.25
  if (/[\sft()[\]\-r/]/.test(character)) return 0.31
  if (/[mwMW%@]/.test(character)) return 0.86
  return /[A-Z&]/.test(character) ? 0.69 : 0.55
}

const COMMON = new Set(
  'the of and to in is for was a with on that not as at by no or this be has are from date'.split(' '),
)

/**
 * Whether text may be what a person reads on the page, 0..1: characters that print, words that can be spoken, common English
 * words among them. Garbage layers (broken encodings, a scanner's bad OCR) fall below 0.7.
 */
export function plausibility(words: readonly string[]): number {
  const text = words.join('')
  if (text.length === 0) return 0
  const odd = [...text].filter(
    (c) => /[\p{Co}\p{Cc}\p{Cn}\uFFFD]/u.test(c) || !/[\p{L}\p{N}\p{P}\p{S}\p{M}]/u.test(c),
  ).length
  if (odd > 0.03 * text.length) return 0.2
  const alphabetic = words
    .map((w) => w.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    .filter((w) => /^[\p{L}'’-]{2,}$/u.test(w))
  if (words.length < 15) return alphabetic.length >= words.length / 4 ? 0.9 : 0.6
  const spoken = alphabetic.filter(
    (w) => w.length < 4 || (/[aeiouy]/i.test(w) && !/[bcdfghjklmnpqrstvwxz]{6}/i.test(w)),
  )
  const cased = alphabetic.filter(
    (w) => /^(\p{Lu}?[\p{Ll}'’-]+|[\p{Lu}'’-]+)$/u.test(w) || /\p{Ll}\p{Lu}\p{Ll}/u.test(w),
  )
  const common = alphabetic.filter((w) => COMMON.has(w.toLowerCase())).length
  const share = (n: number) => n / Math.max(1, alphabetic.length)
  const english = words.length < 60 || common >= 0.06 * alphabetic.length ? 1 : 0.5
  const lettered = Math.min(1, alphabetic.length / words.length / 0.4)
  return share(spoken.length) * share(cased.length) * english * lettered
}
