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

const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const groups: Readonly<Record<string, readonly number[]>> = {
  daily: [0, 1, 2, 3, 4, 5, 6],
  weekdays: [1, 2, 3, 4, 5],
  weekends: [0, 6],
}
const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/**
 * `weekdays 19:00-06:00; weekends 00:00-24:00`: days (daily, weekdays, weekends, or names with `,` and `-`) and times, spans
 * joined by `;`.
 * @throws {NoWindow}
 */
export function parseWindow(text: string): Window {
  return text.split(';').map((part) => {
    const [, days = '', from = '', to = ''] =
      /^\s*([a-z,\s-]+?)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*$/i.exec(part) ?? []
    const span = { days: parseDays(days), from: parseTime(from), to: parseTime(to) }
    if (span.days.length === 0 || Number.isNaN(span.from) || Number.isNaN(span.to) || span.from === span.to)
      throw new NoWindow(
        `"${part.trim()}" is no working window: write days and times like "weekdays 19:00-06:00" or "sat,sun 00:00-24:00", several joined by ";" (the time zone is told apart)`,
      )
    return span
  })
}

function parseDays(text: string): readonly number[] {
  const lower = text.toLowerCase().replaceAll(/\s+/g, '')
  const days = lower.split(',').flatMap((part) => {
    const group = groups[part]
    if (group) return group
    const [first, last, ...more] = part.split('-').map(dayNumber)
    if (first === undefined || first < 0 || last === -1 || more.length > 0) return [Number.NaN]
    const length = ((last ?? first) - first + 7) % 7
    return Array.from({ length: length + 1 }, (_, i) => (first + i) % 7)
  })
  return days.some(Number.isNaN) ? [] : [...new Set(days)].sort((a, b) => a - b)
}

/** `tue`, `tues`, `tuesday`: any beginning of at least three letters. -1 for what is no day. */
function dayNumber(text: string): number {
  return text.length < 3 ? -1 : dayNames.findIndex((name) => name.startsWith(text))
}

/** Minutes since midnight; NaN for what is no time. */
function parseTime(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number)
  const total = hours * 60 + minutes
  return minutes < 60 && total <= DAY_MINUTES ? total : Number.NaN
}

/** The window as text that means the same, days and times written one way. */
export function windowText(window: Window): string {
  return window.map(({ days, from, to }) => `${daysText(days)} ${timeText(from)}-${timeText(to)}`).join('; ')
}

function daysText(days: readonly number[]): string {
  const [group] = Object.entries(groups).find(([, of]) => of.join() === days.join()) ?? []
  return group ?? days.map((day) => dayNames[day]?.slice(0, 3)).join(',')
}

function timeText(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':')
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
  return isInside(window, wall) ? null : nextWith(window, wall, true)
}

/** When the window closes next, on the wall's clock; null when it is closed now, or never closes. */
export function nextClosing(window: Window, wall: WallClock): WallClock | null {
  return isInside(window, wall) ? nextWith(window, wall, false) : null
}

/** The first minute after `wall` that is inside (or outside) the window; null when there is none in a week. */
function nextWith(window: Window, wall: WallClock, inside: boolean): WallClock | null {
  const start = Math.floor(wall.getTime() / MINUTE_MS)
  for (let minute = start + 1; minute <= start + 7 * DAY_MINUTES; minute++) {
    const at = new Date(minute * MINUTE_MS)
    if (isInside(window, at) === inside) return at
  }
  return null
}
