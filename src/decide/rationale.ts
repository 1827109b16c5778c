import { placesOf } from '../language/matching/phrase-pattern.ts'
import type { Criterion, Evidence, Range } from '../model/index.ts'
import type { Dated } from './guidelines/edition.ts'
import type { GeneralRule } from './guidelines/schema.ts'
import {
  bannedIngredient,
  type Case,
  type Ground,
  missingFacts,
  missingFromRequest,
  sourceOf,
} from './judgement/grounds.ts'

const MOST_SENTENCES = 5
const MOST_LISTED = 4

/** A guideline as it is cited: edition, chapter or page, and where it stands in the regulations. */
export function citationOf({ edition, statement }: Dated): string {
  return `${edition.name}${statement.citation ? `, ${statement.citation}` : ''} (${edition.citation})`
}

/** Two to five plain sentences; each claim names the page of the record or the guideline that it rests on. No quotation of the record. */
export function rationaleOf(given: Case, ground: Ground): string {
  const { chart, checked } = given
  const { service } = chart
  const amount = service.frequency.openEnded ? 'no countable amount' : service.frequency.reading
  const facts = (result: Criterion['result']) =>
    checked.filter((c) => c.criterion.result === result).map(({ criterion: c }) => `${c.text}${pages(c.evidence)}`)
  const said = (how: string, list: readonly string[]) =>
    list.length > 0 ? `The record ${how}: ${listed(list)}.` : null
  const missing = [...missingFromRequest(given), ...missingFacts(given)]
  const sentences = [
    `Asked for: ${shortened(service.request.value)}, ${amount}${pages(service.request.evidence)}.`,
    guidelineSentence(given, ground),
    said('shows', facts('met')),
    said('speaks against', facts('not-met')),
    missing.length > 0 ? `Not found in the request or the record: ${listed(missing)}.` : null,
  ].filter((s) => s !== null)
  const cautions = cautionsOf(given, ground)
  return [...sentences.slice(0, MOST_SENTENCES - Math.min(1, cautions.length)), ...cautions]
    .slice(0, MOST_SENTENCES)
    .join(' ')
}

/** What the guideline says of the request: why it falls, what it allows, or what it asks for. */
function guidelineSentence(given: Case, ground: Ground): string {
  const source = sourceOf(given, ground)
  const named = `${citationOf(source)}${source.nearest ? ', written for chronic pain and the nearest there is,' : ''}`
  const { stance } = source.statement
  return (
    fallsBy(given, ground, named) ??
    (ground === 'open-ended' ? openEnded(source, named) : null) ??
    limitSentence(given) ??
    (stance === 'not-recommended'
      ? `${named} does not recommend it.`
      : `${named} supports it under the criteria checked here.`)
  )
}

/** The sentence of a ground that speaks for itself; null for the others. */
function fallsBy(given: Case, ground: Ground, source: string): string | null {
  const { chart, earlier, unread } = given
  switch (ground) {
    case 'statutory-cap': {
      const cap = chart.library.generalRules.get('cap24')
      return `With the ${earlier?.count} visits already had${pages(earlier?.evidence ?? [])} the request goes beyond ${cap?.limit} visits (${cap?.citation}).`
    }
    case 'ingredient-not-recommended':
      return `It holds ${bannedIngredient(given)}, which ${source} does not recommend for the skin, and so the whole is not recommended.`
    case 'region-not-recommended':
      return `${source} does not recommend it for this part of the body.`
    case 'edition-not-installed':
      return `${unread?.name} (${unread?.citation}) is in force and its text is not installed, so ${source} cannot settle the request.`
    case 'unverified-figures':
      return `The figures at hand for ${source} are not verified and settle nothing.`
    case 'nothing-to-check':
      return `${source} speaks of it and states no criterion that can be checked here.`
    default:
      return null
  }
}

