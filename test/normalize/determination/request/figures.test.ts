import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDateShapes } from '../../../../src/language/dates.ts'
import { IN_WORDS, numberOf } from '../../../../src/language/numbers.ts'
import { describeRequest } from '../../../../src/normalize/determination/request/index.ts'

const read = (wording: string) => describeRequest(wording, { associated: false })

/** Digits that look-alike letters stand beside are another number. */
const FIGURE = new RegExp(
  `(?<![\\p{L}\\d.])(?:(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?![\\dOolISBZ|]|\\s\\d\\svisits)|(?:${IN_WORDS})(?![\\p{L}]))(?<!\\d\\s\\d)`,
  'giu',
)
const COUNT = `(?:\\d+(?:\\.\\d+)?|${IN_WORDS})`
/** Numbers that name a thing or say what it is like; and dates, which are no amounts. */
const NAMES = new RegExp(
  `[A-Za-z]-?\\d+(?:[-/]\\w?\\d+)*|\\b(?:phase|type|tylenol|grade|stage)\\s#?\\d+|${COUNT}[-\\s]?(?:v|t|views?|tesla|phase|panel|point|wheeled|leads?|in 1|levels?|inch)\\b|\\b\\d{5}\\b|24/7`,
  'giu',
)
/** The dose of what is injected: no drug that is dispensed. */
const INJECTED = /\d+\s(?:units|mg)(?=.*(?:injection|migraine))/gi

/** The numbers that a wording holds, one aside: it is what is asked for. */
function figuresOf(wording: string): readonly number[] {
  let plain = wording
  for (const { start, end } of findDateShapes(wording))
    plain = plain.slice(0, start) + ' '.repeat(end - start) + plain.slice(end)
  plain = plain.replace(NAMES, (name) => ' '.repeat(name.length))
  plain = plain.replace(INJECTED, (dose) => ' '.repeat(dose.length))
  return [...plain.matchAll(FIGURE)]
    .map((m) => numberOf(m[0]) ?? Number(m[0]))
    .filter((n) => n > 1 && Number.isFinite(n))
}

/** The numbers of the wording that neither frequency, drug nor levels hold, that no other reading and no left-over figure tells of. */
function unaccounted(wording: string): readonly number[] {
  const { frequency, drug, levels } = read(wording)
  const said = JSON.stringify([frequency, drug, levels])
  const told = new Set([...said.matchAll(FIGURE)].map((m) => numberOf(m[0]) ?? Number(m[0])))
  return figuresOf(wording).filter((n) => !told.has(n))
}

