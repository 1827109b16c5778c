import { describe, expect, it } from 'vitest'
import { compilePhrase, placesOf, plain } from '../../../src/language/matching/phrase-pattern.ts'

const stands = (phrase: string, text: string) => placesOf(phrase, plain(text)).length > 0

describe('a phrase', () => {
  it.each([
    ['radicul', 'Lumbar radiculopathy', true],
    ['hep', 'He keeps up his HEP.', true],
    ['hep', 'A hepatic panel', false],
    ['leg', 'both legs', true],
    ['should!', 'the shoulder hurts', false],
    ['should!', 'this should help', true],
    ['decreased .. sensation', 'decreased light touch and pinprick sensation', true],
    ['decreased .. sensation', 'decreased motion. The sensation is full', false],
    ['(positive|abnormal) .. (lachman|mcmurray)', 'a positive McMurray’s test', true],
    ['self directed exercise', 'self-directed exercises', true],
    ['(strength|motor) .. ([0-4]/5|4\\+/5)', 'strength was 4+/5 on the left', true],
    ['(strength|motor) .. ([0-4]/5|4\\+/5)', 'strength was 5/5 on the left', false],
    ['<n> weeks', 'six weeks', true],
    ['<n> weeks', 'after thirteen weeks', true],
    ['<n> weeks', 'after twenty-four weeks', true],
    ['<4-26> weeks', 'for twenty-two weeks', true],
    ['<4-26> weeks', 'for 4 weeks', true],
    ['<4-26> weeks', 'for three weeks', false],
    ['<4-26> weeks', 'for 30 weeks', false],
  ])('“%s” in “%s”: %s', (phrase, text, expected) => {
    expect(stands(phrase, text)).toBe(expected)
  })

  it('keeps the length of the text it is compared with', () => {
    const text = 'The patient’s “home-exercise” — X-ray'
    expect(plain(text)).toHaveLength(text.length)
  })

  it('refuses brackets that do not fit', () => {
    expect(() => compilePhrase('(one|two')).toThrow(SyntaxError)
    expect(() => compilePhrase('')).toThrow(SyntaxError)
  })
})
