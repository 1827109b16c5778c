import type { Document, DocumentKind, FiledDocument, Page } from '../../model/index.ts'
import { findCaseNumbers } from '../determination/header/case-number.ts'
import { documentKinds, labels, phrasesOf } from '../determination/layout/letter-vocabulary.ts'
import { findSections } from '../determination/layout/sections.ts'
import { type Flow, flowOf, phraseOpening } from '../page-text/flow.ts'
import { documentsOf } from './documents.ts'

/** A page of the file that belongs to no letter, and what it seems to be. */
export type LooseSheet = { readonly page: number; readonly kind: DocumentKind | 'blank' }

/** One letter of a file: its pages in order. `index` counts the file's letters from 1. */
export type Letter = {
  readonly document: Document
  readonly index: number
  readonly pages: readonly Page[]
  /** Sheets between this letter and the next (before it, for the first letter) that were left out. */
  readonly loose?: readonly LooseSheet[]
  /** What a file without any determination letter seems to be. */
  readonly kind?: DocumentKind | 'case-file'
  /** What its pages and its loose sheets are: first the letter itself, where there is one. Every page stands in one of them. */
  readonly documents: readonly FiledDocument[]
}

type Sheet = {
  readonly page: Page
  /** The case-header block stands on it. */
  readonly header: boolean
  /** It has the heading with which the text of a letter opens. */
  readonly opens: boolean
  /** It has any section of a letter. */
  readonly sections: boolean
  readonly decisions: boolean
  readonly caseNumber: string | null
  /** The page's number within its letter, as printed at its head or foot; 1 for the page with the header when it has none. */
  readonly printed: number | null
  readonly kind: DocumentKind | null
}

const headerLabels = phrasesOf({
  caseNumber: labels.header.caseNumber,
  other: [
    ...labels.header.dateAssigned,
    ...labels.header.decisionDate,
    ...labels.header.urDecisionDate,
    ...labels.header.dateOfInjury,
  ],
})
const kindPhrases = phrasesOf<DocumentKind>(
  Object.fromEntries(Object.entries(documentKinds).map(([kind, { surest }]) => [kind, surest])),
)
/** Rows of a page among which its title stands. */
const TITLE_ROWS = 14

/**
 * Cuts a file into its letters: a letter begins with its case-header block, or with its opening section when one is open already.
 * Every page belongs to one letter or is told of in `loose`. A file without any letter is one `Letter` with its `kind`.
 */
export function splitLetters(document: Document): readonly Letter[] {
  const sheets = inOrder(document.pages.map(sheetOf))
  const groups = groupsOf(sheets)
  if (groups.length === 0) {
    const documents = documentsOf(document.pages)
    return [{ document, index: 1, pages: document.pages, kind: kindOfFile(documents), documents }]
  }
  return groups.map((group, i) => {
    const others = documentsOf(group.loose.map((s) => s.page))
    const kindOn = (sheet: Sheet) => others.find(({ pages }) => pages.includes(sheet.page.number))?.kind ?? 'other'
    const loose = group.loose.map(
      (sheet): LooseSheet => ({
        page: sheet.page.number,
        kind: sheet.page.status === 'blank' ? 'blank' : kindOn(sheet),
      }),
    )
    return {
      document,
      index: i + 1,
      pages: group.pages.map((s) => s.page),
      ...(loose.length > 0 ? { loose } : {}),
      documents: withLetter(
        group.pages.map((s) => s.page.number),
        others,
        group.pages.some((s) => s.header) ? 0.99 : 0.8,
      ),
    }
  })
}

/** What a file without a letter is: its only kind, or a case file. Instructions go with their form. */
function kindOfFile(documents: readonly FiledDocument[]): DocumentKind | 'case-file' {
  const kinds = new Set(documents.map(({ kind }) => kind))
  if (kinds.size > 1) kinds.delete('form-instructions')
  const [only = 'other'] = kinds
  return kinds.size > 1 ? 'case-file' : only
}

/** A letter and the sheets around it, the letter first. */
export function withLetter(
  pages: readonly number[],
  others: readonly FiledDocument[],
  confidence: number,
): readonly FiledDocument[] {
  const letter = { id: 1, kind: 'imr-determination' as const, form: null, pages, duplicateOf: null, confidence }
  return [
    letter,
    ...others.map((one) => ({
      ...one,
      id: one.id + 1,
      duplicateOf: one.duplicateOf === null ? null : one.duplicateOf + 1,
    })),
  ]
}

function sheetOf(page: Page): Sheet {
  const flow = flowOf([page])
  const sections = findSections(flow).filter((s) => s.kind !== 'closing')
  const opening = sections.some((s) => s.kind === 'method' || s.kind === 'dispute')
  const caseNumber =
    findCaseNumbers(flow.transcript.text)[0]?.value ?? findCaseNumbers(flow.margins.text)[0]?.value ?? null
  const header = hasHeader(flow)
  return {
    page,
    header,
    printed: printedNumber(flow.margins.text) ?? (header ? 1 : null),
    opens: opening || (sections.some((s) => s.kind === 'summary') && !sections.some((s) => s.kind === 'method')),
    sections: sections.length > 0,
    decisions: sections.some((s) => s.kind === 'decisions'),
    caseNumber,
    kind: kindOf(flow),
  }
}

