import { describe, expect, it } from 'vitest'
import { IN_WORDS, numberOf, numberWordsAt } from '../../src/language/numbers.ts'

describe('numbers in words', () => {
  it.each([
    ['one', 1],
    ['Thirteen', 13],
    ['fourteen', 14],
    ['nineteen', 19],
    ['twenty-one', 21],
    ['twenty one', 21],
    ['thirty - six', 36],
    ['forty-eight', 48],
    ['ninety', 90],
    ['one hundred', 100],
    ['a hundred', 100],
    ['one hundred twenty', 120],
    ['one hundred and twenty-five', 125],
    ['two hundred forty', 240],
    ['a dozen', 12],
    ['half a dozen', 6],
    ['a half dozen', 6],
    ['two dozen', 24],
  ])('%s is %i', (text, value) => expect(numberOf(text)).toBe(value))

  it.each([
    ['tw0', 2],
    ['e1even', 11],
    ['s1x', 6],
    ['f1ve', 5],
    ['l2', 12],
    ['1O', 10],
    ['4B', 48],
    ['1,200', 1200],
  ])('letters that look like digits, and digits that look like letters: %s is %i', (text, value) =>
    expect(numberOf(text)).toBe(value),
  )

  it.each(['', 'twenty visits', 'often', 'one twenty', 'half', 'a', 'SI', 'lO'])('%j is no number', (text) =>
    expect(numberOf(text)).toBeNull(),
  )

  it('"no" and "without" are none', () => expect(['no', 'Without'].map(numberOf)).toEqual([0, 0]))

  it('the longest number at a place is read, and where it ends', () => {
    const text = 'for twenty one visits'
    expect(numberWordsAt(text, 4)).toEqual({ value: 21, end: 14 })
    expect(numberWordsAt(text, 0)).toBeNull()
  })

  it('twenty one-hour sessions are twenty', () => {
    expect(numberWordsAt('twenty one-hour sessions', 0)?.value).toBe(20)
    expect(numberWordsAt('twenty-one-hour', 0)?.value).toBe(21)
  })

  it('a misread word is read where the caller can put it right', () => {
    const mended = (word: string) => (word === 'twenly' ? 'twenty' : word)
    expect(numberWordsAt('twenly-four', 0, mended)).toEqual({ value: 24, end: 11 })
    expect(numberWordsAt('twenly-four', 0)).toBeNull()
  })

  it('the pattern finds what the reader reads', () => {
    const text = 'had half a dozen, then one hundred and twenty-five more, a forty-eight, e1even and a half dozen'
    expect(text.match(new RegExp(IN_WORDS, 'g'))?.map(numberOf)).toEqual([6, 125, 48, 11, 6])
  })
})
