import { type Field, missing, type Outcome, type Service } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { readField } from '../../trust/confidence.ts'
import { askedFor } from './asked.ts'
import { necessityAtEnd } from './outcome.ts'
import { withoutQuestion } from './question.ts'
import { legibleRequest } from './request-wording.ts'
import { findSegments, type ServiceSegment } from './segments.ts'
import { type SplitRequest, splitRequest } from './split-request.ts'

/** Services in the letter's order, and the numbers that the letter leaves out between those that it gives them. */
export type ReadServices = { readonly services: readonly Service[]; readonly lostNumbers: readonly number[] }

/** The disputed services that the letter decides within `span`, in their order. */
export function readServices(flow: Flow, span: Span): ReadServices {
  const segments = findSegments(flow, span)
  return { services: servicesFrom(flow, segments), lostNumbers: lostNumbers(segments.map((s) => s.number ?? null)) }
}

/** `1, 2, 4`: 3. Lists that do not count upwards are no such lists. */
function lostNumbers(numbers: readonly (number | null)[]): readonly number[] {
  const given = numbers.filter((n) => n !== null)
  if (given.length < 2 || given.length < numbers.length || given.some((n, i) => i > 0 && n <= (given[i - 1] ?? n)))
    return []
  const last = given.at(-1) ?? 0
  return Array.from({ length: Math.min(last, MOST_NUMBERED) }, (_, i) => i + 1).filter((n) => !given.includes(n))
}
/** A list of services does not count further than this. */
const MOST_NUMBERED = 60

/** Services from the places of their parts; a surgery is named by the associated services that follow it. */
export function servicesFrom(flow: Flow, segments: readonly ServiceSegment[]): readonly Service[] {
  const services: Service[] = []
  for (const segment of segments) services.push(serviceOf(flow, segment, services))
  return services
}

function serviceOf(flow: Flow, segment: ServiceSegment, before: readonly Service[]): Service {
  const { transcript } = flow
  const { start, end } = segment.request
  const heading = within(segment.request, withoutQuestion(transcript.text.slice(start, end)))
  const split = splitRequest(transcript.text.slice(heading.start, heading.end))
  const wording = split ? within(heading, split.remaining) : heading
  const request = asPrinted(
    wordingField(flow, wording, split ? 'service.request.remaining' : 'service.request', 0.97),
    transcript.confidence(wording),
  )
  return {
    sequence: before.length + 1,
    request,
    original: part(flow, heading, split, 'original'),
    authorized: part(flow, heading, split, 'authorized'),
    ...askedFor({ request, place: { transcript, span: wording } }, before),
    claimsAdministratorGuideline: textField(
      flow,
      segment.claimsAdministrator,
      'service.claims-administrator-guideline',
    ),
    reviewerGuideline: textField(flow, segment.reviewer, 'service.reviewer-guideline'),
    rationale: textField(flow, segment.rationale, 'service.rationale'),
    outcome: outcomeField(flow, segment),
  }
}

const within = (whole: Span, inner: Span): Span => ({ start: whole.start + inner.start, end: whole.start + inner.end })

function part(
  flow: Flow,
  heading: Span,
  split: SplitRequest | null,
  name: 'original' | 'authorized',
): Field<string> | null {
  const span = split?.[name]
  return span ? wordingField(flow, within(heading, span), `service.${name}`, 0.95) : null
}

function wordingField(flow: Flow, span: Span, rule: string, strength: number): Field<string> {
  const value = flow.transcript.flat(span)
  return value === '' ? missing(rule, 0.2) : readField(flow.transcript, span, value, { rule, strength })
}

/** What a scan's wording was in print; what was read stays beside it. A text layer is left as it is: its misprints are the letter's own. */
function asPrinted(field: Field<string>, reading: number): Field<string> {
  if (field.value === null || reading === 1) return field
  const value = legibleRequest(field.value)
  if (value === field.value) return field
  const alternatives = [{ value: field.value, why: 'as read; letters that look alike were put right' }]
  return { ...field, value, alternatives: [...(field.alternatives ?? []), ...alternatives] }
}

/** A text under a label, words as printed on one line. */
export function textField(flow: Flow, span: Span | null, rule: string): Field<string> {
  return span === null ? missing(rule, 0.5) : wordingField(flow, span, rule, 0.97)
}

/** The stated outcome; when it could not be read, what the rationale's last sentence says, marked as uncertain. */
function outcomeField(flow: Flow, { outcome, rationale }: ServiceSegment): Field<Outcome> {
  const rule = 'service.outcome'
  if (outcome) {
    const strength = (outcome.form === 'word' ? 0.995 : 0.95) - Math.min(0.15, outcome.cost * 0.03)
    return readField(flow.transcript, outcome, outcome.outcome, { rule, strength })
  }
  const closing = rationale ? necessityAtEnd(flow.transcript.text.slice(rationale.start, rationale.end)) : null
  if (!rationale || !closing) return missing(rule, 0.3)
  const span = { start: rationale.start + closing.start, end: rationale.end }
  return readField(flow.transcript, span, closing.outcome, {
    rule: `${rule}.closing-sentence`,
    strength: 0.7,
    status: 'ambiguous',
  })
}
