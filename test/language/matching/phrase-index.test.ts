import { describe, expect, it } from 'vitest'
import { errorsAllowed, matchPrefix, squeeze } from '../../../src/language/matching/fuzzy.ts'
import { indexPhrases } from '../../../src/language/matching/phrase-index.ts'
import { headings, phrasesOf } from '../../../src/normalize/determination/layout/letter-vocabulary.ts'

const phrases = [...phrasesOf(headings.sections), ...phrasesOf(headings['lead-ins'])].map((p) => p.squeezed)

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

/** A phrase with some characters lost, changed or added, between others. */
function damaged(phrase: string, errors: number, random: (below: number) => number): string {
  const signs = [...phrase]
  for (let i = 0; i < errors; i++) {
    const added = random(3) === 0 ? [] : [String.fromCharCode(97 + random(26))]
    signs.splice(random(signs.length), random(2), ...added)
  }
  return signs.join('')
}

describe('an index of phrases', () => {
  it.each([false, true])('misses no phrase that a comparison with each would find (strict: %s)', (strict) => {
    const random = numbers(7)
    const index = indexPhrases(phrases, strict)
    let found = 0
    for (let round = 0; round < 2_000; round++) {
      const phrase = phrases[random(phrases.length)] ?? ''
      const before = squeeze('of the 12 reports'.slice(random(17)))
      const text = `${before}${damaged(phrase, random(errorsAllowed(phrase.length) + 3), random)}${squeeze('was sent in')}`
      const limitOf = (p: string) => (strict ? Math.min(1, errorsAllowed(p.length)) : errorsAllowed(p.length))
      const all = phrases.flatMap((p, i) => (matchPrefix(text, before.length, p, limitOf(p)) ? [i] : []))
      const candidates = index.candidates(text, before.length)
      expect(candidates).toEqual(expect.arrayContaining(all))
      expect(candidates).toEqual([...candidates].sort((a, b) => a - b))
      found += all.length
    }
    expect(found).toBeGreaterThan(500)
  })

  it('leaves out nearly all phrases where none stands', () => {
    const text = squeeze(
      'the injured worker was seen for low back pain that radiates to the left leg and has not improved',
    )
    const index = indexPhrases(phrases, false)
    const left = Array.from({ length: text.length }, (_, from) => index.candidates(text, from).length)
    expect(left.reduce((sum, n) => sum + n, 0) / left.length).toBeLessThan(phrases.length / 20)
  })
})
