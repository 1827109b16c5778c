import { writtenLevels } from '../anatomy/levels.ts'
import { type Amount, isMark, numberAt, skipDots, skipMark } from './numbers.ts'
import { digitsOf, type Token, tokens, type Unit } from './tokens.ts'

/** What a piece of wording says about how often, how long or how many. */
export type Phrase = Meaning & { readonly start: number; readonly end: number; readonly text: string }
type Meaning =
  /** `times` in every `every` units: `2-3x/week` is 2-3 every 1 week, `every 3 months` is 1 every 3 months. */
  | { readonly kind: 'rate'; readonly times: Amount; readonly every: Amount; readonly unit: Unit }
  | { readonly kind: 'length'; readonly amount: Amount; readonly unit: Unit }
  /** `2x8`, `2 times 8`; `slash` for `2/6`, which may also be a date or a part of a whole; `weeks` when it says so. */
  | {
      readonly kind: 'pair'
      readonly times: Amount
      readonly length: Amount
      readonly slash: boolean
      readonly weeks: boolean
    }
  /** So many sessions or visits; `total` when the wording calls it that. */
  | { readonly kind: 'count'; readonly amount: Amount; readonly of: 'visits' | 'injections'; readonly total: boolean }
  /** `x 12`, with nothing that says twelve of what. */
  | { readonly kind: 'multiplier'; readonly amount: Amount }
  /** `#8`, `QTY: 12`. */
  | { readonly kind: 'quantity'; readonly amount: Amount }
  | { readonly kind: 'series'; readonly amount: Amount }
  /** Visits of the past: `2 of 6 completed`. */
  | { readonly kind: 'history'; readonly done: Amount; readonly of: Amount | null }
  /** How long one session takes. */
  | { readonly kind: 'session-length' }
  /** So many hours in all, as programs are asked for. */
  | { readonly kind: 'hours'; readonly amount: Amount }
  | { readonly kind: 'rental' }
  | { readonly kind: 'purchase' }
  | { readonly kind: 'unbounded' }

type Match = { readonly meaning: Meaning | null; readonly next: number }
type Rule = (all: readonly Token[], at: number) => Match | null

const unitOf = (t: Token | undefined): Unit | null => (t?.kind === 'unit' ? t.unit : null)
const longUnits = new Set<Unit>(['day', 'week', 'month', 'year'])
const calendar = (t: Token | undefined): Unit | null => {
  const unit = unitOf(t)
  return unit && longUnits.has(unit) ? unit : null
}

/** `2 times a week`, `2x/wk`, `3 x week`, `twice weekly`, `2 sessions per week`, `5 days/week`, `once every 2 weeks`. */
const rate: Rule = (all, at) => {
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
  const per = periodAt(all, i, said)
  return per ? { meaning: { kind: 'rate', times: n.amount, every: per.every, unit: per.unit }, next: per.next } : null
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
const bareRate: Rule = (all, at) => {
  if (!isEach(all, at) || isMark(all[at], '/')) return null
  const article = /^an?$/i.test(all[at]?.text ?? '')
  const per = article ? null : periodAt(all, at, false)
  return per ? { meaning: { kind: 'rate', times: [1, 1], every: per.every, unit: per.unit }, next: per.next } : null
}

/** `2x8`, `2 times 8`, `2-3 x 6 weeks`, `2/6`. */
const pair: Rule = (all, at) => {
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

const whole = ([min, max]: Amount) => Number.isInteger(min) && Number.isInteger(max)
const scale = (a: Amount, b: Amount): Amount => [a[0] * b[0], a[1] * b[1]]

/** `for 6 weeks`, `x 3 months`, `30-day`, `over 8 wks`; not `6 week follow-up`, `in 3 months`, `2 weeks ago`. */
const length: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n || n.repetition) return null
  const unitAt = skipDots(all, n.next)
  const unit = calendar(all[unitAt])
  if (!unit) return null
  const next = unitAt + 1
  if (isMark(all[next], '/') || (all[next]?.kind === 'each' && calendar(all[next + 1]))) return null
  const before = all[at - 1]
  const after = all[skipDots(all, next)]
  if (before?.kind === 'not-about' || after?.kind === 'not-a-duration' || after?.kind === 'done')
    return { meaning: null, next }
  return { meaning: { kind: 'length', amount: n.amount, unit }, next }
}

/** `60 minutes`, `4 hrs/day`, `2 hours per session`: how long one session takes, not how many there are. */
const sessionLength: Rule = (all, at) => {
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
  return { meaning: { kind: 'session-length' }, next: closes ? per + 1 : unitAt + 1 }
}
const isInterval = (all: readonly Token[], at: number) => all[at]?.kind === 'interval'

