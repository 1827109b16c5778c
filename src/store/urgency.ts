import type { IsoDate } from '../model/index.ts'
import type { Urgency } from './store.ts'

/** Place in the queue by what was said when it was handed in: 1 first. */
export const priorities: Readonly<Record<Urgency, number>> = { expedited: 1, standard: 100, backlog: 1000 }

/** A date by which a document must be done moves it before the others of its kind from this many days ahead. */
const AHEAD_DAYS = 60
/** A date longer past than this is history: nothing can be in time for it any more. */
const PAST_DAYS = 30
const DAY_MS = 86_400_000

export type Urgent = { readonly priority: number; readonly due: IsoDate | null }

/**
 * A document's place among all that wait: 1 is taken first. Expedited ones come first, then those with a date by which they must
 * be done, the nearest (or longest past) first, then the others, then the backlog.
 */
export function rankOf({ priority, due }: Urgent, today: Date): number {
  if (due === null || !isMovedByDates(priority)) return priority
  const { from, before } = datesThatMove(today)
  if (due < from || due >= before) return priority
  const days = Math.floor((Date.parse(due) - today.getTime()) / DAY_MS)
  return Math.min(priority, priorities.expedited + 1 + Math.max(0, days))
}

/** Expedited ones are first already; backlog is moved by no date. */
export const isMovedByDates = (priority: number): boolean =>
  priority > priorities.expedited && priority < priorities.backlog

/** The dates (`before` not included) that move a document forward. */
export function datesThatMove(today: Date): { readonly from: IsoDate; readonly before: IsoDate } {
  return { from: firstDayFrom(today, -PAST_DAYS), before: firstDayFrom(today, AHEAD_DAYS) }
}

/** The first day that begins no earlier than so many days from now. */
function firstDayFrom(today: Date, days: number): IsoDate {
  const at = Math.ceil(today.getTime() / DAY_MS + days) * DAY_MS
  return new Date(at).toISOString().slice(0, 10)
}
