import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFrequency } from '../../../src/language/frequency/reading.ts'
import type { Range } from '../../../src/model/index.ts'

type Reading = {
  times?: Range
  per?: 'day' | 'week' | 'month'
  duration?: Range
  unit?: 'day' | 'week' | 'month'
  visits?: Range
}
const exactly = (n: number): Range => [n, n]
const weekly = (times: number, weeks: number, visits = times * weeks): Reading => ({
  times: exactly(times),
  per: 'week',
  duration: exactly(weeks),
  unit: 'week',
  visits: exactly(visits),
})
const only = (visits: number): Reading => ({ visits: exactly(visits) })

function expectReading(wording: string, kind: Parameters<typeof readFrequency>[1], want: Reading): void {
  const read = readFrequency(wording, kind)
  expect({
    times: read.times,
    per: read.per,
    duration: read.duration,
    unit: read.durationUnit,
    visits: read.visits,
  }).toEqual({
    times: want.times ?? null,
    per: want.per ?? null,
    duration: want.duration ?? null,
    unit: want.unit ?? null,
    visits: want.visits ?? null,
  })
}

describe('the same number twice', () => {
  it.each([
    ['6 PT and 6 acupuncture sessions', ['6 PT']],
    ['PT x 6 and acupuncture x 6', ['x 6']],
    ['12 sessions of therapy (12)', []],
    ['12 sessions of therapy, #12', []],
  ])('is one amount told again, or another that is left over: %j', (wording, unused) => {
    expect(readFrequency(wording, 'therapy').unused).toEqual(unused)
  })

  it('is no single session when it is a thousand', () => {
    expect(readFrequency('one thousand sessions', 'therapy')).toMatchObject({
      visits: null,
      unused: ['one thousand sessions'],
    })
  })
})

