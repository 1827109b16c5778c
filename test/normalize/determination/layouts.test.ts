import { describe, expect, it } from 'vitest'
import { caseRecordSchema } from '../../../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../../../src/normalize/index.ts'
import { aDocument, decisionRows, letterPages, serviceRows, summaryRows } from '../../fixtures/letters.ts'

const read = (...pages: readonly (readonly string[])[]) => {
  const [letter] = splitLetters(aDocument(pages))
  if (!letter) throw new Error('no letter')
  return caseRecordSchema.parse({ ...normalizeLetter(letter), proposals: [] })
}

const review = (requests: readonly string[], rationales: readonly string[]) => [
  'MEDICAL PROFESSIONAL REVIEW',
  'Date of Determination: 09/18/2013',
  'IMR Case Number: CM13-0000077',
  'Date of Injury: 6/21/2011',
  'Date of UR Decision: 7/11/2013',
  '',
  'ISSUE AT DISPUTE',
  ...requests,
  '',
  'CASE SUMMARY',
  'The employee is a 37-year-old male with a strain of the shoulder.',
  '',
  'MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY',
  'The Claims Administrator cited the shoulder chapter.',
  'The Professional Reviewer relied on the pain guideline.',
  '',
  'RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE WAS NOT MEDICALLY NECESSARY',
  ...rationales,
  '',
  'MEDICAL REVIEWER QUALIFICATIONS',
  'The reviewer is Board Certified in Family Medicine and is licensed to practice in Iowa.',
]

describe('the generation of a letter', () => {
  it('is told by the weight of its signs', () => {
    expect(read(...letterPages()).document.layout).toBe('2016')
    expect(read(review(['A sling'], ['It is not needed.'])).document.layout).toBe('2013-professional-review')
  })

  it('is told when its title is lost', () => {
    const [, ...rest] = review(['A sling'], ['It is not needed.'])
    expect(read(['MEDICA1 PR0FE', ...rest]).document.layout).toBe('2013-professional-review')
  })

  it('is not told by one sentence that resembles another generation’s title', () => {
    const [first = [], second = []] = letterPages()
    const record = read(first, [
      ...second,
      'Notice of Independent Medical Review Determination was sent to all parties by mail.',
    ])
    expect(record.document.layout).toBe('2016')
    expect(record.services).toHaveLength(2)
  })

  it('that nobody knows is read as far as possible and goes to a person, not to an exception', () => {
    const record = read([
      'OUTCOME OF REVIEW',
      'Case Number: CM19-0000003',
      'Date of Injury: 02/03/2018',
      'UR Denial Date: 04/05/2019',
      'The worker is a 50-year-old woman with a sprain of the ankle.',
      'Ankle brace, right: Upheld',
      'Rationale: The joint is stable. The brace is not medically necessary.',
    ])
    expect(record.document.layout).toBeNull()
    expect(record.header.caseNumber.value).toBe('CM19-0000003')
    expect(record.services.map((s) => [s.request.value, s.outcome.value])).toEqual([['Ankle brace, right', 'upheld']])
    expect(record.issues.map((i) => i.rule)).toContain('document.unknown-layout')
    expect(record.review.state).toBe('needs-review')
  })
})

