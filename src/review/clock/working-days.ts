import type { IsoDate } from '../../model/index.ts'

/** A day as a count, so that days can be added; the hour and the zone play no part. */
const DAY_MS = 86_400_000
const daysOf = (date: IsoDate) => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
const dateOf = (days: number): IsoDate => new Date(days * DAY_MS).toISOString().slice(0, 10)
const weekday = (days: number) => new Date(days * DAY_MS).getUTCDay()

/** `days` calendar days later. */
export const daysLater = (date: IsoDate, days: number): IsoDate => dateOf(daysOf(date) + days)

const fixed = (year: number, month: number, day: number) => daysOf(dateText(year, month, day))
const dateText = (year: number, month: number, day: number): IsoDate =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

/** The nth (from 1) weekday (0 Sunday) of a month; counted from its end when `nth` is -1. */
function nth(year: number, month: number, day: number, which: number): number {
  if (which < 0) {
    const last = month === 12 ? fixed(year, 12, 31) : fixed(year, month + 1, 1) - 1
    return last - ((weekday(last) - day + 7) % 7)
  }
  const first = fixed(year, month, 1)
  return first + ((day - weekday(first) + 7) % 7) + 7 * (which - 1)
}

/** One that falls on a Sunday is kept on Monday (Gov. Code § 6701). */
const observed = (day: number) => (weekday(day) === 0 ? day + 1 : day)
/** Veterans Day on a Saturday is kept on the Friday before (Gov. Code § 6701). */
const veterans = (day: number) => (weekday(day) === 6 ? day - 1 : observed(day))

/**
 * The days of a year on which California's offices are closed (Gov. Code § 19853): New Year, Martin Luther King, Presidents, Cesar Chavez, Memorial,
 * Independence, Labor and Veterans Day, Thanksgiving and the day after it, Christmas. Holidays of the list in § 6700 on which offices are open
 * are left out: to count one too few makes a date come early, never late.
 */
function holidaysOf(year: number): ReadonlySet<number> {
  const thanksgiving = nth(year, 11, 4, 4)
  return new Set([
    observed(fixed(year, 1, 1)),
    nth(year, 1, 1, 3),
    nth(year, 2, 1, 3),
    observed(fixed(year, 3, 31)),
    nth(year, 5, 1, -1),
    observed(fixed(year, 7, 4)),
    nth(year, 9, 1, 1),
    veterans(fixed(year, 11, 11)),
    thanksgiving,
    thanksgiving + 1,
    observed(fixed(year, 12, 25)),
  ])
}

/** Whether California works on a day: no weekend and no holiday of the state. */
export function isWorkingDay(date: IsoDate): boolean {
  const day = daysOf(date)
  const isWeekend = weekday(day) === 0 || weekday(day) === 6
  return !isWeekend && !holidaysOf(Number(date.slice(0, 4))).has(day)
}

/** `days` working days later; the day itself does not count. */
export function workingDaysLater(date: IsoDate, days: number): IsoDate {
  let at = date
  for (let left = days; left > 0; ) {
    at = daysLater(at, 1)
    if (isWorkingDay(at)) left--
  }
  return at
}

/** The day itself, or the first working day behind it. */
export function onWorkingDay(date: IsoDate): IsoDate {
  return isWorkingDay(date) ? date : workingDaysLater(date, 1)
}
