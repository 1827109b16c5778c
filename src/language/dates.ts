import { z } from 'zod'
import type { IsoDate } from '../model/index.ts'
import { asDigits, confusedWith, DIGIT } from './lookalikes.ts'
import { nearestOf } from './matching/fuzzy.ts'
import monthWords from './vocabulary/months.json' with { type: 'json' }

const { names, short } = z
  .object({ names: z.array(z.string()).length(12), short: z.array(z.string()).length(12) })
  .strict()
  .parse(monthWords)

/** What a two-digit year is measured against: no date of a letter lies after its decision. */
export type DateContext = { readonly notAfter?: IsoDate | null }

/**
 * Something shaped like a date, at offsets of the text it was found in. `value` is null when no such day exists (it is never
 * rolled over); `alternatives` then holds the days that one look-alike digit would make it. `repaired`: a letter was read as a digit, or a gap as a faded slash.
 */
export type DateShape = {
  readonly start: number
  readonly end: number
  readonly value: IsoDate | null
  readonly raw: string
  readonly repaired: boolean
  readonly alternatives: readonly IsoDate[]
}
export type FoundDate = DateShape & { readonly value: IsoDate }

const SEP = '\\s?[-/.\\u2010-\\u2015~]\\s{0,2}'
const numeric = `(?<![A-Za-z0-9])(?<m>${DIGIT}{1,2})${SEP}(?<d>${DIGIT}{1,2})${SEP}(?<y>${DIGIT}{4}|${DIGIT}{2})(?![A-Za-z0-9])`
const iso = `(?<![A-Za-z0-9])(?<iy>${DIGIT}{4})\\s?-\\s?(?<im>${DIGIT}{2})\\s?-\\s?(?<id>${DIGIT}{2})(?![A-Za-z0-9])`
// On copies of copies the thin strokes fade, and dates lose their slashes.
const GONE = `(?:\\s{1,2}|${SEP})`
const faded = `(?<![A-Za-z0-9]|\\d[/.,-]|\\d\\s)(?<fm>\\d{1,2})${GONE}(?<fd>\\d{1,2})${GONE}(?<fy>(?:19|20)\\d{2})(?![A-Za-z0-9])`
// Without a gap where they stood, eight digits are hardly ever a day by chance.
const glued = `(?<![\\w#/.,-]|\\d\\s)(?<gm>\\d{2})(?<gd>\\d{2})(?<gy>(?:19[89]|20[0-3])\\d)(?![A-Za-z0-9])`
const MONTH = '[A-Za-z0-9]{3,10}'
const DAY = `${DIGIT}{1,2}(?:st|nd|rd|th|ST|ND|RD|TH)?`
const monthFirst = `(?<![A-Za-z0-9])(?<n1>${MONTH})\\.?,?\\s{1,2}(?<d1>${DAY})\\s?[,.]?\\s{0,2}(?<y1>${DIGIT}{4})(?![A-Za-z0-9])`
const dayFirst = `(?<![A-Za-z0-9])(?<d2>${DAY})\\s{1,2}(?:of\\s)?(?<n2>${MONTH})\\.?,?\\s{1,2}(?<y2>${DIGIT}{4})(?![A-Za-z0-9])`
const shapes = new RegExp(`${iso}|${numeric}|${faded}|${glued}|${monthFirst}|${dayFirst}`, 'g')

/** Everything in `text` that is shaped like a calendar date, impossible days included, from left to right. Linear in the text. */
export function findDateShapes(text: string, context: DateContext = {}): readonly DateShape[] {
  const found: DateShape[] = []
  shapes.lastIndex = 0
  for (let m = shapes.exec(text); m !== null; m = shapes.exec(text)) {
    const shape = shapeOf(m, context)
    if (shape) found.push(shape)
    // A word before a day-first date may have been taken for its month: look again right behind it.
    else shapes.lastIndex = m.index + 1
  }
  return found
}

/** The dates of `text`: months first, as in the United States; two-digit years in the century that the context allows. */
export function findDates(text: string, context: DateContext = {}): readonly FoundDate[] {
  return findDateShapes(text, context).filter((d): d is FoundDate => d.value !== null)
}

/** The date that `raw` is, or null when it is none or is more than a date. */
export function parseDate(raw: string, context: DateContext = {}): FoundDate | null {
  const found = findDates(raw, context)
  const first = found[0]
  return found.length === 1 && first && first.raw === raw.trim() ? first : null
}

