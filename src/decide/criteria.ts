import { type BlindService, type Criterion, type DecisionRequest, extracted, type Field } from '../model/index.ts'
import type { Timing } from './choose.ts'
import { findFact } from './facts.ts'
import type { Statement } from './guidelines-schema.ts'
import { criterionRule, type GuidelineLibrary } from './library.ts'
import { type Passage, passagesOf } from './passages.ts'

/** What the record can be asked about. */
export type Chart = {
  readonly request: DecisionRequest
  readonly passages: readonly Passage[]
  readonly timing: Timing
  readonly library: GuidelineLibrary
}

/** A criterion and what it means for the request when it is met. */
export type Checked = { readonly criterion: Criterion; readonly role: 'required' | 'any' | 'extension' | 'against' }

/** Checks every criterion that a guideline's statements name, each once, in their order. */
export function checkCriteria(
  statements: readonly Statement[],
  service: BlindService,
  chart: Chart,
  extension: boolean,
): readonly Checked[] {
  const checked = new Map<string, Checked>()
  const add = (ids: readonly string[] | undefined, role: Checked['role']) => {
    for (const id of ids ?? [])
      if (!checked.has(id)) checked.set(id, { criterion: checkCriterion(id, service, chart), role })
  }
  for (const statement of statements) {
    add(statement.requires, 'required')
    add(statement.requiresAny, 'any')
    if (extension) add(statement.extendIf, 'extension')
    add(statement.notIf, 'against')
  }
  return [...checked.values()]
}

/** One criterion against the record: met, not met, or not found. What the record does not say is never "no". */
export function checkCriterion(
  id: string,
  service: BlindService,
  { request, passages, timing, library }: Chart,
): Criterion {
  const rule = criterionRule(library, id)
  const result = (value: Criterion['result'], evidence: Criterion['evidence'] = []): Criterion => ({
    id,
    text: rule.text,
    result: value,
    evidence,
  })
  const { daysSinceInjuryAtLeast: least, daysSinceInjuryAtMost: most, ageOver } = rule
  if (least !== undefined || most !== undefined) {
    const days = timing.daysSinceInjury
    if (days === null) return result('not-found')
    return result(
      days >= (least ?? 0) && days <= (most ?? Number.POSITIVE_INFINITY) ? 'met' : 'not-met',
      request.header.dateOfInjury.evidence,
    )
  }
  const age = request.patient.age
  if (ageOver !== undefined && age.value !== null && age.value > ageOver) return result('met', age.evidence)
  const asked = rule.inRequest ? passagesOf(service.request) : []
  const finding = findFact(rule, [...asked, ...passages])
  if (finding.result === 'not-found' && ageOver !== undefined && !rule.met && age.value !== null)
    return result('not-met', age.evidence)
  return result(finding.result, finding.evidence)
}

/** The text that facts are looked for in: the clinical summary and the diagnoses. */
export function chartOf(request: DecisionRequest, timing: Timing, library: GuidelineLibrary): Chart {
  const summary = passagesOf(request.clinicalSummary)
  const diagnoses = request.diagnoses
    .filter((d) => d.certainty === 'confirmed')
    .flatMap((d) => passagesOf(withExpansion(d.text, d.expanded)))
  return { request, passages: [...summary, ...diagnoses], timing, library }
}

function withExpansion(text: Field<string>, expanded: string): Field<string> {
  if (text.value === null || text.evidence.length === 0) return text
  return extracted(`${text.value} ${expanded}`, {
    raw: text.raw,
    rule: text.rule,
    confidence: text.confidence,
    evidence: text.evidence,
  })
}
