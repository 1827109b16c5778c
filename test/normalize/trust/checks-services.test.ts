import { describe, expect, it } from 'vitest'
import { missing, type Service } from '../../../src/model/index.ts'
import { serviceIssues } from '../../../src/normalize/trust/checks-services.ts'
import { aService, read } from '../../fixtures/records.ts'

/** A service in which everything fits. */
const sound: Service = {
  ...aService({ request: 'Aquatic therapy 6 visits', outcome: 'upheld' }),
  rationale: read('The request is not medically necessary.'),
}
const rules = (change: Partial<Service>, summary = 'The ankle was examined.') =>
  serviceIssues({ ...sound, ...change }, 0, read(summary)).map((i) => i.rule)

describe('a service', () => {
  it('in which everything fits has no issue', () => {
    expect(rules({})).toEqual([])
  })

  it.each<[keyof Service, string]>([
    ['request', 'service.no-request'],
    ['outcome', 'service.no-outcome'],
    ['rationale', 'service.no-rationale'],
  ])('without its %s is told of', (what, rule) => {
    expect(rules({ [what]: missing('test') })).toEqual([rule])
  })

  it('whose outcome could not be read where it is stated is told of', () => {
    expect(rules({ outcome: { ...read('upheld' as const), status: 'ambiguous' } })).toEqual([
      'service.outcome-not-stated',
    ])
  })

  it.each([
    ['10 visits', '4 visits', []],
    ['12 visits', '4 visits', ['service.split-arithmetic']],
    ['8 visits', '4 visits', ['service.split-arithmetic']],
    // What states no count, or several, says nothing against the others.
    ['visits', '4 visits', []],
    ['12 visits', 'some visits', []],
    ['12 visits and 3 treatments', '4 visits', []],
    ['#12', '4 sessions', ['service.split-arithmetic']],
  ])('of which %s were asked for, %s approved and 6 are left: %j', (original, authorized, expected) => {
    expect(rules({ original: read(original), authorized: read(authorized) })).toEqual(expected)
  })

  it.each([
    ['left', ['ankle'], 'The right ankle is stiff.', ['service.side-differs']],
    ['left', ['ankle'], 'The left ankle is stiff.', []],
    ['left', ['ankle'], 'The right ankle is stiff. The left ankle is not.', []],
    ['left', ['ankle'], 'The right ankle and the right knee are stiff.', []],
    ['left', ['ankle', 'knee'], 'The right ankle is stiff.', []],
    ['left', [], 'The right ankle is stiff.', []],
    ['bilateral', ['ankle'], 'The right ankle is stiff.', []],
    [null, ['ankle'], 'The right ankle is stiff.', []],
  ] as const)(
    'for the side %s of %j, of which the summary tells “%s”: %j',
    (laterality, regions, summary, expected) => {
      expect(rules({ laterality, regions }, summary)).toEqual(expected)
    },
  )
})