/** `12 sessions`, `six additional visits`, `eight (8) physical therapy sessions`, `a total of 12 visits`, `12 total`. */
const count: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400) return null
  let i = skipMark(all, n.next, '-')
  if (all[i]?.kind === 'doses' && all[i]?.text !== 'total') return null
  const end = i + 6
  for (; i < end; i++) {
    const token = all[i]
    if (!token) return null
    if (token.kind === 'total')
      return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: true }, next: i + 1 }
    if (token.kind === 'visits' || token.kind === 'injections') {
      const total = all.slice(Math.max(0, at - 3), at).some((t) => t.kind === 'total')
      return { meaning: { kind: 'count', amount: n.amount, of: token.kind, total }, next: i + 1 }
    }
    const filler =
      token.kind === 'word' ||
      token.kind === 'rental' ||
      // `6 follow-up visits`, `12 post-operative sessions`
      token.kind === 'not-a-duration' ||
      isMark(token, '-') ||
      isMark(token, '/') ||
      unitOf(token) === 'day'
    if (!filler || (token.kind === 'word' && /^(?:for|of|to|with|at|and|by|refills?)$/i.test(token.text))) return null
  }
  return null
}

/** `remaining 4 of 12`, `the last 2`: what is left to be given. */
const remainder: Rule = (all, at) => {
  if (!/^(?:remaining|last|final)$/i.test(all[at]?.text ?? '')) return null
  const n = numberAt(all, at + 1)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 100) return null
  const part = all[n.next]?.text.toLowerCase() === 'of' ? numberAt(all, n.next + 1) : null
  const end = all[n.next]
  if (!part && end && end.kind !== 'mark') return null
  return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: false }, next: part?.next ?? n.next }
}

/** `twelve (12)` with no noun: a number written twice is an amount asked for. */
const twin: Rule = (all, at) => {
  const n = numberAt(all, at)
  const doubled = n && all[at]?.kind === 'number' && isMark(all[at + 1], '(') && n.next === at + 4
  if (!n || !doubled || n.repetition || !whole(n.amount)) return null
  const after = all[n.next]
  return after && after.kind !== 'mark' && after.kind !== 'during' && after.kind !== 'range'
    ? null
    : { meaning: { kind: 'quantity', amount: n.amount }, next: n.next }
}

/** `sessions 12`, `sessions: 12`, `visits (6)`. */
const countAfterNoun: Rule = (all, at) => {
  const noun = all[at]
  if (noun?.kind !== 'visits') return null
  const n = numberAt(all, skipMark(all, at + 1, ':', '-', ','))
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 100) return null
  const after = all[n.next]
  const place = after?.kind === 'range' && !numberAt(all, n.next + 1)
  if (
    after &&
    !place &&
    after.kind !== 'word' &&
    after.kind !== 'during' &&
    after.kind !== 'mark' &&
    after.kind !== 'total'
  )
    return null
  if (isMark(after, '/') || isMark(after, '%')) return null
  return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: false }, next: n.next }
}

/** `x 12`, `times 1`, `x12 sessions`, `x 6 weeks`. */
const multiplier: Rule = (all, at) => {
  if (all[at]?.kind !== 'cross') return null
  const from = skipMark(all, at + 1, '#', '-')
  for (const rule of [sessionLength, rate, length, count]) {
    const inner = rule(all, from)
    if (inner) return inner
  }
  const n = numberAt(all, from)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400) return null
  const after = all[n.next]
  if (after?.kind === 'doses' || isMark(after, '/') || isMark(after, '%')) return { meaning: null, next: n.next }
  return { meaning: { kind: 'multiplier', amount: n.amount }, next: n.next }
}

/** `#8`, `QTY: 12`, `quantity of 12`, `(quantity 12)`. */
const quantity: Rule = (all, at) => {
  const token = all[at]
  if (token?.kind !== 'quantity' && !isMark(token, '#')) return null
  let i = at + 1
  for (let k = 0; k < 3; k++) i = all[i]?.text === 'of' ? i + 1 : skipMark(all, i, ':', '.', '#', '=')
  const n = numberAt(all, i)
  if (!n || n.repetition || !whole(n.amount)) return null
  const counted = count(all, i)
  if (counted) return counted
  return { meaning: { kind: 'quantity', amount: n.amount }, next: n.next }
}

