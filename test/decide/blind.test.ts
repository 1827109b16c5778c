import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { propose } from '../../src/decide/index.ts'
import {
  type CaseRecord,
  type DecisionRequest,
  decisionRequest,
  type Outcome,
  type Service,
} from '../../src/model/index.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'
import { library } from './a-request.ts'

const service = (outcome: Outcome, text = 'nothing') => ({
  ...aService({ request: 'Physical therapy 12 visits', outcome }),
  rationale: read(text),
  reviewerGuideline: read(text),
  claimsAdministratorGuideline: read(text),
})

describe('the decision stage', () => {
  it('cannot be given a case record, a service with its outcome, or the words of the decision', () => {
    expectTypeOf<Parameters<typeof propose>[0]>().toEqualTypeOf<DecisionRequest>()
    expectTypeOf<CaseRecord>().not.toExtend<DecisionRequest>()
    expectTypeOf<Service>().not.toExtend<DecisionRequest['services'][number]>()
    const record = aRecord({ services: [service('upheld')] })
    const blind = decisionRequest(record)
    // @ts-expect-error a whole case record is refused
    const whole: DecisionRequest = record
    // @ts-expect-error services that say how they were decided are refused
    const decided: DecisionRequest = { ...blind, services: record.services }
    // @ts-expect-error the outcome of the case is refused
    const outcome: DecisionRequest = { ...blind, outcome: 'upheld' }
    expect([whole, decided, outcome]).toHaveLength(3)
    for (const asked of blind.services) {
      expectTypeOf(asked.outcome).toEqualTypeOf<undefined>()
      expectTypeOf(asked.rationale).toEqualTypeOf<undefined>()
      expectTypeOf(asked.reviewerGuideline).toEqualTypeOf<undefined>()
      expectTypeOf(asked.claimsAdministratorGuideline).toEqualTypeOf<undefined>()
    }
  })

  it('is handed nothing of the decision: no key, no text', () => {
    const secret = 'a text that only the decision holds'
    expect(JSON.stringify(decisionRequest(aRecord({ services: [service('overturned', secret)] })))).not.toMatch(
      /only the decision|"outcome"|"rationale"|Guideline"/,
    )
  })

  it('proposes the same whatever the letter decided and why', () => {
    const header = { urDecisionDate: read('2015-05-06'), dateOfInjury: read('2013-03-04') }
    const proposed = (s: Service) => propose(decisionRequest(aRecord({ header, services: [s] })), library)
    const plain = proposed(service('upheld'))
    fc.assert(
      fc.property(fc.constantFrom<Outcome>('upheld', 'overturned'), fc.string({ minLength: 1 }), (outcome, text) => {
        expect(proposed(service(outcome, text))).toEqual(plain)
      }),
    )
  })
})
