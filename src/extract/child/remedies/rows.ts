import type { OcrWord } from '../../ocr/engine.ts'
import type { Scrap } from './sweep.ts'

/** Two boxes that share this much are the same word. */
const SAME_PLACE = 0.55

/** A row of a page, and those of its words that are in question. */
export type Row<Word> = { readonly scrap: Scrap; readonly words: readonly Word[] }

/** The rows, across the page, in which `asked` stand; `all` are the words of the page. */
export function rowsWith<Word extends OcrWord>(asked: readonly Word[], all: readonly OcrWord[]): readonly Row<Word>[] {
  const rows: { readonly scrap: Scrap; readonly words: Word[] }[] = []
  for (const word of asked) {
    const [, y0, , y1] = word.box
    const row = rows.find(({ scrap }) => (y0 + y1) / 2 > scrap.y0 && (y0 + y1) / 2 < scrap.y1)
    if (row) row.words.push(word)
    else rows.push({ scrap: rowOf(word, all), words: [word] })
  }
  return rows
}

/** The row that a word stands in, across the page. */
function rowOf(word: OcrWord, all: readonly OcrWord[]): Scrap {
  const [, top, , bottom] = word.box
  const row = all.filter(({ box: [, y0, , y1] }) => {
    const shared = Math.min(bottom, y1) - Math.max(top, y0)
    return shared > 0.5 * Math.min(bottom - top, y1 - y0) && y1 - y0 < 2 * (bottom - top)
  })
  const of = (side: 0 | 1 | 2 | 3) => row.map((w) => w.box[side])
  return { x0: Math.min(...of(0)), y0: Math.min(...of(1)), x1: Math.max(...of(2)), y1: Math.max(...of(3)) }
}

/** The word among others that stands where `word` does. */
export const inPlaceOf = (word: OcrWord, among: readonly OcrWord[]): OcrWord | undefined =>
  among.find((other) => sharedPlace(other.box, word.box) >= SAME_PLACE)

type PixelBox = OcrWord['box']

/** Area that two boxes share, as a part of what they cover together. */
function sharedPlace(a: PixelBox, b: PixelBox): number {
  const wide = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const high = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (wide <= 0 || high <= 0) return 0
  const area = ([x0, y0, x1, y1]: PixelBox) => (x1 - x0) * (y1 - y0)
  return (wide * high) / (area(a) + area(b) - wide * high)
}
