import type { BlindService, Criterion, DecisionRequest, Proposal } from '../model/index.ts'
import { chooseGuideline, statementsFor, timingOf } from './choose.ts'
import { type Chart, type Checked, chartOf, checkCriteria, checkCriterion } from './criteria.ts'
import { priorVisits } from './facts.ts'
import type { Edition, Guideline, Statement } from './guidelines-schema.ts'
import type { GuidelineLibrary } from './library.ts'
import { type Compared, compareLimit } from './limits.ts'
import { rationaleOf } from './rationale.ts'

/** All that a service's proposal is made from. */
export type Case = {
  readonly service: BlindService
  readonly guideline: Guideline
  readonly statement: Statement
  readonly edition: Edition
  readonly checked: readonly Checked[]
  readonly compared: Compared | null
  /** Visits the record says the patient has had of this therapy; null when it does not say. */
  readonly had: ReturnType<typeof priorVisits>
}

/** Why a proposal came out as it did: the first that holds, in this order. */
export type Ground =
  | 'open-ended'
  | 'ingredient-not-recommended'
  | 'limit-exceeded'
  | 'statutory-cap'
  | 'region-not-recommended'
  | 'not-recommended'
  | 'criterion-against'
  | 'criterion-not-met'
  | 'criteria-met'
  | 'within-limit'
  | 'not-found'

const CAP = 'cap24'

/**
 * Proposes an outcome for every requested service, from the request, the header and the clinical summary alone. Deterministic.
 * A proposal is never a decision: a physician decides.
 */
export function propose(request: DecisionRequest, library: GuidelineLibrary): readonly Proposal[] {
  const timing = timingOf(request)
  const chart = chartOf(request, timing, library)
  const proposals = new Map<number, Proposal>()
  // Surgeries first: what belongs to one follows it.
  const inOrder = [...request.services].sort(
    (a, b) => Number(a.parentSequence !== null) - Number(b.parentSequence !== null) || a.sequence - b.sequence,
  )
  for (const service of inOrder) {
    const parent = service.parentSequence === null ? undefined : proposals.get(service.parentSequence)
    proposals.set(service.sequence, proposeOne(service, chart, parent))
  }
  return request.services.map((s) => proposals.get(s.sequence)).filter((p) => p !== undefined)
}

function proposeOne(service: BlindService, chart: Chart, parent: Proposal | undefined): Proposal {
  const { library, timing } = chart
  const guideline = chooseGuideline(service, library)
  const undecided = (missing: readonly string[], rationale: string): Proposal => ({
    sequence: service.sequence,
    proposal: 'physician-review',
    support: 0.5,
    guideline: null,
    criteria: [],
    limit: null,
    missing,
    rationale,
  })
  if (timing.reference === null) {
    return undecided(
      ['date of the utilization review decision'],
      'The letter states no date by which a guideline edition could be chosen. A physician decides.',
    )
  }
  if (!guideline) {
    return undecided(
      ['a guideline for this kind of service'],
      'No guideline in the installed packs speaks of this service. A physician decides.',
    )
  }
  const dated = statementsFor(guideline, service, timing, library)
  const first = dated[0]
  if (!first) {
    return undecided(
      ['a guideline edition in force on the date of review'],
      `No edition of the ${guideline.id} guideline in the installed packs was in force on ${timing.reference}. A physician decides.`,
    )
  }

  const had = priorVisits(
    guideline.names.map((n) => n.toLowerCase()),
    chart.passages,
  )
  const improved = checkCriterion('functional-improvement', service, chart).result === 'met'
  const extension =
    had !== null ||
    /\b(?:additional|continued?|continuing|further|more|extension|ongoing)\b/i.test(service.request.value ?? '')
  const authorized = visitsOf(service)
  const compared = compareLimit(service, dated, { diagnoses: chart.request.diagnoses, authorized, improved, library })
  const { statement, edition } = compared ?? first
  // Criteria of the statement that leads; a lower-ranked statement adds its own only where the first names none.
  const naming = dated.map((d) => d.statement).filter((s) => s.requires || s.requiresAny || s.extendIf || s.notIf)
  const checked = checkCriteria(naming.slice(0, 1), service, chart, extension)
  const base: Case = { service, guideline, statement, edition, checked, compared, had }
  const ground = groundOf(base, chart)
  return concluded(base, ground, chart, parent)
}

