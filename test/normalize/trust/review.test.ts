import { describe, expect, it } from 'vitest'
import type { CaseRecord, Service } from '../../../src/model/index.ts'
import { reviewOf } from '../../../src/normalize/trust/review.ts'
import { aDrug, aFrequency, aRecord, aService, read } from '../../fixtures/records.ts'

const sure = { confidence: 0.99 }

/** A record of which everything that matters was read well, but for `change` of its service. */
function letter(change: Partial<Service> = {}, diagnosis = 0.99): CaseRecord {
  const service: Service = {
    ...aService({ request: 'Norco 10/325mg #60', outcome: 'upheld' }),
    request: read('Norco 10/325mg #60', sure),
    category: read('drug-opioid', sure),
    outcome: read('upheld', sure),
    frequency: aFrequency(sure),
    drug: aDrug({ name: 'Norco', ...sure }),
    ...change,
  }
  const record = aRecord({
    header: {
      caseNumber: read('CM14-9900001', sure),
      dateOfInjury: read('2013-05-06', sure),
      urDecisionDate: read('2014-01-02', sure),
      decisionDate: read('2014-03-04', sure),
    },
    patient: { age: read(44, sure) },
    diagnoses: ['lumbar sprain'],
    services: [service],
  })
  const [first] = record.diagnoses
  return {
    ...record,
    clinicalSummary: read('A summary.', sure),
    diagnoses: first ? [{ ...first, text: read('lumbar sprain', { confidence: diagnosis }) }] : [],
  }
}

describe('a letter that nobody looks at', () => {
  it('names the fields that it vouches for', () => {
    expect(reviewOf(letter())).toEqual({
      state: 'auto-accepted',
      reasons: [],
      vouched: [
        'header.caseNumber',
        'header.dateOfInjury',
        'header.urDecisionDate',
        'header.decisionDate',
        'patient.age',
        'clinicalSummary',
        'diagnoses[0].text',
        'services[0].request',
        'services[0].category',
        'services[0].outcome',
        'services[0].frequency',
        'services[0].drug',
      ],
    })
  })

  it.each<[string, CaseRecord]>([
    ['services[0].frequency', letter({ frequency: aFrequency({ confidence: 0.6 }) })],
    ['services[0].drug', letter({ drug: aDrug({ name: 'Norco', confidence: 0.6 }) })],
    ['services[0].category', letter({ category: read('drug-opioid', { confidence: 0.6 }) })],
    ['diagnoses[0].text', letter({}, 0.6)],
  ])('is sure of %s', (path, record) => {
    expect(reviewOf(record)).toEqual({
      state: 'needs-review',
      reasons: [`${path} was read with little confidence.`],
      vouched: [],
    })
  })

  it('states a diagnosis', () => {
    expect(reviewOf({ ...letter(), diagnoses: [] }).reasons).toEqual(['No diagnosis was found.'])
  })
})
