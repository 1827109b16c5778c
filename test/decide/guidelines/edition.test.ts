import { describe, expect, it } from 'vitest'
import { dateOfService, inForce, statementsFor, timingOf } from '../../../src/decide/guidelines/edition.ts'
import { type Asked, aDecisionRequest, aRequested, library, type Told } from '../a-request.ts'

const editions = (id: string, told: Told, asked: Partial<Asked> = {}) => {
  const guideline = library.guidelines.find((g) => g.id === id)
  if (!guideline) throw new Error(id)
  const service = aRequested({ request: 'x', category: 'physical-therapy', ...asked })
  const timing = timingOf(aDecisionRequest(told), service)
  return statementsFor(guideline, service, timing, library).map(
    (d) => `${d.edition.id}${d.nearest ? ' (nearest)' : ''}`,
  )
}

describe('the edition of a guideline', () => {
  it.each([
    ['massage-myofascial', '2013-01-05', '2014-03-01', ['CP-2009', 'ACOEM-2004']],
    ['massage-myofascial', '2013-01-05', '2016-07-27', ['CP-2009', 'ACOEM-2004']],
    ['massage-myofascial', '2013-01-05', '2016-07-28', ['CP-2016', 'ACOEM-2004']],
    ['massage-myofascial', '2013-12-20', '2014-03-01', ['ACOEM-2004']],
    ['physical-therapy', '2016-09-20', '2016-11-01', ['ODG']],
    ['physical-therapy', '2016-01-20', '2016-11-01', ['CP-2016', 'ODG']],
    ['acupuncture', '2013-01-05', '2014-03-01', ['ACU-2007', 'ODG']],
    ['acupuncture', '2013-01-05', '2017-12-01', ['ACOEM-MTUS', 'ODG']],
    ['ppi-h2', '2016-09-20', '2016-11-01', ['CP-2016 (nearest)']],
  ])('%s, injured %s, reviewed %s: %j', (id, injured, reviewed, expected) => {
    expect(editions(id, { injured, reviewed })).toEqual(expected)
  })

  it('is that of the date of service before that of the review', () => {
    expect(
      editions(
        'massage-myofascial',
        { injured: '2013-01-05', reviewed: '2016-09-01' },
        { request: 'massage x6, DOS 6/30/16' },
      ),
    ).toEqual(['CP-2009', 'ACOEM-2004'])
  })

  it('is none without any date', () => {
    expect(editions('massage-myofascial', { injured: null, reviewed: null })).toEqual([])
  })

  it('speaks only for the regions that it names', () => {
    expect(editions('chiropractic', {}, { regions: ['knee'] })).toEqual([])
    expect(editions('chiropractic', {}, { regions: ['low-back'] })).toEqual(['CP-2009'])
    expect(editions('chiropractic', {}, { regions: ['neck'] })).toEqual(['ODG'])
  })
})

describe('dates', () => {
  it.each([
    ['Retro urine drug screen DOS 7/10/2015', '2015-07-10'],
    ['Naproxen, date of service: 07-10-15', '2015-07-10'],
    ['MRI, DOS 2/30/2015', null],
    ['X-ray of the wrist, DOS: January 5, 2015', '2015-01-05'],
    ['Retrospective urine drug test, dates of service: 3 March 2014 and later', '2014-03-03'],
    ['Walker, DOS O7/10/2015', '2015-07-10'],
    ['MRI 7/10/2015', null],
  ])('date of service in “%s”: %s', (text, expected) => {
    expect(dateOfService(text)).toBe(expected)
  })

  it('counts no days when the injury lies after the review', () => {
    expect(
      timingOf(aDecisionRequest({ injured: '2016-01-01' }), aRequested({ request: 'x', category: 'other' }))
        .daysSinceInjury,
    ).toBeNull()
  })

  it('has an edition in force from its first to its last day', () => {
    const edition = library.editions.get('CP-2009')
    if (!edition) throw new Error('no CP-2009')
    expect(['2009-07-17', '2009-07-18', '2016-07-27', '2016-07-28'].map((d) => inForce(edition, d))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
