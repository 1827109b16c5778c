import type { BlindService, CriterionResult, DecisionRequest, Limit, Proposal } from '../../model/index.ts'
import { earlierVisits } from '../evidence/earlier-visits.ts'
import { entryIn, type Operation, operationIn, withinPeriod } from '../evidence/operations.ts'
import type { Passage } from '../evidence/passages.ts'
import type { Therapy } from '../evidence/visits.ts'
import { chooseGuideline, needsBodyPart } from '../guidelines/choose.ts'
import { notInstalled, statementsFor, timingOf } from '../guidelines/edition.ts'
import type { GuidelineLibrary } from '../guidelines/library.ts'
import type { Guideline } from '../guidelines/schema.ts'
import { citationOf, rationaleOf } from '../rationale.ts'
import { type Chart, type Checked, checkCriteria, checkCriterion, passagesFor, type Role } from './criteria.ts'
import { type Case, type Ground, groundOf, missingFacts, missingFromRequest, sourceOf } from './grounds.ts'
import { compareLimit } from './limits.ts'

const POSTSURGICAL = 'postoperative-physical-medicine'
const REHABILITATION = new Set(['physical-therapy', 'occupational-therapy', 'surgical-associated'])

/**
 * Proposes an outcome for every requested service, from the request, the header and the clinical summary alone. Deterministic,
 * in the order of the services. A proposal is never a decision: a physician decides.
 */
export function propose(request: DecisionRequest, library: GuidelineLibrary): readonly Proposal[] {
  const passages = passagesFor(request)
  const proposals = new Map<number, Proposal>()
  for (const service of inDependence(request.services)) {
    const parent = parentOf(service, request.services, library)
    const decided = parent === null ? undefined : proposals.get(parent)
    proposals.set(service.sequence, proposeOne(request, service, passages, decided, library))
  }
  return request.services.flatMap((s) => proposals.get(s.sequence) ?? [])
}

/** Surgeries and treatments first: what belongs to one follows it. */
function inDependence(services: readonly BlindService[]): readonly BlindService[] {
  const later = (s: BlindService) =>
    Number(s.parentSequence !== null) * 2 + Number(s.category.value === 'infrared-or-laser')
  return [...services].sort((a, b) => later(a) - later(b) || a.sequence - b.sequence)
}

/** The sequence of the service that this one stands or falls with: its surgery, or the treatment that it accompanies. */
function parentOf(service: BlindService, services: readonly BlindService[], library: GuidelineLibrary): number | null {
  if (service.parentSequence !== null) return service.parentSequence
  const category = chooseGuideline(service, library)?.editions.find((s) => s.followsCategory)?.followsCategory
  return services.find((s) => s.category.value === category && s.sequence !== service.sequence)?.sequence ?? null
}

function proposeOne(
  request: DecisionRequest,
  service: BlindService,
  passages: readonly Passage[],
  parent: Proposal | undefined,
  library: GuidelineLibrary,
): Proposal {
  const timing = timingOf(request, service)
  const undecided = (missing: readonly string[], rationale: string): Proposal =>
    follow(
      parent,
      {
        sequence: service.sequence,
        proposal: 'physician-review',
        support: 0.5,
        guideline: null,
        criteria: [],
        limit: null,
        missing,
        rationale: `${rationale} A physician decides.`,
      },
      request.services,
    )
  if (timing.reference === null)
    return undecided(
      ['date of service, or of the utilization review decision'],
      'The letter states no date by which a guideline edition could be chosen.',
    )
  const { guideline, operation } = guidelineFor(service, passages, parent, request, library)
  if (!guideline)
    return needsBodyPart(service, library)
      ? undecided(
          ['part of the body'],
          'The request names no part of the body, and what a guideline asks for depends on it.',
        )
      : undecided(
          ['a guideline for this kind of service'],
          'No guideline in the installed packs speaks of this service.',
        )
  const dated = statementsFor(guideline, service, timing, library)
  const unread = notInstalled(dated, timing, library)
  const [first] = dated
  if (!first)
    return undecided(
      [
        unread
          ? `the text of ${unread.name}, which is under licence`
          : 'a guideline edition in force on the date of review',
      ],
      `No edition of the guideline for this service that is installed was in force on ${timing.reference}.`,
    )
  const names = [...guideline.names, ...(service.drug ? [service.drug.name] : [])]
  const chart: Chart = { request, service, passages, timing, library, parent, names }
  const earlier = earlierVisits(therapyOf(guideline, library), passages)
  const extension =
    (earlier !== null && earlier.kind !== 'none') ||
    /\b(?:additional|continued?|continuing|further|extension|ongoing)\b/i.test(service.request.value ?? '')
  const improved = extension && checkCriterion('functional-improvement', chart).criterion.result === 'met'
  const compared = compareLimit(service, dated, { diagnoses: request.diagnoses, earlier, improved, operation, library })
  const given: Case = {
    chart,
    guideline,
    lead: first,
    checked: checkCriteria(first.statement, chart, extension),
    compared,
    earlier,
    operation,
    extension,
    unread,
  }
  return follow(parent, concluded(given, groundOf(given)), request.services)
}