/** `series of 3`, `series of three injections`. */
const series: Rule = (all, at) => {
  if (all[at]?.kind !== 'series') return null
  const n = numberAt(all, all[at + 1]?.text.toLowerCase() === 'of' ? at + 2 : at + 1)
  if (!n || n.repetition || !whole(n.amount)) return null
  return { meaning: { kind: 'series', amount: n.amount }, next: n.next }
}

/** `2 of 6 completed`, `6 completed`, `completed 6 sessions`, `after 6 visits`. */
const history: Rule = (all, at) => {
  if (all[at]?.kind === 'done') {
    const n = numberAt(all, at + 1)
    const inner = n && count(all, at + 1)
    return n && inner ? { meaning: { kind: 'history', done: n.amount, of: null }, next: inner.next } : null
  }
  const n = numberAt(all, at)
  if (!n || n.repetition) return null
  const part = all[n.next]?.text.toLowerCase() === 'of' ? numberAt(all, n.next + 1) : null
  let i = part ? part.next : n.next
  while (i < n.next + 5 && (all[i]?.kind === 'visits' || all[i]?.kind === 'word')) i++
  if (all[i]?.kind !== 'done' || /^(?:after|following)$/i.test(all[i]?.text ?? '')) return null
  return { meaning: { kind: 'history', done: n.amount, of: part?.amount ?? null }, next: i + 1 }
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
  rate,
  pair,
  bareRate,
  quantity,
  multiplier,
  length,
  count,
  countAfterNoun,
  twin,
  flags,
]

/**
 * The phrases of a wording that say how often, how long or how many, from left to right. Linear in the number of words:
 * every rule looks at a bounded number of pieces ahead.
 */
export function phrases(text: string): Wording {
  const all = tokens(prepared(text))
  const found: Phrase[] = []
  for (let at = 0; at < all.length; ) {
    const match = firstMatch(all, at)
    if (match?.meaning) {
      const start = all[at]?.start ?? 0
      const end = all[match.next - 1]?.end ?? start
      found.push({ ...match.meaning, start, end, text: text.slice(start, end) })
    }
    at = match && match.next > at ? match.next : at + 1
  }
  const repaired = all.filter((t) => t.kind === 'number' && (t.repaired || text.slice(t.start, t.end) !== t.text))
  return { phrases: found, repaired: repaired.map((t) => text.slice(t.start, t.end).trim()) }
}

/** The phrases of a wording and the numbers in it that were read through damage, as written. */
export type Wording = { readonly phrases: readonly Phrase[]; readonly repaired: readonly string[] }

const VISITS_AHEAD = String.raw`\s(?:visit|session|treatment|appointment)s?(?!\p{L})`
/** `l times 8`, `l-2 x 6`: before a cross only a number can stand. */
const ONE_BEFORE_CROSS = /(?<![\p{L}\d.])[lI|](?=\s?(?:times|x)\s?\d|\s?[-–]\s?\d\s?(?:times|x)(?!\p{L}))/gu
/** `S visits`. */
const DIGIT_BEFORE_VISITS = new RegExp(String.raw`(?<![\p{L}\d.])[lI|SBZ](?=${VISITS_AHEAD})`, 'gu')
/** `1 2 visits`: a number that a blank has cut in two. */
const CUT_NUMBER = new RegExp(String.raw`(?<![\p{L}\d.,/#-]|[\d.,/#x-]\s)([1-3])\s(\d)(?=${VISITS_AHEAD})`, 'giu')
/** `bi-weekly` is one word. */
const HYPHENED = /(?<!\p{L})bi-(weekly|monthly)(?!\p{L})/giu
/** `b.i.w.` */
const INITIALS = /(?<!\p{L})([bt])\.\s?i\.\s?w\.?(?!\p{L})/giu

/** `C6-7 injection` asks for no seven injections: spinal levels are blanked. Every offset is kept. */
function prepared(text: string): string {
  const plain = text
    .replace(INITIALS, (all, first: string) => `${first}iw`.padEnd(all.length))
    .replace(HYPHENED, (all, of: string) => `bi${of}`.padEnd(all.length))
    .replace(ONE_BEFORE_CROSS, '1')
    .replace(DIGIT_BEFORE_VISITS, digitsOf)
    .replace(CUT_NUMBER, '$1$2 ')
  let out = ''
  for (const { start, end } of writtenLevels(plain)) {
    if (start < out.length) continue
    out += plain.slice(out.length, start) + ' '.repeat(end - start)
  }
  return out + plain.slice(out.length)
}

function firstMatch(all: readonly Token[], at: number): Match | null {
  for (const rule of rules) {
    const match = rule(all, at)
    if (match && match.next > at) return match
  }
  return null
}
