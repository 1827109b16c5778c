import { describe, expect, it } from 'vitest'
import { calibrate, firstSight, type Scored, withFirstSight } from '../../src/evaluate/index.ts'
import { calibrationSchema, fieldKind, probabilityOf } from '../../src/model/index.ts'

/** Fields of many letters whose score is right as often as `shareAt` says; the same ones every time. */
function labelled(count: number, shareAt: (score: number) => number): readonly Scored[] {
  return Array.from({ length: count }, (_, i) => {
    const score = 0.5 + ((i * 37) % 50) / 100
    // Spread evenly over the fields of about the same score, and not alike in all letters.
    const right = (i * 0.618034) % 1 < shareAt(score)
    return { letter: `letter ${i % 40}`, kind: 'entry', source: 'ocr', score, right } as const
  })
}

describe('a calibration', () => {
  it('makes of scores that are too low how often the values were right, for letters that it has not seen', () => {
    const { errorOfScores, errorOfProbabilities, calibration } = calibrate(labelled(4_000, (s) => 0.8 + 0.2 * s))
    expect(errorOfScores).toBeGreaterThan(0.1)
    expect(errorOfProbabilities).toBeLessThan(0.03)
    expect(probabilityOf(calibration, 'ocr', 'entry', 0.6)).toBeCloseTo(0.92, 1)
  })

  it('makes of scores that are too high how often the values were right', () => {
    const { calibration } = calibrate(labelled(4_000, (s) => s - 0.3))
    expect(probabilityOf(calibration, 'ocr', 'entry', 0.95)).toBeCloseTo(0.65, 1)
  })

  it('never makes a lower score surer, nor any value certain', () => {
    for (const share of [(s: number) => 1.4 - s, () => 1, () => 0.5]) {
      const { calibration } = calibrate(labelled(600, share))
      const all = Array.from({ length: 101 }, (_, i) => probabilityOf(calibration, 'ocr', 'entry', i / 100))
      expect(all).toEqual([...all].sort((a, b) => a - b))
      expect(Math.max(...all)).toBeLessThanOrEqual(0.999)
      expect(all[0]).toBe(0)
    }
  })

  it('is one that can be read back, also where two steps of scores lie at one', () => {
    const near = (score: number, count: number) =>
      Array.from({ length: count }, (_, i) => {
        return { letter: `letter ${i}`, kind: 'entry', source: 'ocr', score, right: i % 9 > 0 } as const
      })
    const { calibration } = calibrate([...near(0.9799, 25), ...near(0.9801, 25).map((f) => ({ ...f, right: true }))])
    expect(calibrationSchema.parse(calibration)).toEqual(calibration)
  })

  it('believes the score where there are few labels, and alone where there are none', () => {
    const { calibration } = calibrate([{ letter: 'a', kind: 'entry', source: 'ocr', score: 0.9, right: false }])
    expect(probabilityOf(calibration, 'ocr', 'entry', 0.9)).toBeCloseTo(0.75)
    expect(probabilityOf(calibration, 'text-layer', 'entry', 0.9)).toBe(0.9)
    expect(probabilityOf(calibration, 'ocr', 'diagnosis', 0.4)).toBe(0.4)
  })

  it('takes the shape of the statement of a diagnosis for a kind where it has enough of it, and all diagnoses else', () => {
    expect(fieldKind('diagnoses[0].text', 'diagnoses.stated.numbered')).toBe('diagnosis.numbered')
    expect(fieldKind('services[0].frequency', 'frequency.therapy')).toBe('frequency')
    expect(fieldKind('services[0].drug', 'drug.named')).toBe('drug')
    const of = (kind: Scored['kind'], count: number, right: boolean) =>
      Array.from({ length: count }, (_, i) => ({ letter: `${i}`, kind, source: 'ocr', score: 0.9, right }) as const)
    const { calibration } = calibrate([
      ...of('diagnosis.numbered', 200, true),
      ...of('diagnosis.narrative', 200, false),
      ...of('diagnosis.single', 5, false),
    ])
    const chance = (kind: Scored['kind']) => probabilityOf(calibration, 'ocr', kind, 0.9)
    expect(chance('diagnosis.numbered')).toBeGreaterThan(0.95)
    expect(chance('diagnosis.narrative')).toBeLessThan(0.1)
    expect(chance('diagnosis.single')).toBe(chance('diagnosis'))
  })

  it('is a kind of field apart: a date, a wording, a choice, a diagnosis', () => {
    const paths = [
      'header.dateOfInjury',
      'patient.age',
      'services[2].request',
      'clinicalSummary',
      'services[0].outcome',
    ]
    expect(paths.map((p) => fieldKind(p))).toEqual(['entry', 'entry', 'wording', 'wording', 'choice'])
    expect(['reviewer.specialties', 'diagnoses[3].text', 'diagnoses[]'].map((p) => fieldKind(p))).toEqual([
      'choice',
      'diagnosis',
      'diagnosis',
    ])
  })
})

describe('letters seen for the first time', () => {
  /** Fields said to be right with `said`, one of `every` of them wrong, ten a letter. */
  const seen = (count: number, said: number, every: number): readonly Scored[] =>
    Array.from({ length: count }, (_, i) => {
      return {
        letter: `letter ${Math.floor(i / 10)}`,
        kind: 'choice',
        source: 'ocr',
        score: said,
        right: i % every !== 0,
      }
    })

  it('teach how much more to doubt than the records did, and the doubt is true of letters left out', () => {
    const [choice] = firstSight(seen(400, 0.98, 10))
    expect(choice).toMatchObject({ kind: 'choice', fields: 400, wrong: 40 })
    expect(choice?.said).toBeCloseTo(8)
    expect(choice?.doubt).toBeCloseTo(4.2)
    expect(choice?.errorAsSaid).toBeCloseTo(0.08)
    expect(choice?.errorMended).toBeLessThan(0.03)
  })

  it('teach nothing where they were wrong no more often than said, and little where they are few', () => {
    expect(firstSight(seen(400, 0.9, 10))[0]?.doubt).toBe(1)
    expect(firstSight(seen(10, 0.98, 10))[0]?.doubt).toBeLessThan(1.5)
  })

  it('make every value of their kind less sure, none below nothing, and no lower score surer', () => {
    const { calibration } = calibrate(labelled(4_000, (s) => 0.8 + 0.2 * s))
    const doubting = withFirstSight(
      { ...calibration, doubts: { entry: 2 } },
      firstSight(seen(400, 0.98, 10).map((f) => ({ ...f, kind: 'entry' }))),
    )
    expect(doubting.doubts.entry).toBeCloseTo(8.4)
    const at = (c: typeof calibration) =>
      Array.from({ length: 101 }, (_, i) => probabilityOf(c, 'ocr', 'entry', i / 100))
    const [before, then] = [at(calibration), at(doubting)]
    expect(then).toEqual([...then].sort((a, b) => a - b))
    expect(then[0]).toBe(0)
    expect(then.every((p, i) => p <= (before[i] ?? 0))).toBe(true)
    expect(then[100]).toBeLessThan(before[100] ?? 0)
  })
})