describe('the frequency of a therapy', () => {
  const rows: readonly (readonly [string, Reading])[] = [
    ['2x8', weekly(2, 8)],
    ['2X8 FOR LEFT KNEE', weekly(2, 8)],
    ['2 x 8', weekly(2, 8)],
    ['2 X 4', weekly(2, 4)],
    ['3x4', weekly(3, 4)],
    ['1x6', weekly(1, 6)],
    ['2x/wk x 6wks', weekly(2, 6)],
    ['2x/week x 8 weeks', weekly(2, 8)],
    ['2-3x/wk x 6wks', { times: [2, 3], per: 'week', duration: [6, 6], unit: 'week', visits: [12, 18] }],
    ['2/6', weekly(2, 6)],
    ['2 times 8', weekly(2, 8)],
    ['aquatic exercise 1 times 8', weekly(1, 8)],
    ['x12 sessions', only(12)],
    ['WORK CONDITIONING X 12 SESSIONS', only(12)],
    ['x 2', only(2)],
    ['x2 weeks', { duration: [2, 2], unit: 'week' }],
    ['QTY 12', only(12)],
    ['#8', only(8)],
    ['two (2) times a week for six (6) weeks', weekly(2, 6)],
    ['3 times per week for 4 weeks', weekly(3, 4)],
    ['3 times a week for 4 weeks (12 sessions)', weekly(3, 4)],
    ['twice a week for 3 weeks', weekly(2, 3)],
    ['twice weekly x 6', weekly(2, 6)],
    ['once a week for 6 weeks', weekly(1, 6)],
    ['weekly x 8', weekly(1, 8)],
    ['8 sessions over 4 weeks', { duration: [4, 4], unit: 'week', visits: [8, 8] }],
    [
      '1 to 2 times per week for 4 weeks',
      { times: [1, 2], per: 'week', duration: [4, 4], unit: 'week', visits: [4, 8] },
    ],
    ['Eight (8) physical therapy sessions', only(8)],
    ['initial 6 visits', only(6)],
    ['trial of 6 sessions', only(6)],
    ['remaining 2 sessions', only(2)],
    ['once a month for 6 months', { times: [1, 1], per: 'month', duration: [6, 6], unit: 'month', visits: [6, 6] }],
    ['monthly x 3', { times: [1, 1], per: 'month', duration: [3, 3], unit: 'month', visits: [3, 3] }],
    ['every 4-6 weeks', { times: [0.167, 0.25], per: 'week' }],
    ['q month', { times: [1, 1], per: 'month' }],
    ['aide 4 hrs/day x 7 days x 6 weeks', weekly(7, 6)],
    ['x 20 full-day sessions', only(20)],
    ['4 hours/day, 5 days/week x 2 weeks', weekly(5, 2)],
    ['5 days/week x 4 weeks', weekly(5, 4)],
    ['97140 x 8', only(8)],
    ['97810, 97811 x 6', only(6)],
    ['up to 12 visits', only(12)],
    ['as needed', {}],
    ['ongoing', {}],
    ['three (3) times per week for four (4) weeks', weekly(3, 4)],
    ['2 x week x 6 weeks', weekly(2, 6)],
    ['2x a week x 6', weekly(2, 6)],
    ['2 visits per week for 5 weeks', weekly(2, 5)],
    ['two visits weekly for five weeks', weekly(2, 5)],
    ['once weekly for ten weeks', weekly(1, 10)],
    ['six visits over 8 weeks', { duration: [8, 8], unit: 'week', visits: [6, 6] }],
    ['6 additional visits', only(6)],
    ['12 post-operative physical therapy visits', only(12)],
    ['6 follow-up visits', only(6)],
    ['additional twelve (12) sessions', only(12)],
    ['a total of 24 visits', only(24)],
    ['twenty-four sessions', only(24)],
    ['sessions x 10', only(10)],
    ['visits: 4', only(4)],
    ['sessions, #2', only(2)],
    ['(15 mins) 6 visits', only(6)],
    ['60 minute sessions x 4', only(4)],
    ['one session', only(1)],
    ['once', only(1)],
    ['2xB', weekly(2, 8)],
    ['l2 sessions', only(12)],
    ['#1O', only(10)],
    ['2x 6weeks', weekly(2, 6)],
    ['2 tirnes a vveek for 6 weeks', weekly(2, 6)],
    [
      'every other week for 8 weeks',
      { times: [0.5, 0.5], per: 'week', duration: [8, 8], unit: 'week', visits: [4, 4] },
    ],
    ['every other week x 6', { times: [0.5, 0.5], per: 'week', visits: [6, 6] }],
    ['daily for 2 weeks', { times: [1, 1], per: 'day', duration: [2, 2], unit: 'week', visits: [14, 14] }],
    ['2 of 6 completed', {}],
    ['on 2/14/2015', {}],
    ['at L4-5', {}],
  ]
  it.each(rows)('"%s" is read', (wording, want) => expectReading(wording, 'therapy', want))

  it('keeps the other reading of a pair of bare numbers', () => {
    const [other] = readFrequency('3x4', 'therapy').alternatives
    expect(other?.reading).toBe('4 per week for 3 weeks: the numbers may stand the other way round')
    expect(readFrequency('3x4 weeks', 'therapy').alternatives).toEqual([])
  })

  it('lets a stated total win over the product and keeps the product with the reason', () => {
    const read = readFrequency('3 times a week for 4 weeks (10 sessions)', 'therapy')
    expect(read.visits).toEqual([10, 10])
    expect(read.alternatives).toEqual([
      { reading: '3 per week for 4 weeks would be 12 visits, but 10 are stated', visits: [12, 12] },
    ])
  })

  it('adds up courses that follow one another', () => {
    const read = readFrequency('3 times a week for 2 weeks then 2 times a week for 4 weeks', 'therapy')
    expect(read.visits).toEqual([14, 14])
    expect(read.times).toEqual([2, 3])
    expect(read.duration).toEqual([6, 6])
    expect(read.reading).toBe('3 per week for 2 weeks, then 2 per week for 4 weeks = 14 visits')
  })

  it('offers what remains when only a part done is stated', () => {
    const read = readFrequency('2 of 6 completed', 'therapy')
    expect(read.openEnded).toBe(true)
    expect(read.alternatives).toEqual([{ reading: 'the remaining 4 visits', visits: [4, 4] }])
  })

  it.each([
    ['2x8', '2 per week for 8 weeks = 16 visits'],
    ['2-3 times a week for 6 weeks', '2 to 3 per week for 6 weeks = 12 to 18 visits'],
    ['12 sessions', '12 visits'],
    ['six visits over 8 weeks', '6 visits over 8 weeks'],
    ['1-2x/wk', '1 to 2 per week, for how long is not stated'],
    ['every 3 months x 4', '1 every 3 months, 4 visits'],
    ['160 hours', '160 hours in all'],
    ['', 'no amount stated'],
  ])('"%s" is worded "%s"', (wording, reading) => expect(readFrequency(wording, 'therapy').reading).toBe(reading))

  it.each(['', '2x a week', 'as needed', '(unspecified quantity)'])('"%s" is open-ended', (wording) =>
    expect(readFrequency(wording, 'therapy').openEnded).toBe(true),
  )
  it.each(['12 sessions', '2x8', 'for 4 weeks', '#6', '160 hours'])('"%s" is not open-ended', (wording) =>
    expect(readFrequency(wording, 'therapy').openEnded).toBe(false),
  )
})

