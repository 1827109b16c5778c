import { describe, expect, it } from 'vitest'
import { valueOfWords } from '../../src/normalize/index.ts'

const of = (place: string, rows: string | readonly string[], isScan = true) =>
  valueOfWords(place, { rows: [rows].flat(), isScan, notAfter: '2018-04-11' })

describe('words that a person chooses on a page', () => {
  it.each([
    ['header.caseNumber', 'Case Number: CM88-l234567', 'CM88-1234567'],
    ['header.decisionDate', '04/1l/2018', '2018-04-11'],
    ['header.dateOfInjury', '2-1-17', '2017-02-01'],
    ['header.claimNumber', ': WC-1234 567', 'WC-1234 567'],
    ['header.priority', 'Standa1d', 'standard'],
    ['patient.age', 'a 37-year-old', 37],
    ['patient.age', '37', 37],
    ['patient.age', '(forty-two)', 42],
    ['patient.sex', 'wornan', 'female'],
    ['patient.sex', 'He', 'male'],
    ['services.outcome', 'Uphe1d', 'upheld'],
    ['services.outcome', 'The request is medically necessary.', 'overturned'],
    ['services.request', '2) Physical therapv 2x4: Upheld', 'Physical therapy 2x4'],
    ['services.category', 'Physical therapy', 'physical-therapy'],
    ['services.laterality', 'left knee', 'left'],
    ['diagnoses.text', '1. Lumbar sprain (847.2),', 'Lumbar sprain'],
    ['diagnoses.region', 'Lumbar sprain', 'low-back'],
  ])('are for %s: %s', (place, words, value) => {
    expect(of(place, words)).toBe(value)
  })

  it('may stand in several rows, and give lists, amounts and drugs', () => {
    expect(of('reviewer.specialties', ['Sports Medicine, Physical Medicine &', 'Rehabilitation'])).toEqual([
      'Sports Medicine',
      'Physical Medicine & Rehabilitation',
    ])
    expect(of('reviewer.licensedStates', 'Utah, New Mexico')).toEqual(['Utah', 'New Mexico'])
    expect(of('services.frequency', '2 times a week for 4 weeks')).toMatchObject({ visits: [8, 8] })
    expect(of('services.drug', 'Norco 10/325 mg #60')).toMatchObject({ quantity: 60 })
    expect(of('services.rationale', ['The joint', 'is loose.'])).toBe('The joint is loose.')
  })

  it('are nothing where they are no such value; a text layer is taken as it is printed', () => {
    expect([
      of('header.decisionDate', 'soon'),
      of('patient.age', 'old'),
      of('services.outcome', 'maybe'),
      of('header.caseNumber', ' '),
    ]).toEqual([null, null, null, null])
    expect(of('services.request', 'Physical therapv', false)).toBe('Physical therapv')
  })
})