const lines = (path: string) =>
  readFileSync(new URL(path, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const heldout = ['requests', 'requests-2', 'requests-3'].flatMap((name) =>
  lines(`../../../fixtures/heldout/${name}.jsonl`).map((w: { request: string }) => w.request),
)
const samples = lines('../../../../samples/expected.jsonl').flatMap(
  (g: { services?: readonly { request: string }[] }) => (g.services ?? []).map((s) => s.request),
)

const one = (...options: readonly string[]) => fc.constantFrom(...options)
const words = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const number = (min: number, max: number) =>
  fc.integer({ min, max }).chain((n) => one(`${n}`, `${n}`, ...(words[n] ? [words[n], `${words[n]} (${n})`] : [])))
const said = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((p) => (typeof p === 'string' ? fc.constant(p) : p)))
    .map((all) => all.join(' ').replace(/\s+/g, ' ').trim())

const service = one('Physical therapy', 'acupuncture', 'Chiropractic care', 'OT', 'massage', 'aquatic therapy', 'CBT')
const often = fc.oneof(
  said(number(2, 5), one('times', 'x', 'visits', 'days'), one('per', 'a', 'each', '/'), one('week', 'wk', 'month')),
  one('twice a week', 'once weekly', 'weekly', 'every other week', 'thrice weekly'),
)
const long = said(
  one('for', 'x', 'over', 'during', 'across', 'lasting'),
  number(2, 12),
  one('weeks', 'wks', 'months', 'week period'),
)
const amount = fc.oneof(
  said(
    number(2, 36),
    one(
      'sessions',
      'visits',
      'treatments',
      'more',
      'additional visits',
      'supervised hours',
      'units',
      'in total',
      'office encounters',
    ),
  ),
  said(one('up to', 'a total of', 'no more than', '#', 'x', 'qty', 'not to exceed', 'at least'), number(2, 30)),
  said(often, long),
  often,
  long,
  said(number(2, 5), one('x', 'X', 'times'), number(2, 8)),
  said(number(30, 90), one('minutes each', 'min per session', 'minute sessions')),
  said(number(2, 6), 'of', number(7, 12), one('done', 'completed', 'certified so far')),
)
const joiner = one(',', 'then', 'and', 'followed by', ';', 'plus', 'with', '-', 'or', 'tapering to', '&', 'after which')
const place = one(
  '',
  'for the left knee',
  'at L4-5',
  'lumbar',
  'per the 3/4/2015 RFA',
  '(97110)',
  'to the neck',
  'phase 2',
)
const course = said(amount, place)
const therapy = fc.oneof(
  said(service, amount, place),
  said(service, course, joiner, course),
  said(service, course, joiner, course, joiner, course),
  said(amount, 'of', service, joiner, amount, 'of', service),
)

const drug = one(
  'Norco',
  'Gabapentin',
  'naproxen sodium',
  'Zzyrobex',
  'Omeprazole',
  'Lidoderm patch',
  'Relafen',
  'Flurbiprofen',
)
const strength = one('10/325', '10-325 mg', '600mg', '5%', '0.025 %', '20 mg', '7.5 mg/ml', '')
const sig = one(
  '',
  '1 tab po q8h prn',
  '2 tabs bid',
  'take two with food 3 times a day',
  'q4-6 hours as needed, max 6 daily',
  'one in the morning and two at night',
  'apply 4 grams to the affected area four times daily',
)
const dispensed = fc.oneof(
  said(one('#', 'qty', 'disp:', 'count', 'quantity of'), number(15, 240)),
  said(number(20, 180), one('tablets', 'count', 'caps', 'gm', 'day supply')),
  said(number(2, 5), one('tubes', 'boxes', 'bottles')),
  one('', 'ninety (90)', 'one hundred twenty tablets', 'a month supply'),
)
const again = fc.oneof(
  said(one('with', 'w/', ',', 'x', 'plus'), number(2, 5), one('refills', 'RF', 'RFs', 'RFL', 'additional refills')),
  one('', 'no refills', 'NR', 'refill x 3', 'Refills: 2'),
)
const prescription = fc.oneof(
  said(drug, strength, sig, dispensed, again),
  said(drug, strength, dispensed, sig, again),
  said(number(2, 5), 'refills of', drug, strength, dispensed),
  said(drug, strength, dispensed, joiner, drug, strength, dispensed),
)
const thing = said(
  fc.oneof(number(2, 6), one('', 'a')),
  one(
    'lumbar brace',
    'TENS unit',
    'MRI of the knee',
    'trigger point injections',
    'x-rays',
    'urine drug screens',
    'home health aide',
  ),
  fc.oneof(amount, one('', '30 day rental', 'x 2', 'QTY: 3', '4 hours a day, 5 days a week')),
)

describe('every figure of a request is used, another reading, or left over and told of', () => {
  const RUNS = 250
  it.each([
    ['therapy', therapy],
    ['a drug', prescription],
    ['things and tests', thing],
  ])('asked for in any words: %s', (_, wordings) => {
    fc.assert(
      fc.property(wordings, (wording) => {
        expect(unaccounted(wording), wording).toEqual([])
      }),
      // The same wordings every time: thousands of others were tried when it was written.
      { numRuns: RUNS, seed: 1 },
    )
  })

  it('in the wordings of the held-out sets and of the samples', () => {
    const wordings = [...heldout, ...samples]
    expect(wordings.length).toBeGreaterThan(400)
    expect(wordings.filter((w) => unaccounted(w).length > 0)).toEqual([])
  })

  it('and few of those that people wrote leave a figure over', () => {
    const over = heldout.filter((w) => read(w).frequency.unused.length > 0)
    expect(over.length).toBeLessThanOrEqual(6)
  })
})

describe('courses of a treatment', () => {
  const part = fc.record({ times: fc.integer({ min: 1, max: 5 }), weeks: fc.integer({ min: 1, max: 9 }) })
  const inWords = ({ times, weeks }: { times: number; weeks: number }) =>
    one(
      `${times} times a week for ${weeks} weeks`,
      `${times} x wk x ${weeks} wks`,
      `${times}x${weeks}`,
      `${times} visits/week for the next ${weeks} weeks`,
      `${words[times]} visits weekly over ${words[weeks]} weeks`,
    )
  it('that follow one another add up, however they are joined', () => {
    fc.assert(
      fc.property(
        fc
          .array(part, { minLength: 2, maxLength: 4 })
          .chain((parts) =>
            fc.tuple(
              fc.constant(parts),
              fc.tuple(...parts.map(inWords)),
              one(', ', ' then ', ', then ', ' and ', ' followed by ', '; then decreasing to '),
            ),
          ),
        ([parts, texts, by]) => {
          const wording = `Physical therapy ${texts.join(by)}`
          const { frequency } = read(wording)
          const total = parts.reduce((n, p) => n + p.times * p.weeks, 0)
          expect(frequency.visits, wording).toEqual([total, total])
          expect(
            frequency.courses.map((c) => c.visits?.[0]),
            wording,
          ).toEqual(parts.map((p) => p.times * p.weeks))
          expect(frequency.unused, wording).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  })

  it.each<[string, number, number]>([
    ['Initial 6 visits of chiropractic followed by 6', 12, 2],
    ['Four acupuncture sessions for the neck and six physical therapy sessions for the back', 10, 2],
    ['Acupuncture 8 visits plus 4 additional visits', 12, 2],
    ['Chiropractic twice a week for three weeks then weekly for 3', 9, 2],
    ['PT 2x6 and acupuncture 1x6', 18, 2],
    ['Physical therapy 3 x 2 then 2 x 2 (10 visits total)', 10, 2],
    ['Acupuncture 6 sessions authorized, 6 more requested', 6, 0],
    ['Physical therapy 12 sessions, 2 x 6', 12, 0],
  ])('"%s" is %d visits in %d courses', (wording, visits, courses) => {
    const { frequency } = read(wording)
    expect(frequency.visits).toEqual([visits, visits])
    expect(frequency.courses.length).toBe(courses)
  })

  it('side by side leave it open that the first alone is meant', () => {
    const { frequency } = read('Four acupuncture sessions for the neck and six physical therapy sessions for the back')
    expect(frequency).toMatchObject({ times: null, duration: null })
    expect(frequency.alternatives).toEqual([{ reading: '4 visits: the first part alone', visits: [4, 4] }])
  })
})

describe('amounts of a drug', () => {
  it.each<[string, number | null, number | null, string | null]>([
    ['One refill of Relafen 750mg #60', 60, 1, null],
    ['2 refills of Zzyrobex 20 mg #30', 30, 2, null],
    ['Duloxetine DR 60 mg one daily #30, 2 RFL', 30, 2, 'one daily'],
    ['Naproxen 500 mg #60 w/ 5 RFs', 60, 5, null],
    ['Nabumetone 750 mg, ninety (90)', 90, null, null],
    ['Nabumetone 750 mg 3 tabs w/ evening meal, ninety count', 90, null, '3 tabs w/ evening meal'],
    ['Voltaren gel, 5 tubes', 5, null, null],
    ['Norco 20 mg 2 bottles x 3 refills', 2, 3, null],
    ['Tramadol 50mg 1 tab po q8h prn #90 with no refills', 90, 0, '1 tab po q8h prn'],
    ['Naproxen 550mg 3 times a day, 30 day supply', null, null, '3 times a day'],
    [
      'Norco 10/325 mg, take 1-2 tabs every 4-6 hours as needed, max 6 per day, #180',
      180,
      null,
      'take 1-2 tabs every 4-6 hours as needed, max 6 per day',
    ],
  ])('of "%s": %s, %s refills, %s', (wording, quantity, refills, directions) => {
    const { drug, frequency } = read(wording)
    expect(drug).toMatchObject({ quantity, refills, directions })
    expect(frequency.unused).toEqual([])
  })

  it('say how long a supply lasts', () => {
    expect(read('Naproxen 550mg 3 times a day, 30 day supply').frequency).toMatchObject({
      duration: [30, 30],
      durationUnit: 'day',
      openEnded: false,
    })
  })
})

describe('what is asked for', () => {
  it.each([
    ['Wound care nurse, two visits a week', 'home-health'],
    ['Infrared acupuncture x 6', 'acupuncture'],
    ['Chiropractic evaluation, lumbar spine', 'consultation'],
    ['Physical therapy evaluation and treatment x 6', 'physical-therapy'],
    ['H-wave homecare system', 'electrotherapy'],
    ['M R I of the knee', 'imaging-mri'],
    ['Right CTR with assistant surgeon and pre-op labs', 'surgery'],
    ['Duloxetine DR 60 mg #30, 2 RFL', 'drug-antidepressant'],
    ['Zzyrobex 20 mg 21 day supply', 'drug-other'],
    ['Ketoprofen 2% 20mg/g #2', 'drug-topical'],
    ['Heat therapy pad for the shoulder', 'dme'],
    ['97110, 97530 x 6 visits', 'physical-therapy'],
    ['CPT 97811, 6 visits', 'acupuncture'],
    ['97813/97814, 4 visits', 'acupuncture'],
    ['20611, right knee', 'injection'],
    ['73721', 'imaging-mri'],
    ['Widget model 12345', 'other'],
  ])('"%s" is %s', (wording, category) => expect(read(wording).category.value).toBe(category))

  it.each([
    ['Capsaicin patch', 'Capsaicin patch', null],
    ['Ketoprofen gel 2.5% #2', 'Ketoprofen gel', '2.5%'],
    ['Lidocaine 5% patch #30', 'Lidocaine', '5%'],
    ['Ketoprofen 2% 20mg/g #2', 'Ketoprofen', '2% 20mg/g'],
    ['Salonpas patch #60', 'Salonpas', null],
  ])('"%s" is %s, %s', (wording, name, strength) => expect(read(wording).drug).toMatchObject({ name, strength }))

  it.each([
    ['2 physical therapy visits a week for 6 weeks', 12],
    ['2 sessions of PT a week for 4 weeks', 8],
    ['1 session of acupuncture per week for 6 weeks', 6],
    ['3 chiropractic treatments weekly x 4 weeks', 12],
    ['12 sessions of PT for the knee', 12],
  ])('"%s" is %i visits', (wording, visits) => expect(read(wording).frequency.visits).toEqual([visits, visits]))

  it('counts visits of a treatment that only its code names', () =>
    expect(read('97110, 97140 x 8 visits').frequency.visits).toEqual([8, 8]))

  it('is for the spine where the back alone is named', () =>
    expect(read('Massage chair for the back').regions).toEqual(['spine']))

  it('is for no part of the body that only the specialist is named after', () =>
    expect(read('ortho spine surgeon eval').regions).toEqual([]))

  it.each([
    ['PT 2x6 R shldr', ['shoulder'], 'right'],
    ['PT for LBP', ['low-back'], null],
    ['Rt. SI jt injection', ['pelvis'], 'right'],
    ['Physical therapy at L4-5 - 3 sessions', ['low-back'], null],
  ])('"%s" is for %j, %s', (wording, regions, laterality) =>
    expect(read(wording)).toMatchObject({ regions, laterality }),
  )
})
