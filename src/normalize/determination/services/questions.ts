import type { Service } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import { trimmed } from '../../trust/confidence.ts'
import type { Section } from '../layout/sections.ts'
import { reasonsOf } from './notice.ts'
import { questionAt } from './question.ts'
import type { ServiceSegment } from './segments.ts'
import { servicesFrom } from './services.ts'

/** `1.`, `Issue 2:` before a question. */
const NUMBER = /^\W*(?:(?:issue|question|request)\s*#?\s*)?\d{1,2}\s?[.):]\s*/i
/** A question in a row of its own stands apart from prose: rows of one heading are no more than these. */
const LONGEST = 700

/**
 * Reviews whose headings are questions: `Is the request for X medically necessary?` with the reasons below it. Labels among the reasons are
 * heeded; without any, all that stands below is the rationale, and its last sentence the outcome.
 */
export function readQuestions(flow: Flow, sections: readonly Section[]): readonly Service[] {
  const { text } = flow.transcript
  const asked = flow.rows.flatMap((row) => {
    const from = row.start + (NUMBER.exec(row.text)?.[0].length ?? 0)
    const question = questionAt(text.slice(from, from + LONGEST))
    const end = question ? from + question.end : 0
    // Behind a heading nothing else stands in its row; prose that asks goes on.
    const alone = question !== null && /^[^\S\n\f]*(?:[\n\f]|$)/.test(text.slice(end))
    return question && alone ? [{ row: row.start, request: { start: from, end }, end }] : []
  })
  const ends = [...asked.map((a) => a.row), ...sections.map((s) => s.heading), text.length].sort((a, b) => a - b)
  let next = 0
  const segments = asked.map(({ request, end }): ServiceSegment => {
    while ((ends[next] ?? end) < end) next++
    const block = trimmed(flow.transcript, { start: end, end: ends[next] ?? text.length })
    const reasons = reasonsOf(flow, block)
    const labelled = reasons.rationale ?? reasons.claimsAdministrator ?? reasons.reviewer
    return { request, outcome: null, ...reasons, rationale: labelled === null ? block : reasons.rationale }
  })
  return servicesFrom(
    flow,
    segments.filter((s) => s.rationale !== null && s.rationale.end > s.rationale.start),
  )
}
