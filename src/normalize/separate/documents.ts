import { findDates } from '../../language/dates.ts'
import type { DocumentKind, FiledDocument, Page } from '../../model/index.ts'
import { documentKinds, phrasesOf } from '../determination/layout/letter-vocabulary.ts'
import { type Flow, flowOf, phraseAt, phraseOpening } from '../page-text/flow.ts'
import { isCopy, type Told, toldBy } from './copies.ts'
import { type FormSheet, formSheetOf } from './form-sheets.ts'

/** What a page shows of where documents begin, and of what kind they are. */
export type PageSigns = {
  readonly page: number
  readonly status: Page['status']
  readonly form: FormSheet | null
  /** The kind that its title names; null without one. */
  readonly titled: DocumentKind | null
  /** The kind whose words it has most of, and how many of them. */
  readonly worded: { readonly kind: DocumentKind; readonly count: number } | null
  /** `Page 2 of 5`, as printed at its head or foot. */
  readonly printed: { readonly number: number; readonly of: number } | null
  /** It has labels of whom and what it is about at its head: a new document says that again. */
  readonly about: boolean
  readonly letterhead: boolean
  /** Somebody signed it, or it ends well above its foot. */
  readonly ends: boolean
  /** Dates at its head. */
  readonly dates: readonly string[]
  readonly told: Told
}

const kinds = Object.entries(documentKinds) as readonly [
  DocumentKind,
  NonNullable<(typeof documentKinds)[DocumentKind]>,
][]
const listOf = (of: 'capitals' | 'words') =>
  phrasesOf<DocumentKind>(Object.fromEntries(kinds.map(([k, v]) => [k, v[of]])))
const titles = phrasesOf<DocumentKind>(Object.fromEntries(kinds.map(([k, v]) => [k, [...v.surest, ...v.titles]])))
const capitals = listOf('capitals')
/** Each phrase is its own: of a kind's phrases the different ones count. */
const words = phrasesOf<string>(
  Object.fromEntries(kinds.flatMap(([kind, v]) => v.words.map((phrase, i) => [`${kind} ${i}`, [phrase]]))),
)
const aboutLabels = phrasesOf({
  patient: ['patient', 'patient name', 'employee name', 'employee', 'injured worker', 'claimant', 'name', 're'],
  birth: ['date of birth', 'dob'],
  injury: ['date of injury', 'doi', 'd/i'],
  claim: ['claim number', 'claim no', 'claim #', 'claim'],
  service: ['date of service', 'dos', 'date of visit', 'exam date', 'date of exam', 'visit date', 'date of evaluation'],
  employer: ['employer'],
})

/** Rows of a page among which its title, its letterhead and whom it is about stand. */
const HEAD_ROWS = 14
/** So many different phrases of a kind tell what an untitled page is. */
const WORDS = 3

/** The signs of one page. Pure; linear in its words. */
export function signsOf(page: Page): PageSigns {
  const flow = flowOf([page])
  const head = flow.rows.slice(0, HEAD_ROWS)
  const rows = head.map((row) => row.text)
  const found = new Set(head.flatMap((row) => labelsIn(flow, row.start, row.text)))
  const last = flow.rows.slice(-6).map((row) => row.text)
  const foot = page.lines.at(-1)?.box[3] ?? 1
  return {
    page: page.number,
    status: page.status,
    form: formSheetOf(flow),
    titled: titleOf(flow),
    worded: wordedOf(flow),
    printed: printedOf([...rows.slice(0, 3), ...last.slice(-3), ...flow.margins.text.split('\n')]),
    about: found.size >= 2,
    letterhead: rows
      .slice(0, 4)
      .some((row) =>
        /\b(?:suite|ste\.?\s\d|medical group|associates|inc\.|llc|imaging|orthop|p\.?o\.? box|hospital|clinic|fax:)/i.test(
          row,
        ),
      ),
    ends:
      foot < 0.6 ||
      last.some((row) => /\b(?:sincerely|electronically signed|signature|signed by|dictated)\b/i.test(row)),
    dates: findDates(rows.join('\n')).map(({ value }) => value),
    told: toldBy(flow.transcript.text),
  }
}