/** Physical medicine after a listed operation, within its period, is judged by the postsurgical guideline. */
function guidelineFor(
  service: BlindService,
  passages: readonly Passage[],
  parent: Proposal | undefined,
  request: DecisionRequest,
  library: GuidelineLibrary,
): { readonly guideline: Guideline | null; readonly operation: Operation | null } {
  const guideline = chooseGuideline(service, library)
  const after = library.guidelines.find((g) => g.id === POSTSURGICAL)
  const { value } = service.category
  if (!guideline || !after || value === null || !REHABILITATION.has(value)) return { guideline, operation: null }
  const surgery = request.services.find((s) => s.sequence === parent?.sequence)?.request
  const planned = entryIn(
    after.editions.flatMap((s) => s.postsurgical ?? []),
    surgery?.value ?? '',
  )
  const asked = guideline.id === POSTSURGICAL
  if (planned && surgery && asked)
    return { guideline, operation: { entry: planned, date: dayOf(request), evidence: surgery.evidence } }
  const operation = operationIn(after, passages)
  if (asked) return { guideline, operation }
  const reference = dayOf(request)
  const within = operation && reference !== null && withinPeriod(operation, reference) === true
  return within && guideline.kind === 'therapy' ? { guideline: after, operation } : { guideline, operation: null }
}

/** Names by which earlier treatment is told: after an operation those of the therapies that it may consist of. */
function therapyOf(guideline: Guideline, library: GuidelineLibrary): Therapy {
  const therapies = library.guidelines.filter((g) => g.kind === 'therapy')
  const own =
    guideline.id === POSTSURGICAL
      ? [guideline, ...therapies.filter((g) => g.wholeCategory && g.categories.some((c) => REHABILITATION.has(c)))]
      : [guideline]
  return {
    own: own.flatMap((g) => (g === guideline || g.kind === 'therapy' ? g.names : [])),
    others: therapies
      .filter((g) => !own.includes(g) && !g.categories.some((c) => guideline.categories.includes(c)))
      .flatMap((g) => g.names),
  }
}

const dayOf = ({ header }: DecisionRequest) => header.urDecisionDate.value ?? header.decisionDate.value

const OUTCOME: Readonly<{ [G in Ground]: Proposal['proposal'] }> = {
  'open-ended': 'upheld',
  'statutory-cap': 'upheld',
  'edition-not-installed': 'physician-review',
  'ingredient-not-recommended': 'upheld',
  'region-not-recommended': 'upheld',
  'limit-exceeded': 'upheld',
  'not-recommended': 'upheld',
  'criterion-against': 'upheld',
  'criterion-not-met': 'upheld',
  'unverified-figures': 'physician-review',
  conflicting: 'physician-review',
  'not-found': 'physician-review',
  'nothing-to-check': 'physician-review',
  'criteria-met': 'overturned',
}

/** Grounds on which the request falls whatever its criteria say: support is halved. */
const DECISIVE = new Set<Ground>([
  'open-ended',
  'statutory-cap',
  'ingredient-not-recommended',
  'region-not-recommended',
  'not-recommended',
  'criterion-against',
  'criterion-not-met',
])

function concluded(given: Case, ground: Ground): Proposal {
  const { chart, guideline, checked, compared, unread } = given
  const source = sourceOf(given, ground)
  const criteria = checked.map((c) => c.criterion)
  return {
    sequence: chart.service.sequence,
    proposal: OUTCOME[ground],
    support: supportOf(ground, checked, compared?.limit ?? null),
    guideline: { id: guideline.id, edition: source.edition.id, citation: citationOf(source) },
    criteria,
    limit: compared?.limit ?? null,
    missing: [
      ...missingFromRequest(given),
      ...missingFacts(given),
      ...(unread ? [`the text of ${unread.name}, which is under licence`] : []),
    ],
    rationale: rationaleOf(given, ground),
  }
}

/**
 * How strongly the record supports a request, 0..1: the mean of what the guideline asks for (met 1, not found 1/2, not met 0;
 * of alternatives the best one counts; where nothing is asked 3/4 if the request stands, else 1/2), times the share of the request that a limit leaves
 * (allowed / requested; 1 within it), halved on a decisive ground.
 */
function supportOf(ground: Ground, checked: readonly Checked[], limit: Limit | null): number {
  const points = (...roles: Role[]) =>
    checked.filter((c) => roles.includes(c.role)).map((c) => POINTS[c.criterion.result])
  const any = points('any')
  const asked = [...points('required', 'extension', 'exception'), ...(any.length > 0 ? [Math.max(...any)] : [])]
  const enough = points('sufficient').includes(1)
  const unasked = ground === 'criteria-met' ? 0.75 : 0.5
  const mean = enough ? 1 : asked.length === 0 ? unasked : asked.reduce((a, b) => a + b, 0) / asked.length
  const fit = limit && limit.excess > 0 ? limit.allowed[1] / limit.requested[1] : 1
  return Math.round(100 * mean * fit * (DECISIVE.has(ground) ? 0.5 : 1)) / 100
}

const POINTS: Readonly<Record<CriterionResult, number>> = {
  met: 1,
  'not-found': 0.5,
  'not-applicable': 0.5,
  'not-met': 0,
}

/** What belongs to another service is not needed without it, whatever its own criteria say. */
function follow(parent: Proposal | undefined, own: Proposal, services: readonly BlindService[]): Proposal {
  if (!parent || parent.proposal === 'overturned') return own
  const evidence = services.find((s) => s.sequence === parent.sequence)?.request.evidence ?? []
  const result = parent.proposal === 'upheld' ? 'not-met' : 'not-found'
  const text = `service ${parent.sequence}, to which this one belongs, is to be authorized`
  const said = parent.proposal === 'upheld' ? 'upheld' : 'physician review'
  return {
    ...own,
    proposal: own.proposal === 'upheld' ? 'upheld' : parent.proposal,
    support: Math.min(parent.support, own.support),
    criteria: [{ id: 'belongs-to', text, result, evidence }, ...own.criteria],
    rationale: `It belongs to service ${parent.sequence}, for which the proposal is ${said}, and goes with it (Labor Code 4610.5). ${own.rationale}`,
  }
}
