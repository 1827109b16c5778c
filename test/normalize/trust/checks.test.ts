import { describe, expect, it } from 'vitest'
import { type CaseRecord, missing } from '../../../src/model/index.ts'
import { normalizeLetter, splitLetters, withDuplicates } from '../../../src/normalize/index.ts'
import { checkRecord, type Surroundings } from '../../../src/normalize/trust/checks.ts'
import {
  aDocument,
  decisionRows,
  headerRows,
  letterPages,
  methodRows,
  serviceRows,
  summaryRows,
} from '../../fixtures/letters.ts'
import { aRecord, aService, read } from '../../fixtures/records.ts'

type Change = {
  readonly header?: string
  readonly summary?: string
  readonly request?: string
  readonly reason?: string
}

const summaryHead = summaryRows.slice(0, 6)

/** Rules of the issues of a letter about one service, which fits in every way but for `change`. */
function issuesOf(change: Change = {}) {
  const { summary = 'The injured worker is a 37-year-old woman who fell on 02-01-2017.', request, reason } = change
  const page = [
    ...headerRows().map((row) => (change.header && row.includes('Date of Injury') ? change.header : row)),
    ...methodRows,
    ...summaryHead,
    summary,
    ...decisionRows,
    ...serviceRows(
      `${request ?? 'Brace for the right ankle'}: Upheld`,
      reason ?? 'The request is not medically necessary.',
    ),
  ]
  const [letter] = splitLetters(aDocument([page]))
  if (!letter) throw new Error('no letter')
  return normalizeLetter(letter).issues.map((i) => i.rule)
}

describe('a letter', () => {
  it('in which everything fits has no issue', () => {
    expect(issuesOf()).toEqual([])
  })

  it('whose dates are out of order is told of', () => {
    const header = 'Date Assigned:    03/14/2018      Date of Injury:    02/01/2019'
    const summary = 'The injured worker is a 37-year-old woman who fell from a ladder.'
    expect(issuesOf({ header, summary })).toContain('header.date-order')
  })

  it('whose summary gives another date of injury is told of', () => {
    expect(issuesOf({ summary: 'A 37-year-old woman was injured on 05-09-2016.' })).toContain(
      'header.differs-from-summary',
    )
  })

  it.each([
    ['A 9-year-old woman fell on 02-01-2017.', true],
    ['A 104-year-old woman fell on 02-01-2017.', true],
    ['A 14-year-old woman fell on 02-01-2017.', true],
    ['A 71-year-old woman fell on 02-01-2017.', false],
  ])('whose patient cannot have been at work at the time is told of: %s', (summary, told) => {
    expect(issuesOf({ summary }).includes('patient.age-differs')).toBe(told)
  })

  it.each([
    ['Physical therapy 2x6, 10 sessions', true],
    ['Physical therapy 2x6, 12 sessions', false],
    ['Physical therapy 2x6', false],
  ])('whose total is not what its frequency makes is told of: %s', (request, told) => {
    expect(issuesOf({ request }).includes('service.total-differs')).toBe(told)
  })

  it.each([
    ['Only the left ankle was ever examined. The request is not medically necessary.', true],
    ['The left ankle is sound, the right ankle is not. The request is not medically necessary.', false],
    ['The left knee was examined. The request is not medically necessary.', false],
    ['The ankle is sound. The request is not medically necessary.', false],
  ])('whose rationale tells of the other side only is told of: %s', (reason, told) => {
    expect(issuesOf({ reason }).includes('service.side-differs')).toBe(told)
  })

  it('whose rationale ends otherwise than its outcome is told of', () => {
    expect(issuesOf({ reason: 'The request is medically necessary.' })).toContain('service.outcome-differs')
  })
})

