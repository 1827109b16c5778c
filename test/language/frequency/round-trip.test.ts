import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Range } from '../../../src/model/index.ts'
import { describeRequest } from '../../../src/normalize/determination/request/index.ts'

// A frequency is printed in one of the many ways that people write it, in a request that looks like theirs, and must come back.

type Unit = 'day' | 'week' | 'month'
type Course = {
  readonly times: Range
  readonly per: 'week' | 'month'
  readonly duration: Range
  readonly unit: Unit
}
const RUNS = 1500

const ones =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(' ')
const tens: Readonly<Record<number, string>> = { 18: 'eighteen', 20: 'twenty', 24: 'twenty-four', 30: 'thirty' }
const wordOf = (n: number) => ones[n] ?? tens[n]

const one = (options: readonly string[]) => fc.constantFrom(...options)

/** `2`, `two`, `two (2)`, `Two`, `(2)` is left out: it is no number on its own before a noun. */
function figure(n: number): fc.Arbitrary<string> {
  const word = wordOf(n)
  return one(word ? [`${n}`, `${n}`, word, `${word} (${n})`, word.toUpperCase()] : [`${n}`])
}
/** `2-3`, `2 to 3`, `two to three`, `2 - 3`. */
function amount([min, max]: Range): fc.Arbitrary<string> {
  if (min === max) return figure(min)
  return one([`${min}-${max}`, `${min} - ${max}`, `${min} to ${max}`, `${wordOf(min) ?? min} to ${wordOf(max) ?? max}`])
}
const isOne = ([min, max]: Range) => min === 1 && max === 1

function rateWords({ times, per }: Course): fc.Arbitrary<string> {
  const short = per === 'week' ? ['wk', 'week'] : ['mo', 'month']
  const tight = times[0] === times[1] ? `${times[0]}` : `${times[0]}-${times[1]}`
  return amount(times).chain((n) =>
    one([
      `${n} ${isOne(times) ? 'time' : 'times'} a ${per}`,
      `${n} ${isOne(times) ? 'time' : 'times'} per ${per}`,
      `${n} ${isOne(times) ? 'visit' : 'visits'} per ${per}`,
      `${n} sessions a ${per}`,
      `${n} times ${per}ly`,
      `${n} per ${per}`,
      ...short.flatMap((u) => [
        `${tight}x/${u}`,
        `${tight} x per ${u}`,
        `${tight}x a ${u}`,
        `${tight}/${u}`,
        `${tight} x ${u}`,
      ]),
      ...(isOne(times) ? [`once a ${per}`, `${per}ly`, `once ${per}ly`, `every ${per}`, `one time per ${per}`] : []),
      ...(times[0] === 2 && times[1] === 2 ? [`twice a ${per}`, `twice ${per}ly`, `twice per ${per}`] : []),
      ...(times[0] === 3 && times[1] === 3 ? [`thrice ${per}ly`] : []),
    ]),
  )
}

function lengthWords({ duration, unit }: Course): fc.Arbitrary<string> {
  const short = { day: ['days'], week: ['wks', 'weeks', 'wk'], month: ['mos', 'months'] }[unit]
  const tight = duration[0] === duration[1] ? `${duration[0]}` : `${duration[0]}-${duration[1]}`
  const noun = isOne(duration) ? unit : `${unit}s`
  return amount(duration).chain((n) =>
    one([
      `for ${n} ${noun}`,
      `x ${n} ${noun}`,
      `over ${n} ${noun}`,
      `times ${n} ${noun}`,
      `, ${n} ${noun}`,
      `for a period of ${n} ${noun}`,
      ...short.flatMap((u) => [`x ${tight} ${u}`, `x${tight}${u}`, `for ${tight} ${u}`, `x ${tight}${u}`]),
    ]),
  )
}

const heads = one([
  'Physical therapy',
  'PT',
  'Acupuncture',
  'Chiropractic treatment',
  'Occupational therapy',
  'Aquatic therapy',
  'Massage therapy',
  'Outpatient physical therapy',
  'Additional physical therapy',
])
const places = one([
  '',
  ' for the left knee',
  ', lumbar spine',
  ' to the neck',
  ' - right shoulder',
  ' (cervical spine)',
  ' L-spine',
])
const joints = one([' ', ' ', ' - ', ': ', ', '])

const range = (min: number, most: number, wide: number): fc.Arbitrary<Range> =>
  fc
    .tuple(fc.integer({ min, max: most }), fc.integer({ min: 0, max: wide }))
    .map(([from, more]): Range => [from, more > 0 && fc ? from + more : from])
const mostly = (of: fc.Arbitrary<Range>, alone: fc.Arbitrary<Range>) =>
  fc.oneof({ weight: 1, arbitrary: of }, { weight: 3, arbitrary: alone })

const weekly: fc.Arbitrary<Course> = fc.record({
  times: mostly(range(1, 5, 2), range(1, 6, 0)),
  per: fc.constant('week' as const),
  duration: mostly(range(2, 10, 3), range(2, 16, 0)),
  unit: fc.constant('week' as const),
})
const monthly: fc.Arbitrary<Course> = fc.record({
  times: range(1, 4, 0),
  per: fc.constant('month' as const),
  duration: range(2, 12, 0),
  unit: fc.constant('month' as const),
})
const product = ({ times, duration }: Course): Range => [times[0] * duration[0], times[1] * duration[1]]

const read = (wording: string) => describeRequest(wording, { associated: false }).frequency

