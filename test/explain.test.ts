import { describe, expect, it } from 'vitest'
import { explain, NoSuchField } from '../src/explain.ts'
import { caseRecordSchema } from '../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../src/normalize/index.ts'
import { aDocument, letterPages } from './fixtures/letters.ts'

const record = caseRecordSchema.parse({
  ...splitLetters(aDocument(letterPages())).map((letter) => normalizeLetter(letter))[0],
  proposals: [],
})

describe('explaining a record', () => {
  it('tells of every value its page, its box, the text as read and the rule', () => {
    const all = explain(record)
    expect(all.map((e) => e.path)).toEqual(
      expect.arrayContaining(['header.dateOfInjury', 'patient.age', 'services[0].frequency', 'services[0].outcome']),
    )
    for (const e of all.filter((e) => e.status === 'extracted')) {
      expect(e.evidence.length, e.path).toBeGreaterThan(0)
      expect(e.rule, e.path).toBeTruthy()
      for (const { page, box } of e.evidence) {
        expect(page).toBeGreaterThan(0)
        expect(box[0] < box[2] && box[1] < box[3]).toBe(true)
      }
    }
  })

  it('tells of a value that was made of another one which it was', () => {
    const [regions] = explain(record, 'services[0].regions')
    const [request] = explain(record, 'services[0].request')
    expect(regions).toMatchObject({ madeFrom: 'services[0].request', raw: request?.raw, evidence: request?.evidence })
  })

  it('tells of a frequency which words of the request say it, and how sure it is', () => {
    const [frequency] = explain(record, 'services[0].frequency')
    expect(frequency).toMatchObject({ madeFrom: null, raw: '2 times a week … 4 weeks', rule: 'frequency.therapy' })
    expect(frequency?.evidence.map((e) => e.text)).toEqual(['2 times a week', '4 weeks:'])
    expect(frequency?.confidence).toBeGreaterThan(0.9)
  })

  it('gives a part of the record as a whole', () => {
    const part = explain(record, 'header')
    expect(part.map((e) => e.path)).toEqual(Object.keys(record.header).map((name) => `header.${name}`))
    expect(explain(record, 'services[0]').every((e) => e.path.startsWith('services[0].'))).toBe(true)
  })

  it('names the checks that touch a value, above it and below it', () => {
    const issue = { rule: 'dates.order', severity: 'warning', message: 'later than it may be', page: 1 } as const
    const doubtful = {
      ...record,
      issues: [
        { ...issue, path: 'header.dateOfInjury' },
        { ...issue, path: 'services[0]' },
      ],
    }
    expect(explain(doubtful, 'header.dateOfInjury')[0]?.checks).toHaveLength(1)
    expect(explain(doubtful, 'header.caseNumber')[0]?.checks).toHaveLength(0)
    expect(explain(doubtful, 'services[0].outcome')[0]?.checks).toHaveLength(1)
  })

  it('names what is most like a path that does not exist', () => {
    expect(() => explain(record, 'header.dateOfInjry')).toThrow(NoSuchField)
    expect(() => explain(record, 'header.dateOfInjry')).toThrow(/header\.dateOfInjury/)
    expect(() => explain(record, 'services[7].outcome')).toThrow(/services\[0\]\.outcome/)
  })
})
