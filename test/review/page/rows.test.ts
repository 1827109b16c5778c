import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type CaseRecord, type LetterView, valueKinds } from '../../../src/model/index.ts'
import { afterEdit } from '../../../src/review/page/letter/optimistic.ts'
import { nextDoubt, rowsOf } from '../../../src/review/page/rows.ts'

const golden = fileURLToPath(new URL('../../fixtures/golden/07-run-together.pdf.records.json', import.meta.url))
const [record] = JSON.parse(readFileSync(golden, 'utf8')) as [CaseRecord]
const kinds = valueKinds()
const seen = '0'.repeat(64)
const paths = Object.keys(kinds).flatMap((key) => {
  const [, list, name] = /^(services|diagnoses)\[\]\.(\w+)$/.exec(key) ?? []
  if (list !== 'services' && list !== 'diagnoses') return [key]
  return record[list].map((_, i) => `${list}[${i}].${name}`)
})
const view: LetterView = {
  letterId: `${record.document.sha256}-p1`,
  revision: 0,
  state: 'open',
  reason: null,
  assignee: null,
  record,
  doubts: ['header.dateOfInjury', 'services[1].category', 'header.caseNumber'],
  stale: [],
  otherwise: [],
  orphaned: [],
  fields: paths.map((path) => ({ path, shown: path, seen, edited: false })),
  deadlines: [],
  comments: [],
  lock: null,
  undo: null,
  redo: null,
}
const row = (of: LetterView, path: string) => rowsOf(of, kinds).find((r) => r.path === path)

describe('the rows of a letter', () => {
  it('are all that the model has, but for what this letter has not', () => {
    const rows = rowsOf(view, kinds)
    const none = paths.filter((p) => !rows.some((r) => r.path === p))
    expect(none.every((p) => /\.(original|authorized|drug)$/.test(p))).toBe(true)
    expect(new Set(rows.map((r) => r.section))).toContain('Service 1')
    expect(row(view, 'services[0].frequency')?.text).toBe(record.services[0]?.frequency.reading)
  })

  it('have one for a list that may lack something, and only then: it is accepted as a whole', () => {
    const list = { path: 'diagnoses', shown: 'diagnoses', seen, edited: false }
    const whole: LetterView = { ...view, fields: [list, ...view.fields], doubts: ['diagnoses'] }
    expect(row({ ...whole, doubts: [] }, 'diagnoses')).toBeUndefined()
    expect(row(whole, 'diagnoses')).toMatchObject({
      label: 'All diagnoses',
      section: 'Diagnoses',
      isDoubtful: true,
      seen,
    })
    const after = afterEdit(whole, { action: 'confirm', path: 'diagnoses', seen })
    expect([after.doubts, after.record]).toEqual([[], record])
  })

  it('say which read otherwise since the letter was finished, until somebody has looked', () => {
    const again: LetterView = { ...view, doubts: ['patient.age'], otherwise: ['patient.age'] }
    expect(rowsOf(again, kinds).flatMap((r) => (r.isOtherwise ? [r.path] : []))).toEqual(['patient.age'])
    const after = afterEdit(again, { action: 'confirm', path: 'patient.age', seen })
    expect([row(after, 'patient.age')?.isOtherwise, after.otherwise]).toEqual([false, []])
  })

  it('say in a word how far each value may be trusted', () => {
    expect(row(view, 'header.dateOfInjury')).toMatchObject({
      text: '06/05/2012',
      trust: 'check',
      isDoubtful: true,
      label: 'Date of injury',
    })
    expect(row(view, 'header.caseNumber')).toMatchObject({ text: '', trust: 'not found', isDoubtful: true })
    expect(row(view, 'header.urDecisionDate')).toMatchObject({ trust: 'sure', isDoubtful: false })
  })

  it('lead from one doubtful field to the next, and round again', () => {
    const rows = rowsOf(view, kinds)
    const order = [...view.doubts, ...paths]
    expect(nextDoubt(rows, order, null)).toBe('header.dateOfInjury')
    expect(nextDoubt(rows, order, 'header.dateOfInjury')).toBe('services[1].category')
    expect(nextDoubt(rows, order, paths.at(-1) ?? null)).toBe('header.dateOfInjury')
    expect(nextDoubt(rowsOf({ ...view, doubts: [] }, kinds), order, null)).toBeNull()
  })
})

describe('an edit that is on its way', () => {
  it('is shown at once: its value and words, and no doubt left', () => {
    const evidence = [{ page: 1, box: [0.1, 0.1, 0.2, 0.2] as const, text: '6/5/13' }]
    const path = 'header.dateOfInjury'
    const after = afterEdit(view, { action: 'correct', path, seen, value: '2013-06-05', evidence })
    expect(row(after, path)).toMatchObject({
      text: '06/05/2013',
      trust: 'corrected',
      isDoubtful: false,
      evidence,
      raw: '6/5/13',
    })
    expect(view.record.header.dateOfInjury.value).toBe('2012-06-05')
    expect(row(afterEdit(view, { action: 'confirm', path, seen }), path)?.trust).toBe('accepted')
    expect(row(afterEdit(view, { action: 'missing', path, seen }), path)).toMatchObject({
      text: '',
      trust: 'not found',
    })
    expect(afterEdit(view, { action: 'remove', path: 'services[1]', seen }).doubts).not.toContain(
      'services[1].category',
    )
  })
})
