import { spelling, wordsOfLetters } from '../../../language/spelling/known-words.ts'
import { mend } from '../../../language/spelling/mending.ts'
import { singular } from '../../../language/spelling/spelling.ts'

const wanted: ReadonlyMap<string, string> = new Map(wordsOfLetters.map((word) => [singular(word), word]))

/** Strokes and rings that are digits for what stands around them: `l50mg`, `1O mg`, `#6O`. */
const DIGITS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\p{L}\p{N}])[lI|](?=\d{1,3}(?:\.\d+)?\s?(?:mg|mcg|ml|gm|%))/gu, '1'],
  [/(?<=\d)[oO](?=\d|\s?(?:mg|mcg|ml|gm|%)|\/\d)/gu, '0'],
  [/(?<=#\s?\d{1,3})[oO](?![\p{L}\p{N}])/gu, '0'],
]

/** A request's wording as it was printed: words of the letters' own language whose letters were taken for look-alikes are put right. */
export function legibleRequest(text: string): string {
  return DIGITS.reduce((t, [misread, digit]) => t.replace(misread, digit), mend(text, spelling, wanted).text)
}
