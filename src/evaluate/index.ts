import type { CaseRecord } from '../model/index.ts'
import { type Scored, scoredFields } from './calibrate.ts'
import type { Gold } from './gold.ts'
import { type Measurement, measureLetter } from './measure.ts'
import { type Score, score } from './score.ts'

export {
  type CalibrationReport,
  calibrate,
  type FirstSight,
  firstSight,
  type Scored,
  withFirstSight,
} from './calibrate.ts'
export { SAME_DIAGNOSIS, wordingLikeness } from './diagnosis.ts'
export { type Gold, goldSchema, parseGold } from './gold.ts'
export { formatScore } from './report.ts'
export type { Score } from './score.ts'
export { similarity } from './similarity.ts'

/**
 * Compares case records with labelled letters. A label finds its record by file name (the folder does not count) and by the
 * place of the letter within the file; a label without a record counts as wrong in every field. Pure.
 */
export function evaluate(gold: readonly Gold[], records: readonly CaseRecord[]): Score {
  return score(measure(gold, records))
}

/** The fields found in records that were made without calibration (their confidence is a plain score), each right or wrong; of others, with the probability that they say. Pure. */
export function scores(gold: readonly Gold[], records: readonly CaseRecord[]): readonly Scored[] {
  return scoredFields(measure(gold, records).flatMap((m) => m.observations))
}

function measure(gold: readonly Gold[], records: readonly CaseRecord[]): readonly Measurement[] {
  const byLetter = new Map(records.map((r) => [`${baseName(r.document.fileName)}#${r.caseId.split('-')[1]}`, r]))
  return gold.map((g) => measureLetter(g, byLetter.get(`${baseName(g.file)}#${g.letter}`) ?? null))
}

const baseName = (path: string) => path.split(/[\\/]/).at(-1) ?? path
