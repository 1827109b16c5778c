import type { CriterionResult, Evidence } from '../model/index.ts'
import type { CriterionRule } from './guidelines-schema.ts'
import type { Passage } from './passages.ts'

/** What a text says of a fact: it is so, it is not so, or nothing. */
export type Finding = {
  readonly result: Extract<CriterionResult, 'met' | 'not-met' | 'not-found'>
  readonly evidence: readonly Evidence[]
}

const NOT_FOUND: Finding = { result: 'not-found', evidence: [] }

/** Words that turn round what follows them, up to a word that ends their reach (after NegEx, Chapman et al. 2001). */
const NEGATION =
  /\b(?:no|not|nor|denie[sd]|denying|denial of|without|negative for|absence of|absent|free of|never|none|neither|lack of|lacks|lacking|rule[sd]? out|failed to (?:show|reveal|demonstrate|document))\b/gi
const ENDS_REACH =
  /\b(?:but|however|although|though|except|which|who|yet|while|whereas|then|there (?:was|is|were|are))\b|[;:]|,(?=\s*(?:and\s+)?(?:there|he|she|the)\b)/i
/** Behind a finding: "was negative", "was not noted". */
const NEGATED_AFTER =
  /^[^.;,]{0,30}\b(?:(?:was|were|is|are|tested)\s+(?:negative|absent|normal|unremarkable|not\s+(?:noted|present|seen|found|documented|reported)))\b/i
const REACH = 60

/**
 * What passages say of a criterion. A cue that stands negated says that it is not so; a sentence that says it is so outweighs
 * one that says it is not, for a summary tells of several examinations and parts of the body.
 */
export function findFact(rule: Pick<CriterionRule, 'met' | 'notMet'>, passages: readonly Passage[]): Finding {
  const against: Evidence[] = []
  const asserted: Evidence[] = []
  for (const passage of passages) {
    const text = passage.text.toLowerCase()
    if ((rule.notMet ?? []).some((cue) => at(text, cue) >= 0)) {
      against.push(...passage.evidence)
      continue
    }
    for (const cue of rule.met ?? []) {
      const place = at(text, cue)
      if (place < 0) continue
      if (isNegated(text, place, cue.length)) against.push(...passage.evidence)
      else asserted.push(...passage.evidence)
      break
    }
  }
  if (asserted.length > 0) return { result: 'met', evidence: asserted.slice(0, 3) }
  return against.length > 0 ? { result: 'not-met', evidence: against.slice(0, 3) } : NOT_FOUND
}

/** Offset of a cue that begins at a word's start, or -1. */
function at(text: string, cue: string): number {
  for (let i = text.indexOf(cue); i >= 0; i = text.indexOf(cue, i + 1)) {
    if (i === 0 || !/[a-z0-9]/.test(text[i - 1] ?? '')) return i
  }
  return -1
}

/** Whether what stands at `place` is denied by the words before or behind it in its sentence. */
export function isNegated(text: string, place: number, length: number): boolean {
  const before = text.slice(Math.max(0, place - REACH), place)
  const negation = [...before.matchAll(NEGATION)].at(-1)
  if (negation && !ENDS_REACH.test(before.slice(negation.index + negation[0].length))) return true
  return NEGATED_AFTER.test(text.slice(place + length, place + length + REACH))
}

const COUNTS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  eighteen: 18,
  twenty: 20,
  'twenty-four': 24,
}

/**
 * How many visits of a therapy the text says the patient has had: the largest count beside a word of completion.
 * null: the text does not say, which is not none.
 */
export function priorVisits(
  names: readonly string[],
  passages: readonly Passage[],
): { readonly count: number; readonly evidence: readonly Evidence[] } | null {
  let best: { count: number; evidence: readonly Evidence[] } | null = null
  for (const passage of passages) {
    const text = passage.text.toLowerCase()
    if (!names.some((name) => at(text, name) >= 0)) continue
    const had =
      /\b(?:completed|attended|received|had|undergone|finished|previously (?:authorized|approved|certified))\s+(?:at least\s+|approximately\s+|about\s+|a total of\s+)?([a-z-]+|\d{1,3})\s*(?:\((\d{1,3})\)\s*)?(?:\/\d+\s*)?(?:prior |previous |additional )?(?:[a-z]+ ){0,3}?(?:sessions|visits|treatments)\b/.exec(
        text,
      )
    const count = had ? Number(had[2] ?? had[1]) || (COUNTS[had[1] ?? ''] ?? 0) : 0
    if (count > (best?.count ?? 0)) best = { count, evidence: passage.evidence }
  }
  return best
}
