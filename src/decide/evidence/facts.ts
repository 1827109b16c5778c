import { assertionWords } from '../../language/assertion.ts'
import { placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import type { CriterionResult, Evidence, Region } from '../../model/index.ts'
import type { BodyPart, CriterionRule } from '../guidelines/schema.ts'
import type { Passage } from './passages.ts'

/** What a text says of a fact: it is so, it is not so, or nothing. `conflicting`: one sentence says so, another the opposite. */
export type Finding = {
  readonly result: Extract<CriterionResult, 'met' | 'not-met' | 'not-found'>
  readonly evidence: readonly Evidence[]
  readonly conflicting: boolean
}

export type Polarity = 'asserted' | 'denied' | 'planned'

/** What narrows the sentences that may speak of a fact. */
export type Scope = {
  /** Parts of the body of the request; empty when it names none. */
  readonly regions: readonly Region[]
  readonly bodyParts: readonly BodyPart[]
  /** Names of the requested drug, lower case. */
  readonly drugNames: readonly string[]
}

const EVERYWHERE: Scope = { regions: [], bodyParts: [], drugNames: [] }
/** Characters before a finding within which a denial or a plan is looked for: long enough for "denies a, b, c, d or e". */
const REACH = 120
const REACH_AFTER = 48
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
    const against = opposed.filter((o) => polarityAt(text, o) !== 'planned')
    if (against.length > 0) said.denied.push(...evidence)
    for (const place of met.flatMap((phrase) => placesOf(phrase, text))) {
      // "no relief" holds "relief": the longer phrase that says the opposite has the word.
      if (opposed.some((o) => o.start <= place.start && place.end <= o.end)) continue
      const polarity = polarityAt(text, place)
      if (polarity === 'asserted' || (polarity === 'planned' && planned)) said.asserted.push(...evidence)
      else if (polarity === 'denied') said.denied.push(...evidence)
    }
  }
  return said
}

/** Whether what stands at a place of a sentence (text that went through `plain`) is said to be so, denied, or only planned. */
export function polarityAt(text: string, { start, end }: { readonly start: number; readonly end: number }): Polarity {
  const before = text.slice(Math.max(0, start - REACH), start)
  const from = lastEnd(before, assertionWords.endsDenial)
  const near = blanked(before.slice(from), assertionWords.noDenial)
  const after = clauseAfter(text, end)
  if (reaches(near, assertionWords.denialBefore, text.slice(start))) return 'denied'
  if (assertionWords.denialAfter.some((p) => placesOf(p, after).length > 0)) return 'denied'
  return reaches(near, assertionWords.planned, text.slice(start)) ? 'planned' : 'asserted'
}

/** The words behind a finding up to the next comma, stop or new clause. */
function clauseAfter(text: string, end: number): string {
  const after = text.slice(end, end + REACH_AFTER).split(/[.;:,]|\b(?:and|but|with)\b/)[0] ?? ''
  return after
}

/** Whether a cue before the finding reaches it: nothing between begins a finding of its own, unless an "or" carries the list on. */
function reaches(before: string, cues: readonly string[], rest: string): boolean {
  const last = Math.max(-1, ...cues.flatMap((cue) => placesOf(cue, before).map((p) => p.end)))
  if (last < 0) return false
  const between = before.slice(last)
  if (/[;:.](?:\s|$)/.test(between)) return false
  const listGoesOn = /^[^.;:]*?\bor\b/.test(rest) || /\bor\s+(?:any\s+)?$/.test(between)
  if (listGoesOn) return true
  const items = between.split(/,\s*(?:and\s+)?|\band\s+/)
  if (items.length < 2) return true
  const opening = `${items.at(-1) ?? ''}${rest.slice(0, 24)}`.trimStart()
  return !assertionWords.newFinding.some((p) => placesOf(p, opening).some((f) => f.start === 0))
}

function lastEnd(text: string, phrases: readonly string[]): number {
  return Math.max(0, ...phrases.flatMap((p) => placesOf(p, text).map((f) => f.end)))
}

function blanked(text: string, phrases: readonly string[]): string {
  let out = text
  for (const phrase of phrases) {
    for (const { start, end } of placesOf(phrase, text))
      out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end)
  }
  return out
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
