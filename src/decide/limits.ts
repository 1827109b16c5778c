import { type BlindService, type Diagnosis, type Limit, makeRange, type Range } from '../model/index.ts'
import type { Edition, Statement } from './guidelines-schema.ts'
import type { GuidelineLibrary } from './library.ts'

/** A limit that a request was compared with, and the statement that sets it. */
export type Compared = {
  readonly limit: Limit
  readonly statement: Statement
  readonly edition: Edition
  /** `trial`: the limit is that of a first course of treatment. */
  readonly of: 'course' | 'trial'
  /** Visits that count beside the request: authorized by utilization review, or had before. */
  readonly counted: number
}

type Dated = { readonly statement: Statement; readonly edition: Edition }

const DAYS = { day: 1, week: 7, month: (7 * 52) / 12 } as const

/**
 * Compares what is asked for with the first statement that limits it: visits with visits, else length of use. `authorized` are
 * the visits that utilization review has approved of the same request; they count. Without an improvement on record a request is
 * held against the first trial where one is set. null when nothing can be compared.
 */
export function compareLimit(service: BlindService, statements: readonly Dated[], context: Context): Compared | null {
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

type Context = {
  readonly diagnoses: readonly Diagnosis[]
  readonly authorized: number
  readonly improved: boolean
  readonly library: GuidelineLibrary
}

function visitsLimit(
  { frequency: { visits } }: BlindService,
  { statement, edition }: Dated,
  context: Context,
): Compared | null {
  const course = statement.limits?.visits?.allowed ?? byCondition(statement, context)
  const trial = statement.limits?.trial?.allowed
  const allowed = context.improved ? (course ?? trial) : (trial ?? course)
  if (!visits || !allowed) return null
  const requested = makeRange(visits[0] + context.authorized, visits[1] + context.authorized)
  const of = allowed === trial ? 'trial' : 'course'
  return { limit: compared(requested, allowed, 'visits'), statement, edition, of, counted: context.authorized }
}

function lengthLimit(
  { frequency: { duration, durationUnit } }: BlindService,
  { statement, edition }: Dated,
): Compared | null {
  const { weeks, days } = statement.limits ?? {}
  if (!duration || !durationUnit) return null
  if (days)
    return {
      limit: compared(scaled(duration, DAYS[durationUnit]), days.allowed, 'days'),
      statement,
      edition,
      of: 'course',
      counted: 0,
    }
  if (weeks)
    return {
      limit: compared(scaled(duration, DAYS[durationUnit] / 7), weeks.allowed, 'weeks'),
      statement,
      edition,
      of: 'course',
      counted: 0,
    }
  return null
}

function compared(requested: Range, allowed: Range, unit: string): Limit {
  return { requested, allowed, unit, excess: Math.max(0, requested[1] - allowed[1]) }
}

const scaled = ([min, max]: Range, by: number): Range => makeRange(Math.round(min * by), Math.round(max * by))

/** The visits allowed for the patient's condition: the first condition whose words stand in a diagnosis; else the one without words. */
function byCondition(statement: Statement, { diagnoses, library }: Context): Range | undefined {
  const table = statement.limits?.byCondition ?? []
  if (table.length === 0) return undefined
  const text = diagnoses.map((d) => `${d.text.value ?? ''} ${d.expanded}`.toLowerCase()).join(' ; ')
  const named = library.conditions.find(
    (c) => c.words.some((w) => text.includes(w)) && table.some((t) => t.condition === c.id),
  )
  const rest = library.conditions.find((c) => c.words.length === 0 && table.some((t) => t.condition === c.id))
  return table.find((t) => t.condition === (named ?? rest)?.id)?.allowed
}
