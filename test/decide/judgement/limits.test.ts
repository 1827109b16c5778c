import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statementsFor, timingOf } from '../../../src/decide/guidelines/edition.ts'
import { authorizedVisits, compareLimit, type LimitContext } from '../../../src/decide/judgement/limits.ts'
import { limitSchema } from '../../../src/model/index.ts'
import { describeRequest } from '../../../src/normalize/determination/request/index.ts'
import { type Asked, aDecisionRequest, aDiagnosis, aRequested, library, type Told } from '../a-request.ts'

const context: LimitContext = { diagnoses: [], earlier: null, improved: false, operation: null, library }

function limitOf(id: string, asked: Asked, more: Partial<LimitContext> = {}, told: Told = {}) {
  const guideline = library.guidelines.find((g) => g.id === id)
  if (!guideline) throw new Error(id)
  const service = aRequested(asked)
  const dated = statementsFor(guideline, service, timingOf(aDecisionRequest(told), service), library)
  return compareLimit(service, dated, { ...context, ...more })
}
const massage = (visits: number | readonly [number, number]): Asked => ({
  request: 'massage',
  category: 'massage',
  visits,
})
const therapy = (visits: number): Asked => ({ request: 'physical therapy', category: 'physical-therapy', visits })

describe('a limit', () => {
  it('compares visits with visits and tells the excess', () => {
    expect(limitOf('massage-myofascial', massage(16))?.limit).toEqual({
      requested: [16, 16],
      allowed: [4, 6],
      unit: 'visits',
      excess: 10,
    })
    expect(limitOf('massage-myofascial', massage([4, 6]))?.limit.excess).toBe(0)
  })

  it('comes from the next guideline where the first states none', () => {
    const found = limitOf('work-conditioning-hardening', {
      request: 'work hardening',
      category: 'work-hardening',
      visits: 12,
    })
    expect(found?.limit).toEqual({ requested: [12, 12], allowed: [10, 10], unit: 'visits', excess: 2 })
    expect(found?.dated.edition.id).toBe('ODG')
    expect(found?.overWeeks).toEqual([8, 8])
  })

  it('goes by the patient’s condition', () => {
    const allowed = (diagnosis: string) =>
      limitOf('physical-therapy', therapy(6), { diagnoses: [aDiagnosis(diagnosis)] })?.limit.allowed
    expect(allowed('complex regional pain syndrome of the hand')).toEqual([24, 24])
    expect(allowed('lumbar radiculopathy')).toEqual([8, 10])
    expect(allowed('knee sprain')).toEqual([9, 10])
  })

  it('does not go by a diagnosis that was ruled out', () => {
    const diagnoses = [aDiagnosis('complex regional pain syndrome', 'ruled-out')]
    expect(limitOf('physical-therapy', therapy(6), { diagnoses })?.limit.allowed).toEqual([9, 10])
  })

  it('counts what utilization review authorized and what was had before', () => {
    const asked: Asked = { ...therapy(6), original: 'physical therapy 12 sessions', authorized: '6 sessions' }
    const earlier = { kind: 'counted', count: 4, evidence: [] } as const
    const found = limitOf('physical-therapy', asked, { earlier, improved: true })
    expect(found).toMatchObject({ authorized: 6, earlier: 4, limit: { requested: [16, 16], excess: 6 } })
  })

  it('reckons what was authorized from the original when it is not stated', () => {
    expect(authorizedVisits(aRequested({ ...therapy(6), original: 'therapy 2x5', authorized: 'a part of it' }))).toBe(4)
    expect(authorizedVisits(aRequested(therapy(6)))).toBe(0)
    // What was asked for is all that is left: no visit was approved.
    expect(authorizedVisits(aRequested({ ...therapy(6), original: '6 sessions', authorized: 'none' }))).toBe(0)
  })

  it('is that of a first trial until an improvement is on record', () => {
    const asked: Asked = { request: 'chiropractic', category: 'chiropractic', visits: 12, regions: ['low-back'] }
    expect(limitOf('chiropractic', asked)).toMatchObject({ of: 'trial', limit: { allowed: [6, 6], excess: 6 } })
    expect(limitOf('chiropractic', asked, { improved: true })).toMatchObject({
      of: 'course',
      limit: { allowed: [18, 18], excess: 0 },
    })
  })

  it('compares the length of a rental in days and of a drug by how long the tablets last', () => {
    const tens: Asked = {
      request: 'TENS unit 2 month rental',
      category: 'electrotherapy',
      frequency: { duration: [2, 2], durationUnit: 'month' },
    }
    expect(limitOf('tens', tens)).toMatchObject({
      limit: { requested: [61, 61], allowed: [30, 30], unit: 'days', excess: 31 },
      authorized: 0,
      earlier: 0,
    })
    const drug = { name: 'Flexeril', strength: '10mg', quantity: 90, refills: null, ingredients: [] }
    const flexeril: Asked = { request: 'Flexeril 10mg one tid #90', category: 'drug-muscle-relaxant', drug }
    expect(limitOf('muscle-relaxants', flexeril)?.limit).toMatchObject({
      requested: [4, 4],
      allowed: [2, 3],
      unit: 'weeks',
      excess: 1,
    })
    expect(limitOf('muscle-relaxants', { ...flexeril, request: 'Flexeril 10mg #90' })).toBeNull()
  })

  it('and the wording of a drug reckon alike how long a filling lasts', () => {
    const request = 'Cyclobenzaprine 7.5mg 2 tabs bid #60'
    const { drug, frequency } = describeRequest(request, { associated: false })
    expect(frequency.reading).toContain('15 days a filling')
    const asked: Asked = { request, category: 'drug-muscle-relaxant', drug }
    expect(limitOf('muscle-relaxants', asked)?.limit).toMatchObject({ requested: [2, 2], allowed: [2, 3], excess: 0 })
    const ranged: Asked = { ...asked, request: 'Cyclobenzaprine 7.5mg 1 tab every 6-8 hours #60' }
    expect(limitOf('muscle-relaxants', ranged)?.limit.requested).toEqual([2, 3])
  })

  it('always has the excess that the model’s schema asks for', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(40), fc.boolean(), (a, b, count, improved) => {
        const found = limitOf('massage-myofascial', massage([Math.min(a, b), Math.max(a, b)]), {
          earlier: { kind: 'counted', count, evidence: [] },
          improved,
        })
        expect(limitSchema.safeParse(found?.limit).success).toBe(true)
        expect(found?.limit.excess).toBe(Math.max(0, Math.max(a, b) + count - 6))
      }),
    )
  })
})
