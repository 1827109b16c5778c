import type { GuidanceResponse, Parameters, ParametersParameter } from 'fhir/r4'
import type { Proposal } from '../../model/index.ts'
import type { Named } from './named.ts'
import { concept, pointer, words } from './terms.ts'
import { rangeOf } from './timing.ts'

/** A proposal as advice: it decides nothing, and says so. */
export function guidanceOf(proposal: Proposal, hasService: boolean, { id, uuid }: Named): GuidanceResponse {
  const { sequence, guideline, missing, rationale } = proposal
  const output: Parameters = { resourceType: 'Parameters', id: 'output', parameter: [...parametersOf(proposal)] }
  return {
    resourceType: 'GuidanceResponse',
    id,
    contained: [output],
    moduleCodeableConcept: guideline
      ? concept(
          words(guideline.citation) ?? guideline.id,
          'guideline',
          `${guideline.id}|${guideline.edition}`.replace(/\s+/g, ' ').trim(),
        )
      : concept('No guideline speaks of this service'),
    status: statusOf(proposal),
    subject: pointer(uuid('patient')),
    ...(hasService ? { reasonReference: [pointer(uuid(`service ${sequence}`))] } : {}),
    note: [
      'A proposal, not a decision: a physician decides.',
      ...missing.map((what) => `Missing from the record: ${what}`),
      rationale,
    ].flatMap((text) => {
      const said = words(text)
      return said ? [{ text: said }] : []
    }),
    outputParameters: { reference: '#output' },
  }
}

/** Without what is missing there is no answer, or there is one that it would make better. */
function statusOf({ proposal, missing }: Proposal): GuidanceResponse['status'] {
  if (missing.length === 0) return 'success'
  return proposal === 'physician-review' ? 'data-required' : 'data-requested'
}

function parametersOf({ proposal, support, criteria, limit }: Proposal): readonly ParametersParameter[] {
  return [
    { name: 'proposal', valueCode: proposal },
    { name: 'support', valueDecimal: support },
    ...criteria.map(({ id, text, result }) => ({
      name: 'criterion',
      part: [
        { name: 'id', valueString: words(id) ?? 'unnamed' },
        { name: 'text', valueString: words(text) ?? 'unnamed' },
        { name: 'result', valueCode: result },
      ],
    })),
    ...(limit
      ? [
          {
            name: 'limit',
            part: [
              { name: 'requested', valueRange: rangeOf(limit.requested, words(limit.unit) ?? undefined) },
              { name: 'allowed', valueRange: rangeOf(limit.allowed, words(limit.unit) ?? undefined) },
              { name: 'excess', valueDecimal: limit.excess },
            ],
          },
        ]
      : []),
  ]
}
