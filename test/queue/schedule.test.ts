import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import {
  isInside,
  nextDue,
  nextOpening,
  parseWindow,
  type Schedule,
  type SchedulerWork,
  scheduleSchema,
  startOfDay,
  tick,
  wallClock,
  wallText,
} from '../../src/queue/schedule/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aRecord } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

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
  ])('is refused with an example: %j', (text) => {
    expect(() => parseWindow(text)).toThrow(/weekdays 19:00-06:00/)
  })

  it('tells when it opens next', () => {
    const window = parseWindow('weekdays 19:00-06:00')
    expect(nextOpening(window, wall('2026-11-07T12:00'))).toEqual(wall('2026-11-09T19:00'))
    expect(nextOpening(window, wall('2026-11-09T20:00'))).toBeNull()
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

const aSchedule = (given: Partial<Schedule>): Schedule =>
  scheduleSchema.parse({
    name: 'nightly',
    cron: null,
    timeZone: pacific,
    window: null,
    pagesPerDay: null,
    folders: [],
    since: '2026-01-01T00:00:00.000Z',
    ...given,
  })

/** A ledger of runs in memory: for a year of ticks. The stored one is tested below. */
function runsOf(schedule: Schedule): { readonly work: SchedulerWork; readonly runs: string[] } {
  const runs: string[] = []
  const work: SchedulerWork = {
    takeIn: async () => {},
    queue: { wake: async () => 0 },
    store: {
      schedules: async () => [{ name: schedule.name, definition: JSON.stringify(schedule) }],
      lastRun: async () => {
        const dueAt = runs.at(-1)
        return dueAt === undefined ? null : { dueAt, startedAt: '', endedAt: '' }
      },
      startRun: async (_, dueAt) => !runs.includes(dueAt) && runs.push(dueAt) > 0,
      endRun: async () => {},
      letGo: async () => [],
      backlogUnderway: async () => ({ documents: 0, pages: 0 }),
      backlogPagesSince: async () => 0,
      status: () => Promise.reject(new Error('not asked')),
    },
  }
  return { work, runs }
}

async function ticks(work: SchedulerWork, from: string, to: string, everyMs: number): Promise<void> {
  for (let at = Date.parse(from); at <= Date.parse(to); at += everyMs) await tick(work, new Date(at))
}

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

  it('of every day takes place once a day, in any zone, all year', async () => {
    const zones = [
      pacific,
      'Europe/London',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Africa/Casablanca',
      'Asia/Kolkata',
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...zones), fc.nat(1439), async (timeZone, minute) => {
        const cron = `${minute % 60} ${Math.floor(minute / 60)} * * *`
        const { work, runs } = runsOf(aSchedule({ cron, timeZone, since: '2026-01-01T12:00:00.000Z' }))
        await ticks(work, '2026-01-01T12:00:00Z', '2026-12-31T12:00:00Z', 60 * MINUTE_MS)
        const days = runs.map((r) => r.slice(0, 10))
        expect(new Set(days).size).toBe(days.length)
        for (const [i, day] of days.entries()) if (i > 0) expect(day).toBe(plusDays(days[i - 1] ?? '', 1))
        expect(days.length).toBeGreaterThanOrEqual(364)
      }),
      { numRuns: 6 },
    )
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

  it('is foretold on the wall clock', () => {
    expect(nextDue('30 2 * * *', wallClock(new Date('2026-03-08T08:30:00Z'), pacific))).toBe('2026-03-08T02:30')
    expect(wallText(wallClock(new Date('2026-11-01T09:30:00Z'), pacific))).toBe('2026-11-01T01:30')
    expect(wallText(wallClock(new Date('2026-11-01T08:30:00Z'), pacific))).toBe('2026-11-01T01:30')
  })
})

function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)
}

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

