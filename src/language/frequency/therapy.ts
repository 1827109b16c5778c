import type { FrequencyReading } from '../../model/index.ts'
import {
  calendarVisits,
  durationOf,
  equal,
  type Length,
  lengthInWords,
  product,
  type Rate,
  rateInWords,
  single,
  timesPer,
} from './arithmetic.ts'
import type { Course } from './courses.ts'
import type { Amount } from './numbers.ts'
import type { Phrase } from './phrase.ts'
import { counted, inWords } from './wording.ts'

type Of<K extends Phrase['kind']> = Extract<Phrase, { kind: K }>
type Alternative = FrequencyReading['alternatives'][number]

/** One course, and what the wording says beside it: visits of the past, how long a session is, whether it is a rental. */
export type Said = Course & {
  readonly history: Of<'history'> | null
  readonly hours: Amount | null
  readonly session: Of<'session-length'> | null
  readonly rental: boolean
  readonly purchase: boolean
}

export const NOTHING: FrequencyReading = {
  times: null,
  per: null,
  duration: null,
  durationUnit: null,
  visits: null,
  courses: [],
  openEnded: false,
  reading: 'no amount stated',
  alternatives: [],
  unused: [],
}

/** A course with what stands beside it. */
export function said(course: Course, all: readonly Phrase[]): Said {
  const of = <K extends Phrase['kind']>(kind: K) => all.find((p): p is Of<K> => p.kind === kind) ?? null
  return {
    ...course,
    history: of('history'),
    hours: of('hours')?.amount ?? null,
    session: of('session-length'),
    rental: of('rental') !== null,
    purchase: of('purchase') !== null,
  }
}

/** `#2` alone may count which one it is, the second, and not two of them. */
export const isOrdinal = ({ quantity }: Course) => quantity !== null && /^#\s?[1-3]$/.test(quantity.text)

/** How often, how long and how many of one course, with the other ways to read it. */
export function therapy(of: Said, mayBeOpen: boolean): FrequencyReading {
  const alternatives: Alternative[] = []
  let { length, rate } = of
  let loose = of.multiplier ?? of.series
  if (rate && !length && loose && rate.every[1] === 1) {
    // `twice weekly x 6`: six weeks, though six visits can be meant; but `every 3 months x 4` is four visits.
    length = { amount: loose, unit: rate.unit }
    if (rate.times[1] !== 1)
      alternatives.push({ reading: `${counted(loose, 'visit')}: the last number may count visits`, visits: loose })
    loose = null
  }
  const stated = of.count?.of === 'visits' ? of.count.amount : (loose ?? of.quantity?.amount ?? null)
  if (rate && /^bi-?(?:week|month)l/i.test(of.rateText)) {
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
  alternatives.push(...otherWaysToRead(of, { rate, length, stated, reckoned, visits }))
  const duration = durationOf(length)
  const times = rate ? timesPer(rate) : null
  return {
    ...NOTHING,
    times: times?.times ?? null,
    per: times?.per ?? null,
    duration: duration?.duration ?? null,
    durationUnit: duration?.durationUnit ?? null,
    visits,
    openEnded: mayBeOpen && !visits && !duration && !of.hours,
    reading:
      of.hours && !visits
        ? `${counted(of.hours, 'hour')} in all`
        : sentence({ rate, length, visits, stated }, of.history, of.count?.outOf),
    alternatives,
  }
}

type Read = {
  readonly rate: Rate | null
  readonly length: Length | null
  readonly stated: Amount | null
  readonly reckoned: Amount | null
  readonly visits: Amount | null
}

function otherWaysToRead(of: Said, { rate, length, stated, reckoned, visits }: Read): readonly Alternative[] {
  const found: Alternative[] = []
  if (of.pair?.slash)
    found.push({ reading: `a date, or ${inWords(of.pair.times)} of ${inWords(of.pair.length)} visits`, visits: null })
  else if (of.pair && !of.pair.weeks && !stated)
    found.push({
      reading: `${inWords(of.pair.length)} per week for ${counted(of.pair.times, 'week')}: the numbers may stand the other way round`,
      visits: reckoned,
    })
  if (rate?.unit === 'week' && length?.unit === 'month' && !stated) {
    const calendar = calendarVisits(rate, length)
    if (reckoned && !equal(calendar, reckoned))
      found.push({ reading: `${counted(calendar, 'visit')}, counting 52 weeks a year`, visits: calendar })
  }
  const remaining = of.history?.of && !visits ? of.history.of[0] - of.history.done[1] : 0
  if (remaining > 0)
    found.push({ reading: `the remaining ${counted(single(remaining), 'visit')}`, visits: single(remaining) })
  return found
}

/** Injections: a series counts them, `#2` alone is the second one. */
export function injections(of: Said): FrequencyReading {
  if (of.rate && (of.length || of.multiplier || of.series)) return therapy(of, false)
  const ordinal = isOrdinal(of)
  const visits = of.series ?? of.count?.amount ?? of.multiplier ?? (ordinal ? null : (of.quantity?.amount ?? null))
  const more = visits && visits[1] > 1 ? visits : null
  if (!more)
    return {
      ...NOTHING,
      reading: 'one procedure',
      alternatives:
        ordinal && of.quantity && of.quantity.amount[1] > 1
          ? [{ reading: counted(of.quantity.amount, 'injection'), visits: of.quantity.amount }]
          : [],
    }
  return {
    ...NOTHING,
    visits: more,
    reading: `a series of ${counted(more, 'injection')}`,
    alternatives: of.series
      ? []
      : [{ reading: `${counted(more, 'injection')} in one session, or at ${inWords(more)} sites`, visits: null }],
  }
}

/** A stay, a rental, a course of a drug: only how long it lasts can be said. A rental's `#30` are its days. */
export function lengthOnly(of: Said, rental: boolean): FrequencyReading {
  const days = rental && !of.length && of.quantity && of.quantity.amount[0] >= 7 ? of.quantity.amount : null
  const duration = durationOf(days ? { amount: days, unit: 'day' } : of.length)
  if (!duration) return { ...NOTHING, openEnded: rental }
  return { ...NOTHING, ...duration, reading: days ? `for ${counted(days, 'day')}` : lengthInWords(of.length) }
}

/** What a course says, without what it comes to: a test's, of which no visits are counted. */
export const inBrief = (course: Course): string =>
  [rateInWords(course.rate), lengthInWords(course.length)].filter(Boolean).join(' ')

/** `; 2 of 6 before`. */
export const historyInWords = ({ done, of }: Of<'history'>) =>
  `; ${inWords(done)}${of ? ` of ${inWords(of)}` : ''} before`

function sentence(
  { rate, length, visits, stated }: Omit<Read, 'reckoned'>,
  past: Said['history'],
  outOf: Amount | undefined,
): string {
  const total = visits ? counted(visits, 'visit') : ''
  const before = past && visits ? historyInWords(past) : ''
  if (rate && length) return `${rateInWords(rate)} ${lengthInWords(length)}${visits ? ` = ${total}` : ''}${before}`
  if (rate)
    return visits && stated
      ? `${rateInWords(rate)}, ${total}${before}`
      : `${rateInWords(rate)}, for how long is not stated`
  if (length) return visits ? `${total} over ${counted(length.amount, length.unit)}${before}` : lengthInWords(length)
  if (visits) return `${outOf ? `${inWords(visits)} of ${counted(outOf, 'visit')}` : total}${before}`
  if (past)
    return `${inWords(past.done)}${past.of ? ` of ${inWords(past.of)}` : ''} visits are done; how many are asked for is not stated`
  return 'no amount stated'
}
