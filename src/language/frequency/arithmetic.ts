import type { Frequency, Range } from '../../model/index.ts'
import type { Amount } from './numbers.ts'
import type { Unit } from './tokens.ts'
import { counted, inWords } from './wording.ts'

export type Rate = { readonly times: Amount; readonly every: Amount; readonly unit: Unit }
export type Length = { readonly amount: Amount; readonly unit: Unit }
type Period = NonNullable<Frequency['per']>

export const single = (n: number): Amount => [n, n]
export const equal = (a: Amount, b: Amount) => a[0] === b[0] && a[1] === b[1]
export const sum = (amounts: readonly Amount[]): Amount => [
  amounts.reduce((n, a) => n + a[0], 0),
  amounts.reduce((n, a) => n + a[1], 0),
]

/** Times in one `day`, `week` or `month`; every second week is half a time a week. Years are twelve months. */
export function timesPer({ times, every, unit }: Rate): { times: Range; per: Period } | null {
  if (unit === 'minute' || unit === 'hour') return null
  const months = unit === 'year' ? 12 : 1
  const per: Period = unit === 'year' ? 'month' : unit
  const round = (n: number) => Math.round(n * 1000) / 1000
  return { times: [round(times[0] / (every[1] * months)), round(times[1] / (every[0] * months))], per }
}

export function durationOf(length: Length | null): { duration: Range; durationUnit: Period } | null {
  if (!length || length.unit === 'minute' || length.unit === 'hour') return null
  if (length.unit === 'year') return { duration: [length.amount[0] * 12, length.amount[1] * 12], durationUnit: 'month' }
  return { duration: length.amount, durationUnit: length.unit }
}

/** Days in a unit, for products: a month is four weeks when weeks are counted in it, as clinics book them. */
const DAYS: Readonly<Record<Unit, number>> = { minute: 0, hour: 0, day: 1, week: 7, month: 28, year: 336 }

/** The visits that a rate makes in a length of time; null when one of them is counted in hours. */
export function product(rate: Rate, length: Length): Amount | null {
  const calendarMonth = rate.unit === 'day' && (length.unit === 'month' || length.unit === 'year')
  const days = calendarMonth ? (length.unit === 'month' ? 30 : 365) : DAYS[length.unit]
  const each = DAYS[rate.unit]
  if (days === 0 || each === 0) return null
  const visits = (times: number, every: number, span: number) =>
    Math.round(((times * span * days) / (every * each)) * 1000) / 1000
  const [low, high] = [
    visits(rate.times[0], rate.every[1], length.amount[0]),
    visits(rate.times[1], rate.every[0], length.amount[1]),
  ]
  return [Math.max(1, Math.floor(low)), Math.max(1, Math.floor(high))]
}

/** The visits of a weekly rate in calendar months: 52 weeks a year. */
export function calendarVisits(rate: Rate, length: Length): Amount {
  const weeks = (months: number) => Math.floor((months * 52) / 12)
  const visits = (times: number, every: number, months: number) =>
    Math.max(1, Math.floor((times * weeks(months)) / every))
  return [
    visits(rate.times[0], rate.every[1], length.amount[0]),
    visits(rate.times[1], rate.every[0], length.amount[1]),
  ]
}

export function rateInWords(rate: Rate | null): string {
  if (!rate) return ''
  if (equal(rate.every, [1, 1])) return `${inWords(rate.times)} per ${rate.unit}`
  return `${inWords(rate.times)} every ${counted(rate.every, rate.unit)}`
}

export const lengthInWords = (length: Length | null) => (length ? `for ${counted(length.amount, length.unit)}` : '')
