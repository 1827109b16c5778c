import type { Recognize } from '../../messages.ts'
import type { OcrWord } from '../../ocr/engine.ts'
import type { Raster } from '../page/raster.ts'
import { inPlaceOf, rowsWith } from './rows.ts'
import { readScraps } from './sweep.ts'

/** Words surer than this are believed; rows without others are not read again. */
const DOUBTED = 0.85
/** Share of a page's rows from which on the page is better read as a whole: to set rows on a sheet of their own costs, too. */
const MOST = 0.6

/**
 * Has the rows of doubtful words read again from `image` (the page, mended). Gives the words that were read more surely there, by the word in
 * whose place they stand; null when so many rows are doubtful that the page is to be read as a whole. No word is lost, none is added.
 */
export async function rereadRows<Word extends OcrWord>(
  image: Raster,
  words: readonly Word[],
  recognize: Recognize,
): Promise<ReadonlyMap<Word, Pick<OcrWord, 'text' | 'confidence'>> | null> {
  const rows = rowsWith(
    words.filter((w) => w.confidence < DOUBTED),
    words,
  )
  if (rows.length > MOST * rowsWith(words, words).length) return null
  const surer = new Map<Word, Pick<OcrWord, 'text' | 'confidence'>>()
  if (rows.length === 0) return surer
  const again = await readScraps(
    image,
    rows.map((r) => r.scrap),
    { psm: 6 },
    recognize,
  )
  rows.forEach((row, i) => {
    for (const word of row.words) {
      const other = inPlaceOf(word, again[i] ?? [])
      if (other && other.confidence > word.confidence)
        surer.set(word, { text: other.text, confidence: other.confidence })
    }
  })
  return surer
}
