import { describe, expect, it } from 'vitest'
import { earlierVisits } from '../../../src/decide/evidence/earlier-visits.ts'
import { passagesOf } from '../../../src/decide/evidence/passages.ts'
import { visitsIn } from '../../../src/decide/evidence/visits.ts'
import { told } from '../a-request.ts'

const therapy = { own: ['physical therapy', 'PT'], others: ['acupuncture', 'chiropractic', 'massage'] }
const read = (text: string) => {
  const found = earlierVisits(therapy, passagesOf(told(text)))
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
    ['She had a dozen visits of physical therapy.', ['counted', 12]],
    ['He has received ten of the twelve authorized PT visits.', ['counted', 10]],
    ['He completed one hundred and four sessions of PT.', ['counted', 104]],
    ['He had physical therapy two times a week for five weeks.', ['counted', 10]],
    ['The carrier approved 10 visits of PT, of which she attended only three.', ['counted', 3]],
    ['The worker was authorized 9 PT visits but completed 5.', ['counted', 5]],
    ['The worker was authorized 9 PT visits.', ['counted', 9]],
    ['She had 5 sessions of PT in 2014 and another 7 in 2015.', ['counted', 12]],
    ['In 2014 she had 5 sessions of PT, in 2015 she had 7 sessions.', ['counted', 12]],
    ['She completed 8 acupuncture visits and no physical therapy.', ['none', 0]],
    ['He has had 9 massage visits, and PT helped a little.', ['some', null]],
    ['He completed 4 visits of PT and 11 of acupuncture.', ['counted', 4]],
    ['He had 11 chiropractic treatments and 6 sessions of physical therapy.', ['counted', 6]],
    ['There were no physical therapy notes in the file.', null],
  ])('“%s”: %j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })
})

describe('visits in a short text', () => {
  it.each([
    ['6 sessions', 6],
    ['six (6) visits', 6],
    ['thirteen sessions', 13],
    ['6 of 12 sessions', 6],
    ['six of the twelve visits', 6],
    ['4 of 12 sessions completed', 4],
    ['2x3', 6],
    ['2 times a week for 3 weeks', 6],
    ['physical therapy #8', 8],
    ['a knee brace', 0],
  ])('“%s”: %i', (text, expected) => {
    expect(visitsIn(text)?.[1] ?? 0).toBe(expected)
  })

  it.each([
    ['3-4x/week x 2 weeks', [6, 8]],
    ['one to two visits per week for 5 weeks', [5, 10]],
  ])('“%s”: %j', (text, expected) => {
    expect(visitsIn(text)).toEqual(expected)
  })
})
