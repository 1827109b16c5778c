import { originsOf } from '../../../language/spelling/origins.ts'
import type { Drug, Field, Frequency, Provenance } from '../../../model/index.ts'
import type { Span, Transcript } from '../../page-text/transcript.ts'
import { confidenceOf } from '../../trust/confidence.ts'
import { type Found, type RequestDescription, saysOtherwise } from '../request/index.ts'

/** A wording, and its place in the letter's text; null where a person gave it. */
export type PlacedWording = {
  readonly request: Field<string>
  readonly place: { readonly transcript: Transcript; readonly span: Span } | null
}

/** The frequency that a wording describes, as a field: its evidence are the words that say it, or the whole wording that does not. */
export function frequencyField({ frequency, found }: RequestDescription, wording: PlacedWording): Frequency {
  const stated = frequency.times !== null || frequency.duration !== null || frequency.visits !== null
  const doubtful = frequency.unused.length > 0 || saysOtherwise(frequency)
  return {
    ...frequency,
    ...provenance(found.frequency, wording),
    status: doubtful ? 'ambiguous' : stated ? 'extracted' : 'missing',
  }
}

/** The drug that a wording asks for, as a field. */
export function drugField({ drug, found }: RequestDescription, wording: PlacedWording): Drug | null {
  return drug && found.drug && { ...drug, ...provenance(found.drug, wording), status: 'extracted' }
}

function provenance(found: Found, { request, place }: PlacedWording): Omit<Provenance, 'status'> {
  if (place === null) return ofItself(found, request)
  const { transcript, span } = place
  const origin = originsOf(request.value ?? '', transcript.text.slice(span.start, span.end))
  const spans = found.spans.map(({ start, end }) => ({
    start: span.start + origin(start),
    end: span.start + origin(end - 1) + 1,
  }))
  const places = spans.length > 0 ? inOrder(spans) : [span]
  const clear = Math.min(1, ...places.map((s) => transcript.confidence(s)))
  return {
    raw: places.map((s) => transcript.flat(s)).join(' … '),
    confidence: request.value === null ? 0 : confidenceOf(found.strength, clear),
    rule: found.rule,
    evidence: request.value === null ? [] : places.flatMap((s) => transcript.evidence(s)),
  }
}

/** Of a wording that a person gave, the words themselves are all there is: as sure as the rule, where the wording is. */
function ofItself({ spans, strength, rule }: Found, request: Field<string>): Omit<Provenance, 'status'> {
  const value = request.value ?? ''
  const said = inOrder(spans).map(({ start, end }) => value.slice(start, end))
  return {
    raw: said.length > 0 ? said.join(' … ') : value,
    confidence: request.value === null ? 0 : confidenceOf(strength, request.confidence),
    rule,
    evidence: request.evidence,
  }
}

/** Spans in their order, those that touch put together. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last && span.start <= last.end + 1)
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    else joined.push(span)
  }
  return joined
}