function openEnded({ statement }: Dated, source: string): string {
  const { trial, visits } = statement.limits ?? {}
  const usual = trial ?? visits
  return usual
    ? `${source} allows ${span(usual.allowed)} visits${trial ? ' as a first trial' : ''}, which a request without an amount cannot be held against.`
    : `${source} supports treatment of stated amount and length, and this request states none.`
}

/** What a limit allows, and how the request stands to it; null when none was compared. */
function limitSentence(given: Case): string | null {
  if (!given.compared) return null
  const { limit, of, overWeeks, dated } = given.compared
  const kind = of === 'trial' ? 'a first trial of ' : of === 'postsurgical' ? 'after this operation a course of ' : ''
  const allowed = `${kind}${span(limit.allowed)} ${limit.unit}${overWeeks ? ` over ${span(overWeeks)} weeks` : ''}`
  const verdict = limit.excess > 0 ? `${limit.excess} more than allowed` : 'within it'
  return `${citationOf(dated)} allows ${allowed}; ${span(limit.requested)}${countedWith(given)} are asked for, ${verdict}.`
}

/** Visits that were counted beside those asked for. */
function countedWith({ compared, earlier }: Case): string {
  const parts = [
    compared?.authorized ? `${compared.authorized} authorized by utilization review` : null,
    compared?.earlier ? `${compared.earlier} had before${pages(earlier?.evidence ?? [])}` : null,
  ].filter((p) => p !== null)
  return parts.length > 0 ? ` (with ${parts.join(' and ')})` : ''
}

const OPPOSED = new Set<Ground>([
  'open-ended',
  'limit-exceeded',
  'not-recommended',
  'criterion-not-met',
  'criterion-against',
])

/** Cautions of the general rules: against stopping a drug at once, about small excess, about duplicates, about the drug list. */
function cautionsOf(given: Case, ground: Ground): readonly string[] {
  const { chart, guideline, compared } = given
  const rule = (id: string) => chart.library.generalRules.get(id)
  const own = chart.service.category.value
  const concerns = (r: GeneralRule | undefined) =>
    r !== undefined && own !== null && r.categories?.includes(own) === true
  const alike = (r: GeneralRule | undefined, same: boolean) =>
    chart.request.services.filter(
      ({ category: { value } }) => value !== null && (same ? value === own : r?.categories?.includes(value) === true),
    ).length
  const exception = rule('exception')
  const small =
    compared &&
    compared.limit.excess > 0 &&
    compared.limit.excess <= compared.limit.allowed[1] * (exception?.smallExcess ?? 0)
  const told = (exception?.phrases ?? []).some((p) =>
    chart.passages.some(({ text, voice }) => voice === 'record' && placesOf(p, text).length > 0),
  )
  const [modality, drug, formulary] = [rule('duplicate-modality'), rule('duplicate-drug'), rule('formulary')]
  const due: readonly (GeneralRule | undefined | false)[] = [
    guideline.generalRules?.includes('opioid-safety') && OPPOSED.has(ground) && rule('opioid-safety'),
    ground === 'limit-exceeded' && (small || told) && exception,
    concerns(modality) && alike(modality, false) > 2 && modality,
    concerns(drug) && alike(drug, true) > 1 && drug,
    concerns(formulary) && (chart.timing.reference ?? '') >= (formulary?.from ?? '') && formulary,
  ]
  const first = due.find((r): r is GeneralRule => r !== undefined && r !== false)
  return first ? [`Caution: ${first.text} (${first.citation}).`] : []
}

const span = ([min, max]: Range) => (min === max ? `${min}` : `${min} to ${max}`)

function pages(evidence: readonly Evidence[]): string {
  const numbers = [...new Set(evidence.map((e) => e.page))]
  return numbers.length === 0 ? '' : ` (page ${numbers.join(', ')})`
}

function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, MOST_LISTED).join('; ')
  return parts.length > MOST_LISTED ? `${shown}; and ${parts.length - MOST_LISTED} more` : shown
}

function shortened(text: string | null): string {
  const short = (text ?? 'a service that could not be read').replace(/[.\s]+$/, '')
  return short.length > 120 ? `${short.slice(0, 117)}…` : short
}
