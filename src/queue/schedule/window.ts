import type { WallClock } from './wall-clock.ts'

/** A span of the week in which backlog is worked on; one that ends before it begins goes on into the next day. */
export type Span = {
  /** Days on which it begins: 0 Sunday … 6 Saturday. */
  readonly days: readonly number[]
  /** Minutes since midnight; `to` may be 1440. */
  readonly from: number
  readonly to: number
}

export type Window = readonly Span[]

/** The text is no window. The message shows what one looks like. */
export class NoWindow extends Error {
  override readonly name = 'NoWindow'
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const groups: Readonly<Record<string, readonly number[]>> = {
  daily: [0, 1, 2, 3, 4, 5, 6],
  weekdays: [1, 2, 3, 4, 5],
  weekends: [0, 6],
}
const DAY_MINUTES = 1440

/**
 * `weekdays 19:00-06:00; weekends 00:00-24:00`: days (daily, weekdays, weekends, or names with `,` and `-`) and times, spans
 * joined by `;`.
 * @throws {NoWindow}
 */
export function parseWindow(text: string): Window {
  return text.split(';').map((part) => {
    const [, days = '', from = '', to = ''] =
      /^\s*([a-z,\s-]+?)\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*$/i.exec(part) ?? []
    const span = { days: parseDays(days), from: parseTime(from), to: parseTime(to) }
    if (span.days.length === 0 || Number.isNaN(span.from) || Number.isNaN(span.to) || span.from === span.to)
      throw new NoWindow(
        `"${part.trim()}" is no working window: write days and times like "weekdays 19:00-06:00" or "sat,sun 00:00-24:00", several joined by ";"`,
      )
    return span
  })
}

function parseDays(text: string): readonly number[] {
  const lower = text.toLowerCase().replaceAll(/\s+/g, '')
  const group = groups[lower]
  if (group) return group
  const days = lower.split(',').flatMap((part) => {
    const [first, last, ...more] = part.split('-').map((name) => dayNames.indexOf(name.slice(0, 3)))
    if (first === undefined || first < 0 || last === -1 || more.length > 0) return [Number.NaN]
    const length = ((last ?? first) - first + 7) % 7
    return Array.from({ length: length + 1 }, (_, i) => (first + i) % 7)
  })
  return days.some(Number.isNaN) ? [] : [...new Set(days)].sort((a, b) => a - b)
}

/** Minutes since midnight; NaN for what is no time. */
function parseTime(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number)
  const total = hours * 60 + minutes
  return minutes < 60 && total <= DAY_MINUTES ? total : Number.NaN
}

export function isInside(window: Window, wall: WallClock): boolean {
  const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes()
  const today = wall.getUTCDay()
  const yesterday = (today + 6) % 7
  return window.some(({ days, from, to }) => {
    if (from < to) return days.includes(today) && minute >= from && minute < to
    return (days.includes(today) && minute >= from) || (days.includes(yesterday) && minute < to)
  })
}

/** When the window opens next, on the wall's clock; null when it is open now. */
export function nextOpening(window: Window, wall: WallClock): WallClock | null {
  if (isInside(window, wall)) return null
  const start = Math.floor(wall.getTime() / 60_000)
  for (let minute = start + 1; minute <= start + 8 * DAY_MINUTES; minute++) {
    const at = new Date(minute * 60_000)
    if (isInside(window, at)) return at
  }
  return null
}
