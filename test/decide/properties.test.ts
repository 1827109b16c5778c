import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propose } from '../../src/decide/index.ts'
import {
  type Category,
  categorySchema,
  type DecisionRequest,
  proposalSchema,
  regionSchema,
} from '../../src/model/index.ts'
import { type Asked, aDecisionRequest, library } from './a-request.ts'

/** Words that the rules listen for, in any order: sentences no letter has, and some that it could have. */
const words = fc.constantFrom(
  ...'no not denies without positive negative decreased sensation motor strength 4/5 5/5 L5-S1 C6 straight leg raise numbness and or but was were completed 6 twelve (12) sessions of physical therapy acupuncture failed conservative care gastritis naproxen surgery planned utilization review denied on 5/6/15 , ; . “ ” ( ) % # status post meniscectomy knee shoulder neuropathic gabapentin functional improvement'.split(
    ' ',
  ),
)
const summary = fc.array(words, { maxLength: 60 }).map((w) => w.join(' '))
const day = fc
  .date({ min: new Date('2003-01-01'), max: new Date('2024-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10))
const wording = fc.oneof(
  fc.constantFrom(...library.guidelines.flatMap((g) => g.names)),
  fc.string({ minLength: 1, maxLength: 40 }).filter((s) => s.trim() !== ''),
)
const asked: fc.Arbitrary<Asked> = fc
  .record({
    request: wording,
    category: fc.constantFrom(...categorySchema.options) as fc.Arbitrary<Category>,
    regions: fc.uniqueArray(fc.constantFrom(...regionSchema.options), { maxLength: 3 }),
    visits: fc.option(fc.nat(60)),
    openEnded: fc.boolean(),
    days: fc.option(fc.nat(400)),
    quantity: fc.option(fc.integer({ min: 1, max: 400 })),
    parentSequence: fc.option(fc.integer({ min: 1, max: 4 })),
    authorized: fc.option(fc.constantFrom('6 sessions', 'x', '2x3')),
  })
  .map(({ visits, days, quantity, authorized, ...rest }) => ({
    ...rest,
    openEnded: rest.openEnded && visits === null,
    ...(visits === null ? {} : { visits }),
    ...(days === null ? {} : { frequency: { duration: [days, days] as const, durationUnit: 'day' as const } }),
    ...(authorized === null ? {} : { authorized, original: '12 sessions' }),
    drug:
      quantity === null
        ? null
        : {
            name: rest.request,
            strength: '5%',
            quantity,
            refills: 1,
            ingredients: [{ name: rest.request, strength: '0.05%' }],
          },
  }))
const request: fc.Arbitrary<DecisionRequest> = fc
  .record({
    summary,
    injured: fc.option(day),
    reviewed: fc.option(day),
    age: fc.integer({ min: 0, max: 120 }),
    services: fc.array(asked, { maxLength: 4 }),
  })
  .map(({ services, summary: text, ...told }) =>
    aDecisionRequest({ ...told, ...(text === '' ? {} : { summary: text }) }, ...services),
  )

describe('proposals for any request', () => {
  it('are one a service, in their order, and fit the schema; a reason is always given', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const proposals = propose(asked, library)
        expect(proposals.map((p) => p.sequence)).toEqual(asked.services.map((s) => s.sequence))
        for (const proposal of proposals) {
          expect(proposalSchema.safeParse(proposal).error).toBeUndefined()
          expect(proposal.rationale.length).toBeGreaterThan(20)
          expect(proposal.rationale).not.toMatch(/undefined|null|NaN|\[object/)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('are the same for the same request', () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(propose(asked, library)).toEqual(propose(asked, library))
      }),
      { numRuns: 60 },
    )
  })

  it('never support a request more for being larger', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), summary, (a, b, text) => {
        const support = (visits: number) =>
          propose(
            aDecisionRequest(
              { summary: `${text} .` },
              { request: 'massage', category: 'massage', visits, regions: ['knee'] },
            ),
            library,
          )[0]?.support ?? -1
        expect(support(Math.max(a, b))).toBeLessThanOrEqual(support(Math.min(a, b)))
      }),
      { numRuns: 60 },
    )
  })

  it('are adverse only with a reason: a limit exceeded, a criterion not met, an amount missing, or a guideline against it', () => {
    fc.assert(
      fc.property(request, (asked) => {
        for (const p of propose(asked, library)) {
          if (p.proposal !== 'upheld') continue
          const { frequency } = asked.services.find((s) => s.sequence === p.sequence) ?? {
            frequency: { openEnded: false },
          }
          const excess = (p.limit?.excess ?? 0) > 0
          const against = p.criteria.some((c) => c.result === 'not-met')
          const said = /does not recommend|goes beyond 24 visits/.test(p.rationale)
          expect(frequency.openEnded || excess || against || said, p.rationale).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
