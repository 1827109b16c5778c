import { describe, expect, it } from 'vitest'
import { asDigits, asLetters, DIGIT, misreadable, withDigits } from '../../src/language/lookalikes.ts'
import { shapeDistance } from '../../src/language/spelling/spelling.ts'

describe('the table of look-alikes', () => {
  it('reads digits in numbers and letters in words, as long as before', () => {
    expect(['l2O', 'Z5', '4B', '|7', '12'].map(asDigits)).toEqual(['120', '25', '48', '17', '12'])
    expect(['tw0', 'e1even', '5pine', 'bone'].map(asLetters)).toEqual(['two', 'eleven', 'spine', 'bone'])
    expect('l O B 7 k'.match(new RegExp(`^(?:${DIGIT}\\s){4}(?!${DIGIT})`))).not.toBeNull()
  })

  it('finds a word in spite of one letter, or two that run into one', () => {
    const found = (word: string, text: string) => new RegExp(`^(?:${misreadable(word)})$`).test(text)
    for (const text of ['remaining', 'rernaining', 'rema1ning', 'remaimng', 'ramaininq'])
      expect(found('remaining', text), text).toBe(text !== 'remaimng')
    expect(found('(s)', '(s)')).toBe(true)
    expect(new RegExp(`^${withDigits('six')}$`).test('51x')).toBe(true)
  })

  it.each([
    ['spinat', 'spinal'],
    ['teft', 'left'],
    ['fhumb', 'thumb'],
    ['1umbar', 'lumbar'],
    ['wr|st', 'wrist'],
  ])('thin strokes are all alike: %s is as near to %s as look-alikes are', (read, word) =>
    expect(shapeDistance(read, word, 1)).toBeCloseTo(0.35),
  )
})
