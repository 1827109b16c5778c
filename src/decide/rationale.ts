import type { Criterion, Evidence, Proposal, Range } from '../model/index.ts'
import type { Chart } from './criteria.ts'
import type { Case, Ground } from './propose.ts'

const MOST_SENTENCES = 5

/** Two to five plain sentences; each claim names the page of the record or the guideline that it rests on. */
export function rationaleOf(base: Case, ground: Ground, chart: Chart, parent: Proposal | undefined): string {
  const { service, checked } = base
  const amount = service.frequency.openEnded ? 'no countable amount' : service.frequency.reading
  const found = (result: Criterion['result']) =>
    checked.filter((c) => c.criterion.result === result).map(({ criterion: c }) => `${c.text}${pages(c.evidence)}`)
  const said = (how: string, facts: readonly string[]) =>
    facts.length > 0 ? `The record ${how}: ${listed(facts)}.` : null
  const sentences = [
    `The request is for ${quoted(service.request.value)}, ${amount}${pages(service.request.evidence)}.`,
    parent && parent.proposal !== 'overturned' ? followsParent(parent) : null,
    guidelineSentence(base, ground),
    groundSentence(base, ground, chart),
    said('shows', found('met')),
    said('speaks against', found('not-met')),
    said('does not say', found('not-found')),
    caution(base, ground, chart),
  ]
  return sentences
    .filter((s) => s !== null)
    .slice(0, MOST_SENTENCES)
    .join(' ')
}

function followsParent(parent: Proposal): string {
  return `It belongs to service ${parent.sequence}, for which the proposal is ${parent.proposal.replace('-', ' ')}, and goes with it.`
}

/** What the guideline allows, and how the request stands to it. */
function guidelineSentence({ edition, statement, compared }: Case, ground: Ground): string {
  const source = sourceOf({ edition, statement })
  if (compared) {
    const { limit, of, counted } = compared
    const weeks =
      limit.unit === 'visits' ? statement.limits?.[of === 'trial' ? 'trial' : 'visits']?.overWeeks : undefined
    const allowed = `${of === 'trial' ? 'a first trial of ' : ''}${span(limit.allowed)} ${limit.unit}${weeks ? ` over ${span(weeks)} weeks` : ''}`
    const counting = counted > 0 ? ` (with ${counted} that utilization review authorized)` : ''
    const verdict = limit.excess > 0 ? `${limit.excess} more than allowed` : 'within it'
    return `${source} allows ${allowed}; ${span(limit.requested)}${counting} are requested, ${verdict}.`
  }
  if (ground === 'open-ended') {
    const usual = statement.limits?.trial ?? statement.limits?.visits
    return usual
      ? `${source} sets a limit (${span(usual.allowed)} visits) that a request without an amount cannot be held against.`
      : `${source} supports treatment of stated amount and length; this request states none.`
  }
  return `${source} ${STANCE[stanceKind(statement.stance)]}.`
}

function groundSentence({ edition, statement, had }: Case, ground: Ground, { library }: Chart): string | null {
  if (ground === 'statutory-cap' && had) {
    const cap = library.generalRules.get('cap24')
    return `With the ${had.count} visits already had${pages(had.evidence)} the request goes beyond ${cap?.limit} visits (${cap?.citation}).`
  }
  if (ground === 'ingredient-not-recommended') {
    return `It holds an ingredient that ${sourceOf({ edition, statement })} does not recommend, and so the whole is not recommended.`
  }
  return null
}

const OPPOSED = new Set<Ground>([
  'open-ended',
  'limit-exceeded',
  'not-recommended',
  'criterion-not-met',
  'criterion-against',
])

/** A denied opioid or benzodiazepine carries the caution against stopping at once. */
function caution({ guideline }: Case, ground: Ground, { library }: Chart): string | null {
  const rule = guideline.generalRules?.includes('opioid-safety') ? library.generalRules.get('opioid-safety') : undefined
  return rule && OPPOSED.has(ground) ? `Caution: ${rule.text} (${rule.citation}).` : null
}

const STANCE = {
  against: 'does not recommend it',
  narrow: 'supports it in few cases only',
  open: 'supports it under the criteria checked here',
} as const

function stanceKind(stance: string): keyof typeof STANCE {
  if (stance.startsWith('not-recommended') || stance === 'not-for-chronic-opioid-nausea') return 'against'
  return /limited|last|end|acute|short|not-|postoperative|lowest|home-application|silent/.test(stance)
    ? 'narrow'
    : 'open'
}

const sourceOf = ({ edition, statement }: Pick<Case, 'edition' | 'statement'>) =>
  `${edition.name}${statement.citation ? `, ${statement.citation}` : ''}`

const span = ([min, max]: Range) => (min === max ? `${min}` : `${min} to ${max}`)

function pages(evidence: readonly Evidence[]): string {
  const numbers = [...new Set(evidence.map((e) => e.page))]
  return numbers.length === 0 ? '' : ` (page ${numbers.join(', ')})`
}

function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, 4).join('; ')
  return parts.length > 4 ? `${shown}; and ${parts.length - 4} more` : shown
}

function quoted(text: string | null): string {
  const short = (text ?? 'a service that could not be read').replace(/[.\s]+$/, '')
  return `“${short.length > 120 ? `${short.slice(0, 117)}…` : short}”`
}
