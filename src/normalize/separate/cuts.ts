import { type CutPart, type Cuts, cutsAllPages, type Document, type Page } from '../../model/index.ts'
import { type Letter, type LooseSheet, splitLetters } from './split-letters.ts'

/** A file's letters as a person has cut it, where somebody has; otherwise as its pages tell. */
export function lettersOf(document: Document, cuts: Cuts | null): readonly Letter[] {
  if (cuts === null || !cutsAllPages(cuts, document.pages.length)) return splitLetters(document)
  const pageOf = new Map(document.pages.map((page) => [page.number, page]))
  const letters: { pages: Page[]; loose: LooseSheet[] }[] = []
  const before: LooseSheet[] = []
  for (const { kind, pages } of cuts) {
    const found = pages.flatMap((number) => pageOf.get(number) ?? [])
    const last = letters.at(-1)
    if (kind === 'imr-determination') letters.push({ pages: found, loose: before.splice(0) })
    else (last?.loose ?? before).push(...found.map(({ number }) => ({ page: number, kind })))
  }
  if (letters.length === 0) {
    // A person has said that it is none: whatever stands there is not asked for services.
    const wordless = document.pages.map((page) => ({ ...page, lines: [] }))
    const kind = before.find((sheet) => sheet.kind !== 'blank')?.kind
    return [{ document, index: 1, pages: wordless, kind: kind === undefined || kind === 'blank' ? 'other' : kind }]
  }
  return letters.map(({ pages, loose }, i) => ({
    document,
    index: i + 1,
    pages,
    ...(loose.length > 0 ? { loose } : {}),
  }))
}

/** How a file is cut as its pages tell. */
export function cutsOf(document: Document): Cuts {
  const parts: CutPart[] = []
  const add = ({ page, kind }: LooseSheet) => {
    const last = parts.at(-1)
    if (last && last.kind === kind && kind !== 'imr-determination')
      parts.splice(-1, 1, { kind, pages: [...last.pages, page] })
    else parts.push({ kind, pages: [page] })
  }
  for (const { pages, loose = [], kind = 'imr-determination' } of splitLetters(document)) {
    const numbers = pages.map((p) => p.number)
    const isBefore = ({ page }: LooseSheet) => parts.length === 0 && page < Math.min(...numbers)
    const first = loose.filter(isBefore)
    first.forEach(add)
    parts.push({ kind, pages: numbers })
    loose.filter((sheet) => !first.includes(sheet)).forEach(add)
  }
  return parts
}
