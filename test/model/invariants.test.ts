import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  boxSchema,
  type CaseRecord,
  caseRecordSchema,
  type DecisionRequest,
  decisionRequest,
  extracted,
  fieldSchema,
  isoDateSchema,
  limitSchema,
  makeBox,
  makeRange,
  missing,
  type Service,
  unionBox,
} from '../../src/model/index.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'

const fraction = fc.double({ min: 0, max: 1, noNaN: true })

describe('a box', () => {
  it('cannot have its right left of its left, or its bottom above its top', () => {
    expect(() => makeBox(0.5, 0, 0.4, 1)).toThrow(RangeError)
    expect(() => makeBox(0, 0.5, 1, 0.4)).toThrow(RangeError)
    expect(() => makeBox(0, Number.NaN, 1, 1)).toThrow(RangeError)
    expect(boxSchema.safeParse([0.5, 0, 0.4, 1]).success).toBe(false)
  })

  it('is always one that the schema takes, inside the page', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, fraction, (a, b, c, d) => {
        const box = makeBox(Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d))
        expect(boxSchema.safeParse(box).success).toBe(true)
        expect(unionBox([box, makeBox(0.5, 0.5, 0.5, 0.5)])[2]).toBeGreaterThanOrEqual(0.5)
      }),
    )
    expect(makeBox(-0.1, 0, 1.2, 1)).toEqual([0, 0, 1, 1])
    expect(() => unionBox([])).toThrow(RangeError)
  })
})

describe('a field', () => {
  const schema = fieldSchema(isoDateSchema)

  it('that is missing has no value, and one that was extracted has one', () => {
    expect(schema.safeParse(missing('rule')).success).toBe(true)
    expect(schema.safeParse({ ...missing('rule'), value: '2014-02-03' }).success).toBe(false)
    expect(schema.safeParse({ ...read('2014-02-03'), value: null }).success).toBe(false)
  })

  it('of a date refuses a day that does not exist', () => {
    expect(schema.safeParse(read('2014-02-30')).success).toBe(false)
  })

  it('cannot be made without evidence or with a confidence outside 0..1', () => {
    const from = { raw: 'x', rule: 'r', evidence: [{ page: 1, box: makeBox(0, 0, 1, 1), text: 'x' }] }
    expect(() => extracted('x', { ...from, confidence: 1.1 })).toThrow(RangeError)
    expect(() => extracted('x', { ...from, evidence: [], confidence: 1 })).toThrow(RangeError)
  })
})

it('a range runs from its smaller to its larger number', () => {
  expect(makeRange(3)).toEqual([3, 3])
  expect(() => makeRange(3, 2)).toThrow(RangeError)
  expect(() => makeRange(-1)).toThrow(RangeError)
})

it('the excess of a limit is requested minus allowed and never below nothing', () => {
  expect(limitSchema.safeParse({ requested: [16, 16], allowed: [4, 6], unit: 'visits', excess: 10 }).success).toBe(true)
  expect(limitSchema.safeParse({ requested: [16, 16], allowed: [4, 6], unit: 'visits', excess: 12 }).success).toBe(
    false,
  )
})

it('a record with an error is never complete', () => {
  const error = { rule: 'page.unreadable', severity: 'error', message: 'page 1 could not be read', path: null, page: 1 }
  expect(caseRecordSchema.safeParse({ ...aRecord({}), issues: [error], status: 'complete' }).success).toBe(false)
})

describe('the decision request', () => {
  it('is blind: by type neither a case record nor a decided service fits it, and it carries nothing of what the letter decided', () => {
    expectTypeOf<CaseRecord>().not.toExtend<DecisionRequest>()
    expectTypeOf<Service>().not.toExtend<DecisionRequest['services'][number]>()
    expectTypeOf<DecisionRequest['services'][number]['outcome']>().toEqualTypeOf<undefined>()
    const record = aRecord({ services: [aService({ request: 'MRI of the left knee', outcome: 'overturned' })] })
    const text = JSON.stringify(decisionRequest(record))
    for (const word of ['overturned', 'rationale', 'Guideline']) expect(text).not.toContain(word)
  })
})
