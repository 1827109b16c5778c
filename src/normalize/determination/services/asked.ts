import type { Service } from '../../../model/index.ts'
import { confidenceOf } from '../../trust/confidence.ts'
import { describeRequest } from '../request/index.ts'
import { drugField, frequencyField, type PlacedWording } from './described.ts'

/** What a service's wording says, and what it belongs to. */
export type Asked = Pick<
  Service,
  'category' | 'regions' | 'laterality' | 'levels' | 'frequency' | 'drug' | 'parentSequence'
>

const associatedLead = /^\W*(?:associated\s+surgical\s+services?|associated\s+services?)\b/i

/** Everything of a service that follows from its wording, whoever read that: the letter's reader or a person. `before`: the services that stand before it. */
export function askedFor(wording: PlacedWording, before: readonly Service[]): Asked {
  const { request } = wording
  const associated = associatedLead.test(request.value ?? '')
  const described = describeRequest(request.value ?? '', { associated })
  return {
    category: {
      value: described.category.value,
      raw: request.raw,
      confidence: confidenceOf(described.category.confidence, request.confidence),
      status: 'extracted',
      rule: described.category.rule,
      evidence: request.evidence,
    },
    regions: described.regions,
    laterality: described.laterality,
    levels: described.levels,
    frequency: frequencyField(described, wording),
    drug: drugField(described, wording),
    parentSequence:
      associated || described.category.value === 'surgical-associated'
        ? (before.findLast((s) => s.category.value === 'surgery')?.sequence ?? null)
        : null,
  }
}
