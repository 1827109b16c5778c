import { describe, expect, it } from 'vitest'
import { normalizeLetter, splitLetters } from '../../../../src/normalize/index.ts'
import { aDocument, letterPages } from '../../../fixtures/letters.ts'

const ageIn = (words: string) => {
  const pages = letterPages().map((rows) => rows.map((row) => row.replace('37-year-old', words)))
  const [letter] = splitLetters(aDocument(pages))
  return letter ? normalizeLetter(letter).patient.age.value : undefined
}

describe("the patient's age", () => {
  it.each([
    ['37-year-old', 37],
    ['forty-eight year old', 48],
    ['sixty one year-old', 61],
    ['thirty-f1ve year old', 35],
    ['nineteen year old', 19],
    ['4B year old', 48],
    ['l9 year-old', 19],
  ])('“a %s woman”: %i', (words, age) => expect(ageIn(words)).toBe(age))
})
