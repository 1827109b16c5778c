import { phraseWords } from '../matching/lexicon.ts'
import anatomy from '../vocabulary/anatomy.json' with { type: 'json' }
import categories from '../vocabulary/categories.json' with { type: 'json' }
import commonWords from '../vocabulary/common-words.json' with { type: 'json' }
import drugs from '../vocabulary/drugs.json' with { type: 'json' }
import { englishWords } from './english.ts'
import { makeSpelling } from './spelling.ts'

const phrases: readonly string[] = [
  ...Object.values(anatomy.regions).flat(),
  ...Object.values(anatomy.sides).flat(),
  ...Object.values(anatomy.carriedSides).flat(),
  ...anatomy.notAnatomy,
  ...categories.rules.flatMap((rule) => rule.phrases),
  ...Object.values(drugs.classes).flat(),
  ...Object.values(drugs.forms).flat(),
  ...drugs.salts,
  ...drugs.prefixes,
]

/** Every word that the letters' own language is made of. */
export const wordsOfLetters: readonly string[] = [...commonWords.words.split(' '), ...phrases.flatMap(phraseWords)]

/**
 * The spelling of the letters' own language. It knows every word of the vocabulary at once, so that a word which is
 * right (`root`) is never bent into another part of the vocabulary (`foot`).
 */
export const spelling = makeSpelling(wordsOfLetters, englishWords)
