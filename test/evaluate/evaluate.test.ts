import { describe, expect, it } from 'vitest'
import { evaluate, formatScore, parseGold } from '../../src/evaluate/index.ts'
import { pairGreedily, pairInOrder } from '../../src/evaluate/pair.ts'
import { similarity, tokenOverlap } from '../../src/evaluate/similarity.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'

const label = {
  file: 'letter.pdf',
  header: { caseNumber: 'CM14-9900001', dateOfInjury: '2013-05-06' },
  patient: { age: 44, sex: null },
  diagnoses: ['right wrist sprain', 'strain of muscle, fascia and tendon of lower back'],
  services: [{ request: 'Physical therapy 2x4', outcome: 'upheld', regions: [] }],
}
const gold = (lines: unknown[]) => parseGold(lines.map((l) => JSON.stringify(l)).join('\n'))
const accuracy = (score: ReturnType<typeof evaluate>, measure: string) =>
  score.accuracies.find((a) => a.measure === measure)?.accuracy

describe('evaluate', () => {
  it('counts every field of a label without a record as wrong', () => {
    const score = evaluate(gold([label]), [])
    expect(accuracy(score, 'header + patient')).toBe(1 / 4)
    expect(accuracy(score, 'outcome')).toBe(0)
    expect(accuracy(score, 'regions')).toBe(0)
    expect(score.lists.map((l) => [l.measure, l.recall])).toEqual([
      ['diagnoses', 0],
      ['services', 0],
    ])
  })

  it('finds the record of a label by file name and place in the file, and compares leaf by leaf', () => {
    const record = aRecord({
      fileName: 'inbox/letter.pdf',
      header: { caseNumber: read('CM14-9900001'), dateOfInjury: read('2013-05-08', { confidence: 0.6 }) },
      patient: { age: read(44) },
      diagnoses: ['Right wrist sprain', 'headache'],
      services: [aService({ request: 'PHYSICAL THERAPY 2X4', outcome: 'upheld' })],
    })
    const score = evaluate(gold([label, { file: 'letter.pdf', letter: 2, patient: { age: 3 } }]), [record])
    expect(accuracy(score, 'header')).toBe(1 / 2)
    expect(accuracy(score, 'patient')).toBe(2 / 3)
    expect(accuracy(score, 'request wording')).toBe(1)
    expect(accuracy(score, 'outcome')).toBe(1)
    expect(score.lists.find((l) => l.measure === 'diagnoses')).toMatchObject({
      precision: 1 / 2,
      recall: 1 / 2,
      labelled: 2,
      found: 2,
    })
    const report = formatScore(score, { misses: 10 })
    expect(report).toContain('header.dateOfInjury')
    expect(report).toContain('label "2013-05-06"')
    expect(report).toContain('found "2013-05-08" (confidence 0.60)')
  })

  it('measures calibration as the gap between what was said and what was right', () => {
    const sure = aRecord({
      fileName: 'letter.pdf',
      header: {
        caseNumber: read('CM14-9900001', { confidence: 0.85 }),
        dateOfInjury: read('2001-01-01', { confidence: 0.85 }),
      },
    })
    const score = evaluate(gold([{ file: 'letter.pdf', header: label.header }]), [sure])
    expect(score.calibration).toEqual([{ from: 0.8, to: 0.9, count: 2, confidence: 0.85, accuracy: 0.5 }])
    expect(score.calibrationError).toBeCloseTo(0.35)
  })

  it('refuses a gold file with a line that names what is wrong', () => {
    expect(() => parseGold('{"file":"a.pdf"}\n{"header":{}}')).toThrow(/line 2 .*file/s)
    expect(() => parseGold('nonsense')).toThrow(/line 1/)
  })
})

