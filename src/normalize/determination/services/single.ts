import type { Service } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { trimmed } from '../../trust/confidence.ts'
import { partedGuidelines } from '../layout/guideline-paragraph.ts'
import type { Section } from '../layout/sections.ts'
import type { OutcomeMark } from './marks.ts'
import { necessityAtEnd } from './outcome.ts'
import { questionAt } from './question.ts'
import type { ServiceSegment } from './segments.ts'
import { servicesFrom } from './services.ts'

const claimsSentence = /^\W*(?:The\s+)?claims\s+administrator\b/i
const listNumber = /^\W*\(?(\d{1,2})\s?[.):]\s*/

/**
 * Professional reviews of 2013: the requests under `Issue at dispute`, one or a numbered list, the outcome in the heading of the
 * rationale. Where guidelines and rationale stand once for each request they are taken in order, else they are all requests' own.
 */
export function readSingle(flow: Flow, sections: readonly Section[]): readonly Service[] {
  const bodies = (kind: Section['kind']): readonly Section[] =>
    sections.filter((s) => s.kind === kind && /[A-Za-z]/.test(flow.transcript.text.slice(s.start, s.end)))
  const dispute = bodies('dispute')[0]
  if (!dispute) return []
  const requests = listed(flow, trimmed(flow.transcript, dispute))
  const [guidelines, rationales] = [bodies('guideline'), bodies('rationale')]
  return servicesFrom(
    flow,
    requests.map((request, i): ServiceSegment => {
      const [guideline, rationale] = [
        ofItem(flow, guidelines, requests.length, i),
        ofItem(flow, rationales, requests.length, i),
      ]
      return {
        request,
        outcome: rationale ? headingOutcome(flow, rationale.section) : null,
        ...guidelinesIn(flow, guideline?.span ?? null),
        rationale: rationale?.span ?? null,
      }
    }),
  )
}

/** The items of a numbered list that counts from 1, without their numbers; a text that is no list is one item. */
function listed(flow: Flow, span: Span): readonly Span[] {
  const starts: { readonly at: number; readonly text: number }[] = []
  for (const row of flow.rows) {
    if (row.end <= span.start || row.start >= span.end) continue
    const at = Math.max(row.start, span.start)
    const number = listNumber.exec(flow.transcript.text.slice(at, row.end))
    if (number && Number(number[1]) === starts.length + 1) starts.push({ at, text: at + number[0].length })
  }
  const [first] = starts
  if (!first || first.at > span.start) return asked(flow, span)
  return starts.map(({ text }, i) => trimmed(flow.transcript, { start: text, end: starts[i + 1]?.at ?? span.end }))
}

/** The questions that a text consists of, each an item; a text that is more, or no question, is one item. */
function asked(flow: Flow, span: Span): readonly Span[] {
  const items: Span[] = []
  let at = span.start
  while (at < span.end) {
    const question = questionAt(flow.transcript.text.slice(at, span.end))
    if (!question) return [span]
    items.push(trimmed(flow.transcript, { start: at, end: at + question.end }))
    at = trimmed(flow.transcript, { start: at + question.end, end: span.end }).start
  }
  return items.length > 1 ? items : [span]
}

/** What stands for the item `i` of `count`: its own section, its own part of a numbered section, or the section that all share. */
function ofItem(
  flow: Flow,
  sections: readonly Section[],
  count: number,
  i: number,
): { readonly section: Section; readonly span: Span } | null {
  const section = sections.length === count ? sections[i] : sections[0]
  if (!section) return null
  const whole = trimmed(flow.transcript, section)
  if (sections.length === count && count > 1) return { section, span: whole }
  const parts = count > 1 ? listed(flow, whole) : [whole]
  return { section, span: (parts.length === count ? parts[i] : undefined) ?? whole }
}

function guidelinesIn(flow: Flow, span: Span | null): Pick<ServiceSegment, 'claimsAdministrator' | 'reviewer'> {
  if (!span) return { claimsAdministrator: null, reviewer: null }
  if (!claimsSentence.test(flow.transcript.text.slice(span.start, span.end)))
    return { claimsAdministrator: null, reviewer: span }
  return partedGuidelines(flow, span)
}

function headingOutcome(flow: Flow, { heading, start }: Section): OutcomeMark | null {
  const said = necessityAtEnd(flow.transcript.text.slice(heading, start).trimEnd())
  if (!said) return null
  const { outcome, cost } = said
  return { mark: 'outcome', outcome, cost, form: 'sentence', start: heading + said.start, end: start }
}