function shapeOf(match: RegExpExecArray, context: DateContext): DateShape | null {
  const g = match.groups ?? {}
  const month = g.n1 ?? g.n2
  const parts = month
    ? { m: monthNumber(month), d: (g.d1 ?? g.d2 ?? '').replace(/(?:st|nd|rd|th)$/i, ''), y: g.y1 ?? g.y2 ?? '' }
    : {
        m: g.m ?? g.im ?? g.fm ?? g.gm ?? '',
        d: g.d ?? g.id ?? g.fd ?? g.gd ?? '',
        y: g.y ?? g.iy ?? g.fy ?? g.gy ?? '',
      }
  if (parts.m === null) return null
  const written = { m: parts.m, d: parts.d, y: parts.y }
  const all = written.m + written.d + written.y
  const digits = all.replace(/\D/g, '').length
  // More letters than digits is a word with dashes, not a damaged date.
  if (digits * 2 < all.length || (month && !/\d/.test(written.y))) return null
  const fixed = { m: asDigits(written.m), d: asDigits(written.d), y: asDigits(written.y) }
  const misread = fixed.m + fixed.d + fixed.y !== all || (month !== undefined && !isMonth(month))
  const gone = g.fy !== undefined || g.gy !== undefined
  const repaired = misread || gone
  const value = dayOf(fixed.y, fixed.m, fixed.d, context)
  // Three numbers in a row that are no day are three numbers.
  if (value === null && gone) return null
  return {
    start: match.index,
    end: match.index + match[0].length,
    value,
    raw: match[0],
    repaired,
    alternatives: value === null ? nearbyDays(fixed, month === undefined, context) : [],
  }
}

/** `Sept`, beside `Sep`: months that are shortened in two ways. */
const OTHERWISE: ReadonlyMap<string, number> = new Map([['sept', 9]])
const isMonth = (word: string) =>
  OTHERWISE.has(word.toLowerCase()) || [...names, ...short].some((n) => n.toLowerCase() === word.toLowerCase())

function monthNumber(word: string): string | null {
  const lower = word.toLowerCase()
  const exact = [names, short].map((list) => list.findIndex((n) => n.toLowerCase() === lower)).find((i) => i >= 0)
  if (exact !== undefined) return String(exact + 1)
  const other = OTHERWISE.get(lower)
  if (other !== undefined) return String(other)
  if (word.length < 4 || !/^[A-Z0-9]/.test(word)) return null
  const near = nearestOf(word, names)
  return near ? String(names.indexOf(near.value) + 1) : null
}

/** ISO date of a day that exists, or null. */
function dayOf(year: string, month: string, day: string, context: DateContext): IsoDate | null {
  const [m, d] = [Number(month), Number(day)]
  for (const y of yearsOf(year)) {
    if (m < 1 || m > 12 || d < 1 || d > daysIn(y, m)) continue
    const date = `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
    if (year.length === 2 && context.notAfter && date > context.notAfter) continue
    return date
  }
  return null
}

/** Independent medical review began in 2013; no claim is older than a working life before it. */
const FIRST_YEAR = 1930
const LAST_YEAR = 2069

function yearsOf(year: string): readonly number[] {
  const y = Number(year)
  if (year.length === 4) return y >= FIRST_YEAR && y <= LAST_YEAR ? [y] : []
  return y <= 39 ? [2000 + y, 1900 + y].filter((full) => full >= FIRST_YEAR) : [1900 + y]
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

type Parts = { readonly m: string; readonly d: string; readonly y: string }

function nearbyDays(parts: Parts, numericMonth: boolean, context: DateContext): readonly IsoDate[] {
  const days = new Set<IsoDate>()
  for (const key of ['m', 'd', 'y'] as const) {
    if (key === 'm' && !numericMonth) continue
    const digits = parts[key]
    for (let i = 0; i < digits.length; i++) {
      for (const other of confusedWith(digits[i] ?? '')) {
        const changed = { ...parts, [key]: digits.slice(0, i) + other + digits.slice(i + 1) }
        const day = dayOf(changed.y, changed.m, changed.d, context)
        if (day) days.add(day)
      }
    }
  }
  return [...days].sort()
}
