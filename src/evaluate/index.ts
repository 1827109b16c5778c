import type { CaseRecord } from '../model/index.ts'
import type { Gold } from './gold.ts'
import { measureLetter } from './measure.ts'
import { type Score, score } from './score.ts'

export { type Gold, goldSchema, parseGold } from './gold.ts'
export { formatScore } from './report.ts'
export type { Score } from './score.ts'

/**
 * Compares case records with labelled letters. A label finds its record by file name (the folder does not count) and by the
 * place of the letter within the file; a label without a record counts as wrong in every field. Pure.
 */
export function evaluate(gold: readonly Gold[], records: readonly CaseRecord[]): Score {
  const byLetter = new Map(records.map((r) => [`${baseName(r.document.fileName)}#${r.caseId.split('-')[1]}`, r]))
  return score(gold.map((g) => measureLetter(g, byLetter.get(`${baseName(g.file)}#${g.letter}`) ?? null)))
}

const baseName = (path: string) => path.split(/[\\/]/).at(-1) ?? path