/** Labels that stand at the beginning of a row or behind a hole of it. */
function labelsIn(flow: Flow, start: number, text: string): readonly string[] {
  const places = [0, ...[...text.matchAll(/\s{2,}(?=\S)/g)].map((m) => m.index + m[0].length)]
  return places.flatMap((at) => {
    const label = phraseAt(flow, start + at, aboutLabels)
    return label && /^\s?[:#.]/.test(flow.transcript.text.slice(label.end, label.end + 2)) ? [label.key] : []
  })
}

function titleOf(flow: Flow): DocumentKind | null {
  for (const row of flow.rows.slice(0, HEAD_ROWS)) {
    const title = phraseOpening(flow, row, titles)
    // A title has its row to itself.
    if (title && row.end - title.end < 12) return title.key
    const letters = row.text.replace(/[^A-Za-z]/g, '')
    const isShouted = letters.length >= 3 && letters.replace(/[^A-Z]/g, '').length >= 0.85 * letters.length
    const shouted = isShouted && row.text.split(/\s+/).length <= 9 ? phraseOpening(flow, row, capitals) : null
    if (shouted) return shouted.key
  }
  return null
}

function wordedOf(flow: Flow): PageSigns['worded'] {
  const found = new Set<string>()
  for (const { index } of flow.transcript.text.matchAll(/\S+/g)) {
    const phrase = phraseAt(flow, index, words, true)
    if (phrase) found.add(phrase.key)
  }
  const counts = new Map<DocumentKind, number>()
  for (const key of found) {
    const kind = key.slice(0, key.lastIndexOf(' ')) as DocumentKind
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return most ? { kind: most[0], count: most[1] } : null
}

/** `Page 2 of 5`; a fax machine's `P. 03/11` counts the sheets of its transmission, and a bare number those of the whole record. */
function printedOf(rows: readonly string[]): PageSigns['printed'] {
  for (const row of rows) {
    if (/fax|\d:\d\d/i.test(row)) continue
    const found = /\b(?:page|pg\.?|sheet)\s{0,2}(\d{1,3})\s{0,2}(?:of|\/)\s{0,2}(\d{1,3})\b/i.exec(row)
    const [number, of] = [Number(found?.[1]), Number(found?.[2])]
    if (found && number >= 1 && number <= of) return { number, of }
  }
  return null
}

/** What speaks for a page being the first of a document, in favour above zero. Recall first: a wrong cut costs a click, a wrong join hides a document. */
function startScore(
  sheet: PageSigns,
  before: PageSigns,
  open: { readonly kind: DocumentKind; readonly dates: readonly string[] },
): number {
  if (sheet.form) {
    const goesOn =
      before.form?.form.name === sheet.form.form.name &&
      before.form.kind === sheet.form.kind &&
      sheet.form.sheet > before.form.sheet
    return goesOn ? -4 : 4
  }
  const { printed } = sheet
  if (
    printed &&
    printed.number > 1 &&
    before.printed?.of === printed.of &&
    before.printed.number === printed.number - 1
  )
    return -4
  let score = -1
  if (printed) score += printed.number === 1 ? 3 : -1.5
  if (sheet.titled !== null) score += sheet.titled === open.kind && !sheet.about ? 1 : 2.5
  if (sheet.about) score += 1.2
  if (sheet.letterhead) score += 0.8
  if (before.ends) score += 0.8
  if (before.form && before.form.kind !== sheet.worded?.kind) score += 1.5
  if (sheet.dates.length > 0 && open.dates.length > 0 && !sheet.dates.some((date) => open.dates.includes(date)))
    score += 0.6
  if (sheet.worded && sheet.worded.count >= WORDS && sheet.worded.kind !== open.kind) score += 0.6
  return score
}

type Open = {
  readonly signs: PageSigns[]
  readonly kind: DocumentKind
  readonly score: number
  readonly dates: string[]
}

/**
 * The documents that pages are, in their order: state forms by their labels, others by what speaks for a beginning. Blank sheets are backs of what
 * lies before them, and a page that cannot be read may be anything: both stay with the document before.
 */
export function documentsOf(pages: readonly Page[]): readonly FiledDocument[] {
  const open: Open[] = []
  const first: PageSigns[] = []
  let before: PageSigns | null = null
  for (const page of pages) {
    const signs = signsOf(page)
    const last = open.at(-1)
    const isText = signs.status === 'ok'
    const score = last && before && isText ? startScore(signs, before, last) : 1
    const isNext = last?.signs.at(-1)?.page === page.number - 1
    if (last && isNext && (!isText || score <= 0)) {
      last.signs.push(signs)
      last.dates.push(...signs.dates)
    } else if (!isText && open.length === 0) first.push(signs)
    else open.push({ signs: [...first.splice(0), signs], kind: kindOf(signs), score, dates: [...signs.dates] })
    if (isText) before = signs
  }
  if (first.length > 0) open.push({ signs: first, kind: 'other', score: 0, dates: [] })
  return open.map((document, i) => filed(document, i, open))
}

function kindOf({ form, titled, worded }: PageSigns): DocumentKind {
  return form?.kind ?? titled ?? (worded && worded.count >= WORDS ? worded.kind : 'other')
}

function filed({ signs, kind, score }: Open, i: number, all: readonly Open[]): FiledDocument {
  const sheets = signs.flatMap(({ form }) => (form ? [form] : []))
  const whole = told(signs)
  const original = all.slice(0, i).findIndex((other) => other.kind === kind && isCopy(told(other.signs), whole))
  const [first] = signs
  const sure = first?.form ? 0.9 + 0.1 * first.form.form.match : first?.titled ? 0.8 : kind === 'other' ? 0.3 : 0.55
  const begun = i === 0 ? 1 : Math.min(1, 0.6 + 0.15 * score)
  return {
    id: i + 1,
    kind,
    form: bestOf(sheets),
    pages: signs.map(({ page }) => page),
    duplicateOf: original < 0 ? null : original + 1,
    confidence: Math.round(Math.max(0.05, sure * begun) * 100) / 100,
  }
}

/** The form of the state that pages are on; null for none. */
export const formOf = (pages: readonly Page[]): FiledDocument['form'] =>
  bestOf(pages.flatMap((page) => formSheetOf(flowOf([page])) ?? []))

/** The form of a document as its best sheet shows it; the version may stand on any. */
function bestOf(sheets: readonly FormSheet[]): FiledDocument['form'] {
  const [best] = sheets.toSorted((a, b) => b.form.match - a.form.match)
  const version = sheets.find(({ form }) => form.version !== null)?.form.version ?? null
  return best ? { ...best.form, version } : null
}

const told = (signs: readonly PageSigns[]): Told => ({
  words: signs.flatMap((s) => s.told.words),
  dates: signs.flatMap((s) => s.told.dates),
})
