import { type Estimate, estimate, LEVEL } from './intervals.ts'

/** Two people's answers to one question, each as a text that is equal when the answers are. */
export type Pair = readonly [first: string, second: string]

export type Agreement = {
  /** How often both said the same. */
  readonly same: Estimate
  /**
   * Cohen's kappa (Educ. Psychol. Meas. 20, 1960): how much of the agreement that chance would not have given was reached; 1 all, 0 none, below 0 less than chance.
   * null when there is no pair, or chance alone would agree always (both ever say one thing).
   */
  readonly kappa: number | null
  /** A normal interval from its standard error (Fleiss, Cohen, Everitt 1969, simple form); null where kappa is. */
  readonly interval: readonly [low: number, high: number] | null
}

/** Quantile of the normal curve for the two-sided 95 %. */
const Z = 1.959964

export function agreement(pairs: readonly Pair[], level: number = LEVEL): Agreement {
  const n = pairs.length
  const same = estimate({ count: pairs.filter(([a, b]) => a === b).length, of: n }, level)
  const shareOf = (who: 0 | 1) => {
    const counts = new Map<string, number>()
    for (const pair of pairs) counts.set(pair[who], (counts.get(pair[who]) ?? 0) + 1 / n)
    return counts
  }
  const [first, second] = [shareOf(0), shareOf(1)]
  let chance = 0
  for (const [answer, share] of first) chance += share * (second.get(answer) ?? 0)
  if (n === 0 || same.share === null || chance > 1 - 1e-12) return { same, kappa: null, interval: null }
  const kappa = (same.share - chance) / (1 - chance)
  const error = Math.sqrt((same.share * (1 - same.share)) / n) / (1 - chance)
  return { same, kappa, interval: [Math.max(-1, kappa - Z * error), Math.min(1, kappa + Z * error)] }
}
