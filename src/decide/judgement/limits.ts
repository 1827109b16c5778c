import { daysOfSupply } from '../../language/directions.ts'
import { type BlindService, type Diagnosis, type Limit, makeRange, type Range } from '../../model/index.ts'
import type { Earlier } from '../evidence/earlier-visits.ts'
import type { Operation } from '../evidence/operations.ts'
import { visitsIn } from '../evidence/visits.ts'
import type { Dated } from '../guidelines/edition.ts'
import type { GuidelineLibrary } from '../guidelines/library.ts'
import type { Statement } from '../guidelines/schema.ts'

/** A limit that a request was compared with, and the statement that sets it. */
export type Compared = {
  readonly limit: Limit
  readonly dated: Dated
  /** `trial`: the limit is that of a first course of treatment. */
  readonly of: 'course' | 'trial' | 'postsurgical'
  /** Weeks over which the guideline spreads what it allows; null when it does not say. */
  readonly overWeeks: Range | null
  /** Visits counted beside the request: authorized by utilization review, or had before. */
  readonly authorized: number
  readonly earlier: number
}

export type LimitContext = {
  readonly diagnoses: readonly Diagnosis[]
  readonly earlier: Earlier | null
  /** Functional improvement from the treatment so far is on record. */
  readonly improved: boolean
  readonly operation: Operation | null
  readonly library: GuidelineLibrary
}

const DAYS = { day: 1, week: 7, month: (7 * 52) / 12 } as const

/**
 * Compares what is asked for with the first statement that limits it: visits with visits, else length of use. Visits that
 * utilization review authorized of the same request, and visits that the record says were had, count beside it. Without an
 * improvement on record a request is held against the first trial where one is set. null when nothing can be compared.
 */
export function compareLimit(
  service: BlindService,
  statements: readonly Dated[],
  context: LimitContext,
): Compared | null {
  for (const dated of statements) {
    const found = visitsLimit(service, dated, context)
    if (found) return found
  }
  for (const dated of statements) {
    const found = lengthLimit(service, dated)
    if (found) return found
  }
  return null
}

/** Visits that utilization review approved of the same request, of a range the most; 0 when it approved none or none can be counted. */
export function authorizedVisits({ authorized, original, frequency }: BlindService): number {
  if (!authorized || !original) return 0
  const approved = visitsIn(authorized.value ?? '')?.[1]
  return approved || Math.max(0, (visitsIn(original.value ?? '')?.[1] ?? 0) - (frequency.visits?.[1] ?? 0))
}

function visitsLimit(service: BlindService, dated: Dated, context: LimitContext): Compared | null {
  const { visits } = service.frequency
  if (!visits) return null
  const allowance = allowanceOf(dated.statement, service, context)
  if (!allowance) return null
  const authorized = authorizedVisits(service)
  const earlier = context.earlier?.count ?? 0
  const requested = makeRange(visits[0] + authorized + earlier, visits[1] + authorized + earlier)
  const { allowed, of, overWeeks } = allowance
  return { limit: compared(requested, allowed, 'visits'), dated, of, overWeeks, authorized, earlier }
}

type Allowance = { readonly allowed: Range; readonly of: Compared['of']; readonly overWeeks: Range | null }

/** The visits a statement allows for this patient; the larger figure of its tables where several would do. */
export function allowanceOf(statement: Statement, service: BlindService, context: LimitContext): Allowance | null {
  const { visits, trial } = statement.limits ?? {}
  const { entry } = context.operation ?? {}
  if (entry && statement.postsurgical) {
    const first = context.earlier?.count ? 1 : (statement.initialShare ?? 1)
    const allowed = makeRange(Math.ceil(entry.visits[0] * first), Math.ceil(entry.visits[1] * first))
    return { allowed, of: 'postsurgical', overWeeks: entry.weeks }
  }
  const course = visits ?? byCondition(statement, service, context)
  const chosen = context.improved ? course : (trial ?? course)
  if (!chosen) return null
  return { allowed: chosen.allowed, of: chosen === trial ? 'trial' : 'course', overWeeks: chosen.overWeeks ?? null }
}

function lengthLimit(service: BlindService, dated: Dated): Compared | null {
  const { weeks, days } = dated.statement.limits ?? {}
  const length = lengthInDays(service)
  if (!length) return null
  const asked = (unit: number) => scaled(length, 1 / unit)
  const limit = days
    ? compared(asked(1), days.allowed, 'days')
    : weeks
      ? compared(asked(7), weeks.allowed, 'weeks')
      : null
  return limit && { limit, dated, of: 'course', overWeeks: null, authorized: 0, earlier: 0 }
}

/** Days that are asked for: as stated, else as long as the tablets last. null when neither can be told. */
function lengthInDays({ frequency: { duration, durationUnit }, drug, request }: BlindService): Range | null {
  if (duration && durationUnit) return scaled(duration, DAYS[durationUnit])
  if (!drug?.quantity || drug.ingredients.length > 1) return null
  const filling = daysOfSupply(drug.quantity, request.value ?? '')
  return filling && scaled(filling, 1 + (drug.refills ?? 0))
}

function compared(requested: Range, allowed: Range, unit: string): Limit {
  return { requested, allowed, unit, excess: Math.max(0, requested[1] - allowed[1]) }
}

const scaled = ([min, max]: Range, by: number): Range => makeRange(Math.round(min * by), Math.round(max * by))

/** What is allowed for the patient's condition: the first condition whose words stand in a diagnosis; else the one without words. */
function byCondition({ limits }: Statement, { regions }: BlindService, { diagnoses, library }: LimitContext) {
  const table = limits?.byCondition ?? []
  if (table.length === 0) return undefined
  const text = diagnoses
    .filter((d) => d.certainty === 'confirmed' || d.certainty === 'suspected')
    .map((d) => `${d.text.value ?? ''} ${d.expanded}`.toLowerCase())
    .join(' ; ')
  const stated = library.conditions.filter((c) => table.some((t) => t.condition === c.id))
  const fits = (own: readonly string[] | undefined) =>
    !own || regions.length === 0 || regions.some((r) => own.includes(r))
  const named = stated.find((c) => c.words.some((w) => text.includes(w)) && fits(c.regions))
  const rest = stated.find((c) => c.words.length === 0)
  return table.find((t) => t.condition === (named ?? rest)?.id)
}
