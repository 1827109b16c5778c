import { describe, expect, it } from 'vitest'
import { evaluate, parseGold } from '../../src/evaluate/index.ts'
import { goldLine } from '../../src/export/gold.ts'
import type { CaseRecord, Edit } from '../../src/model/index.ts'
import { lookAt, reviewedRecord } from '../../src/review/letter/doubts.ts'
import { aLetter, correct, kept, say } from '../review/a-letter.ts'

const read = aLetter()
const finished = (edits: readonly Edit[]): CaseRecord =>
  reviewedRecord(lookAt({ record: read, edits: kept(read, [edits]), finished: null, orphans: [] }), read, true)
const wrong = (edits: readonly Edit[]) => {
  const gold = parseGold(goldLine(finished(edits)))
  return evaluate(gold, [read]).misses.map((m) => m.path)
}

describe('letters that people finished, as labels', () => {
  it('say of what was read just that it is right when nobody corrected anything', () => {
    expect(wrong([])).toEqual([])
  })

  it('tell every field that was corrected, and no other', () => {
    const edits = [
      correct(read, 'header.decisionDate', '2018-04-12'),
      correct(read, 'patient.age', 73),
      say(read, 'missing', 'header.priority'),
      correct(read, 'services[1].outcome', 'upheld'),
    ]
    expect(wrong(edits)).toEqual(['header.decisionDate', 'header.priority', 'patient.age', 'services[1].outcome'])
  })

  it('leave out what nobody could read, and letters that nobody finished', () => {
    expect(wrong([say(read, 'illegible', 'patient.age')])).toEqual([])
    const line = JSON.parse(goldLine(finished([say(read, 'illegible', 'patient.age')])))
    expect('age' in line.patient).toBe(false)
    expect(goldLine(read)).toBe('')
  })
})
