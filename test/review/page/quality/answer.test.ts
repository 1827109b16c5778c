import { describe, expect, it } from 'vitest'
import { answerOf, inWords, typingOf, untouched } from '../../../../src/review/page/quality/answer.ts'

import { type Answer, sameAnswer, wrongAnswer } from '../../../../src/review/quality/questions.ts'

const question = (kind: string, options?: readonly string[]) => ({
  path: 'header.x',
  kind,
  ...(options ? { options } : {}),
})
const typing = (text: string) => ({ ...untouched, text })
const lines = (...all: readonly string[]) => ({ ...untouched, lines: all })

describe('what is typed of a blind question', () => {
  it('is no answer while nothing is: that the letter does not state it is said', () => {
    for (const kind of ['date', 'text', 'number', 'choice', 'diagnoses', 'wordings', 'choices', 'amounts'])
      expect([kind, answerOf(question(kind, ['upheld']), untouched)]).toEqual([
        kind,
        { problem: expect.stringMatching(/^Say /) },
      ])
    expect(answerOf(question('date'), { ...untouched, isNone: true })).toEqual({ answer: null })
    expect(answerOf(question('wordings'), { ...untouched, isNone: true })).toEqual({ answer: [] })
  })

  it('becomes what the server takes', () => {
    const options = ['upheld', 'overturned']
    const made = [
      [question('date'), typing('3/27/2014'), '2014-03-27'],
      [question('number'), typing(' 47 '), 47],
      [question('text'), typing('CM14-9900606 '), 'CM14-9900606'],
      [question('choice', ['male', 'female']), typing('female'), 'female'],
      [question('diagnoses'), lines('neck sprain', '', 'low back pain '), ['neck sprain', 'low back pain']],
      [question('wordings'), lines('Acupuncture 2x8'), ['Acupuncture 2x8']],
      [question('amounts'), lines('6', '4 - 6', 'none'), ['6', '4-6', 'none']],
      [question('choices', options), lines('upheld', 'overturned'), options],
    ] as const
    for (const [asked, said, answer] of made) {
      expect(answerOf(asked, said)).toEqual({ answer })
      expect(wrongAnswer(asked as never, answer as Answer)).toBeNull()
      // What one of two said, taken by a third, is what they said.
      const again = answerOf(asked, typingOf(asked, answer))
      expect('answer' in again && sameAnswer(asked.kind as never, again.answer, answer)).toBe(true)
      expect(inWords(asked, answer)).not.toBe('')
    }
  })

  it('is told what is wrong with it', () => {
    const wrong = [
      [question('date'), typing('02/30/2014'), /day that exists/],
      [question('number'), typing('forty'), /whole number/],
      [question('amounts'), lines('some'), /6, 4-6 or none/],
      [question('choices', ['upheld']), lines('maybe'), /Choose one/],
      [question('wordings'), lines('Acupuncture', ''), /wording of each/],
    ] as const
    for (const [asked, said, problem] of wrong)
      expect(answerOf(asked, said)).toEqual({ problem: expect.stringMatching(problem) })
  })
})