describe.each(engines)('backlog on %s', (_, databaseUrl) => {
  const start = new Date('2026-11-02T12:00:00Z') // 04:00 on a Monday in Los Angeles

  async function aBacklog(count: number) {
    const folder = await testFolder()
    const location = { data: join(folder, 'data'), databaseUrl: await databaseUrl() }
    let now = start
    const open = async (owner: string) => {
      const store = await openStore(location, { now: () => now, owner })
      onTestFinished(() => store.close())
      return store
    }
    const store = await open('host-a 4711 1')
    for (let i = 0; i < count; i++) {
      const path = join(folder, `${i}.pdf`)
      await writeFile(path, `letter ${i}`)
      await store.receive({ path, fileName: `${i}.pdf`, urgency: 'backlog' })
    }
    const set = (schedule: Partial<Schedule>) => store.setSchedule('nightly', JSON.stringify(aSchedule(schedule)))
    const workOn = (on: Store, underway = 5): SchedulerWork => ({
      store: on,
      queue: { wake: async (documents) => documents.length },
      takeIn: async () => {},
      underway,
    })
    /** Everything that is under way is done, each document with so many pages. */
    const finishAll = async (pages: number) => {
      for (const { sha256 } of await store.pending(100)) {
        const lease = await store.claim(sha256)
        const record = aRecord({ sha256 })
        const records = [{ ...record, document: { ...record.document, pageCount: pages } }]
        if (lease) await store.finish(lease, { records, failure: null, reader: 'imr test' })
      }
    }
    return { store, open, set, workOn, finishAll, at: (time: string) => (now = new Date(time)) }
  }

  it('waits while a schedule says so, and goes in small helpings when its window is open', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(8)
    await set({ window: 'weekdays 19:00-06:00' })
    await tick(workOn(store), at('2026-11-02T18:00:00Z'))
    expect(await store.pending(100)).toEqual([])
    expect((await store.status()).held).toBe(8)
    await tick(workOn(store), at('2026-11-03T03:30:00Z'))
    expect(await store.pending(100)).toHaveLength(5)
    await tick(workOn(store), at('2026-11-03T03:31:00Z'))
    expect(await store.pending(100)).toHaveLength(5)
    await finishAll(2)
    await tick(workOn(store), at('2026-11-03T03:32:00Z'))
    expect(await store.pending(100)).toHaveLength(3)
  })

  it('that is in hand when the window closes is finished, the rest waits', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(8)
    await set({ window: 'weekdays 19:00-06:00' })
    await tick(workOn(store), at('2026-11-03T13:59:00Z'))
    await tick(workOn(store), at('2026-11-03T14:01:00Z'))
    expect(await store.pending(100)).toHaveLength(5)
    await finishAll(2)
    await tick(workOn(store), at('2026-11-03T14:02:00Z'))
    expect(await store.status()).toMatchObject({ held: 3, documents: { done: 5 } })
  })

  it('keeps to the pages of a day', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(20)
    await set({ pagesPerDay: 10 })
    for (let i = 0; i < 20; i++) {
      await tick(workOn(store, 2), at(new Date(start.getTime() + i * MINUTE_MS).toISOString()))
      await finishAll(3)
    }
    const { documents, pages } = await store.status()
    expect(pages).toBeLessThanOrEqual(10 + 2 * 3)
    expect(documents.done).toBeGreaterThanOrEqual(2)
    const before = documents.done
    await tick(workOn(store, 2), at('2026-11-03T12:00:00Z'))
    expect((await store.pending(100)).length).toBeGreaterThan(0)
    expect((await store.status()).documents.done).toBe(before)
  })

  it('is let go once, and a due time is run once, by however many schedulers', async () => {
    const { store, open, set, workOn, at } = await aBacklog(12)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z' })
    const stores = [store, await open('host-b 4711 1'), await open('host-c 4711 1')]
    const woken: string[] = []
    const takenIn: string[] = []
    const now = at('2026-11-02T12:00:30Z')
    await Promise.all(
      stores.map((on, i) =>
        tick(
          {
            ...workOn(on, 4),
            takeIn: async () => void takenIn.push(`${i}`),
            queue: {
              wake: async (documents) => woken.push(...documents.map((d) => d.sha256)),
            },
          },
          now,
        ),
      ),
    )
    expect(new Set(woken).size).toBe(woken.length)
    const runs = (await store.auditOf('nightly')).filter((a) => a.action === 'schedule-run')
    expect(runs.map((r) => r.detail)).toEqual(['2026-11-02T04:00'])
  })

  it('goes freely while there is no schedule', async () => {
    const { store, workOn, at } = await aBacklog(3)
    await tick(workOn(store), at('2026-11-02T18:00:00Z'))
    expect(await store.pending(100)).toHaveLength(3)
  })

  it('is worked on until none is left, and then the run is over', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(7)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z' })
    for (let i = 0; i < 5; i++) {
      await tick(workOn(store), at(new Date(start.getTime() + i * MINUTE_MS).toISOString()))
      await finishAll(1)
    }
    expect((await store.status()).documents.done).toBe(7)
    expect(await store.lastRun('nightly')).toMatchObject({ dueAt: '2026-11-02T04:00', endedAt: expect.any(String) })
  })

  it('keeps schedules until they are removed', async () => {
    const { store, set } = await aBacklog(0)
    await set({ pagesPerDay: 5 })
    await set({ pagesPerDay: 6 })
    expect((await store.schedules()).map((s) => JSON.parse(s.definition).pagesPerDay)).toEqual([6])
    expect(await store.removeSchedule('nightly')).toBe(true)
    expect(await store.removeSchedule('nightly')).toBe(false)
    expect(await store.schedules()).toEqual([])
  })
})
