import {
  type Calibration,
  fieldKind,
  fieldKinds,
  type Page,
  probabilityOf,
  teaches,
  type WholeKind,
  wholeKind,
  wholeKinds,
} from '../model/index.ts'
import { calibrationOf } from './score.ts'
import type { Observation } from './sheet.ts'

/** A field that was found, with its score, and whether it was right. `letter` names the letter, however it was scanned. */
export type Scored = {
  readonly letter: string
  readonly kind: ReturnType<typeof fieldKind>
  readonly source: Page['source']
  readonly score: number
  readonly right: boolean
}

/** Scores are gathered over steps of this width; the lowest step is wide, for hardly any field is there. */
const STEPS = [0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.84, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 1.001]
/** The score itself counts like this many labelled fields of its step: where there are few labels it is believed. */
const PRIOR = 5
/** Nothing that was read is surer than this. */
const CERTAIN = 0.999

/** Calibration error of scores as they are, and of the probabilities that they become, each letter by the others; and the calibration itself. */
export type CalibrationReport = {
  readonly calibration: Calibration
  readonly letters: number
  readonly fields: number
  readonly wrong: number
  readonly errorOfScores: number
  readonly errorOfProbabilities: number
}

/** Fits a calibration and tells by five-fold cross-validation how true it is on letters that it has not seen. Pure. */
export function calibrate(fields: readonly Scored[]): CalibrationReport {
  const errorOf = (rows: readonly { readonly confidence: number; readonly right: boolean }[]) =>
    calibrationOf(rows).calibrationError
  return {
    calibration: fitCalibration(fields),
    letters: new Set(fields.map((f) => f.letter)).size,
    fields: fields.length,
    wrong: fields.filter((f) => !f.right).length,
    errorOfScores: errorOf(fields.map((f) => ({ confidence: f.score, right: f.right }))),
    errorOfProbabilities: errorOf(crossValidated(fields).map((f) => ({ confidence: f.probability, right: f.right }))),
  }
}

/** The found fields of observations made without calibration. */
export function scoredFields(observations: readonly Observation[]): readonly Scored[] {
  return observations.flatMap((o) =>
    o.confidence === null || o.source === null
      ? []
      : [
          {
            letter: `${o.file}#${o.letter}`,
            kind: fieldKind(o.path, o.rule),
            source: o.source,
            score: o.confidence,
            right: o.rightAsWhole,
          },
        ],
  )
}

/**
 * The share of fields that are right at each score, by kind and source: steps of scores, each a mean of its labelled fields and of its
 * own score, made to rise by pooling neighbours that do not (isotonic regression).
 */
export function fitCalibration(fields: readonly Scored[]): Calibration {
  const curve = (source: Page['source'], kind: Scored['kind']) => {
    const mine = fields.filter((f) => f.source === source && teaches(f.kind, kind))
    return { fields: mine.length, points: rising(mine) }
  }
  const curves = (source: Page['source']) =>
    Object.fromEntries(fieldKinds.map((kind) => [kind, curve(source, kind)])) as Calibration['curves']['ocr']
  return { curves: { 'text-layer': curves('text-layer'), ocr: curves('ocr') }, doubts: {} }
}

type Step = { weight: number; score: number; share: number }

function rising(fields: readonly Scored[]): readonly [number, number][] {
  const pooled: Step[] = []
  for (const [i, from] of STEPS.slice(0, -1).entries()) {
    const inside = fields.filter((f) => f.score >= from && f.score < (STEPS[i + 1] ?? 1))
    if (inside.length === 0) continue
    const score = inside.reduce((sum, f) => sum + f.score, 0) / inside.length
    const right = inside.filter((f) => f.right).length
    const weight = inside.length + PRIOR
    pooled.push({ weight, score, share: (right + PRIOR * score) / weight })
    for (let last = pooled.at(-1), before = pooled.at(-2); last && before && before.share > last.share; ) {
      const both = before.weight + last.weight
      const mean = (of: 'score' | 'share') =>
        ((before as Step)[of] * (before as Step).weight + (last as Step)[of] * (last as Step).weight) / both
      pooled.splice(-2, 2, { weight: both, score: mean('score'), share: mean('share') })
      ;[last, before] = [pooled.at(-1), pooled.at(-2)]
    }
  }
  const round = (value: number) => Math.round(value * 1000) / 1000
  const knots = pooled.map(({ score, share }): [number, number] => [round(score), Math.min(CERTAIN, round(share))])
  // Two steps may round to one score; the surer one, which is the later, would then stand at a place of its own for nothing.
  return knots.filter(([score], i) => score !== knots[i + 1]?.[0])
}

