import type { FrequencyReading } from '../../model/index.ts'
import { durationOf, lengthInWords, rateInWords, sum, timesPer } from './arithmetic.ts'
import { type Course, type Courses, coursesOf, follows, NO_COURSE, visitsOf } from './courses.ts'
import { thingsAsked, unusedFigures } from './figures.ts'
import type { Amount } from './numbers.ts'
import type { Phrase, Span } from './phrase.ts'
import { phrases } from './phrases.ts'
import {
  historyInWords,
  inBrief,
  injections,
  isOrdinal,
  lengthOnly,
  NOTHING,
  type Said,
  said,
  therapy,
} from './therapy.ts'
import type { Token } from './tokens.ts'
import { counted, inWords } from './wording.ts'

/**
 * What kind of thing is asked for, which decides what its numbers mean: `#8` is eight sessions of a `therapy`, nothing
 * for a `test`, tablets of a `drug`. `visit`: consultations; `series`: injections; `membership`: gym; `facility`: a stay.
 */
export type ServiceKind = 'therapy' | 'visit' | 'series' | 'equipment' | 'membership' | 'facility' | 'test' | 'drug'

/** What a wording says of frequency, and how it was found. */
export type FoundFrequency = {
  readonly reading: FrequencyReading
  /** Where the words stand that say it; none when no amount is stated. */
  readonly spans: readonly Span[]
  /** Whether it rests on numbers that were read through damage. */
  readonly repaired: boolean
}

/** Reads how often, how long and how many from a request's wording. `kind` says what the numbers are numbers of. */
export function readFrequency(wording: string, kind: ServiceKind): FrequencyReading {
  return findFrequency(wording, kind).reading
}

/**
 * The same with its place. `known`: stretches of the wording whose figures say something else, as a drug's strength; `restated`: numbers
 * that such a stretch holds, which the wording may say again.
 */
export function findFrequency(
  wording: string,
  kind: ServiceKind,
  known: readonly Span[] = [],
  restated: readonly number[] = [],
): FoundFrequency {
  const { phrases: all, pieces, understood, asides, repaired } = phrases(wording)
  const things = THINGS.has(kind) ? thingsAsked(pieces) : null
  const taper = /\bthen\b/i.test(wording)
  const read = readingOf(kind, coursesOf(wording, all), all, { things: things?.amount ?? null, taper })
  const reading =
    kind === 'drug'
      ? read.reading
      : withAsides(
          read.reading,
          asides.map((a) => wording.slice(a.start, a.end)),
        )
  const tells = tellerOf(reading, pieces)
  const used = read.used.filter(tells)
  const idle = all.filter((p) => !used.includes(p) && !known.some((k) => p.start < k.end && p.end > k.start))
  const spans = [
    ...used,
    ...understood,
    ...known,
    ...(kind === 'drug' ? [] : asides),
    ...(things && tells(things.span) ? [things.span] : []),
  ]
  const unused = unusedFigures(wording, pieces, idle.filter(isFigure), spans, {
    known: [...(reading.visits ?? []), ...restated],
    sizes: kind !== 'drug',
    doses: kind === 'series',
  })
  const alternatives = [...reading.alternatives, ...idle.filter(isFigure).map((p) => asAlternative(p, kind))]
  const stated = reading.visits !== null || reading.times !== null || reading.duration !== null
  // What stands in the scan may still be right: the reading without the repaired figures is kept.
  const mended = repaired.length > 0 && stated
  if (mended)
    alternatives.push({
      reading: `without ${repaired.map((r) => `"${r}"`).join(', ')}, read through damage, the amount is not stated`,
      visits: null,
    })
  return { reading: { ...reading, alternatives, unused }, spans: used.filter(isFigure), repaired: mended }
}

/** Whether a reading tells every number of a stretch: what it does not tell, it does not use. */
function tellerOf(reading: FrequencyReading, pieces: readonly Token[]): (span: Span) => boolean {
  const { unused: _, ...said } = reading
  const told = new Set(
    JSON.stringify(said)
      .match(/\d+(?:\.\d+)?/g)
      ?.map(Number),
  )
  const numbers = pieces.filter((t) => t.kind === 'number')
  return ({ start, end }) => numbers.every((n) => n.start >= end || n.end <= start || n.value <= 1 || told.has(n.value))
}

