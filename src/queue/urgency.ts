import type { CaseRecord, IsoDate } from '../model/index.ts'
import type { Pending } from '../store/index.ts'

/** Priority in the ledger of an expedited letter: as when it is handed in as expedited. */
const EXPEDITED = 1
/** From this priority a document is backlog: no date moves it forward. */
const BACKLOG = 1000
/** A date by which a document must be done moves it before the others of its kind from this many days ahead. */
const AHEAD_DAYS = 60
/** A date longer past than this is history: nothing can be in time for it any more. */
const PAST_DAYS = 30
const DAY_MS = 86_400_000

/**
 * Priority of a document's job: 1 is taken first. Expedited ones come first, then those with a date by which they must be
 * done, the nearest (or longest past) first, then the others, then the backlog.
 */
export function jobPriority({ priority, due }: Pick<Pending, 'priority' | 'due'>, today: Date = new Date()): number {
  if (due === null || priority <= EXPEDITED || priority >= BACKLOG) return priority
  const days = Math.floor((Date.parse(due) - today.getTime()) / DAY_MS)
  if (days >= AHEAD_DAYS || days < -PAST_DAYS) return priority
  return Math.min(priority, EXPEDITED + 1 + Math.max(0, days))
}

/** Working days in which an overturned decision has to be carried out: 8 CCR 9792.10.7(a). */
const IMPLEMENT_WORKING_DAYS = 5

/**
 * How soon a letter's case should be decided, by what the letter itself says: an expedited one first; any other by the day on
 * which a decision that overturns has to be carried out, five working days after it. Of several letters the soonest counts.
 */
export function urgencyOf(records: readonly CaseRecord[]): { readonly priority?: number; readonly due?: IsoDate } {
  const expedited = records.some((r) => r.header.priority.value === 'expedited')
  const dates = records.flatMap((r) => (r.header.decisionDate.value === null ? [] : [r.header.decisionDate.value]))
  const [soonest] = dates.map((date) => plusWorkingDays(date, IMPLEMENT_WORKING_DAYS)).sort()
  return { ...(expedited ? { priority: EXPEDITED } : {}), ...(soonest === undefined ? {} : { due: soonest }) }
}

/** The day that many working days after `date`; holidays are not known here. */
export function plusWorkingDays(date: IsoDate, days: number): IsoDate {
  let at = Date.parse(date)
  for (let left = days; left > 0; ) {
    at += DAY_MS
    const weekday = new Date(at).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left--
  }
  return new Date(at).toISOString().slice(0, 10)
}