/**
 * Fields with the probability that a calibration gives them which has not seen their letter: fitted on four parts of the letters, applied to
 * the fifth, five times. All scans of a letter are in the same part.
 */
export function crossValidated(
  fields: readonly Scored[],
  folds = 5,
): readonly (Scored & { readonly probability: number })[] {
  const letters = [...new Set(fields.map((f) => f.letter))].sort()
  const foldOf = new Map(letters.map((letter, i) => [letter, i % folds]))
  return Array.from({ length: folds }, (_, fold) => {
    const isHeldOut = (f: Scored) => foldOf.get(f.letter) === fold
    const fitted = fitCalibration(fields.filter((f) => !isHeldOut(f)))
    return fields
      .filter(isHeldOut)
      .map((f) => ({ ...f, probability: probabilityOf(fitted, f.source, f.kind, f.score) }))
  }).flat()
}

/** What letters that the rules had not seen tell of a kind of field: what their records said, what was wrong, and what is made of it. */
export type FirstSight = {
  readonly kind: WholeKind
  readonly fields: number
  readonly wrong: number
  /** How many would be wrong by what the records said. */
  readonly said: number
  /** How many times the doubt of the records is the true one, at least 1. */
  readonly doubt: number
  /** Calibration error of the records, and with the doubt that the other letters teach (each letter left out in turn). */
  readonly errorAsSaid: number
  readonly errorMended: number
}

/** So many wrong values are added to those that were seen and to those that were said: a handful of letters moves little. */
const UNSEEN = 2

/**
 * How much more often values are wrong at first sight than they were said to be, by kind. `fields` are of records of letters that the rules had not
 * seen, with the probabilities that stand in them. Pure.
 */
export function firstSight(fields: readonly Scored[]): readonly FirstSight[] {
  return wholeKinds.flatMap((kind) => {
    const mine = fields.filter((f) => wholeKind(f.kind) === kind)
    if (mine.length === 0) return []
    const letters = new Set(mine.map((f) => f.letter))
    const doubtWithout = new Map(
      [...letters].map((letter) => [letter, doubtOf(mine.filter((f) => f.letter !== letter))]),
    )
    const mended = mine.map(({ letter, score, right }) => {
      return { confidence: Math.max(0, 1 - (1 - score) * (doubtWithout.get(letter) ?? 1)), right }
    })
    return [
      {
        kind,
        fields: mine.length,
        wrong: wrongIn(mine),
        said: saidIn(mine),
        doubt: doubtOf(mine),
        errorAsSaid: calibrationOf(mine.map((f) => ({ confidence: f.score, right: f.right }))).calibrationError,
        errorMended: calibrationOf(mended).calibrationError,
      },
    ]
  })
}

const wrongIn = (fields: readonly Scored[]) => fields.filter((f) => !f.right).length
const saidIn = (fields: readonly Scored[]) => fields.reduce((sum, f) => sum + 1 - f.score, 0)
const doubtOf = (fields: readonly Scored[]) =>
  Math.max(1, Math.round(((wrongIn(fields) + UNSEEN) / (saidIn(fields) + UNSEEN)) * 100) / 100)

/** A calibration that doubts as much more as first sight of other letters taught, on top of what it doubted when their records were made. */
export function withFirstSight(calibration: Calibration, seen: readonly FirstSight[]): Calibration {
  const doubts = Object.fromEntries(
    seen.map(({ kind, doubt }) => [kind, Math.round((calibration.doubts[kind] ?? 1) * doubt * 100) / 100]),
  )
  return { ...calibration, doubts: { ...calibration.doubts, ...doubts } }
}
