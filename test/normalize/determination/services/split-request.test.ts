import { describe, expect, it } from 'vitest'
import { splitRequest } from '../../../../src/normalize/determination/services/split-request.ts'

function parts(text: string) {
  const split = splitRequest(text)
  const at = (span: { start: number; end: number } | null | undefined) =>
    span ? text.slice(span.start, span.end) : null
  return split && { original: at(split.original), authorized: at(split.authorized), remaining: at(split.remaining) }
}

describe('a request of which part was approved', () => {
  const expected = {
    original: 'Aquatic therapy 10 visits',
    authorized: 'Aquatic therapy 4 visits',
    remaining: 'Aquatic therapy 6 visits',
  }

  it.each([
    'Aquatic therapy 10 visits was the original request. Aquatic therapy 4 visits was authorized by the Claims Administrator. The remaining IMR eligible portion of the original request, Aquatic therapy 6 visits is',
    'Aquatic therapy 10 visits were the original request. Aquatic therapy 4 visits were approved by the Claims Administrator. The remaining portion of the original request, Aquatic therapy 6 visits',
    'Aquatic therapy 10 visits was the 0riginal request. Aquatic therapy 4 visits was authorlzed by the Claims Administrator. The rernaining IMR eligible portion of the original request, Aquatic therapy 6 visits is:',
    'Aquatic therapy 10 visits was originally requested. The Claims Administrator authorized Aquatic therapy 4 visits, leaving the rest. The remaining IMR eligible request, Aquatic therapy 6 visits is',
    'Aquatic therapy 10\nvisits was the original\nrequest. Aquatic therapy 4 visits was certified. The\nremaining portion, Aquatic therapy 6 visits is',
  ])('is told apart: %s', (text) => {
    const found = parts(text)
    expect(found && Object.fromEntries(Object.entries(found).map(([k, v]) => [k, v?.replace(/\s+/g, ' ')]))).toEqual(
      expected,
    )
  })

  it('can still be in dispute as a whole', () => {
    expect(
      parts(
        'Yoga classes was originally requested. The Claims Administrator authorized Yoga classes, 3 hours, leaving the rest open. The original request, Yoga classes is',
      ),
    ).toEqual({ original: 'Yoga classes', authorized: 'Yoga classes, 3 hours', remaining: 'Yoga classes' })
  })

  it('is not seen in a plain request', () => {
    for (const text of [
      'MRI of the left ankle',
      'Office visit, as requested by the surgeon',
      'Previously approved brace, replacement',
    ])
      expect(splitRequest(text), text).toBeNull()
  })
})
