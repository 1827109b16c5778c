import type { DocumentKind, Form } from '../../model/index.ts'
import { type FormTemplate, forms, phrasesOf } from '../determination/layout/letter-vocabulary.ts'
import { type Flow, phraseAt } from '../page-text/flow.ts'

/** A page that is a sheet of a form of the state. */
export type FormSheet = {
  readonly form: Form
  /** Of the document that the sheet belongs to: instructions are a document of their own. */
  readonly kind: DocumentKind
  /** The sheet's number on the form, from 1. A form begins anew with its first. */
  readonly sheet: number
}

/** A title stands in the upper part of a sheet, with a few words before it and hardly any behind. */
const TITLE_WITHIN = 0.3
const HEAD_ROWS = 8
const WORDS_BEFORE = 5
const AFTER_TITLE = 24
/** So many labels of a form make its sheet beside its title, and without one. */
const LABELS = 3
const LABELS_ALONE = 5

const keyOf = (form: number, sheet: number, part: string) => `${form} ${sheet} ${part}`
const lists: Record<string, readonly string[]> = {}
for (const [f, form] of forms.entries()) {
  for (const [s, { titles, labels }] of form.sheets.entries()) {
    lists[keyOf(f, s, 'title')] = titles
    for (const [l, label] of labels.entries()) lists[keyOf(f, s, `label ${l}`)] = [label]
  }
  for (const [v, { signs }] of form.versions.entries()) lists[keyOf(f, v, 'version')] = signs
}
/** One list a form: labels of one are phrases of another, and each is looked for by itself. */
const phrasesOfForm = forms.map((_, f) =>
  phrasesOf(Object.fromEntries(Object.entries(lists).filter(([key]) => key.startsWith(`${f} `)))),
)
const titlesOfForm = forms.map((_, f) =>
  phrasesOf(
    Object.fromEntries(Object.entries(lists).filter(([key]) => key.startsWith(`${f} `) && key.endsWith('title'))),
  ),
)

/** What of a form is printed on a page, wherever it stands: forms have columns, and a reader runs them together. */
function printedOn(flow: Flow, form: number): ReadonlySet<string> {
  const found = new Set<string>()
  const { text } = flow.transcript
  for (const { index } of text.matchAll(/\S+/g)) {
    const phrase = phraseAt(flow, index, phrasesOfForm[form] ?? [])
    if (phrase) found.add(phrase.key)
  }
  return found
}

/** The form of the state whose sheet a page is; null for none. A title that is quoted in a sentence makes none: a form is its labels. */
export function formSheetOf(flow: Flow): FormSheet | null {
  let best: (FormSheet & { readonly score: number }) | null = null
  for (const [f, template] of forms.entries()) {
    const printed = printedOn(flow, f)
    const standing = titlesOf(flow, f)
    for (const [s, { labels, kind }] of template.sheets.entries()) {
      const count = labels.filter((_, l) => printed.has(keyOf(f, s, `label ${l}`))).length
      const hasTitle = standing.has(keyOf(f, s, 'title'))
      if (count < (hasTitle ? LABELS : LABELS_ALONE)) continue
      const score = count + (hasTitle ? 10 * LABELS : 0)
      if (best && best.score >= score) continue
      // Versions of one form have labels of their own: no sheet has them all.
      const match = Math.round(Math.min(1, count / Math.min(labels.length, 10)) * 1000) / 1000
      const form = { name: template.name, version: versionOf(template, f, printed), match }
      best = { form, kind: kind ?? template.kind, sheet: s + 1, score }
    }
  }
  if (!best) return null
  const { form, kind, sheet } = best
  return { form, kind, sheet }
}

/** The titles that have a row of their own at the head of the page, and are no part of a sentence. A longer one counts for the shorter that it holds. */
function titlesOf(flow: Flow, form: number): ReadonlySet<string> {
  const phrases = titlesOfForm[form] ?? []
  const upper = flow.rows.slice(0, Math.max(HEAD_ROWS, Math.ceil(flow.rows.length * TITLE_WITHIN)))
  const found = upper.flatMap((row) => {
    const [longest] = [...row.text.matchAll(/\S+/g)]
      .slice(0, WORDS_BEFORE + 1)
      .flatMap(({ index }) => phraseAt(flow, row.start + index, phrases) ?? [])
      .filter((title) => row.end - title.end < AFTER_TITLE)
      .sort((a, b) => b.size - a.size)
    return longest ? [longest.key] : []
  })
  return new Set(found)
}

function versionOf({ versions }: FormTemplate, form: number, printed: ReadonlySet<string>): string | null {
  return versions.find((_, v) => printed.has(keyOf(form, v, 'version')))?.version ?? null
}
