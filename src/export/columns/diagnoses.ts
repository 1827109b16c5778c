import type { Diagnosis } from '../../model/index.ts'
import { type Column, columnsOf, list } from './column.ts'

export type DiagnosisRow = { readonly position: number; readonly diagnosis: Diagnosis }
const column = columnsOf<DiagnosisRow>()

/** What a letter says of one diagnosis. */
export const diagnosisColumns: readonly Column<DiagnosisRow>[] = [
  column('diagnosis', 'number', 'Which of the letter, from 1', (_, { position }) => position),
  column('text', 'text', 'As written', (_, { diagnosis }) => diagnosis.text.value),
  column('expanded', 'text', 'With abbreviations expanded', (_, { diagnosis }) => diagnosis.expanded),
  column('region', 'text', 'Region of the body', (_, { diagnosis }) => diagnosis.region),
  column('laterality', 'text', 'left, right or bilateral', (_, { diagnosis }) => diagnosis.laterality),
  column('certainty', 'text', 'confirmed, suspected, ruled-out or history', (_, { diagnosis }) => diagnosis.certainty),
  column('codes', 'text', 'Codes that the letter states', (_, { diagnosis }) => codesOf(diagnosis, false)),
  column('codes_inferred', 'text', 'Codes that it does not state', (_, { diagnosis }) => codesOf(diagnosis, true)),
  column('field', 'text', 'extracted, ambiguous, corrected …', (_, { diagnosis }) => diagnosis.text.status),
  column('confidence', 'number', 'How likely it is right', (_, { diagnosis }) => diagnosis.text.confidence),
]

const codesOf = ({ codes }: Diagnosis, inferred: boolean) =>
  list(codes.filter((c) => c.inferred === inferred).map(({ system, code }) => `${system} ${code}`))