describe('decisions in forms of their own', () => {
  const services = (...rows: readonly string[]) =>
    read([...summaryRows, ...decisionRows, ...rows]).services.map((s) => [s.request.value, s.outcome.value])

  it('are read where the outcome has a row of its own and the request a number', () => {
    const read = services(
      'Issue 1: Left shoulder arthroscopy',
      'Decision: Overturned',
      'Claims Administrator guideline: The shoulder chapter.',
      'Rationale: A tear is on the MRI. The surgery is medically necessary.',
      '',
      'Issue 2 of 2: Cold unit, 14 day rental',
      'Determination: The denial is UPHELD.',
      'Rationale: It was overturned for another employee; here it is not medically necessary.',
    )
    expect(read).toEqual([
      ['Left shoulder arthroscopy', 'overturned'],
      ['Cold unit, 14 day rental', 'upheld'],
    ])
  })

  it('whose numbers leave one out are told of', () => {
    const issues = (...numbers: readonly number[]) => {
      const rows = numbers.flatMap((n) =>
        serviceRows(`${n}. Brace for joint ${n}: Upheld`, 'It is not medically necessary.'),
      )
      return read([...summaryRows, ...decisionRows, ...rows]).issues.map((i) => i.message)
    }
    const said = "The letter's list of services has no number 3 as read."
    expect(issues(1, 2, 4)).toContain(said)
    expect(issues(1, 2, 3, 4)).not.toContain(said)
  })

  it('are read where they stand before the summary', () => {
    const record = read([
      'OUTCOME OF REVIEW',
      'Case Number: CM19-0000003',
      'Date of Injury: 02/03/2018',
      '1. Lumbar MRI without contrast',
      '   Determination: The denial is OVERTURNED.',
      'SUMMARY OF THE CASE',
      'The worker is a 38 year old man with a sprain of the back.',
    ])
    expect(record.services.map((s) => [s.request.value, s.outcome.value])).toEqual([
      ['Lumbar MRI without contrast', 'overturned'],
    ])
    expect(record.review.state).toBe('needs-review')
  })

  it('whose last sentence denies them in other words are not said to contradict themselves', () => {
    for (const reason of [
      'The surgery is not needed, so none of the associated services are medically necessary.',
      'The brace has not been shown to be what is medically necessary.',
    ]) {
      const record = read([...summaryRows, ...decisionRows, ...serviceRows('Knee brace: Upheld', reason)])
      expect(record.issues.map((i) => i.rule)).not.toContain('service.outcome-differs')
    }
  })
})

describe('a notice of 2013', () => {
  it('ends its last rationale before the signature, and knows its summary by the reviewer’s heading', () => {
    const record = read([
      'Notice of Independent Medical Review Determination',
      'Dated: 11/05/2013',
      'IMR Case Number: CM13-0000042     Date of Injury: 4/3/2011',
      '1) MAXIMUS Federal Services, Inc. has determined the request for a knee brace is not',
      'medically necessary and appropriate.',
      'Expert Reviewer Case Summary:',
      'The employee is a 52-year-old male with a sprain of the knee.',
      '1) Regarding the request for a knee brace:',
      'Rationale for the Decision:',
      'The knee is stable. The request for a knee brace is not medically necessary and appropriate.',
      'Sincerely,',
      'Medical Director',
    ])
    expect(record.patient.age.value).toBe(52)
    expect(record.services[0]?.rationale.value).toMatch(/necessary and appropriate\.$/)
  })
})

describe('a professional review of 2013', () => {
  it('has its request under its heading and its outcome in the heading of the reasons', () => {
    const [service, ...others] = read(review(['A sling for the left shoulder'], ['It is not needed.'])).services
    expect(others).toEqual([])
    expect([service?.request.value, service?.outcome.value, service?.rationale.value]).toEqual([
      'A sling for the left shoulder',
      'upheld',
      'It is not needed.',
    ])
    expect(service?.claimsAdministratorGuideline.value).toBe('The Claims Administrator cited the shoulder chapter.')
    expect(service?.reviewerGuideline.value).toBe('The Professional Reviewer relied on the pain guideline.')
  })

  it('of several requests gives each its own reasons, or all of them the reasons that they share', () => {
    const requests = ['1. A sling for the left shoulder', '2. Six visits of physical', 'therapy for the shoulder']
    const own = read(review(requests, ['1. It is stable.', '2. Six visits were made before.']))
    expect(own.services.map((s) => [s.request.value, s.rationale.value])).toEqual([
      ['A sling for the left shoulder', 'It is stable.'],
      ['Six visits of physical therapy for the shoulder', 'Six visits were made before.'],
    ])
    const shared = read(review(requests, ['Neither would help.']))
    expect(shared.services.map((s) => s.rationale.value)).toEqual(['Neither would help.', 'Neither would help.'])
    expect(shared.services.map((s) => s.outcome.value)).toEqual(['upheld', 'upheld'])
  })
})

