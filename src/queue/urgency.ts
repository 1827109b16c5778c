import type { CaseRecord, IsoDate } from '../model/index.ts'
import { priorities } from '../store/index.ts'

const DAY_MS = 86_400_000

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
  return {
    ...(expedited ? { priority: priorities.expedited } : {}),
    ...(soonest === undefined ? {} : { due: soonest }),
  }
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
