import { squeeze } from '../../../language/matching/fuzzy.ts'
import { sentencesOf } from '../../../language/sentences.ts'
import { type Flow, type Row, rowAt } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { trimmed } from '../../trust/confidence.ts'
import { outcomeWords } from '../layout/letter-vocabulary.ts'
import type { LabelMark, Mark, OutcomeMark } from './marks.ts'
import { findMarks } from './marks.ts'
import { necessityAtEnd } from './outcome.ts'
import { splitRequest } from './split-request.ts'

/** Where the parts of one disputed service stand; null for a part that was not found. */
export type ServiceSegment = {
  readonly request: Span
  /** The number that the letter gives it in its list. */
  readonly number?: number | null
  readonly outcome: OutcomeMark | null
  readonly claimsAdministrator: Span | null
  readonly reviewer: Span | null
  readonly rationale: Span | null
}

type Draft = { heading: number; outcome: OutcomeMark | null; labels: LabelMark[] }

/** The most rows that a request's heading takes. */
const HEADING_ROWS = 14

/** Cuts the decisions of a letter into its disputed services. */
export function findSegments(flow: Flow, span: Span): readonly ServiceSegment[] {
  const drafts = draftsOf(findMarks(flow, span))
  const starts = drafts.map((draft, i) => headingStart(flow, draft, drafts[i - 1] ?? null, span))
  return drafts.map((draft, i) => segmentOf(flow, draft, starts[i] ?? span.start, starts[i + 1] ?? span.end))
}

/** Labels belong to the outcome before them; a set of labels that begins anew without one is a service whose outcome was lost. */
function draftsOf(marks: readonly Mark[]): readonly Draft[] {
  const drafts: Draft[] = []
  for (const mark of marks) {
    const open = drafts.at(-1)
    if (mark.mark === 'outcome') {
      drafts.push({ heading: mark.start, outcome: mark, labels: [] })
    } else if (!open || (mark.label !== 'rationale' && open.labels.some((l) => l.label === 'rationale'))) {
      drafts.push({ heading: mark.start, outcome: null, labels: [mark] })
    } else if (!open.labels.some((l) => l.label === mark.label)) open.labels.push(mark)
  }
  return drafts
}

/** Where the request's wording begins: read upwards from its outcome to the paragraph above. */
function headingStart(flow: Flow, draft: Draft, before: Draft | null, span: Span): number {
  const floor = Math.max(span.start, before?.labels.at(-1)?.text ?? before?.outcome?.end ?? span.start)
  const { rows } = flow
  const bottom = rowAt(rows, draft.outcome ? draft.heading : Math.max(0, draft.heading - 1))
  const last = draft.outcome ? bottom : bottom - (rows[bottom]?.start === draft.heading ? 1 : 0)
  let top = last
  while (top > 0 && last - top < HEADING_ROWS) {
    const row = rows[top]
    const above = rows[top - 1]
    if (!row || !above || above.start < floor) break
    if (partsAt(above, row, top === last && draft.heading <= row.start) >= 2) break
    top--
  }
  const start = Math.max(floor, rows[top]?.start ?? floor)
  return afterSentence(flow, start, draft.heading)
}

/** Points for a paragraph's end between two rows: 2 or more part them. */
function partsAt(above: Row, row: Row, outcomeOnly: boolean): number {
  const closing = necessityAtEnd(above.text) !== null || /medically\W+necessary\W*$/i.test(above.text)
  let points = 0
  if (row.gap === 'paragraph') points += 2
  if (row.afterShort) points += 2
  if (/[.?!]["”’)]?\W{0,2}$/.test(above.text)) points += closing ? 3 : row.gap === 'page' ? 2 : 1
  if (/^[^A-Za-z0-9]*[a-z]/.test(row.text)) points -= 2
  if (/[,(/&-]\s*$/.test(above.text)) points -= 1
  // An outcome alone in its row belongs to the row above, however far.
  return outcomeOnly ? points - 3 : points
}

/** More words than this in a heading are sentences of the paragraph above, unless they tell of a partly approved request. */
const LONG_HEADING = 30

/** A heading that a rationale's last sentence runs into begins behind that sentence. */
function afterSentence(flow: Flow, start: number, end: number): number {
  const text = flow.transcript.text.slice(start, end)
  const said = [...text.matchAll(/medically\s+necessary(?:\s+and\s+appropriate)?\s*\.\s+(?=\S)/gi)].at(-1)
  if (said) return start + said.index + said[0].length
  if (text.split(/\s+/).length <= LONG_HEADING || splitRequest(text)) return start
  return start + (sentencesOf(text).at(-1)?.start ?? 0)
}

function segmentOf(flow: Flow, draft: Draft, start: number, end: number): ServiceSegment {
  const under = (label: LabelMark['label']): Span | null => {
    const mark = draft.labels.find((l) => l.label === label)
    if (!mark) return null
    const next = draft.labels.filter((l) => l.start > mark.start).map((l) => l.start)
    const text = trimmed(flow.transcript, { start: mark.text, end: Math.max(mark.text, Math.min(end, ...next)) })
    return text.end > text.start ? text : null
  }
  return {
    ...requestOf(flow, draft, start),
    outcome: draft.outcome,
    claimsAdministrator: under('claimsAdministrator'),
    reviewer: under('reviewer'),
    rationale: under('rationale'),
  }
}

const leads = outcomeWords.leads.map(squeeze)

/** `Issue 2:`, `Service #1 of 3 -`, `Requested treatment:`. */
const NUMBERED =
  /^(?:(?:issue|item|service|request|treatment)\s*(?:#|no\.?|number)?\s*(\d{1,2})(?:\s+of\s+\d{1,2})?\s*[:.)–-]|(?:disputed|requested)\s+(?:service|treatment|item)s?\s*:)\s*/i

/** The heading without its number, its colon and, in letters of 2013, without `Decision for`. */
function requestOf(flow: Flow, draft: Draft, start: number): Pick<ServiceSegment, 'request' | 'number'> {
  const end = draft.outcome?.start ?? draft.labels[0]?.start ?? start
  const text = flow.transcript.text.slice(start, end)
  const tail = /[\s:;.,|]*$/.exec(text)?.[0].length ?? 0
  let lead =
    /^[^A-Za-z0-9(#"“]*(?:["“](?!.*["”]))?[^A-Za-z0-9(#"“]*(?:\(?\d{1,2}[.)]\s+(?=[A-Za-z0-9]))?/.exec(text)?.[0]
      .length ?? 0
  const named = NUMBERED.exec(text.slice(lead))
  const number = named?.[1] ?? /(\d{1,2})[.)]\s+$/.exec(text.slice(0, lead))?.[1]
  lead += named?.[0].length ?? 0
  if (draft.outcome?.form === 'sentence') {
    for (const words of [3, 2]) {
      const opening = new RegExp(`^(?:\\S+\\s+){${words}}`).exec(text.slice(lead))?.[0]
      if (opening && leads.includes(squeeze(opening))) lead += opening.length
    }
  }
  return {
    request: lead >= text.length - tail ? { start, end: start } : { start: start + lead, end: end - tail },
    number: number === undefined ? null : Number(number),
  }
}
