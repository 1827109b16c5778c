import { equal, type Length, product, type Rate, sum } from './arithmetic.ts'
import type { Amount } from './numbers.ts'
import type { Phrase } from './phrase.ts'

type Of<K extends Phrase['kind']> = Extract<Phrase, { kind: K }>

/** What one course of treatment is said to be: at most one figure of each kind. Another one begins another course, or is left over. */
export type Course = {
  readonly rate: Rate | null
  /** The words of the rate. */
  readonly rateText: string
  readonly length: Length | null
  readonly count: Of<'count'> | null
  readonly pair: Of<'pair'> | null
  readonly multiplier: Amount | null
  readonly quantity: Of<'quantity'> | null
  readonly series: Amount | null
  /** The words between it and the course before. */
  readonly lead: string
  /** The phrases that it is made of, in their order. */
  readonly phrases: readonly Phrase[]
}

export const NO_COURSE: Course = {
  rate: null,
  rateText: '',
  length: null,
  count: null,
  pair: null,
  multiplier: null,
  quantity: null,
  series: null,
  lead: '',
  phrases: [],
}

/** What a wording says of courses: those that add up, a total that it states for all of them, and the figures that fit nowhere. */
export type Courses = {
  readonly courses: readonly [Course, ...Course[]]
  readonly total: Phrase | null
  readonly left: readonly Phrase[]
}

type Counting = Of<'rate' | 'length' | 'pair' | 'count' | 'multiplier' | 'quantity' | 'series'>
const counting = new Set<Phrase['kind']>(['rate', 'length', 'pair', 'count', 'multiplier', 'quantity', 'series'])
const counts = (p: Phrase): p is Counting => counting.has(p.kind)

/** Words between two figures that make the second one more of the same. */
const JOINS = /\b(?:then|followed|and|plus|another|additional|further|more|after\s?wards?)\b|[&+;]/i
/** Words that make it something else: a part, a choice. */
const PARTS = /\bor\b|\b(?:of|from)(?:\s\w{1,12})?\s*$/i

/**
 * The courses that a wording asks for, by the order of its figures: a rate behind a whole course begins the next one, "then" or not;
 * a further number of visits does where a word joins it to the one before.
 */
export function coursesOf(wording: string, all: readonly Phrase[]): Courses {
  const { figures, daily } = apartFromDaily(all.filter(counts))
  const courses: Course[] = []
  const left: Phrase[] = [...daily]
  let current = NO_COURSE
  let before: Phrase | null = null
  let total: Phrase | null = null
  for (const phrase of figures) {
    const between = before ? wording.slice(before.end, phrase.start) : ''
    const joined = before !== null && joins(between, phrase)
    const isTotal = isGrandTotal(phrase, [...courses, current])
    const taken = isTotal ? null : taking(current, phrase, joined)
    // `… then 2x2 (12 total)` is of them all, whatever it comes to.
    if (isTotal) total = phrase
    else if (phrase.kind === 'count' && phrase.total && courses.length > 0) left.push(phrase)
    else if (taken) current = taken
    else if (phrase.kind === 'count' && begins(current, phrase, joined)) {
      courses.push(current)
      current = taking({ ...NO_COURSE, lead: between }, phrase, false) ?? NO_COURSE
    } else if (joined && phrase.kind === 'multiplier' && !follows({ lead: between })) {
      // `PT x 6 and acupuncture x 6`: of another service, or of the same again.
      left.push(phrase)
    } else if (restates(phrase, [...courses, current])) {
      current = { ...current, phrases: [...current.phrases, phrase] }
    } else if (begins(current, phrase, joined)) {
      courses.push(current)
      current = taking({ ...NO_COURSE, lead: between }, phrase, false) ?? NO_COURSE
    } else left.push(phrase)
    before = phrase
  }
  courses.push(current)
  rejoin(courses)
  const [whole, parts] = [courses.filter((c) => visitsOf(c) !== null), courses.filter((c) => visitsOf(c) === null)]
  const [first = parts[0] ?? NO_COURSE, ...rest] = whole
  const other = (whole.length > 0 ? parts : parts.slice(1)).flatMap((c) => c.phrases)
  return { courses: [first, ...rest], total, left: [...left, ...other].sort((a, b) => a.start - b.start) }
}

/** Words that lead from one course of the same treatment to the next. */
const SEQUEL =
  /^(?:then|followed|and|by|the|for|first|next|following|subsequent|decreasing|decreased|reduced|reducing|tapering|tapered|down|to|additional|another|after|that|afterwards?|with|of|at|plus|subsequently|later|an?|final|last|continuing|remaining|once|frequency)$/i
/** Whether a course follows another one of the same treatment; else it stands beside it: another service, another part of the body. */
export const follows = ({ lead }: Pick<Course, 'lead'>): boolean =>
  /\b(?:then|followed)\b/i.test(lead) || (lead.match(/\p{L}+/gu) ?? []).every((word) => SEQUEL.test(word))

const joins = (between: string, phrase: Phrase) =>
  !PARTS.test(between) && (JOINS.test(between) || /^(?:then|another|additional|further|plus|by)\b/i.test(phrase.text))