function expectCourse(wording: string, { times, per, duration, unit }: Course, visits: Range): void {
  const found = read(wording)
  expect({ wording, ...pick(found) }).toEqual({ wording, times, per, duration, durationUnit: unit, visits })
}
const pick = ({ times, per, duration, durationUnit, visits }: ReturnType<typeof read>) => ({
  times,
  per,
  duration,
  durationUnit,
  visits,
})

const printed = (course: Course) =>
  fc
    .tuple(heads, places, joints, rateWords(course), lengthWords(course), fc.integer({ min: 0, max: 2 }))
    .map(([head, place, joint, rate, length, order]) => {
      const frequency = `${rate}${length.startsWith(',') ? '' : ' '}${length}`
      if (order === 0) return `${head}${place}${joint}${frequency}`
      if (order === 1) return `${head} ${frequency}${place}`
      return `${head}${joint}${frequency}${place}`
    })
const withPrint = (courses: fc.Arbitrary<Course>) =>
  courses.chain((course) => fc.tuple(fc.constant(course), printed(course)))

describe('a frequency printed in any of the ways that people write it', () => {
  it('comes back: times a week for weeks', () =>
    fc.assert(
      fc.property(withPrint(weekly), ([course, wording]) => expectCourse(wording, course, product(course))),
      { numRuns: RUNS },
    ))

  it('comes back: times a month for months', () =>
    fc.assert(
      fc.property(withPrint(monthly), ([course, wording]) => expectCourse(wording, course, product(course))),
      { numRuns: RUNS },
    ))

  it('comes back with its total, which agrees and so leaves no second reading of the total', () =>
    fc.assert(
      fc.property(
        withPrint(weekly.filter((c) => c.times[0] === c.times[1] && c.duration[0] === c.duration[1])),
        one([' (# visits)', ', # sessions total', ' (total of # visits)', ', total # visits', ' (# sessions)']),
        ([course, wording], total) => {
          const text = wording + total.replace('#', `${product(course)[0]}`)
          expectCourse(text, course, product(course))
          expect(read(text).alternatives.filter((a) => /are stated/.test(a.reading))).toEqual([])
        },
      ),
      { numRuns: RUNS },
    ))

  it('keeps the product as a second reading when the total disagrees, and says why', () =>
    fc.assert(
      fc.property(
        withPrint(weekly.filter((c) => c.times[0] === c.times[1] && c.duration[0] === c.duration[1])),
        fc.integer({ min: 1, max: 9 }),
        ([course, wording], more) => {
          const stated = product(course)[0] + more
          const text = `${wording} (${stated} sessions)`
          expectCourse(text, course, [stated, stated])
          const [other] = read(text).alternatives.filter((a) => /are stated/.test(a.reading))
          expect(other?.visits).toEqual(product(course))
        },
      ),
      { numRuns: RUNS },
    ))

  it('comes back as a count of visits alone', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 36 }).chain((n) =>
          fc.tuple(
            fc.constant(n),
            heads,
            places,
            figure(n).chain((f) =>
              one([
                `${f} visits`,
                `${f} sessions`,
                `${f} treatments`,
                `x ${n}`,
                `x ${n} visits`,
                `x${n}`,
                `#${n}`,
                `# ${n}`,
                `QTY: ${n}`,
                `QTY ${n}.00`,
                `quantity ${n}`,
                `(${n} visits)`,
                `sessions: ${n}`,
                `trial of ${f} sessions`,
                `up to ${f} visits`,
                `${f} additional visits`,
                `total of ${f} visits`,
              ]),
            ),
          ),
        ),
        ([n, head, place, count]) => {
          for (const text of [`${head} ${count}${place}`, `${head}${place}, ${count}`]) {
            const { visits, openEnded } = read(text)
            expect({ text, visits, openEnded }).toEqual({ text, visits: [n, n], openEnded: false })
          }
        },
      ),
      { numRuns: RUNS },
    ))

  it('comes back from figures that scanning turned into letters, with the doubt kept', () => {
    const misread: Readonly<Record<string, readonly string[]>> = { 0: ['O', 'o'], 1: ['l', 'I'], 5: ['S'], 8: ['B'] }
    fc.assert(
      fc.property(
        fc.constantFrom(1, 5, 8, 10, 12, 15, 18, 20),
        fc.constantFrom('2x#', '2 x #', '3 times #', '# sessions', 'x # visits', '#@'),
        heads,
        fc.nat(),
        (n, shape, head, seed) => {
          const clean = `${n}`
          const at = [...clean].findIndex((c) => misread[c])
          const options = misread[clean[at] ?? ''] ?? []
          const damaged = clean.slice(0, at) + (options[seed % options.length] ?? '') + clean.slice(at + 1)
          // Two letters in a row are no number any more, wherever they stand.
          if (at < 0 || !/\d/.test(damaged + (clean.length === 1 ? '1' : ''))) return
          const print = (figures: string) => `${head} ${shape === '#@' ? `#${figures}` : shape.replace('#', figures)}`
          const found = read(print(damaged))
          expect({ text: print(damaged), ...pick(found) }).toEqual({
            text: print(damaged),
            ...pick(read(print(clean))),
          })
          expect(found.alternatives.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('says nothing about an image, whatever stands beside it', () =>
    fc.assert(
      fc.property(
        withPrint(weekly),
        one(['MRI of the left knee', 'X-ray lumbar spine', 'EMG/NCV BLE']),
        ([, wording], image) => {
          const tail = wording.replace(/^\D+/, '')
          expect(read(`${image} ${tail}`).openEnded).toBe(false)
        },
      ),
    ))
})
