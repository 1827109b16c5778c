import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { trimmed } from '../../trust/confidence.ts'
import type { ServiceSegment } from '../services/segments.ts'

/** Where the reviewer's part of a paragraph on guidelines begins. */
const reviewerSentence = /(?<=\S\s{1,9})The\s+(?:expert|physician|professional|medical)\s+reviewer\b/i

/** A paragraph that tells of both, as letters of 2013 have it: what the claims administrator relied on, then what the reviewer did. */
export function partedGuidelines(flow: Flow, span: Span): Pick<ServiceSegment, 'claimsAdministrator' | 'reviewer'> {
  const both = reviewerSentence.exec(flow.transcript.text.slice(span.start, span.end))
  if (!both) return { claimsAdministrator: span, reviewer: null }
  const at = span.start + both.index
  return {
    claimsAdministrator: trimmed(flow.transcript, { start: span.start, end: at }),
    reviewer: { start: at, end: span.end },
  }
}
