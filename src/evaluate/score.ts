import type { Measurement } from './measure.ts'
import type { Observation } from './sheet.ts'

export type Accuracy = {
  readonly measure: string
  readonly right: number
  readonly of: number
  readonly accuracy: number
}
export type ListScore = {
  readonly measure: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly labelled: number
  readonly found: number
}
export type CalibrationBin = {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly confidence: number
  readonly accuracy: number
}

export type Score = {
  readonly letters: number
  readonly accuracies: readonly Accuracy[]
  readonly lists: readonly ListScore[]
  /** Expected calibration error, 0..1: mean |confidence - share right| over ten bins, weighted by their size. */
  readonly calibrationError: number
  readonly calibration: readonly CalibrationBin[]
  /** Letters taken without a person's look, how many of them have anything wrong that matters, and what. */
  readonly accepted: {
    readonly letters: number
    readonly wrongLetters: number
    readonly wrong: readonly Observation[]
  }
  readonly misses: readonly Observation[]
}

const BINS = 10
/** Measures of a whole list: shown as precision and recall, not as accuracy. */
const LISTS = new Set(['diagnoses', 'services'])

/** What must be right in a letter that nobody looks at: what the record vouches for. */
const MATTERS = new Set([
  'header',
  'diagnoses',
  'services',
  'request wording',
  'outcome',
  'frequency',
  'open-ended',
  'drug.name',
  'drug.strength',
  'drug.quantity',
  'drug.refills',
])

/** Puts measurements of many letters together. Pure. */
export function score(measurements: readonly Measurement[]): Score {
  const observations = measurements.flatMap((m) => m.observations)
  const measures = [...new Set(observations.map((o) => o.measure))].filter((m) => !LISTS.has(m))
  const both = accuracy(
    'header + patient',
    observations.filter((o) => o.measure === 'header' || o.measure === 'patient'),
  )
  return {
    letters: measurements.length,
    accuracies: [
      both,
      ...measures.map((m) =>
        accuracy(
          m,
          observations.filter((o) => o.measure === m),
        ),
      ),
    ],
    lists: [...LISTS].map((m) => listScore(m, measurements)).filter((l) => l.labelled + l.found > 0),
    ...calibrationOf(
      observations.flatMap((o) => (o.confidence === null ? [] : [{ confidence: o.confidence, right: o.rightAsWhole }])),
    ),
    accepted: acceptedOf(measurements),
    misses: observations.filter((o) => !o.right),
  }
}

function accuracy(measure: string, of: readonly Observation[]): Accuracy {
  const right = of.filter((o) => o.right).length
  return { measure, right, of: of.length, accuracy: of.length === 0 ? 1 : right / of.length }
}

function acceptedOf(measurements: readonly Measurement[]): Score['accepted'] {
  const accepted = measurements.filter((m) => m.accepted)
  const wrong = accepted.map((m) => m.observations.filter((o) => !o.right && MATTERS.has(o.measure)))
  return { letters: accepted.length, wrongLetters: wrong.filter((w) => w.length > 0).length, wrong: wrong.flat() }
}

function listScore(measure: string, measurements: readonly Measurement[]): ListScore {
  const all = measurements.flatMap((m) => m.tallies).filter((t) => t.measure === measure)
  const sum = (pick: 'right' | 'labelled' | 'found') => all.reduce((n, t) => n + t[pick], 0)
  const [right, labelled, found] = [sum('right'), sum('labelled'), sum('found')]
  const precision = found === 0 ? 1 : right / found
  const recall = labelled === 0 ? 1 : right / labelled
  return {
    measure,
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    labelled,
    found,
  }
}

/** What was said against what was right, in ten bins of confidence. */
export function calibrationOf(
  sure: readonly { readonly confidence: number; readonly right: boolean }[],
): Pick<Score, 'calibration' | 'calibrationError'> {
  const calibration = Array.from({ length: BINS }, (_, i) => {
    const [from, to] = [i / BINS, (i + 1) / BINS]
    const inside = sure.filter((s) => s.confidence >= from && (s.confidence < to || i === BINS - 1))
    const mean = (pick: (s: { confidence: number; right: boolean }) => number) =>
      inside.reduce((n, s) => n + pick(s), 0) / Math.max(1, inside.length)
    return {
      from,
      to,
      count: inside.length,
      confidence: mean((s) => s.confidence),
      accuracy: mean((s) => (s.right ? 1 : 0)),
    }
  }).filter((b) => b.count > 0)
  const calibrationError = calibration.reduce(
    (n, b) => n + (b.count / Math.max(1, sure.length)) * Math.abs(b.confidence - b.accuracy),
    0,
  )
  return { calibration, calibrationError }
}
