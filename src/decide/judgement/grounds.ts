import type { BlindService, CriterionResult } from '../../model/index.ts'
import type { Earlier } from '../evidence/earlier-visits.ts'
import type { Operation } from '../evidence/operations.ts'
import type { Dated } from '../guidelines/edition.ts'
import type { BannedIngredient, Edition, Guideline } from '../guidelines/schema.ts'
import type { Chart, Checked, Role } from './criteria.ts'
import type { Compared } from './limits.ts'

/** All that a service's proposal is made from, once a guideline and an edition have been found. */
export type Case = {
  readonly chart: Chart
  readonly guideline: Guideline
  /** The statement that leads: the first that applies. */
  readonly lead: Dated
  readonly checked: readonly Checked[]
  /** What a limit of the leading statement, or of a lower one where that has none, says of the request. */
  readonly compared: Compared | null
  /** What the record tells of earlier visits of this therapy; null when it does not say. */
  readonly earlier: Earlier | null
  readonly operation: Operation | null
  /** More of a treatment that was given before. */
  readonly extension: boolean
  /** An edition in force whose text is under licence and not installed; null when there is none. */
  readonly unread: Edition | null
}

/** Why a proposal came out as it did: the first that holds, in this order. */
export type Ground =
  | 'open-ended'
  | 'statutory-cap'
  | 'edition-not-installed'
  | 'ingredient-not-recommended'
  | 'region-not-recommended'
  | 'limit-exceeded'
  | 'not-recommended'
  | 'criterion-against'
  | 'criterion-not-met'
  | 'unverified-figures'
  | 'conflicting'
  | 'not-found'
  | 'nothing-to-check'
  | 'criteria-met'

const CAP = 'cap24'
/** Treatments given visit by visit: what was given before belongs to the question. */
const BY_VISITS = new Set(['therapy', 'modality', 'program'])

/** The ground on which a proposal rests: see docs/decision.md for what follows from each. */
export function groundOf(given: Case): Ground {
  const { lead, compared, unread, chart } = given
  const { service } = chart
  if (service.frequency.openEnded) return 'open-ended'
  if (beyondCap(given)) return 'statutory-cap'
  if (unread) return 'edition-not-installed'
  const against = opposed(given, service)
  if (against) return sourceOf(given, against).statement.confidence === 'low' ? 'unverified-figures' : against
  if (missingFacts(given).length > 0) return 'not-found'
  if (given.checked.some((c) => c.conflicting && c.role !== 'against')) return 'conflicting'
  const held = given.checked.some((c) => c.role !== 'against' && c.criterion.result === 'met')
  if (!held && compared === null && lead.statement.stance !== 'recommended') return 'nothing-to-check'
  return lead.statement.confidence === 'low' ? 'unverified-figures' : 'criteria-met'
}

/** The statement that a ground rests on: the limit's own where it is exceeded, else the one that leads. */
export function sourceOf({ lead, compared }: Case, ground: Ground): Dated {
  return ground === 'limit-exceeded' && compared ? compared.dated : lead
}

function opposed(given: Case, service: BlindService): Ground | null {
  const { statement } = given.lead
  if (bannedIngredient(given)) return 'ingredient-not-recommended'
  if (statement.notRecommendedRegions?.some((r) => service.regions.includes(r))) return 'region-not-recommended'
  if (given.compared && given.compared.limit.excess > 0) return 'limit-exceeded'
  if (statement.stance === 'not-recommended') return excepted(given) ? null : 'not-recommended'
  if (results(given, 'against').includes('not-met')) return 'criterion-against'
  if (results(given, 'sufficient').includes('met')) return null
  const any = results(given, 'any')
  const failed = results(given, 'required', 'extension').includes('not-met')
  return failed || (any.length > 0 && any.every((r) => r === 'not-met')) ? 'criterion-not-met' : null
}

function excepted(given: Case): boolean {
  const exceptions = results(given, 'exception')
  return exceptions.length > 0 && exceptions.every((r) => r === 'met')
}

