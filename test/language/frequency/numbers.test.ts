import { describe, expect, it } from 'vitest'
import { readFrequency } from '../../../src/language/frequency/reading.ts'

describe('numbers in words in a frequency', () => {
  it.each([
    ['Physical therapy, twenty-one sessions', 21],
    ['Physical therapy, thirteen visits', 13],
    ['Acupuncture, one hundred twenty sessions', 120],
    ['Acupuncture, a dozen sessions', 12],
    ['Acupuncture, half a dozen visits', 6],
  ])('“%s”: %i', (wording, visits) => {
    expect(readFrequency(wording, 'therapy').visits).toEqual([visits, visits])
  })
})
