import type { Service } from '../../../model/index.ts'
import { type Flow, phraseAt, phraseOpening, type Row } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { trimmed } from '../../trust/confidence.ts'
import { partedGuidelines } from '../layout/guideline-paragraph.ts'
import { labels, phrasesOf } from '../layout/letter-vocabulary.ts'
import type { Section } from '../layout/sections.ts'
import { findMarks } from './marks.ts'
import type { ServiceSegment } from './segments.ts'
import { servicesFrom } from './services.ts'

/** `… has determined the request for X is not medically necessary and appropriate.` */
const determined = /has\s+determined\s+(?:that\s+)?the\s+(?:requests?|decision)\s+for\s+/gi
const verdict = /(?<!\s)\s+(?:is|are|was|were)\s+(not\s+)?medically\s+necessary(?:\s+and\s+appropriate)?/i
/** A request in such a sentence is not longer than this. */
const LONGEST = 600

const regarding = phrasesOf({ regarding: labels.regarding })

/** Letters of 2013: the outcomes are a numbered list of sentences, the reasons stand further down under `Regarding the request for X`. */
export function readNotice(flow: Flow, sections: readonly Section[]): readonly Service[] {
  const { text } = flow.transcript
  const blocks = flow.rows.flatMap((row) => (opensBlock(flow, row) ? [row.start] : []))
  const ends = [...blocks, ...sections.flatMap((s) => (s.kind === 'closing' ? [s.heading] : []))]
  const endOf = (block: number) => Math.min(text.length, ...ends.filter((at) => at > block))
  const seen = new Set<string>()
  const segments: ServiceSegment[] = []
  for (const found of text.matchAll(determined)) {
    const start = found.index + found[0].length
    const said = verdict.exec(text.slice(start, start + LONGEST))
    if (!said) continue
    const request = trimmed(flow.transcript, { start, end: start + said.index })
    const key = flow.transcript.flat(request).toLowerCase()
    if (seen.has(key)) continue
    seen.add(key)
    const end = start + said.index + said[0].length
    const block = blocks[segments.length]
    segments.push({
      request,
      outcome: {
        mark: 'outcome',
        outcome: said[1] ? 'upheld' : 'overturned',
        cost: 0,
        form: 'sentence',
        start: start + said.index + 1,
        end,
      },
      ...reasonsOf(flow, block === undefined ? null : { start: block, end: endOf(block) }),
    })
  }
  return servicesFrom(flow, segments)
}

function opensBlock(flow: Flow, row: Row): boolean {
  if (phraseOpening(flow, row, regarding)) return true
  const number = /^\W*\d{1,2}\s?[.)]\s*/.exec(row.text)
  return number !== null && phraseAt(flow, row.start + number[0].length, regarding) !== null
}

/** What stands under the labels of a block: guidelines and rationale. */
export function reasonsOf(
  flow: Flow,
  block: Span | null,
): Pick<ServiceSegment, 'claimsAdministrator' | 'reviewer' | 'rationale'> {
  const marks = block ? findMarks(flow, block).filter((m) => m.mark === 'label') : []
  const under = (label: string): Span | null => {
    const i = marks.findIndex((m) => m.label === label)
    const mark = marks[i]
    if (!mark || !block) return null
    const span = trimmed(flow.transcript, {
      start: mark.text,
      end: Math.max(mark.text, marks[i + 1]?.start ?? block.end),
    })
    return span.end > span.start ? span : null
  }
  const [claims, reviewer] = [withoutLabelEnd(flow, under('claimsAdministrator')), under('reviewer')]
  return {
    ...(claims && !reviewer ? partedGuidelines(flow, claims) : { claimsAdministrator: claims, reviewer }),
    rationale: under('rationale'),
  }
}

/** The label's last words, where it wrapped: `… to Make His/Her` / `Decision: The Claims Administrator …`. */
function withoutLabelEnd(flow: Flow, span: Span | null): Span | null {
  if (!span) return null
  const end = /^(?:(?:to\s+)?make\s+his\s*\/?\s*her\s+)?decision\s*:\s*/i.exec(
    flow.transcript.text.slice(span.start, span.end),
  )
  return end ? { start: span.start + end[0].length, end: span.end } : span
}
