import {
  type CutPart,
  type Cuts,
  canonical,
  cutsAllPages,
  type Document,
  type FiledDocument,
  type Page,
} from '../../model/index.ts'
import { formOf } from './documents.ts'
import { type Letter, type LooseSheet, splitLetters, withLetter } from './split-letters.ts'

/** A file's letters as a person has cut it, where somebody has; otherwise as its pages tell. */
export function lettersOf(document: Document, cuts: Cuts | null): readonly Letter[] {
  if (cuts === null || !cutsAllPages(cuts, document.pages.length)) return splitLetters(document)
  if (canonical(cuts) === canonical(cutsOf(document))) return splitLetters(document)
  const pageOf = new Map(document.pages.map((page) => [page.number, page]))
  const letters: { pages: Page[]; others: CutPart[] }[] = []
  const before: CutPart[] = []
  for (const part of cuts) {
    const last = letters.at(-1)
    if (part.kind === 'imr-determination')
      letters.push({ pages: part.pages.flatMap((number) => pageOf.get(number) ?? []), others: before.splice(0) })
    else (last?.others ?? before).push(part)
  }
  if (letters.length === 0) {
    // A person has said that it is none: whatever stands there is not asked for services.
    const wordless = document.pages.map((page) => ({ ...page, lines: [] }))
    const documents = before.map((part, i) => filedAs(part, i + 1, pageOf))
    const kinds = new Set(before.flatMap(({ kind }) => (kind === 'blank' ? [] : [kind])))
    const [only = 'other'] = kinds
    return [{ document, index: 1, pages: wordless, kind: kinds.size > 1 ? 'case-file' : only, documents }]
  }
  return letters.map(({ pages, others }, i) => {
    const loose = others.flatMap(({ kind, pages }) => pages.map((page): LooseSheet => ({ page, kind })))
    const documents = withLetter(
      pages.map(({ number }) => number),
      others.map((part, n) => filedAs(part, n + 1, pageOf)),
      1,
    )
    return { document, index: i + 1, pages, ...(loose.length > 0 ? { loose } : {}), documents }
  })
}

/** What a person called it. */
function filedAs({ kind, pages }: CutPart, id: number, pageOf: ReadonlyMap<number, Page>): FiledDocument {
  const form = formOf(pages.flatMap((number) => pageOf.get(number) ?? []))
  return { id, kind: kind === 'blank' ? 'other' : kind, form, pages, duplicateOf: null, confidence: 1 }
}

/** How a file is cut as its pages tell. */
export function cutsOf(document: Document): Cuts {
  const blank = new Set(document.pages.filter(({ status }) => status === 'blank').map(({ number }) => number))
  const parts = splitLetters(document).flatMap(({ documents }) => {
    const [first, ...others] = documents.map(({ kind, pages }): CutPart => ({ kind, pages }))
    const cut = first?.kind === 'imr-determination' ? others : documents
    const sheets = cut.flatMap(({ kind, pages }) => blanksApart(kind, pages, blank))
    if (first?.kind !== 'imr-determination') return sheets
    const begin = Math.min(...first.pages)
    const isBefore = ({ pages }: CutPart) => Math.max(...pages) < begin
    return [...sheets.filter(isBefore), first, ...sheets.filter((part) => !isBefore(part))]
  })
  return parts
}

/** The pages of a document, blank ones in parts of their own. */
function blanksApart(kind: CutPart['kind'], pages: readonly number[], blank: ReadonlySet<number>): readonly CutPart[] {
  const parts: CutPart[] = []
  for (const page of pages) {
    const is = blank.has(page) ? 'blank' : kind
    const last = parts.at(-1)
    if (last && last.kind === is) parts.splice(-1, 1, { kind: is, pages: [...last.pages, page] })
    else parts.push({ kind: is, pages: [page] })
  }
  return parts
}
