import type { Field } from '../../model/index.ts'
import { type Evidence, extracted } from '../../model/index.ts'
import type { Span, Transcript } from '../page-text/transcript.ts'

/**
 * How sure a value is, 0..1: the strength of the rule that read it (how often it is right on well read text), lowered by
 * what the reader of the page was unsure of. A long text is judged by its mean only, since one bad word does not spoil it.
 */
export function confidenceOf(strength: number, reading: number): number {
  const clear = Math.min(1, Math.max(0, reading))
  return Math.round(strength * (0.6 + 0.4 * clear) * 1000) / 1000
}

/** What a second place that says the same adds: half of the doubt that was left. */
export function agreed(confidence: number): number {
  return Math.min(0.99, Math.round((confidence + (1 - confidence) / 2) * 1000) / 1000)
}

/** A field for `span`: its words as evidence, its raw text on one line. */
export function readField<T>(
  transcript: Transcript,
  span: Span,
  value: T,
  from: {
    readonly rule: string
    readonly strength: number
    readonly status?: 'extracted' | 'ambiguous' | 'conflict'
    readonly alternatives?: Field<T>['alternatives']
    readonly evidence?: readonly Evidence[]
  },
): Field<T> {
  const evidence = from.evidence ?? transcript.evidence(span)
  return extracted(value, {
    raw: transcript.flat(span),
    rule: from.rule,
    confidence: confidenceOf(from.strength, transcript.confidence(span)),
    evidence,
    ...(from.status ? { status: from.status } : {}),
    ...(from.alternatives ? { alternatives: from.alternatives } : {}),
  })
}

/** `span` without white space and stray marks at its ends. */
export function trimmed(transcript: Transcript, { start, end }: Span): Span {
  const text = transcript.text.slice(start, end)
  const lead = /^[\s|_~]*/.exec(text)?.[0].length ?? 0
  const tail = text.length - text.trimEnd().length
  return lead >= text.length - tail ? { start, end: start } : { start: start + lead, end: end - tail }
}
