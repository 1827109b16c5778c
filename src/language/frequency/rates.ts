import { type Amount, isMark, numberAt, skipDots } from './numbers.ts'
import type { Meaning } from './phrase.ts'
import type { Token, Unit } from './tokens.ts'

export type Match = { readonly meaning: Meaning | null; readonly next: number }
export type Rule = (all: readonly Token[], at: number) => Match | null

export const unitOf = (t: Token | undefined): Unit | null => (t?.kind === 'unit' ? t.unit : null)
const longUnits = new Set<Unit>(['day', 'week', 'month', 'year'])
export const calendar = (t: Token | undefined): Unit | null => {
  const unit = unitOf(t)
  return unit && longUnits.has(unit) ? unit : null
}

/** `2 times a week`, `2x/wk`, `3 x week`, `twice weekly`, `2 sessions per week`, `5 days/week`, `once every 2 weeks`. */
export const rate: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n || n.amount[1] > 31) return null
  let i = skipDots(all, n.next)
  let said = n.repetition
  for (let k = 0; k < 3; k++) {
    const token = all[i]
    if (!token) break
    if (token.kind === 'cross' || token.kind === 'visits' || (k === 0 && unitOf(token) === 'day')) {
      if (unitOf(token) === 'day' && !isEach(all, i + 1)) return null
      if (token.kind === 'cross') said = true
      i = skipDots(all, i + 1)
    }
  }
  const per = periodAt(all, i, said) ?? periodBehind(all, i)
  return per ? { meaning: { kind: 'rate', times: n.amount, every: per.every, unit: per.unit }, next: per.next } : null
}

/** `2 physical therapy visits a week`, `2 sessions of PT per week`: words that name the treatment stand around its visits, and a period with "a" or "per" follows. */
function periodBehind(all: readonly Token[], at: number): ReturnType<typeof periodAt> {
  let visits = all[at - 1]?.kind === 'visits'
  for (let i = at; i < at + 7; i++) {
    const token = all[i]
    if (!token) return null
    if (visits && (isEach(all, i) || token.kind === 'interval')) return periodAt(all, i, false)
    if (token.kind === 'visits') visits = true
    else if (token.kind !== 'word' && !isMark(token, '-') && !(visits && /^of$/i.test(token.text))) return null
    else if (token.kind === 'word' && /^(?:for|with|at|and|by|or|to|then|refills?)$/i.test(token.text)) return null
  }
  return null
}

const isEach = (all: readonly Token[], at: number) =>
  all[at]?.kind === 'each' || all[at]?.kind === 'interval' || isMark(all[at], '/')

/** `a week`, `/wk`, `weekly`, `every 2-3 weeks`, `every other week`; the bare `week` only where a rate was announced. */
function periodAt(
  all: readonly Token[],
  at: number,
  announced: boolean,
): { every: Amount; unit: Unit; next: number } | null {
  const token = all[at]
  if (token?.kind === 'interval') return { every: [token.every, token.every], unit: token.unit, next: at + 1 }
  const each = token?.kind === 'each' || isMark(token, '/')
  let i = each ? at + 1 : at
  if (each) {
    if (all[i]?.kind === 'each' || isMark(all[i], '.')) i++
    if (all[i]?.text.toLowerCase() === 'other') {
      const unit = calendar(all[i + 1])
      return unit ? { every: [2, 2], unit, next: i + 2 } : null
    }
    const n = numberAt(all, i)
    const numbered = n && calendar(all[skipDots(all, n.next)])
    if (n && numbered) return { every: n.amount, unit: numbered, next: skipDots(all, n.next) + 1 }
  }
  const unit = calendar(all[i])
  if (!unit || !(each || announced)) return null
  const plural = /s$/i.test(all[i]?.text ?? '') && !/^hrs$/i.test(all[i]?.text ?? '')
  return plural && !each ? null : { every: [1, 1], unit, next: i + 1 }
}

/** `weekly`, `every 3 months`, `q month`, `per week` without a number: one each. */
export const bareRate: Rule = (all, at) => {
  if (!isEach(all, at) || isMark(all[at], '/')) return null
  const article = /^an?$/i.test(all[at]?.text ?? '')
  const per = article ? null : periodAt(all, at, false)
  return per ? { meaning: { kind: 'rate', times: [1, 1], every: per.every, unit: per.unit }, next: per.next } : null
}

