import { asDigits } from '../../../language/lookalikes.ts'
import { spelling, wordsOfLetters } from '../../../language/spelling/known-words.ts'
import { mend } from '../../../language/spelling/mending.ts'
import { singular } from '../../../language/spelling/spelling.ts'

const wanted: ReadonlyMap<string, string> = new Map(wordsOfLetters.map((word) => [singular(word), word]))

/** Strokes and rings that are digits for what stands around them: `l50mg`, `1O mg`, `#6O`. */
const DIGITS: readonly RegExp[] = [
  /(?<![\p{L}\p{N}])[lI|](?=\d{1,3}(?:\.\d+)?\s?(?:mg|mcg|ml|gm|%))/gu,
  /(?<=\d)[oO](?=\d|\s?(?:mg|mcg|ml|gm|%)|\/\d)/gu,
  /(?<=#\s?\d{1,3})[oO](?![\p{L}\p{N}])/gu,
]

/** A request's wording as it was printed: words of the letters' own language whose letters were taken for look-alikes are put right. */
export function legibleRequest(text: string): string {
  return DIGITS.reduce((t, misread) => t.replace(misread, asDigits), mend(text, spelling, wanted).text)
}