const PAGE_NUMBER =
  /\b(?:page|pg|p)\.?\s{0,2}(\d{1,3})(?!\d)|^[^\S\n]*-?\s?(\d{1,3})(?:\s+of\s+\d{1,3})?\s?-?[^\S\n]*$/im

function printedNumber(margins: string): number | null {
  // The row that a fax machine sets counts the sheets of its transmission, not the pages of a letter.
  const rows = margins.split('\n').filter((row) => !/fax|\d:\d\d/i.test(row))
  const found = PAGE_NUMBER.exec(rows.join('\n'))
  return found ? Number(found[1] ?? found[2]) : null
}

/**
 * The sheets of a file as their letters have them: where one case's pages bear other numbers than their order in the file, or lie
 * among another's, they are put together at the place of the first. Without a case number and a page number a sheet stays.
 */
function inOrder(sheets: readonly Sheet[]): readonly Sheet[] {
  const cases = new Map<string, Sheet[]>()
  for (const sheet of sheets)
    if (sheet.caseNumber !== null && sheet.printed !== null)
      cases.set(sheet.caseNumber, [...(cases.get(sheet.caseNumber) ?? []), sheet])
  const moved = new Map([...cases].filter(([, own]) => isShuffled(own, sheets)))
  if (moved.size === 0) return sheets
  const out: Sheet[] = []
  for (const sheet of sheets) {
    const own = sheet.caseNumber !== null && sheet.printed !== null ? moved.get(sheet.caseNumber) : undefined
    if (!own) out.push(sheet)
    else if (own[0] === sheet) out.push(...own.toSorted((a, b) => (a.printed ?? 0) - (b.printed ?? 0)))
  }
  return out
}

function isShuffled(own: readonly Sheet[], all: readonly Sheet[]): boolean {
  const numbers = own.map((s) => s.printed ?? 0)
  // The same page twice: two copies of a letter, which are left as they lie.
  if (own.length < 2 || new Set(numbers).size < numbers.length) return false
  const [first, last] = [own[0], own.at(-1)].map((s) => all.indexOf(s as Sheet))
  const among = all.slice(first, last).filter((s) => !own.includes(s) && s.caseNumber !== null && s.printed !== null)
  return among.length > 0 || numbers.some((n, i) => i > 0 && n < (numbers[i - 1] as number))
}

function hasHeader(flow: Flow): boolean {
  const found = new Set(flow.rows.slice(0, 60).map((row) => phraseOpening(flow, row, headerLabels)?.key))
  return found.has('caseNumber') && found.has('other')
}

function kindOf(flow: Flow): DocumentKind | null {
  for (const row of flow.rows.slice(0, TITLE_ROWS)) {
    const title = phraseOpening(flow, row, kindPhrases)
    // A title has its row to itself.
    if (title && row.end - title.end < 12) return title.key
  }
  return null
}

type Group = { pages: Sheet[]; loose: Sheet[]; started: boolean }

function groupsOf(sheets: readonly Sheet[]): readonly Group[] {
  const groups: Group[] = []
  let waiting: Sheet[] = []
  for (const sheet of sheets) {
    const open = groups.at(-1)
    if (startsLetter(sheet, open, waiting)) {
      const own = waiting.filter((s) => belongsBefore(s, sheet))
      const first = own[0]
      const from = first ? waiting.indexOf(first) : waiting.length
      const group = { pages: [...waiting.slice(from), sheet], loose: [] as Sheet[], started: true }
      const left = waiting.slice(0, from)
      if (open) open.loose.push(...left)
      else group.loose.push(...left)
      groups.push(group)
      waiting = []
    } else if (open && continues(sheet, waiting)) {
      open.pages.push(...waiting, sheet)
      waiting = []
    } else waiting.push(sheet)
  }
  const last = groups.at(-1)
  if (last) last.loose.push(...waiting)
  return groups
}

function startsLetter(sheet: Sheet, open: Group | undefined, waiting: readonly Sheet[]): boolean {
  if (!open) return sheet.header || sheet.sections
  const sameCase = sheet.caseNumber !== null && open.pages.some((s) => s.caseNumber === sheet.caseNumber)
  const complete = open.pages.some((s) => s.decisions)
  const opened = open.pages.some((s) => s.opens)
  if (sheet.header) return (opened || complete) && !(sameCase && !complete)
  const other = sheet.caseNumber !== null && open.pages.some((s) => s.caseNumber !== null) && !sameCase
  return sheet.opens && (complete || (opened && (other || waiting.length > 0)))
}

/** A cover page of the letter itself says its case number. */
const belongsBefore = (sheet: Sheet, first: Sheet) =>
  sheet.kind !== 'proof-of-service' &&
  sheet.kind !== 'cover' &&
  sheet.caseNumber !== null &&
  (first.caseNumber === null || sheet.caseNumber === first.caseNumber)

/** Text goes on; a blank sheet or a foreign form waits to see what follows. An unreadable page may be anything: it stays. */
function continues(sheet: Sheet, waiting: readonly Sheet[]): boolean {
  if (sheet.page.status === 'unreadable') return true
  if (sheet.page.status === 'blank') return false
  return sheet.sections || (sheet.kind === null && !waiting.some((s) => s.kind !== null))
}
