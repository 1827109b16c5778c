import { printable } from '../../characters.ts'
import type { OcrWord } from '../engine.ts'

/** Level of a word in tesseract's TSV (1 page, 2 block, 3 paragraph, 4 line, 5 word). */
const WORD = '5'

/**
 * Words of tesseract's TSV output: `level page block par line word left top width height conf text`, pixels and 0..100.
 * Both engines write it, with and without the heading row.
 */
export function wordsOfTsv(tsv: string): readonly OcrWord[] {
  const words: OcrWord[] = []
  for (const row of tsv.split('\n')) {
    const cells = row.split('\t')
    if (cells[0] !== WORD || cells.length < 12) continue
    const text = printable(cells.slice(11).join(' ')).trim()
    const [left, top, width, height, confidence] = cells.slice(6, 11).map(Number)
    if (text === '' || left === undefined || top === undefined || width === undefined || height === undefined) continue
    words.push({
      text,
      box: [left, top, left + width, top + height],
      confidence: Math.min(1, Math.max(0, (confidence ?? 0) / 100)),
    })
  }
  return words
}
