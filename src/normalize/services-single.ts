import type { Service } from '../model/index.ts'
import { trimmed } from './confidence.ts'
import type { Flow } from './flow.ts'
import { necessityAtEnd } from './outcome.ts'
import { type Section, sectionOf } from './sections.ts'
import { servicesFrom } from './services.ts'
import type { Span } from './transcript.ts'

/** Professional reviews of 2013: one request under `Issue at dispute`, its outcome in the heading of the rationale. */
export function readSingle(flow: Flow, sections: readonly Section[]): readonly Service[] {
  const body = (kind: Section['kind']): Span | null => {
    const section = sectionOf(sections, kind)
    const span = section ? trimmed(flow.transcript, section) : null
    return span && span.end > span.start ? span : null
  }
  const request = body('dispute')
  if (!request) return []
  const rationale = sectionOf(sections, 'rationale')
  const heading = rationale ? { start: rationale.heading, end: rationale.start } : null
  const said = heading ? necessityAtEnd(flow.transcript.text.slice(heading.start, heading.end)) : null
  return servicesFrom(flow, [
    {
      request,
      outcome:
        heading && said
          ? {
              mark: 'outcome',
              outcome: said.outcome,
              cost: said.cost,
              form: 'sentence',
              start: heading.start + said.start,
              end: heading.end,
            }
          : null,
      claimsAdministrator: null,
      reviewer: body('guideline'),
      rationale: body('rationale'),
    },
  ])
}