describe('a record', () => {
  const whole: CaseRecord = {
    ...aRecord({
      header: {
        caseNumber: read('CM88-1234567'),
        dateOfInjury: read('2017-02-01'),
        urDecisionDate: read('2018-02-27'),
        decisionDate: read('2018-04-11'),
      },
      patient: { age: read(37) },
      services: [{ ...aService({ request: 'Ankle brace', outcome: 'upheld' }), rationale: read('It is not needed.') }],
    }),
    reviewer: { specialties: read(['Sports Medicine']), licensedStates: missing('test') },
    clinicalSummary: read('The ankle was examined.'),
  }
  const around: Surroundings = { pages: [], loose: [], isLetter: true, layout: '2014', lostNumbers: [], told: [] }
  const rules = (change: Partial<CaseRecord>, more: Partial<Surroundings> = {}) =>
    checkRecord({ ...whole, ...change }, { ...around, ...more }).map((i) => i.rule)
  const header = (change: Partial<CaseRecord['header']>) => ({ header: { ...whole.header, ...change } })

  it('in which everything is there and fits has no issue', () => {
    expect(rules({})).toEqual([])
  })

  it.each<[Partial<CaseRecord>, Partial<Surroundings>, string]>([
    [header({ caseNumber: missing('test') }), {}, 'header.missing'],
    [header({ urDecisionDate: missing('test') }), {}, 'header.missing'],
    [header({ dateAssigned: { ...missing('test'), status: 'ambiguous' } }), {}, 'header.impossible-date'],
    [header({ dateAssigned: read('2018-04-12') }), {}, 'header.date-order'],
    [{ clinicalSummary: missing('test') }, {}, 'summary.missing'],
    [{ reviewer: { ...whole.reviewer, specialties: missing('test') } }, {}, 'reviewer.missing'],
    [{ services: [] }, {}, 'services.missing'],
    [{}, { layout: null }, 'document.unknown-layout'],
    [{}, { lostNumbers: [2] }, 'services.number-missing'],
    [{}, { told: [{ field: 'dateOfInjury', value: '2017-02-02', page: 1 }] }, 'header.differs-from-summary'],
    [{}, { loose: [{ page: 3, kind: 'other' }] }, 'document.unassigned-page'],
  ])('is told what it lacks or what does not fit: %#', (change, more, rule) => {
    expect(rules(change, more)).toEqual([rule])
  })

  it('may lack the dates that no decision rests on', () => {
    expect(rules(header({ dateAssigned: missing('test'), applicationReceived: missing('test') }))).toEqual([])
  })

  it.each([
    // Fourteen when hurt; a hundred years old.
    [15, []],
    [14, ['patient.age-differs']],
    [100, []],
    [101, ['patient.age-differs']],
  ])('of a patient of %i, hurt the year before: %j', (age, expected) => {
    expect(rules({ patient: { ...whole.patient, age: read(age) } })).toEqual(expected)
  })

  it('says how old the patient would have been, unless the age itself is hardly right', () => {
    const message = (age: number) =>
      checkRecord({ ...whole, patient: { ...whole.patient, age: read(age) } }, around)[0]?.message
    expect(message(14)).toContain('hurt at work at about 13')
    expect(message(13)).toContain('An age of 13')
    expect(message(101)).toContain('An age of 101')
  })
})

describe('two letters of one file', () => {
  const records = (numbers: readonly string[]) =>
    withDuplicates(
      splitLetters(aDocument(numbers.flatMap((n) => letterPages(n)))).map((l) => ({
        ...normalizeLetter(l),
        proposals: [],
      })),
    )

  it('with one case number are told of each other, and neither is taken without a look', () => {
    const found = records(['CM88-1234567', 'CM88-1234567'])
    expect(found.map((r) => r.issues.map((i) => i.rule))).toEqual([
      ['header.case-number-twice'],
      ['header.case-number-twice'],
    ])
    expect(found.map((r) => r.review.state)).toEqual(['needs-review', 'needs-review'])
  })

  it('with case numbers of their own are not', () => {
    expect(records(['CM88-1234567', 'CM88-7654321']).flatMap((r) => r.issues)).toEqual([])
  })
})
