import {
  bareLength,
  count,
  countAfterNoun,
  history,
  moreOrMost,
  multiplier,
  quantity,
  remainder,
  series,
  spacedCount,
  totalOf,
  twin,
} from './counts.ts'
import { isMark } from './numbers.ts'
import { bareRate, length, type Match, pair, type Rule, rate, sessionLength } from './rates.ts'
import type { Token } from './tokens.ts'

/** `24/7`, a `3 in 1` commode: no figures. */
const idioms: Rule = (all, at) => {
  const [first, by, last] = [all[at], all[at + 1], all[at + 2]]
  const always = first?.text === '24' && isMark(by, '/') && last?.text === '7'
  const inOne = first?.kind === 'number' && /^in$/i.test(by?.text ?? '') && /^(?:1|one)$/i.test(last?.text ?? '')
  return always || inOne ? { meaning: null, next: at + 3 } : null
}

const flags: Rule = (all, at) => {
  const token = all[at]
  const kind = token?.kind
  if (token?.kind === 'number' && token.repetition)
    return { meaning: { kind: 'multiplier', amount: [token.value, token.value] }, next: at + 1 }
  if (kind === 'rental' || kind === 'purchase') return { meaning: { kind }, next: at + 1 }
  if (token?.kind === 'per-week')
    return { meaning: { kind: 'rate', times: [token.times, token.times], every: [1, 1], unit: 'week' }, next: at + 1 }
  const asNeeded = all[at]?.text.toLowerCase() === 'as' && all[at + 1]?.text.toLowerCase() === 'needed'
  return kind === 'unbounded' || asNeeded ? { meaning: { kind: 'unbounded' }, next: at + (asNeeded ? 2 : 1) } : null
}

/** In this order at every place: what says more comes before what says less. */
const rules: readonly Rule[] = [
  history,
  remainder,
  series,
  sessionLength,
  idioms,
  totalOf,
  spacedCount,
  rate,
  pair,
  bareRate,
  quantity,
  multiplier,
  length,
  count,
  moreOrMost,
  bareLength,
  countAfterNoun,
  twin,
  flags,
]

/** What the first rule that fits makes of the pieces from `at` on; null when none does. Every rule looks at a bounded number of pieces ahead. */
export function firstMatch(all: readonly Token[], at: number): Match | null {
  for (const rule of rules) {
    const match = rule(all, at)
    if (match && match.next > at) return match
  }
  return null
}
