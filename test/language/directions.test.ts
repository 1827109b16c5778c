import { describe, expect, it } from 'vitest'
import { daysOfSupply, dosesPerDay, unitsPerDose } from '../../src/language/directions.ts'

describe('doses a day', () => {
  it.each([
    ['1 tab po bid', [2, 2]],
    ['one tablet b.i.d.', [2, 2]],
    ['1 tid-qid prn', [3, 4]],
    ['1 cap Q.H.S.', [1, 1]],
    ['q6h', [4, 4]],
    ['q 4-6 hrs prn pain', [4, 6]],
    ['every 6-8 hours', [3, 4]],
    ['every six to eight hours as needed', [3, 4]],
    ['every 12 hours', [2, 2]],
    ['3 times a day', [3, 3]],
    ['three (3) times per day', [3, 3]],
    ['1-2 times daily', [1, 2]],
    ['4x/day', [4, 4]],
    ['once or twice a day', [1, 2]],
    ['twice daily', [2, 2]],
    ['every other day', [0.5, 0.5]],
    ['at bedtime', [1, 1]],
    ['one daily', [1, 1]],
    ['every night', [1, 1]],
    ['#60', null],
    ['for the ankle', null],
  ])('“%s”: %j', (text, expected) => expect(dosesPerDay(text)).toEqual(expected))
})

describe('tablets a dose', () => {
  it.each([
    ['2 tabs bid #60', [2, 2]],
    ['one to two tablets every 6 hours', [1, 2]],
    ['take one (1) capsule tid', [1, 1]],
    ['half a tablet at bedtime', [0.5, 0.5]],
    ['1/2 tab qhs', [0.5, 0.5]],
    ['1 1/2 tablets twice a day', [1.5, 1.5]],
    ['1.5 tabs bid', [1.5, 1.5]],
    ['0.5 tablet daily', [0.5, 0.5]],
    ['half-tablet daily', [0.5, 0.5]],
    ['60 tablets, bid', [1, 1]],
    ['#2 tablets', [1, 1]],
    ['bid', [1, 1]],
  ])('“%s”: %j', (text, expected) => expect(unitsPerDose(text)).toEqual(expected))
})

it('a filling lasts as long as doses a day and tablets a dose make it', () => {
  expect(daysOfSupply(60, '2 tabs bid #60')).toEqual([15, 15])
  expect(daysOfSupply(120, '1-2 tablets every 6-8 hours')).toEqual([15, 40])
  expect(daysOfSupply(60, 'for pain')).toBeNull()
})
