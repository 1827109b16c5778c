/** How sure an interval or a bound is, 0..1, where nobody asks for another. */
export const LEVEL = 0.95

/** So many of so many. */
export type Share = { readonly count: number; readonly of: number }

/** A share with the interval that holds the true one with at least the asked probability, whatever the true one is. */
export type Estimate = Share & { readonly share: number | null; readonly low: number; readonly high: number }

/**
 * The exact two-sided interval of a share (Clopper and Pearson, Biometrika 26, 1934): the tails of the binomial themselves, no normal curve, so that it
 * holds for a handful of letters and for no error at all. Of nothing: 0 to 1.
 * @throws {RangeError} when the counts are no whole numbers, or more are counted than there are.
 */
export function estimate({ count, of }: Share, level: number = LEVEL): Estimate {
  checkShare({ count, of })
  if (of === 0) return { count, of, share: null, low: 0, high: 1 }
  const tail = (1 - level) / 2
  // The chance of `count` or more grows with the share, that of `count` or fewer falls.
  const low = count === 0 ? 0 : rootOf((p) => 1 - atMost(count - 1, of, p) - tail)
  const high = count === of ? 1 : rootOf((p) => tail - atMost(count, of, p))
  return { count, of, share: count / of, low, high }
}

/**
 * The largest share that is still believable, one-sided: with 0 errors in 299 at 0.95 it is 0.01.
 * @throws {RangeError}
 */
export function upperBound({ count, of }: Share, level: number = LEVEL): number {
  checkShare({ count, of })
  if (of === 0 || count === of) return 1
  return rootOf((p) => 1 - level - atMost(count, of, p))
}

/** What a sample is to show: that at most `bound` (0..1) of `population` letters are wrong, although `tolerated` wrong ones are found in it. */
export type SampleGoal = {
  readonly bound: number
  readonly level?: number
  readonly tolerated?: number
  /** How many there are to draw from; left out: so many that drawing changes nothing. */
  readonly population?: number
}

/**
 * How many letters have to be looked at: the smallest sample in which `tolerated` errors or fewer would be found with a chance of at most 1 - `level`, if the share of wrong
 * ones were above `bound`. From few letters fewer are needed: drawing is without replacement (hypergeometric). All of them when no smaller number shows it.
 * @throws {RangeError} when the bound or the level is not between 0 and 1.
 */
export function sampleSize({ bound, level = LEVEL, tolerated = 0, population }: SampleGoal): number {
  for (const [name, value] of [
    ['bound', bound],
    ['level', level],
  ] as const)
    if (!(value > 0 && value < 1)) throw new RangeError(`the ${name} must lie between 0 and 1, it is ${value}`)
  if (!(Number.isInteger(tolerated) && tolerated >= 0)) throw new RangeError('errors that are tolerated are a count')
  const chance =
    population === undefined
      ? (n: number) => atMost(tolerated, n, bound)
      : (n: number) => atMostDrawn(tolerated, { draws: n, wrong: leastAbove(bound, population), population })
  const enough = (n: number) => chance(n) <= 1 - level
  let most = population ?? 1
  if (population === undefined) while (!enough(most)) most *= 2
  else if (leastAbove(bound, population) > population) return population
  let least = 0
  while (most - least > 1) {
    const middle = (least + most) >> 1
    if (enough(middle)) most = middle
    else least = middle
  }
  return most
}

/** The smallest number of wrong ones that is more than the bound. */
const leastAbove = (bound: number, population: number) => Math.floor(bound * population) + 1

function checkShare({ count, of }: Share): void {
  if (!(Number.isInteger(count) && Number.isInteger(of) && count >= 0 && count <= of))
    throw new RangeError(`no share: ${count} of ${of}`)
}

/** The chance of at most `k` hits in `n` draws that hit with the chance `p`: the lower tail of the binomial. */
function atMost(k: number, n: number, p: number): number {
  if (p <= 0) return 1
  if (p >= 1) return k >= n ? 1 : 0
  let sum = 0
  for (let i = 0; i <= Math.min(k, n); i++)
    sum += Math.exp(chooseLog(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p))
  return Math.min(1, sum)
}

type Urn = { readonly draws: number; readonly wrong: number; readonly population: number }
/** The chance of at most `k` wrong ones among those drawn: the lower tail of the hypergeometric. */
function atMostDrawn(k: number, { draws, wrong, population }: Urn): number {
  let sum = 0
  for (let i = Math.max(0, draws + wrong - population); i <= Math.min(k, draws, wrong); i++)
    sum += Math.exp(chooseLog(wrong, i) + chooseLog(population - wrong, draws - i) - chooseLog(population, draws))
  return Math.min(1, sum)
}

/** Natural logarithms of the factorials, as far as they were asked for. */
const factorials = [0]
function factorialLog(n: number): number {
  for (let i = factorials.length; i <= n; i++) factorials.push((factorials[i - 1] ?? 0) + Math.log(i))
  return factorials[n] ?? 0
}
const chooseLog = (n: number, k: number) => factorialLog(n) - factorialLog(k) - factorialLog(n - k)

/** Where a function that grows passes 0 between 0 and 1: halved until nothing is left to halve. */
function rootOf(grows: (p: number) => number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (grows(middle) > 0) high = middle
    else low = middle
  }
  return (low + high) / 2
}
