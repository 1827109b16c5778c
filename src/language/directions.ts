import { z } from 'zod'
import type { Range } from '../model/index.ts'
import { IN_WORDS, numberOf } from './numbers.ts'
import data from './vocabulary/directions.json' with { type: 'json' }

const words = z.array(z.string()).min(1)
const sig = z
  .strictObject({
    /** Doses a day by the prescription's Latin, written with or without its points: `b.i.d.` */
    latin: z.record(z.string(), z.number().positive()),
    /** How often, before "a day" or "daily". */
    often: z.record(z.string(), z.int().positive()),
    /** One dose a day. */
    daily: words,
    /** One dose in two days. */
    alternate: words,
    day: words,
    hours: words,
    /** What is taken at a time. */
    units: words,
    /** Half of one, before a unit. */
    half: words,
  })
  .parse(data)

const anyOf = (list: readonly string[]) =>
  [...list]
    .sort((a, b) => b.length - a.length)
    .map((w) => w.replace(/ /g, '\\s+'))
    .join('|')
const latin = `(?:${Object.keys(sig.latin)
  .map((w) => [...w].join('\\.?\\s?'))
  .join('|')})`
const count = `(?:\\d{1,2}|${IN_WORDS})`
/** `4 to 6`, `6-8`, `one or two`; `two (2)`. */
const range = `(${count})(?:\\s?\\(\\d{1,2}\\))?(?:\\s?(?:-|–|to|or)\\s?(${count})(?:\\s?\\(\\d{1,2}\\))?)?`
const open = '(?<![\\p{L}\\d.,/#-])'
const close = '(?![\\p{L}\\d])'

const EVERY_HOURS = new RegExp(`${open}(?:q\\.?|every|each)\\s?${range}\\s?(?:${anyOf(sig.hours)})${close}`, 'iu')
const TIMES_A_DAY = new RegExp(
  `${open}${range}\\s?(?:x|times?|doses?)?\\s?(?:(?:a|per|each|every|/)\\s?(?:${anyOf(sig.day)})|daily)${close}`,
  'iu',
)
const OFTEN = new RegExp(
  `${open}(${anyOf(Object.keys(sig.often))})(?:\\s?(?:to|or|-)\\s?(${anyOf(Object.keys(sig.often))}))?\\s(?:(?:a|per|each|every)\\s(?:${anyOf(sig.day)})|daily)${close}`,
  'iu',
)
const LATIN = new RegExp(`${open}(${latin})(?:\\s?(?:-|/|to|or)\\s?(${latin}))?${close}`, 'iu')
const ALTERNATE = new RegExp(`${open}(?:${anyOf(sig.alternate)})${close}`, 'iu')
const DAILY = new RegExp(`${open}(?:${anyOf(sig.daily)})${close}`, 'iu')
const UNITS = new RegExp(`${open}${range}\\s?(?:${anyOf(sig.units)})${close}`, 'iu')
/** `1/2 tab`, `half-tablet`, and `1 1/2 tablets`, whose whole number stands before. */
const HALVES = new RegExp(
  `(?<![\\d.,/])(?:(\\d)\\s)?(?:${anyOf(sig.half)})(?:\\s|-)?(?:an?\\s)?(?:${anyOf(sig.units)})${close}`,
  'iu',
)
/** `1.5 tabs`, `.5 tablet`. */
const DECIMAL = new RegExp(`(?<![\\d.,/])(\\d?\\.\\d{1,2})\\s?(?:${anyOf(sig.units)})${close}`, 'iu')
/** More than this is not taken at a time: it is what is dispensed. */
const MOST_AT_A_TIME = 4

/** Doses a day by the directions, `[min, max]`; null when there are none. `q6h` is four, `every 4-6 hours` four to six. */
export function dosesPerDay(text: string): Range | null {
  const hours = rangeOf(EVERY_HOURS.exec(text))
  if (hours && hours[0] > 0) return [24 / hours[1], 24 / hours[0]]
  const short = LATIN.exec(text)
  const latin = (written: string | undefined) => sig.latin[(written ?? '').toLowerCase().replace(/[.\s]/g, '')]
  const often = OFTEN.exec(text)
  const named = (written: string | undefined) => sig.often[(written ?? '').toLowerCase()]
  if (ALTERNATE.test(text)) return [0.5, 0.5]
  return (
    between(latin(short?.[1]), latin(short?.[2])) ??
    rangeOf(TIMES_A_DAY.exec(text)) ??
    between(named(often?.[1]), named(often?.[2])) ??
    (DAILY.test(text) ? [1, 1] : null)
  )
}

/** Tablets or capsules a dose, `[min, max]`: `2 tabs bid` is two, `1-2 tablets` one to two; one where the directions do not say. */
export function unitsPerDose(text: string): Range {
  const half = HALVES.exec(text)
  const amount = half ? Number(half[1] ?? 0) + 0.5 : Number(DECIMAL.exec(text)?.[1] ?? 0)
  if (amount > 0 && amount <= MOST_AT_A_TIME) return [amount, amount]
  const units = rangeOf(UNITS.exec(text))
  return units && units[1] <= MOST_AT_A_TIME && units[0] > 0 ? units : [1, 1]
}

/** Days for which so many tablets last as directed, `[min, max]`; null without directions. As needed, they last at least so long. */
export function daysOfSupply(quantity: number, text: string): Range | null {
  const doses = dosesPerDay(text)
  if (!doses) return null
  const units = unitsPerDose(text)
  return [quantity / (doses[1] * units[1]), quantity / (doses[0] * units[0])]
}

function rangeOf(match: RegExpExecArray | null): Range | null {
  return match && between(numberOf(match[1] ?? '') ?? undefined, numberOf(match[2] ?? '') ?? undefined)
}

function between(first: number | undefined, second: number | undefined): Range | null {
  if (first === undefined) return null
  return second === undefined || second === first ? [first, first] : [Math.min(first, second), Math.max(first, second)]
}