/** `follow-up in 6 weeks`: when, not how long. */
function withAsides(reading: FrequencyReading, asides: readonly string[]): FrequencyReading {
  if (asides.length === 0) return reading
  const when = `${asides.map((a) => `"${a.trim()}"`).join(' and ')} ${asides.length > 1 ? 'say' : 'says'} when`
  return { ...reading, reading: reading.reading === NOTHING.reading ? when : `${reading.reading}, ${when}` }
}

/** What is asked for by the piece. */
const THINGS: ReadonlySet<ServiceKind> = new Set(['equipment', 'test', 'series', 'facility'])
const flags = new Set<Phrase['kind']>(['rental', 'purchase', 'unbounded'])
const isFigure = (p: Phrase) => !flags.has(p.kind)

/** A figure that the reading has no use for, as what it would say by itself. */
function asAlternative(p: Phrase, of: ServiceKind): FrequencyReading['alternatives'][number] {
  const visits =
    of !== 'drug' && 'amount' in p && (p.kind === 'count' || p.kind === 'multiplier' || p.kind === 'quantity')
      ? p.amount
      : null
  return { reading: `by "${p.text.trim()}" alone${visits ? `: ${counted(visits, 'visit')}` : ''}`, visits }
}

type Reading = { readonly reading: FrequencyReading; readonly used: readonly Phrase[] }

function readingOf(
  kind: ServiceKind,
  found: Courses,
  all: readonly Phrase[],
  { things, taper }: { readonly things: Amount | null; readonly taper: boolean },
): Reading {
  const [first] = found.courses
  const of = said(first, all)
  switch (kind) {
    case 'therapy':
      return ofCourses(found, all, !of.purchase)
    case 'membership':
      return ofCourses(found, all, true)
    case 'visit':
      // `re-evaluation within 6 weeks` says when, not how long.
      return first.rate || first.count || found.courses.length > 1
        ? ofCourses(found, all, false)
        : { reading: therapy({ ...of, length: null }, false), used: [...first.phrases, ...beside(all)] }
    case 'series':
      return {
        reading: withSession(withQuantity(injections(of), things, ''), of),
        used: [...first.phrases, ...beside(all)],
      }
    case 'equipment':
      return equipment(found, of, all, things)
    case 'facility':
      return ofLength(of, all, { rental: false, things })
    case 'drug':
      // `at bedtime for a week, then twice a day`: directions, not how long the supply lasts.
      return ofSupply(taper ? { ...of, length: null } : of)
    case 'test':
      return ofTest(found, all, things)
  }
}

/** What no course takes and every reading tells of: visits of the past, how long a session is. */
const beside = (all: readonly Phrase[]) =>
  all.filter((p) => p.kind === 'history' || p.kind === 'hours' || p.kind === 'session-length')

/** One course, or several that follow one another or stand side by side: their visits add up. */
function ofCourses(found: Courses, all: readonly Phrase[], mayBeOpen: boolean): Reading {
  const [first, ...rest] = found.courses
  const used = [...found.courses.flatMap((c) => c.phrases), ...beside(all), ...(found.total ? [found.total] : [])]
  if (rest.length === 0) return { reading: withSession(therapy(said(first, all), mayBeOpen), said(first, all)), used }
  const parts = found.courses.map((c) => therapy(said(c, []), false))
  const visits = sum(found.courses.map((c) => visitsOf(c) ?? ([0, 0] as Amount)))
  const together = rest.every(follows) && found.courses.map(lasting).every((c) => c.rate && c.length)
  const reading: FrequencyReading = {
    ...NOTHING,
    ...(together ? overAll(found.courses) : {}),
    visits,
    courses: parts.map(({ times, per, duration, durationUnit, visits, reading }) => ({
      times,
      per,
      duration,
      durationUnit,
      visits,
      reading,
    })),
    reading: together
      ? `${found.courses.map((c) => `${rateInWords(lasting(c).rate)} ${lengthInWords(lasting(c).length)}`).join(', then ')} = ${counted(visits, 'visit')}`
      : `${parts.map((p) => p.reading).join(', and ')} = ${counted(visits, 'visit')}`,
    // Two numbers of visits may belong to two services, of which the request's own is the first.
    alternatives: together
      ? []
      : [{ reading: `${counted(visitsOf(first) ?? [0, 0], 'visit')}: the first part alone`, visits: visitsOf(first) }],
  }
  return { reading: withSession(withHistory(reading, all), said(first, all)), used }
}

