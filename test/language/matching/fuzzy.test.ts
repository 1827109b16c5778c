import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  distanceWithin,
  matchPrefix,
  nearestOf,
  squeeze,
  squeezeWithOrigin,
} from '../../../src/language/matching/fuzzy.ts'

const word = fc.string({ unit: fc.constantFrom(...'abcdeghlmnorstu'), minLength: 8, maxLength: 30 })

describe('comparing damaged words', () => {
  it('makes look-alikes one and remembers where each character came from', () => {
    expect(squeeze('CL1NICAL  CA5E: 5ummary')).toBe(squeeze('Clinical case summary'))
    expect(squeeze('Detemination')).toBe(squeeze('Detemination'))
    const text = 'ab - Cd'
    const { text: squeezed, origin } = squeezeWithOrigin(text)
    expect([...squeezed].map((_, i) => text[origin[i] ?? -1]?.toLowerCase()).join('')).toBe('abcd')
  })

  it('finds a phrase with as many edits as are allowed, at the edit distance that a full comparison gives', () => {
    fc.assert(
      fc.property(word, fc.nat(29), fc.constantFrom('x', 'z', ''), word, (phrase, at, put, rest) => {
        const damaged = phrase.slice(0, at) + put + phrase.slice(at + 1)
        const found = matchPrefix(damaged + rest, 0, phrase, 2)
        expect(found).not.toBeNull()
        expect(found?.cost).toBeLessThanOrEqual(distanceWithin(damaged, phrase, 2) ?? 0)
        const stretch = (damaged + rest).slice(0, found?.length)
        expect(distanceWithin(stretch, phrase, 2)).toBe(found?.cost)
      }),
    )
  })

  it('takes no word for another when too much differs or two are equally near', () => {
    expect(nearestOf('Texan', ['Texas', 'Ohio'])?.value).toBe('Texas')
    expect(nearestOf('Nebraska', ['Texas', 'Ohio'])).toBeNull()
    expect(nearestOf('North Takota', ['North Dakota', 'North Lakota'])).toBeNull()
  })
})
