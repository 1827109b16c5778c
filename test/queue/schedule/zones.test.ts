import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isInside,
  nextClosing,
  nextOpening,
  parseWindow,
  startOfDay,
  tick,
  wallClock,
  wallText,
  windowText,
} from '../../../src/queue/schedule/index.ts'
import { aSchedule, plusDays, runsOf } from '../../fixtures/schedules.ts'

const HOUR_MS = 3_600_000
const yearBegins = Date.parse('2026-01-01T12:00:00Z')
const yearEnds = Date.parse('2026-12-31T12:00:00Z')
const zones = Intl.supportedValuesOf('timeZone')
const zone = fc.constantFrom(...zones)
const moment = fc.integer({ min: yearBegins, max: yearEnds }).map((ms) => new Date(ms))

/** Minutes by which the wall's clock is ahead of UTC. */
const offset = (at: number, timeZone: string) => Math.round((wallClock(new Date(at), timeZone).getTime() - at) / 60_000)

/** The first moments of a new offset, to the quarter of an hour. */
function changes(timeZone: string): readonly number[] {
  const found: number[] = []
  for (let from = yearBegins; from < yearEnds; from += 6 * HOUR_MS) {
    if (offset(from, timeZone) === offset(from + 6 * HOUR_MS, timeZone)) continue
    for (let ms = from + HOUR_MS / 4; ms <= from + 6 * HOUR_MS; ms += HOUR_MS / 4)
      if (offset(ms - HOUR_MS / 4, timeZone) !== offset(ms, timeZone)) found.push(ms)
  }
  return found
}

/** Moments through the year at which somebody looks: every six hours, and every ten minutes around a change of clocks. */
function looks(timeZone: string): readonly number[] {
  const at: number[] = []
  for (let from = yearBegins; from < yearEnds; from += 6 * HOUR_MS) {
    const changes = offset(from, timeZone) !== offset(from + 6 * HOUR_MS, timeZone)
    const step = changes ? HOUR_MS / 6 : 6 * HOUR_MS
    for (let ms = from; ms < from + 6 * HOUR_MS; ms += step) at.push(ms)
  }
  return at
}

describe('a daily run', () => {
  it('takes place exactly once each local day of a year, in any zone, at any minute', async () => {
    await fc.assert(
      fc.asyncProperty(zone, fc.nat(1439), async (timeZone, minute) => {
        const cron = `${minute % 60} ${Math.floor(minute / 60)} * * *`
        const { work, runs } = runsOf(aSchedule({ cron, timeZone, since: new Date(yearBegins).toISOString() }))
        for (const at of looks(timeZone)) await tick(work, new Date(at))
        const days = runs.map((r) => r.slice(0, 10))
        const first = days[0] ?? ''
        expect(days).toEqual(days.map((_, i) => plusDays(first, i)))
        expect(days.length).toBeGreaterThanOrEqual(363)
      }),
      { numRuns: 12 },
    )
  })

  it('takes place once on the days on which clocks change, in every way in which they are changed', async () => {
    // Zones that change at the same time of the wall's clock, by as much, are one way: Europe has three, America one.
    const ways = new Map<string, { readonly timeZone: string; readonly change: number }>()
    for (const timeZone of zones)
      for (const change of changes(timeZone)) {
        const by = offset(change, timeZone) - offset(change - 1, timeZone)
        ways.set(`${wallText(wallClock(new Date(change - 60_000), timeZone)).slice(11)} ${by}`, { timeZone, change })
      }
    expect(ways.size).toBeGreaterThan(8)
    for (const [way, { timeZone, change }] of ways) {
      const at = wallClock(new Date(change), timeZone).getUTCHours()
      // Half past each hour around the change.
      for (const hour of [at - 2, at - 1, at, at + 1].map((h) => (h + 24) % 24)) {
        const since = change - 20 * HOUR_MS
        const cron = `30 ${hour} * * *`
        const { work, runs } = runsOf(aSchedule({ cron, timeZone, since: new Date(since).toISOString() }))
        for (let ms = since; ms <= change + 28 * HOUR_MS; ms += HOUR_MS / 4) await tick(work, new Date(ms))
        const days = runs.map((r) => r.slice(0, 10))
        expect(days, `${way} ${timeZone} ${hour}:30`).toEqual(days.map((_, i) => plusDays(days[0] ?? '', i)))
        expect(days).toHaveLength(2)
      }
    }
  })
})

describe('a local day', () => {
  it('begins at the first moment that has its date, in any zone at any time', () => {
    fc.assert(
      fc.property(zone, moment, (timeZone, now) => {
        const date = (at: Date) => wallText(wallClock(at, timeZone)).slice(0, 10)
        const began = startOfDay(now, timeZone)
        expect(date(began)).toBe(date(now))
        expect(date(new Date(began.getTime() - 1000))).toBe(plusDays(date(now), -1))
        expect(now.getTime() - began.getTime()).toBeLessThan(26 * HOUR_MS)
      }),
      { numRuns: 3000 },
    )
  })
})

const clockTime = fc.integer({ min: 0, max: 1440 })
const span = fc
  .record({ days: fc.uniqueArray(fc.nat(6), { minLength: 1 }), from: clockTime, to: clockTime })
  .filter(({ from, to }) => from !== to)
  .map((s) => ({ ...s, days: s.days.sort() }))
const anyWindow = fc.array(span, { minLength: 1, maxLength: 3 })

describe('any working window', () => {
  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(anyWindow, (window) => {
        expect(parseWindow(windowText(window))).toEqual(window)
      }),
    )
  })

  it('opens and closes at the minutes foretold, and not before', () => {
    fc.assert(
      fc.property(anyWindow, moment, (window, at) => {
        const minute = new Date(Math.floor(at.getTime() / 60_000) * 60_000)
        const open = isInside(window, minute)
        const change = open ? nextClosing(window, minute) : nextOpening(window, minute)
        expect(open ? nextOpening(window, minute) : nextClosing(window, minute)).toBeNull()
        const until = change?.getTime() ?? minute.getTime() + 7 * 24 * HOUR_MS
        for (let ms = minute.getTime(); ms < until; ms += 7 * 60_000)
          if (isInside(window, new Date(ms)) !== open) throw new Error(`changes before ${new Date(until)}`)
        if (change) {
          expect(isInside(window, change)).toBe(!open)
          expect(isInside(window, new Date(change.getTime() - 60_000))).toBe(open)
        }
      }),
      { numRuns: 200 },
    )
  })
})
