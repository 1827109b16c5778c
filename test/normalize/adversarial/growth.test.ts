import { describe, expect, it } from 'vitest'
import { readings } from './readings.ts'
import { pieces, repeated } from './texts.ts'

// Doubling a text may double the time that it takes, not quadruple it. Only the ratio is looked at, and only where the time is
// long enough to be measured; bench/patterns.ts tells the milliseconds, pattern by pattern.

const SHORT = 8000
/** Below this a time says nothing, in milliseconds. */
const MEASURABLE = 40
/** Twice is linear, four times is quadratic. */
const MOST = 3.2
const TRIES = 4

function timeOf(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

/** How many times as long a text of twice the length takes: the least of a few tries, so that a busy machine accuses nobody. */
function growthOf(read: (text: string) => unknown, piece: string, cost = timeOf): number {
  const [once, twice] = [repeated(piece, SHORT), repeated(piece, 2 * SHORT)]
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < TRIES && least > MOST; i++) {
    const long = cost(() => read(twice))
    if (long < MEASURABLE) return 1
    least = Math.min(least, long / cost(() => read(once)))
  }
  return least
}

describe('the time that a reading takes grows with the length of a text and no faster', () => {
  it.each(readings.map((r) => [r.name, r] as const))('%s', (_, { read }) => {
    const steep = pieces.flatMap((piece) => {
      const growth = growthOf(read, piece)
      return growth > MOST ? [{ piece, growth }] : []
    })
    expect(steep).toEqual([])
  })

  it('and one that tries every pair of words would be found out', () => {
    // Its steps are counted, not timed: on a busy machine a time proves nothing.
    let steps = 0
    const everyPair = (text: string) => {
      const words = text.split(' ').length
      for (let i = 0; i < words; i++) steps += words
    }
    const counted = (run: () => unknown) => {
      steps = 0
      run()
      return steps
    }
    expect(growthOf(everyPair, 'a ', counted)).toBeGreaterThan(MOST)
  })
})
