import {
  type BlindService,
  type Criterion,
  type DecisionRequest,
  type Evidence,
  extracted,
  type Field,
  type Proposal,
} from '../../model/index.ts'
import { comparable, type Finding, findFact, type Scope } from '../evidence/facts.ts'
import { type Passage, passagesOf } from '../evidence/passages.ts'
import type { Timing } from '../guidelines/edition.ts'
import { criterionRule, type GuidelineLibrary } from '../guidelines/library.ts'
import type { CriterionRule, Statement } from '../guidelines/schema.ts'

/** What the record can be asked about, for one service. */
export type Chart = {
  readonly request: DecisionRequest
  readonly service: BlindService
  readonly passages: readonly Passage[]
  readonly timing: Timing
  readonly library: GuidelineLibrary
  /** The proposal for the surgery that the service belongs to. */
  readonly parent: Proposal | undefined
  /** Names of what is asked for, lower case: for criteria about the drug itself. */
  readonly names: readonly string[]
}

/** A criterion and what it means for the request when it is met. */
export type Role = 'required' | 'any' | 'extension' | 'against' | 'sufficient' | 'exception'
export type Checked = { readonly criterion: Criterion; readonly role: Role; readonly conflicting: boolean }

/** Checks every criterion that a statement names, each once, in their order. */
export function checkCriteria(statement: Statement, chart: Chart, extension: boolean): readonly Checked[] {
  const checked = new Map<string, Checked>()
  const add = (ids: readonly string[] | undefined, role: Role) => {
    for (const id of ids ?? []) {
      const said = checkCriterion(id, chart)
      if (!checked.has(id))
        checked.set(id, { ...said, criterion: role === 'against' ? opposite(said.criterion) : said.criterion, role })
    }
  }
  add(statement.sufficient, 'sufficient')
  add(statement.requires, 'required')
  add(statement.requiresAny, 'any')
  if (extension) add(statement.extendIf, 'extension')
  add(statement.notIf, 'against')
  add(statement.exceptIf, 'exception')
  return [...checked.values()]
}

/** What must not be the case, as a criterion that is met when it is not. */
function opposite({ id, text, result, evidence }: Criterion): Criterion {
  const turned = result === 'met' ? 'not-met' : result === 'not-met' ? 'met' : result
  return { id, text: `not the case: ${text}`, result: turned, evidence }
}

/** One criterion against the record: met, not met, or not found. What the record does not say is never "no". */
export function checkCriterion(
  id: string,
  chart: Chart,
): { readonly criterion: Criterion; readonly conflicting: boolean } {
  const rule = criterionRule(chart.library, id)
  const { result, evidence, conflicting } = byFacts(rule, chart) ?? byText(rule, chart)
  return { criterion: { id, text: rule.text, result, evidence }, conflicting }
}

const found = (result: Finding['result'], evidence: readonly Evidence[] = []): Finding => ({
  result,
  evidence,
  conflicting: false,
})

/** What dates, age and the other services of the letter settle; null when they do not. */
function byFacts(rule: CriterionRule, { request, service, timing, parent }: Chart): Finding | null {
  const { daysSinceInjuryAtLeast: least, daysSinceInjuryAtMost: most, ageOver, inServices } = rule
  if (least !== undefined || most !== undefined) {
    const days = timing.daysSinceInjury
    if (days === null) return found('not-found')
    const inside = days >= (least ?? 0) && days <= (most ?? Number.POSITIVE_INFINITY)
    return found(inside ? 'met' : 'not-met', request.header.dateOfInjury.evidence)
  }
  const { age } = request.patient
  if (ageOver !== undefined && age.value !== null) {
    if (age.value > ageOver) return found('met', age.evidence)
    if (!rule.met) return found('not-met', age.evidence)
  }
  if (rule.byParent && parent?.proposal === 'overturned') {
    const surgery = request.services.find((s) => s.sequence === parent.sequence)
    return found('met', surgery?.request.evidence)
  }
  const other = request.services.find(
    (s) => s.sequence !== service.sequence && s.category.value !== null && inServices?.includes(s.category.value),
  )
  return other ? found('met', other.request.evidence) : null
}

function byText(rule: CriterionRule, { service, passages, library, names }: Chart): Finding {
  const scope: Scope = { regions: service.regions, bodyParts: library.bodyParts, drugNames: names.map(comparable) }
  const asked = rule.inRequest ? passagesOf(service.request).map((p) => ({ ...p, voice: 'record' as const })) : []
  return findFact(rule, [...asked, ...passages], scope)
}

/** The text that facts are looked for in: the clinical summary and the diagnoses that it confirms. */
export function passagesFor(request: DecisionRequest): readonly Passage[] {
  const diagnoses = request.diagnoses
    .filter((d) => d.certainty === 'confirmed')
    .flatMap((d) => passagesOf(withExpansion(d.text, d.expanded)))
  return [...passagesOf(request.clinicalSummary), ...diagnoses]
}

function withExpansion(text: Field<string>, expanded: string): Field<string> {
  if (text.value === null || text.evidence.length === 0) return text
  const { raw, rule, confidence, evidence } = text
  return extracted(`${text.value} ${expanded}`, { raw, rule, confidence, evidence })
}