/** `2x8`, `2 times 8`, `2-3 x 6 weeks`, `2/6`. */
export const pair: Rule = (all, at) => {
  const times = numberAt(all, at)
  if (!times || times.repetition || times.amount[1] > 14) return null
  const by = all[times.next]
  const slash = isMark(by, '/')
  if (by?.kind !== 'cross' && !slash) return null
  const length = numberAt(all, by?.kind === 'cross' ? skipDots(all, times.next + 1) : times.next + 1)
  if (!length || length.amount[1] > 60 || (slash && (!whole(times.amount) || !whole(length.amount)))) return null
  const after = skipDots(all, length.next)
  const unit = calendar(all[after])
  if (slash && (isMark(all[length.next], '/') || all[after]?.kind === 'doses' || length.amount[0] < 1)) return null
  // `5 x 20 minutes`, `2 x 8 sessions` are no pair of a rate and a length in weeks.
  if (unitOf(all[after]) && !unit) return null
  if (all[after]?.kind === 'doses') return null
  if (unit && unit !== 'week')
    return {
      meaning:
        unit === 'day'
          ? { kind: 'count', amount: scale(times.amount, length.amount), of: 'visits', total: false }
          : null,
      next: unit === 'day' ? after + 1 : at,
    }
  return {
    meaning: { kind: 'pair', times: times.amount, length: length.amount, slash, weeks: unit !== null },
    next: unit ? after + 1 : length.next,
  }
}

export const whole = ([min, max]: Amount) => Number.isInteger(min) && Number.isInteger(max)
const scale = (a: Amount, b: Amount): Amount => [a[0] * b[0], a[1] * b[1]]

/** `for 6 weeks`, `x 3 months`, `30-day`, `for a month`; not `6 week follow-up`, `in 3 months`, `2 weeks ago`. */
export const length: Rule = (all, at) => {
  const article = all[at]?.kind === 'during' && /^an?$/i.test(all[at + 1]?.text ?? '') ? calendar(all[at + 2]) : null
  if (article && all[skipDots(all, at + 3)]?.kind !== 'not-a-duration')
    return { meaning: { kind: 'length', amount: [1, 1], unit: article }, next: at + 3 }
  const n = numberAt(all, at)
  if (!n || n.repetition) return null
  const unitAt = skipDots(all, n.next)
  const unit = calendar(all[unitAt])
  if (!unit) return null
  const next = unitAt + 1
  if (isMark(all[next], '/') || (all[next]?.kind === 'each' && calendar(all[next + 1]))) return null
  const before = all[at - 1]
  const after = all[skipDots(all, next)]
  // `6 visits in 2 weeks`, `completed in 2 weeks` say how long; `follow-up in 2 weeks` when.
  const spread = all[at - 2]?.kind === 'done' || (all[at - 2]?.kind === 'visits' && isCounted(all, at - 2))
  const within = /^in$/i.test(before?.text ?? '') && spread
  if ((before?.kind === 'not-about' && !within) || after?.kind === 'not-a-duration' || after?.kind === 'done')
    return { meaning: null, next }
  return { meaning: { kind: 'length', amount: n.amount, unit }, next }
}

/** Whether the noun at `at` has a number before it: `6 physical therapy visits`. */
function isCounted(all: readonly Token[], at: number): boolean {
  for (let i = at - 1; i >= 0 && i >= at - 5; i--) {
    if (all[i]?.kind === 'number') return true
    if (all[i]?.kind !== 'word') return false
  }
  return false
}

/** `60 minutes`, `4 hrs/day`, `2 hours per session`: how long one session takes, not how many there are. */
export const sessionLength: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n) return null
  const unitAt = skipDots(all, n.next)
  const unit = unitOf(all[unitAt])
  if (unit !== 'minute' && unit !== 'hour') return null
  const per = isEach(all, unitAt + 1) && !isInterval(all, unitAt + 1) ? unitAt + 2 : unitAt + 1
  const closes = per > unitAt + 1 && (unitOf(all[per]) === 'day' || all[per]?.kind === 'visits')
  // No session lasts ten hours: so many are a program's.
  if (unit === 'hour' && per === unitAt + 1 && n.amount[0] >= 10)
    return { meaning: { kind: 'hours', amount: n.amount }, next: per }
  return { meaning: { kind: 'session-length', amount: n.amount, unit }, next: closes ? per + 1 : unitAt + 1 }
}
const isInterval = (all: readonly Token[], at: number) => all[at]?.kind === 'interval'