/** `once a day, 5 days a week`: the week's rate counts the visits. More than one a day is a figure that nothing uses. */
function apartFromDaily(figures: readonly Counting[]): { figures: readonly Counting[]; daily: readonly Phrase[] } {
  const isDaily = (p: Counting): p is Of<'rate'> => p.kind === 'rate' && p.unit === 'day'
  const slower = figures.some((p) => p.kind === 'pair' || (p.kind === 'rate' && p.unit !== 'day'))
  if (!slower) return { figures, daily: [] }
  const more = (p: Of<'rate'>) => !equal(p.times, [1, 1]) || !equal(p.every, [1, 1])
  return { figures: figures.filter((p) => !isDaily(p)), daily: figures.filter(isDaily).filter(more) }
}

/** `12 sessions and 2 a week`, `12 sessions and … 2 a week for 6 weeks`: what says how the visits before are spread is no course beside them. */
function rejoin(courses: Course[]): void {
  for (let i = courses.length - 1; i > 0; i--) {
    const [before, after] = [courses[i - 1], courses[i]]
    if (!before || !after?.rate || before.rate || before.length || after.count) continue
    const visits = visitsOf(after)
    if (visits !== null && !sameVisits(visits, before)) continue
    const { rate, rateText, length, pair, multiplier } = after
    const phrases = [...before.phrases, ...after.phrases]
    courses.splice(i - 1, 2, {
      ...before,
      rate,
      rateText,
      length,
      pair,
      multiplier: multiplier ?? before.multiplier,
      phrases,
    })
  }
}

/** The course with one more figure, or null when it has one of that kind. */
function taking(course: Course, phrase: Counting, joined: boolean): Course | null {
  const phrases = [...course.phrases, phrase]
  const begun = course.length !== null || course.count !== null || course.multiplier !== null
  switch (phrase.kind) {
    case 'rate':
      if (course.rate || course.pair || (joined && begun)) return null
      return { ...course, rate: phrase, rateText: phrase.text, phrases }
    case 'pair': {
      if (course.rate || course.length || (joined && begun)) return null
      const rate: Rate = { times: phrase.times, every: [1, 1], unit: 'week' }
      return {
        ...course,
        rate,
        rateText: phrase.text,
        length: { amount: phrase.length, unit: 'week' },
        pair: phrase,
        phrases,
      }
    }
    case 'length': {
      // `7 days x 6 weeks`: the days are days of a week.
      const { rate, length } = course
      if (!rate && length?.unit === 'day' && phrase.unit === 'week' && length.amount[1] <= 7)
        return { ...course, rate: { times: length.amount, every: [1, 1], unit: 'week' }, length: phrase, phrases }
      return length || course.pair ? null : { ...course, length: phrase, phrases }
    }
    case 'count':
      if (course.count || (joined && visitsOf(course) !== null && !sameVisits(phrase.amount, course))) return null
      return { ...course, count: phrase, phrases }
    case 'multiplier':
    case 'series': {
      if (course[phrase.kind]) return null
      return { ...course, [phrase.kind]: phrase.amount, phrases }
    }
    case 'quantity':
      return course.quantity ? null : { ...course, quantity: phrase, phrases }
  }
}

/** How many visits a course is said to have, without what other readings allow. */
export function visitsOf(course: Course): Amount | null {
  const { rate, length, count, multiplier, series, quantity } = course
  if (count) return count.amount
  const loose = multiplier ?? series
  if (rate && !length && loose) return rate.every[1] === 1 ? product(rate, { amount: loose, unit: rate.unit }) : loose
  if (rate && length) return product(rate, length)
  return loose ?? quantity?.amount ?? null
}

const sameVisits = (amount: Amount, course: Course) => {
  const visits = visitsOf(course)
  return visits !== null && equal(amount, visits)
}

/** `3 x 2 then 2 x 2, 10 in all`. */
function isGrandTotal(phrase: Counting, courses: readonly Course[]): boolean {
  if (phrase.kind !== 'count' && phrase.kind !== 'quantity' && phrase.kind !== 'multiplier') return false
  const known = courses.map(visitsOf).filter((v) => v !== null)
  return known.length > 1 && equal(sum(known), phrase.amount)
}

/** Whether a figure says again what was said: `12 sessions … (12)`. */
function restates(phrase: Counting, courses: readonly Course[]): boolean {
  switch (phrase.kind) {
    case 'pair':
      return false
    case 'rate':
      return courses.some(
        ({ rate, length }) =>
          rate &&
          !length &&
          equal(rate.times, phrase.times) &&
          equal(rate.every, phrase.every) &&
          rate.unit === phrase.unit,
      )
    case 'length':
      return courses.some(({ length }) => length && equal(length.amount, phrase.amount) && length.unit === phrase.unit)
    default:
      return courses.some((c) => sameVisits(phrase.amount, c))
  }
}

/** Whether a figure that the course has no place for begins the next one. */
function begins(course: Course, phrase: Counting, joined: boolean): boolean {
  if (visitsOf(course) === null) return false
  if (phrase.kind === 'rate' || phrase.kind === 'pair') return course.rate !== null || joined
  return (phrase.kind === 'count' || phrase.kind === 'multiplier') && joined
}
