import { describe, expect, it } from 'vitest'
import { earlierVisits, visitsIn } from '../../../src/decide/evidence/earlier-visits.ts'
import { passagesOf } from '../../../src/decide/evidence/passages.ts'
import { told } from '../a-request.ts'

const names = ['physical therapy', 'PT']
const read = (text: string) => {
  const found = earlierVisits(names, passagesOf(told(text)))
  return found && [found.kind, found.count]
}

describe('earlier visits of a therapy', () => {
  it.each([
    ['He completed 6 sessions of physical therapy.', ['counted', 6]],
    ['She has had twelve (12) physical therapy visits.', ['counted', 12]],
    ['He attended 8 of 12 authorized PT sessions.', ['counted', 8]],
    ['24 sessions of physical therapy were completed to date.', ['counted', 24]],
    ['After six visits of PT the pain was less. He later completed 10 visits of PT.', ['counted', 10]],
    ['Treatment has included physical therapy and ice.', ['some', null]],
    ['He has not had any physical therapy.', ['none', 0]],
    ['There was no prior physical therapy.', ['none', 0]],
    ['The physician requests 12 sessions of physical therapy.', null],
    ['He completed 6 sessions of acupuncture.', null],
    ['He rests at home.', null],
  ])('“%s”: %j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })
})

describe('visits in a short text', () => {
  it.each([
    ['6 sessions', 6],
    ['six (6) visits', 6],
    ['2x3', 6],
    ['2 times a week for 3 weeks', 6],
    ['physical therapy #8', 8],
    ['a knee brace', 0],
  ])('“%s”: %i', (text, expected) => {
    expect(visitsIn(text)).toBe(expected)
  })
})
