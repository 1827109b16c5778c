import { squeeze } from '../../../language/matching/fuzzy.ts'
import { type Flow, phraseAt, phraseOpening, type Row, rowAt } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { headings, type Layout, layouts, phrasesOf, type SectionKind } from './letter-vocabulary.ts'

/** A part of the letter under a heading: `start` and `end` bound what stands below the heading. */
export type Section = Span & {
  readonly kind: SectionKind
  /** Offset where the heading begins; equals `start` when the heading was lost and only its lead-in sentence was found. */
  readonly heading: number
  /** Characters of the heading that were misread. */
  readonly cost: number
}

const headingPhrases = phrasesOf(headings.sections)
const leadIns = phrasesOf(headings['lead-ins'])

/** Headings stand alone in their row; more than this many squeezed characters beside them make them part of a sentence. */
const BESIDE = 6

/** The sections of a letter in their order. What stands before the first belongs to none: cover, title, header block. */
export function findSections(flow: Flow): readonly Section[] {
  const found: { kind: SectionKind; heading: number; start: number; cost: number }[] = []
  for (const row of flow.rows) {
    const heading = headingIn(flow, row)
    if (heading) found.push(heading)
  }
  for (const row of flow.rows) {
    const lead = phraseOpening(flow, row, leadIns)
    if (!lead) continue
    const owner = found.findLast((s) => s.start <= lead.start)
    if (owner?.kind === lead.key) owner.start = Math.max(owner.start, sentenceEnd(flow, lead.end))
    else found.push({ kind: lead.key, heading: lead.start, start: sentenceEnd(flow, lead.end), cost: lead.cost + 2 })
    found.sort((a, b) => a.heading - b.heading)
  }
  return found.map((s, i) => ({ ...s, end: Math.max(s.start, found[i + 1]?.heading ?? flow.transcript.text.length) }))
}

function headingIn(flow: Flow, row: Row): { kind: SectionKind; heading: number; start: number; cost: number } | null {
  const match = phraseOpening(flow, row, headingPhrases)
  if (!match) return null
  const lastRow = flow.rows[rowAt(flow.rows, match.end - 1)] ?? row
  const rest = flow.transcript.text.slice(match.end, lastRow.end)
  // A short heading word may open a sentence: nothing may stand beside it.
  const allowed = match.size < 14 ? 1 : BESIDE
  if (squeeze(rest).length > allowed) return null
  return { kind: match.key, heading: row.start, start: lastRow.end, cost: match.cost }
}

/** The most that a lead-in sentence goes on behind the words it is known by. */
const LEAD_TAIL = 130

/** A lead-in sentence ends with its colon; where that was lost, with the row that it ends in. */
function sentenceEnd(flow: Flow, offset: number): number {
  const { text } = flow.transcript
  const colon = /^[^:.;]*[:;.]\s*(?=\n|\f|$)/.exec(text.slice(offset, offset + LEAD_TAIL))
  if (colon) return offset + colon[0].length
  const at = rowAt(flow.rows, offset - 1)
  const row = flow.rows[at]
  const next = flow.rows[at + 1]
  const goesOn =
    next !== undefined &&
    row !== undefined &&
    /^\W*[a-z]/.test(next.text) &&
    /[A-Za-z]/.test(text.slice(offset, row.end))
  return (goesOn ? next : row)?.end ?? offset
}

export function sectionOf(sections: readonly Section[], kind: SectionKind): Section | null {
  return sections.find((s) => s.kind === kind && s.end > s.start) ?? sections.find((s) => s.kind === kind) ?? null
}

const signs = phrasesOf(layouts.signs)

/** A row is taken for a generation's sign with at most this many misread characters: `… medical review determinations` is none. */
const SIGN_COST = 3

/**
 * The generation of the letter: the one whose signs, found at the beginnings of rows, weigh most together, so that a title
 * that is lost, or a sentence like another generation's title, does not decide; null when none has enough of them.
 */
export function recogniseLayout(flow: Flow): Layout | null {
  const shown = new Set<string>()
  for (const row of flow.rows) {
    for (const start of [row.start, afterNumber(row)]) {
      const sign = start === row.start ? phraseOpening(flow, row, signs) : phraseAt(flow, start, signs)
      if (sign && sign.cost <= SIGN_COST) shown.add(sign.key)
    }
  }
  const scored = layouts.layouts.map((layout) => ({
    layout,
    score: [...shown].reduce((sum, sign) => sum + (layout.weights[sign] ?? 0), 0),
  }))
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a))
  return best.score >= layouts.atLeast ? best.layout : null
}

/** Where a numbered row's words begin: `1) Regarding the request for …`. */
const afterNumber = (row: Row) => row.start + (/^\W*\d{1,2}\s?[.)]\s*/.exec(row.text)?.[0].length ?? 0)
