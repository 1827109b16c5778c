import { describe, expect, it } from 'vitest'
import { agreement } from '../../../src/review/quality/agreement.ts'
import { estimate, sampleSize, upperBound } from '../../../src/review/quality/intervals.ts'
import { drawSample } from '../../../src/review/quality/sample.ts'

describe('an exact interval', () => {
  // R: binom.test(k, n)$conf.int
  it.each([
    [0, 10, 0, 0.3084971],
    [1, 10, 0.002528579, 0.4450161],
    [5, 10, 0.187086, 0.812914],
    [3, 299, 0.002072833, 0.02904127],
    [10, 10, 0.6915029, 1],
  ])('of %i in %i is that of the tables', (count, of, low, high) => {
    const found = estimate({ count, of })
    expect(found.low).toBeCloseTo(low, 5)
    expect(found.high).toBeCloseTo(high, 5)
  })

  it('of nothing says nothing', () => {
    expect(estimate({ count: 0, of: 0 })).toEqual({ count: 0, of: 0, share: null, low: 0, high: 1 })
  })

  it('refuses what is no share', () => {
    for (const [count, of] of [
      [2, 1],
      [-1, 3],
      [0.5, 2],
    ] as const)
      expect(() => estimate({ count, of })).toThrow(RangeError)
  })

  it('of 95 % holds the true share in at least 94 % of 1,000 simulated months, however rare errors are', () => {
    const random = seeded(12)
    for (const truth of [0.002, 0.01, 0.05, 0.3]) {
      let held = 0
      for (let month = 0; month < 1000; month++) {
        const of = 50 + Math.floor(random() * 500)
        let count = 0
        for (let i = 0; i < of; i++) if (random() < truth) count++
        const { low, high } = estimate({ count, of })
        if (low <= truth && truth <= high) held++
      }
      expect(held).toBeGreaterThanOrEqual(940)
    }
  })
})

describe('the size of a sample', () => {
  it('is 299 for at most one in a hundred wrong, when none is found', () => {
    expect(sampleSize({ bound: 0.01 })).toBe(299)
    expect(upperBound({ count: 0, of: 299 })).toBeLessThanOrEqual(0.01)
    expect(upperBound({ count: 0, of: 298 })).toBeGreaterThan(0.01)
  })

  it('grows with what is tolerated, and shrinks with what there is to draw from', () => {
    expect(sampleSize({ bound: 0.01, tolerated: 1 })).toBe(473)
    expect(upperBound({ count: 1, of: 473 })).toBeLessThanOrEqual(0.01)
    const few = sampleSize({ bound: 0.01, population: 500 })
    expect(few).toBeLessThan(299)
    expect(sampleSize({ bound: 0.01, population: 10_000_000 })).toBe(299)
    // Of ten letters one that is wrong is a tenth: only all of them show that there is none.
    expect(sampleSize({ bound: 0.01, population: 10 })).toBe(10)
  })

  it('shows the bound: a population just above it is found out by so many draws, as the level says', () => {
    const random = seeded(3)
    const population = 400
    const wrong = 9
    const size = sampleSize({ bound: 0.02, population })
    let missed = 0
    for (let trial = 0; trial < 2000; trial++) {
      let [left, bad, found] = [population, wrong, 0]
      for (let i = 0; i < size; i++) {
        if (random() < bad / left) {
          bad--
          found++
        }
        left--
      }
      if (found === 0) missed++
    }
    expect(missed / 2000).toBeLessThan(0.065)
  })

  it('refuses a bound that is none', () => {
    for (const bound of [0, 1, -1, Number.NaN]) expect(() => sampleSize({ bound })).toThrow(RangeError)
  })
})

describe('a seeded sample', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `letter ${i}`)

  it('is the same again from the same seed, in whatever order the letters come, and another from another', () => {
    const drawn = drawSample(ids, 20, 'November')
    expect(new Set(drawn).size).toBe(20)
    expect(drawSample([...ids].reverse(), 20, 'November')).toEqual(drawn)
    expect(drawSample(ids, 20, 'December')).not.toEqual(drawn)
  })

  it('gives every letter the same chance', () => {
    const hits = new Map<string, number>()
    for (let seed = 0; seed < 2000; seed++)
      for (const id of drawSample(ids, 20, `${seed}`)) hits.set(id, (hits.get(id) ?? 0) + 1)
    // 200 are expected of each, with a deviation of 13.4: five of them either way.
    for (const id of ids) expect(Math.abs((hits.get(id) ?? 0) - 200)).toBeLessThan(67)
  })

  it('is everything when there is not more', () => {
    expect(drawSample(ids.slice(0, 3), 20, 'x')).toHaveLength(3)
  })
})

describe('the agreement of two reviewers', () => {
  const times = (n: number, first: string, second: string) => Array.from({ length: n }, () => [first, second] as const)

  it("is Cohen's kappa, as in the textbook", () => {
    // Both yes 20, both no 15, apart 5 and 10: observed 0.70, by chance 0.50.
    const pairs = [...times(20, 'y', 'y'), ...times(5, 'y', 'n'), ...times(10, 'n', 'y'), ...times(15, 'n', 'n')]
    const { same, kappa, interval } = agreement(pairs)
    expect(same.share).toBeCloseTo(0.7)
    expect(kappa).toBeCloseTo(0.4)
    expect(interval?.[0]).toBeCloseTo(0.146, 3)
  })

  it('is not said of people who ever say one thing, or of none', () => {
    expect(agreement(times(9, 'y', 'y')).kappa).toBeNull()
    expect(agreement([])).toMatchObject({ kappa: null, interval: null })
  })
})

/** Numbers from 0 to 1 that are the same every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