describe('a diagnosis', () => {
  const right = (labelled: unknown, found: string) =>
    evaluate(gold([{ file: 'letter.pdf', diagnoses: [labelled] }]), [
      aRecord({ fileName: 'letter.pdf', diagnoses: [found] }),
    ]).lists.find((l) => l.measure === 'diagnoses')?.recall

  it.each([
    ['left shoulder impingement syndrome', 'right shoulder impingement syndrome'],
    ['bilateral carpal tunnel syndrome of the wrists', 'carpal tunnel syndrome of the wrists'],
    ['lumbar disc protrusion without myelopathy', 'lumbar disc protrusion with myelopathy'],
    ['possible rotator cuff tear of the shoulder', 'rotator cuff tear of the shoulder'],
    ['left shoulder impingement syndrome', 'feft shoulder impingement syndrome'],
  ])('"%s" is not "%s": they share most words and mean another thing', (labelled, found) => {
    expect(right(labelled, found)).toBe(0)
  })

  it.each([
    ['Left shoulder impingement syndrome', 'L shoulder impingement syndrome'],
    ['bilateral knee osteoarthritis', 'knee osteoarthritis, bilaterally'],
    [{ text: 'lumbar strain', region: 'knee' }, 'Lumbar strain'],
  ])('%j is "%s"', (labelled, found) => {
    expect(right(labelled, found)).toBe(1)
  })

  it('is measured in side, region, certainty and codes too, where the label tells them', () => {
    const score = evaluate(
      gold([{ file: 'letter.pdf', diagnoses: [{ text: 'left knee sprain', region: 'knee', certainty: 'history' }] }]),
      [aRecord({ fileName: 'letter.pdf', diagnoses: ['left knee sprain'] })],
    )
    expect(accuracy(score, 'diagnosis.laterality')).toBe(0)
    expect(accuracy(score, 'diagnosis.region')).toBe(0)
    expect(accuracy(score, 'diagnosis.certainty')).toBe(0)
    expect(accuracy(score, 'diagnosis.codes')).toBeUndefined()
  })
})

describe('an auto-accepted letter', () => {
  const accepted = (changes: Parameters<typeof aRecord>[0]) =>
    evaluate(gold([label]), [
      {
        ...aRecord({
          fileName: 'letter.pdf',
          header: { caseNumber: read('CM14-9900001'), dateOfInjury: read('2013-05-06') },
          diagnoses: label.diagnoses,
          services: [aService({ request: 'Physical therapy 2x4', outcome: 'upheld' })],
          ...changes,
        }),
        review: { state: 'auto-accepted', reasons: [], vouched: [] },
      },
    ]).accepted

  it('with nothing wrong that matters is one', () => {
    expect(accepted({})).toEqual({ letters: 1, wrongLetters: 0, wrong: [] })
  })

  it.each([
    ['a diagnosis', { diagnoses: ['left wrist sprain', 'strain of muscle, fascia and tendon of lower back'] }],
    ['an outcome', { services: [aService({ request: 'Physical therapy 2x4', outcome: 'overturned' })] }],
  ])('with %s wrong counts as one with something wrong', (_what, changes) => {
    expect(accepted(changes)).toMatchObject({ letters: 1, wrongLetters: 1 })
  })
})

describe('likeness', () => {
  it('ignores case and white space in wording and punctuation in diagnoses', () => {
    expect(similarity('MRI  of the\nknee', 'mri of the knee')).toBe(1)
    expect(similarity('', '')).toBe(1)
    expect(similarity('abcd', 'abxd')).toBe(0.75)
    expect(tokenOverlap('Left knee, sprain', 'left knee sprain')).toBe(1)
    expect(tokenOverlap('left knee sprain', 'knee sprain sprain')).toBe(2 / 3)
  })
})

describe('pairing', () => {
  const exact = (a: string, b: string) => (a === b ? 1 : 0)

  it('keeps the order of services and leaves what has no partner alone', () => {
    expect(pairInOrder(['a', 'b', 'c'], ['b', 'x', 'c'], exact, 0.5)).toEqual([
      { expected: 'a', got: null },
      { expected: 'b', got: 'b' },
      { expected: null, got: 'x' },
      { expected: 'c', got: 'c' },
    ])
  })

  it('pairs diagnoses in any order, each once', () => {
    expect(pairGreedily(['a', 'a', 'b'], ['b', 'a'], exact, 0.5)).toEqual([
      { expected: 'a', got: 'a' },
      { expected: 'a', got: null },
      { expected: 'b', got: 'b' },
    ])
  })
})