/** Visits that utilization review approved of the same request; 0 when it approved none or none can be counted. */
function visitsOf({ authorized, original, frequency }: BlindService): number {
  if (!authorized || !original) return 0
  const count = (text: string) =>
    Number(/(\d+)\s*(?:sessions|visits|treatments)|#\s*(\d+)/i.exec(text)?.slice(1).find(Boolean) ?? 0)
  const approved = count(authorized.value ?? '')
  return approved || Math.max(0, count(original.value ?? '') - (frequency.visits?.[1] ?? 0))
}

function groundOf(base: Case, chart: Chart): Ground {
  const { service, statement, checked, compared } = base
  if (service.frequency.openEnded) return 'open-ended'
  if (holdsBannedIngredient(base)) return 'ingredient-not-recommended'
  if (compared && compared.limit.excess > 0) return 'limit-exceeded'
  if (beyondCap(base, chart)) return 'statutory-cap'
  if (statement.notRecommendedRegions?.some((r) => service.regions.includes(r))) return 'region-not-recommended'
  const results = (...roles: Checked['role'][]) =>
    checked.filter((c) => roles.includes(c.role)).map((c) => c.criterion.result)
  const [required, any] = [results('required', 'extension'), results('any')]
  const asks = required.length + any.length > 0
  const allMet = required.every((r) => r === 'met') && (any.length === 0 || any.includes('met'))
  if (statement.stance.startsWith('not-recommended')) {
    return asks && allMet && statement.stance !== 'not-recommended' ? 'criteria-met' : 'not-recommended'
  }
  if (results('against').includes('met')) return 'criterion-against'
  if (required.includes('not-met') || (any.length > 0 && any.every((r) => r === 'not-met'))) return 'criterion-not-met'
  if (asks && allMet) return 'criteria-met'
  return checked.length === 0 && compared ? 'within-limit' : 'not-found'
}

function holdsBannedIngredient({ service, statement }: Case): boolean {
  const names = [service.drug?.name, ...(service.drug?.ingredients.map((i) => i.name) ?? [])].map(
    (n) => n?.toLowerCase() ?? '',
  )
  return (statement.notRecommendedIngredients ?? []).some((banned) => names.some((n) => n.includes(banned)))
}

/** Labor Code 4604.5(c)(1): visits had and asked for together, where both are known. */
function beyondCap({ service, guideline, had }: Case, { library, request }: Chart): boolean {
  const cap = library.generalRules.get(CAP)
  const { visits } = service.frequency
  if (!cap?.limit || !had || !visits || !guideline.generalRules?.includes(CAP)) return false
  const injured = request.header.dateOfInjury.value
  const covered = !cap.injuriesFrom || !injured || injured >= cap.injuriesFrom
  return covered && had.count + visits[1] > cap.limit
}

const OUTCOME: Readonly<{ [G in Ground]: Proposal['proposal'] }> = {
  'open-ended': 'upheld',
  'ingredient-not-recommended': 'upheld',
  'limit-exceeded': 'upheld',
  'statutory-cap': 'upheld',
  'region-not-recommended': 'upheld',
  'not-recommended': 'upheld',
  'criterion-against': 'upheld',
  'criterion-not-met': 'upheld',
  'criteria-met': 'overturned',
  'within-limit': 'overturned',
  'not-found': 'physician-review',
}

/** How far each ground carries a request, 0..1, before its criteria are weighed: see docs/decision.md. */
const BASE: Readonly<{ [G in Ground]: number }> = {
  'open-ended': 0.15,
  'ingredient-not-recommended': 0.05,
  'limit-exceeded': 0.2,
  'statutory-cap': 0.1,
  'region-not-recommended': 0.1,
  'not-recommended': 0.1,
  'criterion-against': 0.15,
  'criterion-not-met': 0.2,
  'criteria-met': 0.8,
  'within-limit': 0.7,
  'not-found': 0.4,
}

/** What criteria can move the base by, either way. */
const WEIGHT = 0.15

function concluded(base: Case, ground: Ground, chart: Chart, parent: Proposal | undefined): Proposal {
  const { service, guideline, statement, edition, checked, compared } = base
  const criteria = checked.map((c) => c.criterion)
  const own = OUTCOME[ground]
  // What belongs to a surgery is not needed without it, whatever its own criteria say.
  const proposal = parent && parent.proposal !== 'overturned' ? parent.proposal : own
  const support =
    parent && parent.proposal !== 'overturned'
      ? Math.min(parent.support, supportOf(ground, criteria, compared))
      : supportOf(ground, criteria, compared)
  const citation = [edition.name, edition.citation, statement.citation].filter(Boolean).join('; ')
  return {
    sequence: service.sequence,
    proposal,
    support,
    guideline: { id: guideline.id, edition: edition.id, citation },
    criteria,
    limit: compared?.limit ?? null,
    missing: missingFrom(base, ground),
    rationale: rationaleOf(base, ground, chart, parent),
  }
}

function supportOf(ground: Ground, criteria: readonly Criterion[], compared: Compared | null): number {
  const share = (result: Criterion['result']) =>
    criteria.length === 0 ? 0 : criteria.filter((c) => c.result === result).length / criteria.length
  const fit = ground === 'limit-exceeded' && compared ? compared.limit.allowed[1] / compared.limit.requested[1] / 5 : 0
  const value = BASE[ground] + fit + WEIGHT * (share('met') - share('not-met'))
  return Math.round(100 * Math.min(1, Math.max(0, value))) / 100
}

/** What the record would have to contain for the request to be judged on. */
function missingFrom({ service, checked }: Case, ground: Ground): readonly string[] {
  const category = service.category.value ?? ''
  const amount = service.drug
    ? ['quantity']
    : /rental|trial/i.test(service.request.value ?? '') || ['dme', 'electrotherapy'].includes(category)
      ? ['length of use']
      : ['number of sessions', 'how often and for how long']
  const facts = checked
    .filter((c) => c.criterion.result === 'not-found' && c.role !== 'against')
    .map((c) => c.criterion.text)
  return [...(ground === 'open-ended' ? amount : []), ...facts]
}
