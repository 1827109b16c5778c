/**
 * What a clock on the wall of a time zone shows, written as if it were UTC: days and minutes can be counted on it without
 * daylight-saving time getting in the way. Where clocks are set back it shows an hour twice, where they are set forward it leaps.
 */
export type WallClock = Date

const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws {RangeError} for a zone that is not in the IANA list. */
export function wallClock(now: Date, timeZone: string): WallClock {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
  formats.set(timeZone, format)
  const part = Object.fromEntries(format.formatToParts(now).map((p) => [p.type, p.value]))
  return new Date(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`)
}

/** `2026-11-01T01:30`: one text for a time of day, even for one that comes twice. */
export function wallText(wall: WallClock): string {
  return wall.toISOString().slice(0, 16)
}

/** Whether the zone is known here. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The moment at which the local day of `now` began. */
export function startOfDay(now: Date, timeZone: string): Date {
  const wall = wallClock(now, timeZone)
  const day = wall.toISOString().slice(0, 10)
  const midnight = now.getTime() - (wall.getTime() % DAY_MS) - (now.getTime() % 1000)
  // Clocks that were changed since midnight put it up to some hours off: the earliest moment of the day is meant.
  const around = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2].map((hours) => new Date(midnight + hours * HOUR_MS))
  const ofDay = around.filter((at) => wallClock(at, timeZone).toISOString().startsWith(day))
  return ofDay[0] ?? new Date(midnight)
}
