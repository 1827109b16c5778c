import type { GuidelineLibrary } from './decide/index.ts'
import { propose } from './decide/index.ts'
import { type ReadOptions, readDocument } from './extract/index.ts'
import { type CaseRecord, decisionRequest } from './model/index.ts'
import { type Letter, normalizeLetter, splitLetters } from './normalize/index.ts'

/** A file whose bytes lie at `path`; `fileName` is the name it came in under. */
export type SourceFile = { readonly path: string; readonly fileName: string; readonly sha256: string }

export type PipelineOptions = ReadOptions & { readonly guidelines: GuidelineLibrary }

/**
 * Scanned bytes → words with boxes → case records → proposals: one record per letter of the file, in the file's order.
 * The same bytes, version and engine give the same records.
 * @throws {DocumentFailure} when the file cannot be opened at all; a page that cannot be read is an issue of its record.
 */
export async function readCases(file: SourceFile, options: PipelineOptions): Promise<readonly CaseRecord[]> {
  const document = await readDocument(file, options)
  return splitLetters(document).map((letter) => readCase(letter, options.guidelines))
}

/** One letter, from words with boxes to a record with proposals. Pure. */
export function readCase(letter: Letter, guidelines: GuidelineLibrary): CaseRecord {
  const record = normalizeLetter(letter)
  return { ...record, proposals: propose(decisionRequest(record), guidelines) }
}