function results({ checked }: Case, ...roles: Role[]): readonly CriterionResult[] {
  return checked.filter((c) => roles.includes(c.role)).map((c) => c.criterion.result)
}

/** What the record would have to contain for the guideline's criteria to be judged on; each in plain words. */
export function missingFacts(given: Case): readonly string[] {
  const { checked, guideline, earlier, operation, chart } = given
  if (results(given, 'sufficient').includes('met')) return []
  const open = (role: Role) =>
    checked.filter((c) => c.role === role && c.criterion.result === 'not-found').map((c) => c.criterion.text)
  const any = checked.filter((c) => c.role === 'any')
  const anyOpen = any.some((c) => c.criterion.result === 'met') ? [] : open('any')
  const facts = [...open('required'), ...(anyOpen.length > 0 ? [anyOpen.join(', or ')] : []), ...open('extension')]
  const exceptions = given.lead.statement.stance === 'not-recommended' ? open('exception') : []
  const visits = BY_VISITS.has(guideline.kind) && chart.service.frequency.visits !== null
  const unknownEarlier = visits && (earlier === null || earlier.kind === 'some') && !operation
  return [
    ...facts,
    ...exceptions,
    ...(unknownEarlier ? ['how many visits of this treatment there were before'] : []),
    ...(operation && operation.date === null ? ['the date of the operation'] : []),
    ...(given.lead.statement.limits?.weeks && given.compared === null ? ['how long it is to be used'] : []),
  ]
}

/** What a request itself must say and this one does not: its amount, the part of the body. */
export function missingFromRequest({
  chart: { service },
  guideline,
}: Pick<Case, 'chart' | 'guideline'>): readonly string[] {
  const { frequency, drug, request, regions } = service
  const part = ['therapy', 'modality'].includes(guideline.kind) && regions.length === 0 ? ['part of the body'] : []
  if (!frequency.openEnded) return part
  if (drug) return [...part, 'quantity']
  if (/\b(?:rental|rent|trial)\b/i.test(request.value ?? '') || guideline.kind === 'dme')
    return [...part, 'length of use']
  return [
    'number of sessions',
    ...(frequency.times === null ? ['frequency'] : []),
    ...(frequency.duration === null ? ['duration'] : []),
    ...part,
  ]
}

/** The first ingredient that makes the whole not recommended, by its name; null when there is none. */
export function bannedIngredient({ chart: { service }, guideline, lead }: Case): string | null {
  const banned = lead.statement.notRecommendedIngredients ?? []
  const wording = (service.request.value ?? '').toLowerCase()
  const parts = [
    ...(service.drug?.ingredients ?? []).map((i) => `${i.name} ${i.strength ?? ''}`),
    ...(service.drug ? [`${service.drug.name} ${service.drug.strength ?? ''}`] : [wording]),
    ...(guideline.brands ?? []).filter((b) => wording.includes(b.name)).flatMap((b) => b.ingredients),
  ].map((part) => part.toLowerCase())
  return banned.find((b) => parts.some((part) => isBanned(b, part, wording)))?.name ?? null
}

function isBanned({ name, unlessForm, abovePercent }: BannedIngredient, part: string, wording: string): boolean {
  if (!part.includes(name)) return false
  if (unlessForm?.some((form) => wording.includes(form))) return false
  if (abovePercent === undefined) return true
  const percent = /(?<![\d.])([\d.]+)\s*%/.exec(part.slice(part.indexOf(name)))
  return percent !== null && Number(percent[1]) > abovePercent
}

/** Labor Code 4604.5(c)(1): visits had and asked for together, where both are known; a postsurgical course is outside it. */
function beyondCap({ chart: { service, library, request }, earlier, operation }: Case): boolean {
  const cap = library.generalRules.get(CAP)
  const { visits } = service.frequency
  const category = service.category.value
  if (!cap?.limit || !earlier?.count || !visits || operation) return false
  if (category === null || !cap.categories?.includes(category)) return false
  const injured = request.header.dateOfInjury.value
  const covered = !cap.injuriesFrom || injured === null || injured >= cap.injuriesFrom
  return covered && earlier.count + visits[1] > cap.limit
}
