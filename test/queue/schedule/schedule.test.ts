import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  isInside,
  nextClosing,
  nextDue,
  nextOpening,
  parseWindow,
  type Schedule,
  startOfDay,
  tick,
  wallClock,
  wallText,
  windowText,
} from '../../../src/queue/schedule/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { aSchedule, noTrouble, plusDays, runsOf, ticks } from '../../fixtures/schedules.ts'

const pacific = 'America/Los_Angeles'
const wall = (text: string) => new Date(`${text}Z`)
const MINUTE_MS = 60_000

describe('a working window', () => {
  it.each([
    // 2026-11-02 is a Monday.
    ['weekdays 19:00-06:00', '2026-11-02T18:59', false],
    ['weekdays 19:00-06:00', '2026-11-02T19:00', true],
    ['weekdays 19:00-06:00', '2026-11-03T05:59', true],
    ['weekdays 19:00-06:00', '2026-11-03T06:00', false],
    // Friday's night goes on into Saturday, Sunday's belongs to no weekday.
    ['weekdays 19:00-06:00', '2026-11-07T05:59', true],
    ['weekdays 19:00-06:00', '2026-11-07T19:00', false],
    ['weekdays 19:00-06:00', '2026-11-02T05:00', false],
    ['sat,sun 00:00-24:00', '2026-11-08T23:59', true],
    ['sat,sun 00:00-24:00', '2026-11-09T00:00', false],
    ['Fri-Mon 8:00-9:00', '2026-11-08T08:30', true],
    ['Fri-Mon 8:00-9:00', '2026-11-10T08:30', false],
    ['weekdays 19:00-06:00; weekends 00:00-24:00', '2026-11-08T12:00', true],
    ['Weekdays, Saturday 08:00 – 17:00', '2026-11-07T08:00', true],
    ['daily 19:00-00:00', '2026-11-07T23:59', true],
    ['daily 19:00-00:00', '2026-11-08T00:00', false],
  ])('%s at %s: %s', (text, at, inside) => {
    expect(isInside(parseWindow(text), wall(at))).toBe(inside)
  })

  it.each([
    '',
    'weekdays',
    '19:00-06:00',
    'someday 19:00-06:00',
    'daily 19:00-19:00',
    'daily 25:00-26:00',
    'daily 19:61-20:00',
    'daily 19:00-24:01',
    'money 19:00-20:00',
    'mo 19:00-20:00',
    'mon-wed-fri 19:00-20:00',
    'weekdays 19:00-06:00 America/Los_Angeles',
    'weekdays 19:00-06:00;',
  ])('is refused with an example: %j', (text) => {
    expect(() => parseWindow(text)).toThrow(/weekdays 19:00-06:00/)
  })

  it('tells when it opens next', () => {
    const window = parseWindow('weekdays 19:00-06:00')
    expect(nextOpening(window, wall('2026-11-07T12:00'))).toEqual(wall('2026-11-09T19:00'))
    expect(nextOpening(window, wall('2026-11-09T20:00'))).toBeNull()
  })

  it('tells when it closes, unless it never does', () => {
    expect(nextClosing(parseWindow('weekdays 19:00-06:00'), wall('2026-11-06T20:00'))).toEqual(wall('2026-11-07T06:00'))
    expect(nextClosing(parseWindow('weekdays 19:00-06:00'), wall('2026-11-06T12:00'))).toBeNull()
    expect(nextClosing(parseWindow('daily 00:00-24:00'), wall('2026-11-06T12:00'))).toBeNull()
  })

  it('is written one way', () => {
    expect(windowText(parseWindow(' Mon-Fri 9:00-17:30;sunday,SAT 0:00-24:00'))).toBe(
      'weekdays 09:00-17:30; weekends 00:00-24:00',
    )
  })
})

describe('a day', () => {
  it.each([
    [pacific, '2026-03-08T20:00:00Z', '2026-03-08T08:00:00.000Z'],
    [pacific, '2026-11-01T20:00:00Z', '2026-11-01T07:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z', '2026-05-31T18:15:00.000Z'],
    ['UTC', '2026-06-01T00:00:00Z', '2026-06-01T00:00:00.000Z'],
  ])('in %s that holds %s began at %s', (zone, now, began) => {
    expect(startOfDay(new Date(now), zone).toISOString()).toBe(began)
  })
})

