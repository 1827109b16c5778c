import type { Frequency, Range } from '../../model/index.ts'
import type { Amount } from './numbers.ts'
import { type Phrase, phrases } from './phrases.ts'
import type { Unit } from './tokens.ts'
import { counted, inWords } from './wording.ts'

/**
 * What kind of thing is asked for, which decides what its numbers mean: `#8` is eight sessions of a `therapy`, nothing
 * for a `test`, tablets of a `drug`. `visit`: consultations; `series`: injections; `membership`: gym; `facility`: a stay.
 */
export type ServiceKind = 'therapy' | 'visit' | 'series' | 'equipment' | 'membership' | 'facility' | 'test' | 'drug'

type Period = 'day' | 'week' | 'month'
type Rate = { readonly times: Amount; readonly every: Amount; readonly unit: Unit }
type Length = { readonly amount: Amount; readonly unit: Unit }
type Alternative = Frequency['alternatives'][number]

/** Everything the wording says, sorted by what it says. */
type Said = {
  readonly rate: Rate | null
  readonly length: Length | null
  readonly counts: readonly Extract<Phrase, { kind: 'count' }>[]
  readonly pair: Extract<Phrase, { kind: 'pair' }> | null
  readonly multiplier: Amount | null
  readonly quantity: Amount | null
  readonly series: Amount | null
  readonly history: Extract<Phrase, { kind: 'history' }> | null
  readonly hours: Amount | null
  /** Whether the rate is one of the words with two meanings: `biweekly`. */
  readonly twofold: boolean
  /** Whether the quantity is a bare small `#2`, which may count which one it is. */
  readonly ordinal: boolean
  readonly rental: boolean
  readonly purchase: boolean
  readonly unbounded: boolean
}

