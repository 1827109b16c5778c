import type { Recognize } from '../../messages.ts'
import type { OcrWord } from '../../ocr/engine.ts'
import type { Raster } from '../page/raster.ts'
import { inPlaceOf, rowsWith } from './rows.ts'
import { readScraps } from './sweep.ts'

/** Words surer than this are believed. */
const DOUBTED = 0.9
/** What a wrong letter in it would cost: dates, numbers, counts, doses; and what decides a case. */
const COUNTS = /\d|^(?:not|is|are|upheld|overturned)\W*$/i
/** More doubtful rows than this are no doubtful words but a bad page: remedies are for that. */
const MOST_ROWS = 24
/** A reading that is no surer than this has no vote. */
const CHANCE = 0.5
/** Share of its confidence that a word keeps when the two readings differ. */
const DISPUTED = 0.7

/**
 * Has the rows of doubtful numbers read a second time, by the other model, and settles each such word: where both readings agree it
 * is surer, where they differ the surer one counts and is doubtful. Gives the words that were settled, by the word they stand for;
 * rows as a whole are read, since words alone are read worse.
 */
export async function secondOpinion<Word extends OcrWord>(
  image: Raster,
  words: readonly Word[],
  recognize: Recognize,
): Promise<ReadonlyMap<Word, Pick<OcrWord, 'text' | 'confidence'>>> {
  const doubted = words.filter((w) => w.confidence < DOUBTED && COUNTS.test(w.text))
  const rows = rowsWith(doubted, words)
  const settled = new Map<Word, Pick<OcrWord, 'text' | 'confidence'>>()
  if (rows.length === 0 || rows.length > MOST_ROWS) return settled
  const again = await readScraps(
    image,
    rows.map((r) => r.scrap),
    { psm: 6, model: 'second' },
    recognize,
  )
  rows.forEach((row, i) => {
    for (const word of row.words) {
      const other = inPlaceOf(word, again[i] ?? [])
      if (other) settled.set(word, settle(word, other))
    }
  })
  return settled
}

function settle(first: OcrWord, second: OcrWord): Pick<OcrWord, 'text' | 'confidence'> {
  if (first.text === second.text) {
    // Two models make some of their mistakes together: agreement takes away half of the doubt, not all of it.
    return { text: first.text, confidence: (1 + Math.max(first.confidence, second.confidence)) / 2 }
  }
  const surer =
    whole(first, second) ?? (second.confidence - CHANCE > Math.max(0, first.confidence - CHANCE) ? second : first)
  return { text: surer.text, confidence: surer.confidence * DISPUTED }
}

/**
 * Strokes that stand close are read as one and thin ones are passed over, hardly ever the other way round: of `11/30`, `1/30` and
 * `1130` the longest is what was printed.
 */
function whole(first: OcrWord, second: OcrWord): OcrWord | null {
  const once = ({ text }: OcrWord) => text.replace(/[/-]/g, '').replace(/1+/g, '1')
  if (first.text.length === second.text.length || once(first) !== once(second)) return null
  return first.text.length > second.text.length ? first : second
}