describe('a schedule', () => {
  it.each([
    ['cron', '19:00', '0 19 * * 1-5'],
    ['cron', '0 0 19 * * 1-5', '0 19 * * 1-5'],
    ['cron', '0 0 30 2 *', '0 19 * * 1-5'],
    ['cron', '@daily', '0 19 * * 1-5'],
    // H would be another minute each time it is looked at.
    ['cron', 'H 19 * * *', '0 19 * * 1-5'],
    ['cron', '0 1,H * * *', '0 19 * * 1-5'],
    ['timeZone', 'California', 'America/Los_Angeles'],
    ['window', 'nights', 'weekdays 19:00-06:00'],
    ['pagesPerDay', 0, '>0'],
    ['name', 'a b', 'letters, digits'],
  ])('with the %s %j is refused with an example', (key, value, example) => {
    const made = () => aSchedule({ [key]: value })
    expect(made).toThrow(example)
    expect(made).toThrow(key)
  })

  it.each(['0 19 * * THU', '0 0 L * *', '*/15 * * * *', '0 19 29 2 *'])('may have the cron %s', (cron) => {
    expect(aSchedule({ cron }).cron).toBe(cron)
  })
})

describe('a run', () => {
  it.each([
    ['in an hour that daylight saving skips', '30 2 * * *', '2026-03-07', '2026-03-10', pacific],
    ['in an hour that comes twice', '30 1 * * *', '2026-10-31', '2026-11-03', pacific],
    ['in an hour that Berlin skips', '30 2 * * *', '2026-03-28', '2026-03-31', 'Europe/Berlin'],
    ['in an hour that comes twice in Berlin', '30 2 * * *', '2026-10-24', '2026-10-27', 'Europe/Berlin'],
  ])('%s takes place once each day', async (_, cron, from, to, timeZone) => {
    const { work, runs } = runsOf(aSchedule({ cron, timeZone, since: `${from}T12:00:00.000Z` }))
    await ticks(work, `${from}T12:00:00Z`, `${to}T12:00:00Z`, 5 * MINUTE_MS)
    expect(runs.map((r) => r.slice(0, 10))).toEqual([1, 2, 3].map((d) => plusDays(from, d)))
    expect(new Set(runs.map((r) => r.slice(11)))).toEqual(new Set([runs[0]?.slice(11)]))
  })

  it('that was missed is made up for once', async () => {
    const { work, runs } = runsOf(aSchedule({ cron: '0 19 * * *' }))
    await tick(work, new Date('2026-06-01T12:00:00Z'))
    await tick(work, new Date('2026-06-08T12:00:00Z'))
    expect(runs).toEqual(['2026-05-31T19:00', '2026-06-07T19:00'])
  })

  it('does not take place for times before the schedule was set', async () => {
    const { work, runs } = runsOf(aSchedule({ cron: '0 19 * * *', since: '2026-06-01T12:00:00.000Z' }))
    await tick(work, new Date('2026-06-01T12:00:30Z'))
    expect(runs).toEqual([])
    await tick(work, new Date('2026-06-02T02:00:00Z'))
    expect(runs).toEqual(['2026-06-01T19:00'])
  })

  it('goes on when its schedule moves to a zone where it is earlier', async () => {
    let now = new Date('2026-06-01T10:00:30Z') // 19:00 in Tokyo
    const store = await openStore({ data: join(await testFolder(), 'data') }, { now: () => now })
    onTestFinished(() => store.close())
    const look = async (at: string) => {
      now = new Date(at)
      await tick({ store, takeIn: async () => {}, queue: { wake: async () => 0 }, observer: noTrouble }, now)
    }
    const set = (given: Partial<Schedule>) =>
      store.setSchedule('nightly', JSON.stringify(aSchedule({ cron: '0 19 * * *', ...given })))
    await set({ timeZone: 'Asia/Tokyo' })
    await look('2026-06-01T10:00:30Z')
    expect((await store.lastRun('nightly'))?.dueAt).toBe('2026-06-01T19:00')
    // 01:00 of the same day in Honolulu.
    await set({ timeZone: 'Pacific/Honolulu', cron: '0 2 * * *', since: '2026-06-01T11:00:00.000Z' })
    await look('2026-06-01T12:00:30Z')
    expect((await store.lastRun('nightly'))?.dueAt).toBe('2026-06-01T02:00')
    await look('2026-06-01T12:05:00Z')
    const runs = (await store.auditOf('nightly')).filter((a) => a.action === 'schedule-run')
    expect(runs.map((r) => r.detail)).toEqual(['2026-06-01T19:00', '2026-06-01T02:00'])
  })

  it('is foretold on the wall clock', () => {
    expect(nextDue('30 2 * * *', wallClock(new Date('2026-03-08T08:30:00Z'), pacific))).toBe('2026-03-08T02:30')
    expect(wallText(wallClock(new Date('2026-11-01T09:30:00Z'), pacific))).toBe('2026-11-01T01:30')
    expect(wallText(wallClock(new Date('2026-11-01T08:30:00Z'), pacific))).toBe('2026-11-01T01:30')
  })
})
