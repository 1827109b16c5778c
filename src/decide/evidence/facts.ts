import { type Assertion, assertionAt, isDeniedInside } from '../../language/assertion.ts'
import { type PhrasePlace, placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import type { CriterionResult, Evidence, Region } from '../../model/index.ts'
import type { BodyPart, CriterionRule } from '../guidelines/schema.ts'
import type { Passage } from './passages.ts'

/** What a text says of a fact: it is so, it is not so, or nothing. `conflicting`: one sentence says so, another the opposite. */
export type Finding = {
  readonly result: Extract<CriterionResult, 'met' | 'not-met' | 'not-found'>
  readonly evidence: readonly Evidence[]
  readonly conflicting: boolean
}

/** What narrows the sentences that may speak of a fact. */
export type Scope = {
  /** Parts of the body of the request; empty when it names none. */
  readonly regions: readonly Region[]
  readonly bodyParts: readonly BodyPart[]
  /** Names of the requested drug, lower case. */
  readonly drugNames: readonly string[]
}

const EVERYWHERE: Scope = { regions: [], bodyParts: [], drugNames: [] }
const MOST_EVIDENCE = 4

type Said = { readonly asserted: Evidence[]; readonly denied: Evidence[] }

/**
 * What passages say of a criterion. A sentence that says it is so outweighs one that says it is not, for a summary tells of
 * several examinations; both together are `conflicting`. What nobody mentions is not found, which is never "no"; so is a
 * criterion of several different things (`anyOf`) of which only some are denied.
 */
export function findFact(rule: CriterionRule, passages: readonly Passage[], scope: Scope = EVERYWHERE): Finding {
  const heard = passages.filter((p) => p.voice === 'record' && speaksOf(p, rule, scope))
  const own = gather(rule, rule, heard)
  const aspects = (rule.aspects ?? []).map((a) => gather(a, rule, heard))
  const asserted = [own, ...aspects].flatMap((s) => s.asserted)
  const deniedAspects = aspects.filter((a) => a.denied.length > 0 && a.asserted.length === 0)
  const plainly = gather({ notMet: rule.notMet }, rule, heard).denied
  const denied = rule.anyOf ? plainly : own.denied
  const allDenied = rule.deniedAspects !== undefined && deniedAspects.length >= rule.deniedAspects
  const against = [...denied, ...(allDenied ? deniedAspects.flatMap((a) => a.denied) : [])]
  const conflicting = asserted.length > 0 && against.length > 0
  if (asserted.length > 0)
    return { result: 'met', evidence: distinct(conflicting ? [...asserted, ...against] : asserted), conflicting }
  if (against.length > 0) return { result: 'not-met', evidence: distinct(against), conflicting }
  return { result: 'not-found', evidence: [], conflicting }
}

/** The evidence of sentences in which the phrases stand, sorted by what they say. */
function gather(
  {
    met = [],
    notMet = [],
  }: { readonly met?: readonly string[] | undefined; readonly notMet?: readonly string[] | undefined },
  { planned }: CriterionRule,
  passages: readonly Passage[],
): Said {
  const said: Said = { asserted: [], denied: [] }
  for (const { text, evidence } of passages) {
    const opposed = notMet.flatMap((phrase) => placesOf(phrase, text))
    const against = opposed.filter((o) => isSo(assertionAt(text, o)))
    if (against.length > 0) said.denied.push(...evidence)
    for (const phrase of met)
      for (const place of placesOf(phrase, text)) {
        // "no relief" holds "relief": the longer phrase that says the opposite has the word.
        if (opposed.some((o) => o.start <= place.start && place.end <= o.end)) continue
        const assertion = matchedAssertion(text, place)
        if (assertion === 'asserted' || (assertion === 'planned' && planned)) said.asserted.push(...evidence)
        else if (assertion === 'denied') said.denied.push(...evidence)
      }
  }
  return said
}

/** What denies, denied itself, is not so: "failed" of "has not failed". */
const isSo = (assertion: Assertion) => assertion === 'asserted'

/** A gap of a phrase may hold a denial ("has been [unable to] return to work"): it turns the match round. */
function matchedAssertion(text: string, place: PhrasePlace): Assertion {
  const found = assertionAt(text, place)
  return found === 'asserted' && isDeniedInside(place) ? 'denied' : found
}

/** Whether a sentence may speak of the criterion for this request: of its parts of the body, of its drug. */
function speaksOf({ text }: Passage, rule: CriterionRule, { regions, bodyParts, drugNames }: Scope): boolean {
  if (rule.aboutDrug && !drugNames.some((n) => text.includes(n))) return false
  if (!rule.regional || regions.length === 0) return true
  const named = bodyParts.filter((part) => part.words.some((word) => placesOf(word, text).length > 0))
  if (named.length === 0) return true
  return named.some((part) => regions.includes(part.region) || part.bears.some((r) => regions.includes(r)))
}

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.filter((e, i) => evidence.indexOf(e) === i).slice(0, MOST_EVIDENCE)
}

/** The text of drug or region names as passages are compared with them. */
export const comparable = (name: string) => plain(name).trim()
