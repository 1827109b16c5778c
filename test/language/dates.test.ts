import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDateShapes, findDates, parseDate } from '../../src/language/dates.ts'
import monthWords from '../../src/language/vocabulary/months.json' with { type: 'json' }

const two = (n: number) => String(n).padStart(2, '0')

const day = fc
  .date({ min: new Date('1960-01-01T00:00:00Z'), max: new Date('2029-12-31T00:00:00Z'), noInvalidDate: true })
  .map((d) => ({ y: d.getUTCFullYear(), m: d.getUTCMonth() + 1, d: d.getUTCDate() }))
const isoOf = ({ y, m, d }: { y: number; m: number; d: number }) => `${y}-${two(m)}-${two(d)}`

const separator = fc.constantFrom('/', '-', '.', '- ', ' -', ' / ')
const lookAlikes: Readonly<Record<string, string>> = { '0': 'O', '1': 'l', '5': 'S', '8': 'B', '2': 'Z' }

describe('dates', () => {
  it('are read back however they are printed', () => {
    const name = (m: number) => monthWords.names[m - 1] ?? ''
    const short = (m: number) => monthWords.short[m - 1] ?? ''
    const print = fc.constantFrom(
      (p: { y: number; m: number; d: number }) => `${two(p.m)}/${two(p.d)}/${p.y}`,
      (p: { y: number; m: number; d: number }) => `${p.m}-${p.d}-${p.y}`,
      (p: { y: number; m: number; d: number }) => `${name(p.m)} ${p.d}, ${p.y}`,
      (p: { y: number; m: number; d: number }) => `${p.d} ${name(p.m)} ${p.y}`,
      (p: { y: number; m: number; d: number }) => `${short(p.m)}. ${p.d}, ${p.y}`,
      (p: { y: number; m: number; d: number }) => `${name(p.m)} ${p.d}th, ${p.y}`,
      isoOf,
    )
    fc.assert(
      fc.property(day, print, (of, printed) => {
        expect(findDates(`It was on ${printed(of)}, as told.`).map((d) => d.value)).toEqual([isoOf(of)])
        expect(parseDate(printed(of))?.value).toBe(isoOf(of))
      }),
    )
  })

  it('are read back with any separator and through look-alike letters, and say that they were repaired', () => {
    fc.assert(
      fc.property(day, separator, fc.nat(9), (of, sep, at) => {
        const clean = `${two(of.m)}${sep}${two(of.d)}${sep}${of.y}`
        const damaged = clean.slice(0, at) + (lookAlikes[clean[at] ?? ''] ?? clean[at] ?? '') + clean.slice(at + 1)
        const [found] = findDates(`seen ${damaged} again`)
        expect(found?.value).toBe(isoOf(of))
        expect(found?.repaired).toBe(damaged !== clean)
        expect(`seen ${damaged} again`.slice(found?.start, found?.end)).toBe(damaged)
      }),
    )
  })

  it('whose slashes have faded are read, and say that they were repaired', () => {
    fc.assert(
      fc.property(day, fc.constantFrom([' ', ' '], [' ', '/'], ['.', ' '], ['  ', ' ']), (of, [a, b]) => {
        const [found, ...others] = findDates(`injured on ${of.m}${a}${two(of.d)}${b}${of.y} while reaching`)
        expect(found).toMatchObject({ value: isoOf(of), repaired: true })
        expect(others).toEqual([])
      }),
    )
    for (const text of ['levels 4 45 2014', '13 40 2015', 'C4 5 2015', '2 of 6 2014', '1 2 3 2014', '5.2 3 2015'])
      expect(findDateShapes(text), text).toEqual([])
  })

  it('are read from eight digits whose slashes are gone altogether, where these are a day of our time', () => {
    expect(findDates('Date assigned: 01042017')).toMatchObject([{ value: '2017-01-04', repaired: true }])
    for (const text of [
      'claim 13042017',
      'claim #01042017',
      '01042077',
      '010420171',
      'x01042017',
      '5-01042017',
      '01041957',
    ])
      expect(findDateShapes(text), text).toEqual([])
  })

  it('of two-digit years never lie after the day that the context gives', () => {
    fc.assert(
      fc.property(day, day, (of, limit) => {
        const notAfter = isoOf(limit)
        const found = findDates(`${of.m}/${of.d}/${two(of.y % 100)}`, { notAfter })[0]
        if (found) expect(found.value <= notAfter).toBe(true)
        if (isoOf(of) <= notAfter && of.y > limit.y - 100 && found)
          expect(found.value.slice(5)).toBe(isoOf(of).slice(5))
      }),
    )
  })

  it('that do not exist have no value and are not rolled over', () => {
    expect(findDates('02/30/2016 and 13/01/2015')).toEqual([])
    const [shape] = findDateShapes('16/22/2013')
    expect(shape?.value).toBeNull()
    expect(shape?.alternatives).toContain('2013-10-22')
    expect(findDates('02/29/2015')).toEqual([])
    expect(findDates('02/29/2016')[0]?.value).toBe('2016-02-29')
  })

  it('are not seen in levels, strengths, ratios and words with dashes', () => {
    for (const text of [
      'L4-5 and L5-S1',
      '10-325 mg',
      '5/5 strength',
      'one-to-one',
      '2-3 times',
      'is-a-so',
      'March on',
    ])
      expect(findDates(text), text).toEqual([])
  })

  it('are found across a line break and in a misspelled month', () => {
    expect(findDates('seen on 11-15-\n2016')[0]?.value).toBe('2016-11-15')
    expect(findDates('0ctober 22, 2016')[0]?.value).toBe('2016-10-22')
    expect(findDates('l2/24/2O12')[0]?.value).toBe('2012-12-24')
  })
})

it('a day with its ordinal in capitals is a date', () => {
  expect(findDates('SEEN ON DECEMBER 1ST, 2015').map((d) => d.value)).toEqual(['2015-12-01'])
})