describe('the frequency of other services', () => {
  it.each(['times 1', 'QTY: 2', '#2', 'x 1', '3 views', '2x8'])('"%s" of an image or a test says nothing', (wording) =>
    expectReading(wording, 'test', {}),
  )
  it.each<[string, Reading]>([
    ['30 day rental', { duration: [30, 30], unit: 'day' }],
    ['7-day rental', { duration: [7, 7], unit: 'day' }],
    ['x 3 months', { duration: [3, 3], unit: 'month' }],
    ['one month home-based trial', { duration: [1, 1], unit: 'month' }],
    ['daily trial, #30', { duration: [30, 30], unit: 'day' }],
    ['QTY: 2', {}],
    ['purchase', {}],
    ['2x8', weekly(2, 8)],
  ])('"%s" of equipment is read', (wording, want) => expectReading(wording, 'equipment', want))

  it('is open-ended for a rental without a length, not for a purchase', () => {
    expect(readFrequency('rental', 'equipment').openEnded).toBe(true)
    expect(readFrequency('purchase', 'equipment').openEnded).toBe(false)
    expect(readFrequency('', 'equipment').openEnded).toBe(false)
  })

  it.each<[string, Reading]>([
    ['series of 3 injections', only(3)],
    ['x3 (series of 3)', only(3)],
    ['injections x3', only(3)],
    ['one injection', {}],
    ['x 1', {}],
    ['at L4-5', {}],
  ])('"%s" of an injection is read', (wording, want) => expectReading(wording, 'series', want))

  it.each<[string, Reading]>([
    ['follow-up visits x3', only(3)],
    ['follow up in 6 weeks', {}],
    ['6 week follow up', {}],
    ['2nd opinion', {}],
    ['monthly x 6', { times: [1, 1], per: 'month', duration: [6, 6], unit: 'month', visits: [6, 6] }],
  ])('"%s" of a consultation is read', (wording, want) => {
    expectReading(wording, 'visit', want)
    expect(readFrequency(wording, 'visit').openEnded).toBe(false)
  })

  it('counts a year of membership as twelve months', () =>
    expectReading('1 year membership', 'membership', { duration: [12, 12], unit: 'month' }))

  it('takes nothing but a duration from the directions of a drug', () => {
    expectReading('1 tab po bid #60', 'drug', {})
    expectReading('30 day supply', 'drug', { duration: [30, 30], unit: 'day' })
  })
})

describe('any frequency, printed in any wording', () => {
  const words = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
  const number = (n: number) =>
    fc.constantFrom(String(n), ...(n < words.length ? [words[n] ?? '', `${words[n]} (${n})`] : []))
  const rate = (times: number) =>
    number(times).chain((n) =>
      fc.constantFrom(
        ...['times a week', 'times per week', 'x/week', ' x per week', 'x a week', 'visits per week', 'per week'].map(
          (w) => (w.startsWith('x') ? `${times}${w}` : `${n} ${w.trim()}`),
        ),
        ...(times === 1 ? ['once a week', 'weekly', 'once weekly'] : []),
        ...(times === 2 ? ['twice a week', 'twice weekly'] : []),
      ),
    )
  const span = (weeks: number) =>
    number(weeks).chain((n) =>
      fc.constantFrom(`for ${n} weeks`, `x ${weeks} weeks`, `x ${weeks}wks`, `over ${n} weeks`),
    )
  const context = fc.constantFrom('', 'for the left knee', 'lumbar spine', 'to the neck')
  const weeklyFrequency = fc.record({ times: fc.integer({ min: 1, max: 7 }), weeks: fc.integer({ min: 2, max: 16 }) })

  it('reads a rate and a length back', () =>
    fc.assert(
      fc.property(
        weeklyFrequency.chain(({ times, weeks }) =>
          fc.tuple(fc.constant({ times, weeks }), rate(times), span(weeks), context),
        ),
        ([{ times, weeks }, rateWords, spanWords, where]) =>
          expectReading(`therapy ${rateWords} ${spanWords} ${where}`, 'therapy', weekly(times, weeks)),
      ),
    ))

  it('reads a pair back, however it is spaced', () =>
    fc.assert(
      fc.property(weeklyFrequency, fc.constantFrom('x', 'X', ' x ', ' X ', ' times ', 'x '), context, (f, by, where) =>
        expectReading(`therapy ${f.times}${by}${f.weeks} ${where}`, 'therapy', weekly(f.times, f.weeks)),
      ),
    ))

  it('reads a count back', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 48 }).chain((n) => fc.tuple(fc.constant(n), number(n))),
        fc.constantFrom('sessions', 'visits', 'treatments', 'additional sessions', 'physical therapy visits'),
        context,
        ([n, written], noun, where) => {
          expectReading(`${written} ${noun} ${where}`, 'therapy', only(n))
          expectReading(`therapy ${where} x ${n}`, 'therapy', only(n))
          expectReading(`therapy, #${n} ${where}`, 'therapy', only(n))
        },
      ),
    ))

  it('never throws and never reads a range backwards', () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789xX#/-(),. weklydaiost'.split('')) }), (text) => {
        const { visits, times, duration } = readFrequency(text, 'therapy')
        const backwards = [visits, times, duration].filter((range) => range && range[0] > range[1])
        expect(backwards).toEqual([])
      }),
    ))
})
