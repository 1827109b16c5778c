import { type Field, missing } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { readField, trimmed } from '../../trust/confidence.ts'
import { findSegments } from '../services/segments.ts'
import { type Section, sectionOf } from './sections.ts'

/**
 * Where the clinical case summary stands. It ends where the next section begins and in any case before the first stated outcome
 * or guideline, so that nothing of the decision can be taken for part of it when that section's heading is lost.
 */
export function summarySpan(flow: Flow, sections: readonly Section[]): Span | null {
  const section = sectionOf(sections, 'summary')
  if (!section) return null
  const [decided] = findSegments(flow, section)
  const end = decided ? Math.min(decided.request.start, decided.outcome?.start ?? section.end) : section.end
  const span = trimmed(flow.transcript, { start: section.start, end })
  return span.end > span.start ? span : null
}

export function readSummary(flow: Flow, span: Span | null): Field<string> {
  const rule = 'summary.clinical-case-summary'
  return span === null
    ? missing(rule, 0.3)
    : readField(flow.transcript, span, flow.transcript.flat(span), { rule, strength: 0.97 })
}
