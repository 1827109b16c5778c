import { type Field, missing } from '../model/index.ts'
import { readField, trimmed } from './confidence.ts'
import type { Flow } from './flow.ts'
import { type Section, sectionOf } from './sections.ts'
import { findMarks } from './services-marks.ts'
import type { Span } from './transcript.ts'

/**
 * Where the clinical case summary stands. It ends where the next section begins and in any case before the first stated outcome
 * or guideline, so that nothing of the decision can be taken for part of it when that section's heading is lost.
 */
export function summarySpan(flow: Flow, sections: readonly Section[]): Span | null {
  const section = sectionOf(sections, 'summary')
  if (!section) return null
  const decided = findMarks(flow, section)[0]
  const end = decided ? lastParagraphBefore(flow, section.start, decided.start) : section.end
  const span = trimmed(flow.transcript, { start: section.start, end })
  return span.end > span.start ? span : null
}

/** The request's heading stands between the summary and the first outcome: it is cut off with the last paragraph. */
function lastParagraphBefore(flow: Flow, start: number, end: number): number {
  const opening = flow.rows.findLast(
    (r) => r.start >= start && r.start <= end && (r.gap === 'paragraph' || r.afterShort),
  )
  return opening ? opening.start : end
}

export function readSummary(flow: Flow, span: Span | null): Field<string> {
  const rule = 'summary.clinical-case-summary'
  return span === null
    ? missing(rule, 0.3)
    : readField(flow.transcript, span, flow.transcript.flat(span), { rule, strength: 0.97 })
}
