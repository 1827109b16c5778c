import { setImmediate as othersTurn } from 'node:timers/promises'
import { type GuidelineLibrary, propose } from './decide/index.ts'
import { type ReadOptions, readDocument } from './extract/index.ts'
import { guidelinesId } from './guidelines.ts'
import { type CaseRecord, type Cuts, type Document, DocumentFailure, decisionRequest } from './model/index.ts'
import {
  lacksOnlyALetter,
  lettersOf,
  type NormalizeOptions,
  normalizeLetter,
  withDuplicates,
} from './normalize/index.ts'

/** A file whose bytes lie at `path`; `fileName` is the name it came in under. */
export type SourceFile = { readonly path: string; readonly fileName: string; readonly sha256: string }

/** `cuts`: how a person has cut the file into letters; null, or absent: as its pages tell. */
export type CutOptions = NormalizeOptions & { readonly cuts?: Cuts | null }

export type PipelineOptions = ReadOptions & NormalizeOptions & { readonly guidelines: GuidelineLibrary }

/**
 * Scanned bytes → words with boxes → case records → proposals: one record per letter of the file, in the file's order.
 * The same bytes, version and engine give the same records.
 * @throws {DocumentFailure} when the file cannot be opened at all; a page that cannot be read is an issue of its record.
 */
export async function readCases(file: SourceFile, options: PipelineOptions): Promise<readonly CaseRecord[]> {
  return understand(await readDocument(file, options), options)
}

/** Words with boxes → case records → proposals. */
export async function understand(
  document: Document,
  options: Pick<PipelineOptions, 'guidelines'> & CutOptions,
): Promise<readonly CaseRecord[]> {
  const records = await normalizeLetters(document, options)
  return records.map((record) => decideCase(record, options.guidelines))
}

/** Case records, still without proposals. Between two letters others have their turn: a batch file may hold hundreds. */
export async function normalizeLetters(document: Document, options: CutOptions = {}): Promise<readonly CaseRecord[]> {
  const records: CaseRecord[] = []
  for (const letter of lettersOf(document, options.cuts ?? null)) {
    records.push({ ...normalizeLetter(letter, options), proposals: [] })
    await othersTurn()
  }
  return withDuplicates(records)
}

/** A record with its proposals. Pure; the letter's own outcome does not reach the decision. */
export function decideCase(record: CaseRecord, guidelines: GuidelineLibrary): CaseRecord {
  return {
    ...record,
    proposals: propose(decisionRequest(record), guidelines),
    made: { ...record.made, guidelines: guidelinesId(guidelines) },
  }
}

/** The failure of a file that was read whole and holds no letter; null for any other. Its one record says what it seems to be instead. */
export function noLetterIn(records: readonly CaseRecord[]): DocumentFailure | null {
  if (records.length === 0 || !records.every((record) => lacksOnlyALetter(record.issues))) return null
  return new DocumentFailure(
    'no-letter',
    'it was read, and no determination letter is in it: look at it (a cover sheet, other mail?); if it is a letter, scan it again at 300 dpi',
  )
}