/** A course whose `x 3` is its length: `weekly x 3`. */
function lasting(course: Course): Course {
  const loose = course.multiplier ?? course.series
  return course.rate?.every[1] === 1 && !course.length && loose
    ? { ...course, length: { amount: loose, unit: course.rate.unit } }
    : course
}

/** The times and the length of all courses together, where they are counted alike. */
function overAll(courses: readonly Course[]): Pick<FrequencyReading, 'times' | 'per' | 'duration' | 'durationUnit'> {
  const rates = courses.flatMap((c) => (c.rate ? (timesPer(c.rate) ?? []) : []))
  const lengths = courses.flatMap((c) => durationOf(lasting(c).length) ?? [])
  const perAlike = rates.every((r) => r.per === rates[0]?.per)
  const unitAlike = lengths.every((l) => l.durationUnit === lengths[0]?.durationUnit)
  const alike = perAlike && unitAlike
  return {
    times: alike ? [Math.min(...rates.map((r) => r.times[0])), Math.max(...rates.map((r) => r.times[1]))] : null,
    per: alike ? (rates[0]?.per ?? null) : null,
    duration: alike ? sum(lengths.map((l) => l.duration)) : null,
    durationUnit: alike ? (lengths[0]?.durationUnit ?? null) : null,
  }
}

/** `…; 2 of 6 before`. */
function withHistory(reading: FrequencyReading, all: readonly Phrase[]): FrequencyReading {
  const past = all.find((p) => p.kind === 'history')
  return past ? { ...reading, reading: `${reading.reading}${historyInWords(past)}` } : reading
}

/** `…, 60 minutes each`. */
function withSession(reading: FrequencyReading, { session }: Said): FrequencyReading {
  if (!session) return reading
  const each = `${counted(session.amount, session.unit)} each`
  return { ...reading, reading: reading.reading === NOTHING.reading ? each : `${reading.reading}, ${each}` }
}

function equipment(found: Courses, of: Said, all: readonly Phrase[], things: Amount | null): Reading {
  const courses = of.pair !== null || (of.rate !== null && of.rate.unit !== 'day' && of.length !== null)
  if ((courses || of.count) && !of.rental) return ofCourses(found, all, true)
  return ofLength(of, all, { rental: of.rental, things })
}

/** How long a drug's supply lasts; its other amounts are the drug's. */
function ofSupply(of: Said): Reading {
  return { reading: lengthOnly(of, false), used: of.phrases.filter((p) => p.kind === 'length' && p === of.length) }
}

/** How long it lasts, and how many of it: nothing else is said of a thing or a stay. */
function ofLength(
  of: Said,
  all: readonly Phrase[],
  { rental, things }: { readonly rental: boolean; readonly things: Amount | null },
): Reading {
  const reading = lengthOnly(of, rental)
  const days = reading.duration !== null && !of.length
  const used = of.phrases.filter((p) => p.kind === 'length' && reading.duration !== null)
  const counts = of.phrases.filter((p) => p.kind === 'multiplier' || p.kind === 'quantity' || p.kind === 'series')
  const beat = of.phrases.filter((p) => p.kind === 'rate')
  return {
    reading: withSession(withQuantity(reading, days ? null : (quantityOf(of) ?? things), rateInWords(of.rate)), of),
    used: [...used, ...counts, ...beat, ...beside(all)],
  }
}

/** Of a test, an image, an operation no visits are counted: what its figures say stands in words. */
function ofTest({ courses }: Courses, all: readonly Phrase[], things: Amount | null): Reading {
  const [first] = courses
  const brief = first.pair ? '' : inBrief(first)
  const reading = withQuantity({ ...NOTHING }, first.pair ? null : (quantityOf(first) ?? things), brief)
  return {
    reading: withSession(reading, said(NO_COURSE, all)),
    used: [...(first.pair ? [] : first.phrases), ...beside(all)],
  }
}

const quantityOf = (c: Course) =>
  isOrdinal(c) ? null : (c.count?.amount ?? c.multiplier ?? c.series ?? c.quantity?.amount ?? null)

function withQuantity(reading: FrequencyReading, quantity: Amount | null, brief: string): FrequencyReading {
  const words = [
    ...(reading.reading === NOTHING.reading ? [] : [reading.reading]),
    ...(brief === '' || brief === reading.reading ? [] : [brief]),
    ...(quantity && quantity[1] > 1 ? [`quantity ${inWords(quantity)}`] : []),
  ]
  return words.length === 0 ? reading : { ...reading, reading: words.join(', ') }
}