describe('a review whose headings are questions', () => {
  const requests = (...rows: readonly string[]) =>
    read(review(rows, ['It is stable.'])).services.map((s) => [s.request.value, s.outcome.value])

  it.each([
    ['Is the request for a sling for the left shoulder medically necessary?', 'a sling for the left shoulder'],
    ['Whether the request for two visits of massage is medically necessary and appropriate.', 'two visits of massage'],
    ['Whether or not a cervical pillow was medically necessary', 'a cervical pillow'],
    ['Was the retrospective request for a wrist splint medically necessary for this employee?', 'a wrist splint'],
    [
      'Are the requested eight visits of aquatic therapy considered medically appropriate?',
      'eight visits of aquatic therapy',
    ],
    ['ls the request f0r a wa1ker medica1ly necessary?', 'a wa1ker'],
    ['A sling, to see whether it helps', 'A sling, to see whether it helps'],
  ])('asks for what it asks about: %s', (heading, request) => expect(requests(heading)).toEqual([[request, 'upheld']]))

  it('may ask several', () =>
    expect(
      requests(
        'Is the request for a sling medically necessary?',
        'Is the request for a cold unit, 7 day rental,',
        'medically necessary?',
      ),
    ).toEqual([
      ['a sling', 'upheld'],
      ['a cold unit, 7 day rental', 'upheld'],
    ]))

  it('tells what was approved of a request before', () => {
    const [service] = read(
      review(
        [
          'Twelve visits of acupuncture was the original request. Four visits were authorized by the Claims',
          'Administrator. Is the remaining portion of the original request, eight visits, medically necessary?',
        ],
        ['It is stable.'],
      ),
    ).services
    expect([service?.original?.value, service?.authorized?.value, service?.request.value]).toEqual([
      'Twelve visits of acupuncture',
      'Four visits',
      'eight visits',
    ])
  })

  it('is read where the reasons stand under each question, and asks a person about outcomes that are said in sentences only', () => {
    const record = read([
      'MEDICAL PROFESSIONAL REVIEW',
      'IMR Case Number: CM13-0000078',
      'Date of Determination: 09/18/2013',
      'CASE SUMMARY',
      'The employee is a 41-year-old female who fell at work on March 3, 2011 and sprained the ankle.',
      'The utilization review decision of August 5, 2013 denied both.',
      'IMR DECISION(S) AND RATIONALE(S)',
      '1. Is the request for an ankle brace medically necessary?',
      'The joint is loose on examination. The ankle brace is medically necessary.',
      '2. Whether the request for an MRI of the ankle is medically necessary.',
      'No change is told since the last study. The MRI is not medically necessary.',
    ])
    expect(record.services.map((s) => [s.request.value, s.outcome.value, s.rationale.value])).toEqual([
      ['an ankle brace', 'overturned', 'The joint is loose on examination. The ankle brace is medically necessary.'],
      ['an MRI of the ankle', 'upheld', 'No change is told since the last study. The MRI is not medically necessary.'],
    ])
    expect([record.header.dateOfInjury.value, record.header.urDecisionDate.value]).toEqual(['2011-03-03', '2013-08-05'])
    expect(record.review.state).toBe('needs-review')
  })
})

describe('a mailed letter', () => {
  const under = [
    'INDEPENDENT MEDICAL REVIEW',
    'P.O. Box 990000',
    'IMR Case Number: CM88-1234567',
    'Dear Injured Worker:',
    'The Final Determination is enclosed. Of the disputed items one stays denied.',
    'Sincerely,',
    'Medical Director',
    'cc: the claims administrator',
  ]

  it('has its header read behind the page that it was mailed under', () => {
    const record = read(under, ...letterPages(), [
      'PROOF OF SERVICE',
      'Mailed on 04/11/2018. IMR Case Number: CM88-1234567',
    ])
    expect(record.header.decisionDate.value).toBe('2018-04-11')
    expect(record.header.urDecisionDate.value).toBe('2018-02-27')
    expect(record.services).toHaveLength(2)
  })

  it('is no reason for a review by its cover and its proof of service alone', () => {
    const record = read(['FAX COVER SHEET', 'To whom it may concern'], ...letterPages(), [
      'PROOF OF SERVICE',
      'Mailed.',
    ])
    const sheets = record.issues.filter((i) => i.rule === 'document.unassigned-page')
    expect(sheets.map((i) => [i.page, i.severity])).toEqual([
      [1, 'info'],
      [4, 'info'],
    ])
  })
})

describe('a letter of 2014', () => {
  it('is known without a header, by its headings', () => {
    const record = read([
      '                 HOW THE IMR FINAL DETERMINATION WAS MADE',
      'The expert reviewer is Board Certified in Family Medicine and is licensed to practice in Oregon.',
      ...summaryRows,
      ...decisionRows,
      ...serviceRows('LUMBAR BRACE: Upheld', 'The request is not medically necessary.'),
    ])
    expect(record.document.layout).toBe('2014')
  })
})