function gather(all: readonly Phrase[]): Said {
  const of = <K extends Phrase['kind']>(kind: K) =>
    all.filter((p): p is Extract<Phrase, { kind: K }> => p.kind === kind)
  const lengths = of('length')
  const [pair] = of('pair')
  let rate: Rate | null =
    of('rate').find((r) => !(r.unit === 'day' && all.some((p) => p.kind === 'rate' && p !== r))) ?? null
  let length: Length | null = lengths[0] ?? null
  // `7 days x 6 weeks`: the days are days of a week.
  const [days, weeks] = lengths
  if (!rate && days?.unit === 'day' && weeks?.unit === 'week' && days.amount[1] <= 7) {
    rate = { times: days.amount, every: [1, 1], unit: 'week' }
    length = weeks
  }
  if (pair && !rate) {
    rate = { times: pair.times, every: [1, 1], unit: 'week' }
    length = { amount: pair.length, unit: 'week' }
  }
  return {
    rate,
    length,
    counts: of('count'),
    pair: pair ?? null,
    multiplier: of('multiplier')[0]?.amount ?? null,
    quantity: of('quantity')[0]?.amount ?? null,
    series: of('series')[0]?.amount ?? null,
    history: of('history')[0] ?? null,
    hours: of('hours')[0]?.amount ?? null,
    twofold: of('rate').some((r) => r === rate && /^bi-?(?:week|month)l/i.test(r.text)),
    ordinal: of('quantity').some((q) => /^#\s?[1-3]$/.test(q.text)),
    rental: of('rental').length > 0,
    purchase: of('purchase').length > 0,
    unbounded: of('unbounded').length > 0,
  }
}

const nothing: Frequency = {
  times: null,
  per: null,
  duration: null,
  durationUnit: null,
  visits: null,
  openEnded: false,
  reading: 'no amount stated',
  alternatives: [],
}

/** Reads how often, how long and how many from a request's wording. `kind` says what the numbers are numbers of. */
export function readFrequency(wording: string, kind: ServiceKind): Frequency {
  const { phrases: all, repaired } = phrases(wording)
  const read = readingOf(wording, kind, all)
  if (repaired.length === 0 || (!read.visits && !read.times && !read.duration)) return read
  // What stands in the scan may still be right: the reading without the repaired figures is kept.
  const doubt = `without ${repaired.map((r) => `"${r}"`).join(', ')}, read through damage, the amount is not stated`
  return { ...read, alternatives: [...read.alternatives, { reading: doubt, visits: null }] }
}

function readingOf(wording: string, kind: ServiceKind, all: readonly Phrase[]): Frequency {
  const said = gather(all)
  switch (kind) {
    case 'therapy':
      return (/\b(?:then|followed by)\b/i.test(wording) ? tapered(all) : null) ?? therapy(said, !said.purchase)
    case 'visit':
      // `re-evaluation within 6 weeks` says when, not how long.
      return therapy(said.rate || said.counts.length > 0 ? said : { ...said, length: null }, false)
    case 'series':
      return injections(said)
    case 'membership':
      return therapy(said, true)
    case 'equipment':
      return equipment(said)
    case 'facility':
      return lengthOnly(said, false)
    case 'drug':
      // `at bedtime for a week, then twice a day`: directions, not how long the supply lasts.
      return lengthOnly(/\bthen\b/i.test(wording) ? { ...said, length: null } : said, false)
    case 'test':
      return nothing
  }
}

/** `3 times a week for 2 weeks, then 2 times a week for 2 weeks`: courses after one another add up. */
function tapered(all: readonly Phrase[]): Frequency | null {
  const courses: { readonly rate: Rate; readonly length: Length; readonly visits: Amount }[] = []
  let rate: Rate | null = null
  for (const phrase of all) {
    if (phrase.kind === 'rate') rate = phrase
    if (phrase.kind !== 'length' || !rate) continue
    const visits = product(rate, phrase)
    if (visits) courses.push({ rate, length: phrase, visits })
    rate = null
  }
  const [first, ...rest] = courses
  if (!first || rest.length === 0) return null
  const alike = rest.every((c) => c.rate.unit === first.rate.unit && c.length.unit === first.length.unit)
  const sum = (amounts: readonly Amount[]): Amount => [
    amounts.reduce((n, a) => n + a[0], 0),
    amounts.reduce((n, a) => n + a[1], 0),
  ]
  const times = courses.map((c) => timesPer(c.rate)?.times ?? [0, 0])
  const total = sum(courses.map((c) => c.visits))
  const words = courses.map((c) => `${rateInWords(c.rate)} ${lengthInWords(c.length)}`)
  const lasting = alike
    ? durationOf({ amount: sum(courses.map((c) => c.length.amount)), unit: first.length.unit })
    : null
  return {
    ...nothing,
    times: alike ? [Math.min(...times.map((t) => t[0])), Math.max(...times.map((t) => t[1]))] : null,
    per: alike ? (timesPer(first.rate)?.per ?? null) : null,
    duration: lasting?.duration ?? null,
    durationUnit: lasting?.durationUnit ?? null,
    visits: total,
    reading: `${words.join(', then ')} = ${counted(total, 'visit')}`,
  }
}

const single = (n: number): Amount => [n, n]

/** Times in one `day`, `week` or `month`; every second week is half a time a week. Years are twelve months. */
function timesPer({ times, every, unit }: Rate): { times: Range; per: Period } | null {
  if (unit === 'minute' || unit === 'hour') return null
  const months = unit === 'year' ? 12 : 1
  const per: Period = unit === 'year' ? 'month' : unit
  const round = (n: number) => Math.round(n * 1000) / 1000
  return { times: [round(times[0] / (every[1] * months)), round(times[1] / (every[0] * months))], per }
}

function durationOf(length: Length | null): { duration: Range; durationUnit: Period } | null {
  if (!length || length.unit === 'minute' || length.unit === 'hour') return null
  if (length.unit === 'year') return { duration: [length.amount[0] * 12, length.amount[1] * 12], durationUnit: 'month' }
  return { duration: length.amount, durationUnit: length.unit }
}

/** Days in a unit, for products: a month is four weeks when weeks are counted in it, as clinics book them. */
const DAYS: Readonly<Record<Unit, number>> = { minute: 0, hour: 0, day: 1, week: 7, month: 28, year: 336 }

function product(rate: Rate, length: Length): Amount | null {
  const calendarMonth = rate.unit === 'day' && (length.unit === 'month' || length.unit === 'year')
  const days = calendarMonth ? (length.unit === 'month' ? 30 : 365) : DAYS[length.unit]
  const each = DAYS[rate.unit]
  if (days === 0 || each === 0) return null
  const visits = (times: number, every: number, span: number) =>
    Math.round(((times * span * days) / (every * each)) * 1000) / 1000
  const [low, high] = [
    visits(rate.times[0], rate.every[1], length.amount[0]),
    visits(rate.times[1], rate.every[0], length.amount[1]),
  ]
  return [Math.max(1, Math.floor(low)), Math.max(1, Math.floor(high))]
}

function therapy(said: Said, mayBeOpen: boolean): Frequency {
  const alternatives: Alternative[] = []
  let { length, rate } = said
  let loose = said.multiplier ?? said.series
  if (rate && !length && loose && rate.every[1] === 1) {
    // `twice weekly x 6`: six weeks, though six visits can be meant; but `every 3 months x 4` is four visits.
    length = { amount: loose, unit: rate.unit }
    if (rate.times[1] !== 1)
      alternatives.push({ reading: `${counted(loose, 'visit')}: the last number may count visits`, visits: loose })
    loose = null
  }
  const stated = statedTotal(said, loose)
  if (rate && said.twofold) {
    // `biweekly` is every other week or twice a week: a stated total tells which.
    const often: Rate = { times: [2, 2], every: [1, 1], unit: rate.unit }
    const visits = length ? product(often, length) : null
    if (stated && visits && equal(stated, visits)) rate = often
    else alternatives.push({ reading: `${rateInWords(often)}, as "bi-" can also mean`, visits })
  }
  const reckoned = rate && length ? product(rate, length) : null
  const visits = stated ?? reckoned
  if (stated && reckoned && !equal(stated, reckoned))
    alternatives.push({
      reading: `${rateInWords(rate)} ${lengthInWords(length)} would be ${counted(reckoned, 'visit')}, but ${inWords(stated)} are stated`,
      visits: reckoned,
    })
  if (said.pair?.slash)
    alternatives.push({
      reading: `a date, or ${inWords(said.pair.times)} of ${inWords(said.pair.length)} visits`,
      visits: null,
    })
  else if (said.pair && !said.pair.weeks && !stated)
    alternatives.push({
      reading: `${inWords(said.pair.length)} per week for ${counted(said.pair.times, 'week')}: the numbers may stand the other way round`,
      visits: reckoned,
    })
  if (rate?.unit === 'week' && length?.unit === 'month' && !stated) {
    const calendar = calendarVisits(rate, length)
    if (reckoned && !equal(calendar, reckoned))
      alternatives.push({ reading: `${counted(calendar, 'visit')}, counting 52 weeks a year`, visits: calendar })
  }
  if (said.history?.of && !visits) {
    const left = said.history.of[0] - said.history.done[1]
    if (left > 0)
      alternatives.push({ reading: `the remaining ${counted(single(left), 'visit')}`, visits: single(left) })
  }
  const times = rate ? timesPer(rate) : null
  const duration = durationOf(length)
  const openEnded = mayBeOpen && !visits && !duration && !said.hours
  return {
    times: times?.times ?? null,
    per: times?.per ?? null,
    duration: duration?.duration ?? null,
    durationUnit: duration?.durationUnit ?? null,
    visits,
    openEnded,
    reading:
      said.hours && !visits
        ? `${counted(said.hours, 'hour')} in all`
        : sentence(rate, length, visits, stated !== null, said.history),
    alternatives,
  }
}

function calendarVisits(rate: Rate, length: Length): Amount {
  const weeks = (months: number) => Math.floor((months * 52) / 12)
  return [rate.times[0] * weeks(length.amount[0]), rate.times[1] * weeks(length.amount[1])]
}

const equal = (a: Amount, b: Amount) => a[0] === b[0] && a[1] === b[1]

/** The number of visits that the wording itself states: a total first, then a count, `x 12`, `#12`. */
function statedTotal(said: Said, loose: Amount | null): Amount | null {
  const visits = said.counts.filter((c) => c.of === 'visits')
  const total = visits.find((c) => c.total) ?? visits[0]
  return total?.amount ?? loose ?? said.quantity
}

function injections(said: Said): Frequency {
  // `TFESI #2` is the second one.
  const visits = said.series ?? said.counts[0]?.amount ?? said.multiplier ?? (said.ordinal ? null : said.quantity)
  const more = visits && visits[1] > 1 ? visits : null
  if (said.rate && (said.length || said.multiplier || said.series)) return therapy(said, false)
  if (!more)
    return {
      ...nothing,
      reading: 'one procedure',
      alternatives:
        said.ordinal && said.quantity && said.quantity[1] > 1
          ? [{ reading: counted(said.quantity, 'injection'), visits: said.quantity }]
          : [],
    }
  return {
    ...nothing,
    visits: more,
    reading: `a series of ${counted(more, 'injection')}`,
    alternatives: said.series
      ? []
      : [{ reading: `${counted(more, 'injection')} in one session, or at ${inWords(more)} sites`, visits: null }],
  }
}

function equipment(said: Said): Frequency {
  const courses = said.pair !== null || (said.rate !== null && said.rate.unit !== 'day' && said.length !== null)
  if ((courses || said.counts.length > 0) && !said.rental) return therapy(said, true)
  return lengthOnly(said, said.rental)
}

/** A stay, a rental, a course of a drug: only how long it lasts can be said. A rental's `#30` are its days. */
function lengthOnly(said: Said, rental: boolean): Frequency {
  const days = rental && !said.length && said.quantity && said.quantity[0] >= 7 ? said.quantity : null
  const duration = durationOf(days ? { amount: days, unit: 'day' } : said.length)
  if (!duration) return { ...nothing, openEnded: rental }
  return { ...nothing, ...duration, reading: `for ${counted(duration.duration, duration.durationUnit)}` }
}

function rateInWords(rate: Rate | null): string {
  if (!rate) return ''
  if (equal(rate.every, [1, 1])) return `${inWords(rate.times)} per ${rate.unit}`
  return `${inWords(rate.times)} every ${counted(rate.every, rate.unit)}`
}

const lengthInWords = (length: Length | null) => (length ? `for ${counted(length.amount, length.unit)}` : '')

function sentence(
  rate: Rate | null,
  length: Length | null,
  visits: Amount | null,
  stated: boolean,
  past: Said['history'],
): string {
  const total = visits ? counted(visits, 'visit') : ''
  if (rate && length) return `${rateInWords(rate)} ${lengthInWords(length)}${visits ? ` = ${total}` : ''}`
  if (rate)
    return visits && stated ? `${rateInWords(rate)}, ${total}` : `${rateInWords(rate)}, for how long is not stated`
  if (length) return visits ? `${total} over ${counted(length.amount, length.unit)}` : lengthInWords(length)
  if (visits) return total
  if (past?.of)
    return `${inWords(past.done)} of ${inWords(past.of)} visits are done; how many are asked for is not stated`
  return 'no amount stated'
}
