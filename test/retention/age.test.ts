import { describe, expect, it } from 'vitest'
import { ageText, cutoff, NoAge, parseAge } from '../../src/retention/age.ts'

describe('an age', () => {
  it.each([
    ['7y', '7 years'],
    ['1 year', '1 year'],
    ['18mo', '18 months'],
    ['90 days', '90 days'],
    ['1d', '1 day'],
  ])('%s is %s', (text, said) => {
    expect(ageText(parseAge(text))).toBe(said)
  })

  it.each(['', '7', 'y', '0y', '-1y', '1.5y', '7m', '7 years and a day', 'P7Y'])(
    '"%s" is refused, and it is said what is right',
    (text) => {
      expect(() => parseAge(text)).toThrow(NoAge)
      expect(() => parseAge(text)).toThrow('90d, 18mo or 7y')
    },
  )

  it.each([
    ['7y', '2026-11-27T10:20:30.000Z', '2019-11-27T10:20:30.000Z'],
    ['1y', '2024-02-29T00:00:00.000Z', '2023-02-28T00:00:00.000Z'],
    ['4y', '2024-02-29T00:00:00.000Z', '2020-02-29T00:00:00.000Z'],
    ['1mo', '2026-03-31T01:00:00.000Z', '2026-02-28T01:00:00.000Z'],
    ['18mo', '2026-03-15T01:00:00.000Z', '2024-09-15T01:00:00.000Z'],
    ['90d', '2026-03-15T01:00:00.000Z', '2025-12-15T01:00:00.000Z'],
  ])('of %s before %s is %s', (age, now, then) => {
    expect(cutoff(parseAge(age), new Date(now)).toISOString()).toBe(then)
  })
})
