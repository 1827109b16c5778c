import type { Document, DocumentKind, Page } from '../model/index.ts'
import { findCaseNumbers } from './case-number.ts'
import { type Flow, flowOf, phraseOpening } from './flow.ts'
import { documentKinds, labels, phrasesOf } from './letter-vocabulary.ts'
import { findSections } from './sections.ts'

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
  readonly kind?: DocumentKind
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
const kindPhrases = phrasesOf<DocumentKind>(documentKinds)
/** Rows of a page among which its title stands. */
const TITLE_ROWS = 14

/**
 * Cuts a file into its letters: a letter begins with its case-header block, or with its opening section when one is open already.
 * Every page belongs to one letter or is told of in `loose`. A file without any letter is one `Letter` with its `kind`.
 */
export function splitLetters(document: Document): readonly Letter[] {
  const sheets = document.pages.map(sheetOf)
  const groups = groupsOf(sheets)
  if (groups.length === 0) {
    const kind = sheets.find((s) => s.kind !== null)?.kind ?? 'other'
    return [{ document, index: 1, pages: document.pages, kind }]
  }
  return groups.map((group, i) => ({
    document,
    index: i + 1,
    pages: group.pages.map((s) => s.page),
    ...(group.loose.length > 0 ? { loose: group.loose.map(looseSheet) } : {}),
  }))
}

const looseSheet = (s: Sheet): LooseSheet => ({
  page: s.page.number,
  kind: s.page.status === 'blank' ? 'blank' : (s.kind ?? 'other'),
})

function sheetOf(page: Page): Sheet {
  const flow = flowOf([page])
  const sections = findSections(flow).filter((s) => s.kind !== 'closing')
  const opening = sections.some((s) => s.kind === 'method' || s.kind === 'dispute')
  const caseNumber =
    findCaseNumbers(flow.transcript.text)[0]?.value ?? findCaseNumbers(flow.margins.text)[0]?.value ?? null
  return {
    page,
    header: hasHeader(flow),
    opens: opening || (sections.some((s) => s.kind === 'summary') && !sections.some((s) => s.kind === 'method')),
    sections: sections.length > 0,
    decisions: sections.some((s) => s.kind === 'decisions'),
    caseNumber,
    kind: kindOf(flow),
  }
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
