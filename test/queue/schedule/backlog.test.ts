import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { takeFolder } from '../../../src/intake/index.ts'
import { type Schedule, type SchedulerWork, startScheduler, TakeIns, tick } from '../../../src/queue/schedule/index.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { aRecord } from '../../fixtures/records.ts'
import { aSchedule, noTrouble } from '../../fixtures/schedules.ts'
import { newDatabase } from '../../fixtures/servers.ts'

const MINUTE_MS = 60_000
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
    const put = async (on: Store, name: string) => {
      const path = join(folder, `${name}.pdf`)
      await writeFile(path, `letter ${name}`)
      await on.receive({ path, fileName: `${name}.pdf`, urgency: 'backlog' })
    }
    for (let i = 0; i < count; i++) await put(store, `${i}`)
    const set = (schedule: Partial<Schedule>) => store.setSchedule('nightly', JSON.stringify(aSchedule(schedule)))
    const workOn = (on: Store, underway = 5): SchedulerWork => ({
      store: on,
      queue: { wake: async (documents) => documents.length },
      takeIn: async () => {},
      observer: noTrouble,
      underway,
    })
    /** Everything that is under way is done, each document with so many pages. */
    const finishAll = async (pages: number) => {
      for (const { sha256 } of await store.pending(100)) {
        const lease = await store.claim(sha256)
        const record = aRecord({ sha256 })
        const records = [{ ...record, document: { ...record.document, pageCount: pages } }]
        if (lease) await store.finish(lease, { records, failure: null })
      }
    }
    return { store, open, put, set, workOn, finishAll, at: (time: string) => (now = new Date(time)) }
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

  it('is let go in one helping, within one budget, and a due time is run once, by however many schedulers', async () => {
    const { store, open, set, workOn, at } = await aBacklog(24)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', folders: ['scans'], pagesPerDay: 20 })
    const stores = [store, ...(await Promise.all(['b', 'c', 'd', 'e'].map((host) => open(`host-${host} 4711 1`))))]
    const woken: string[] = []
    let takenIn = 0
    for (const minute of ['00:30', '01:00', '01:30']) {
      const now = at(`2026-11-02T12:${minute}Z`)
      await Promise.all(
        stores.map((on) =>
          tick(
            {
              ...workOn(on, 8),
              takeIn: async () => void takenIn++,
              queue: { wake: async (documents) => woken.push(...documents.map((d) => d.sha256)) },
            },
            now,
          ),
        ),
      )
    }
    // Nothing was read yet: 4 pages a document are assumed, so that 5 of 24 fit, though 8 might be under way.
    expect(woken).toHaveLength(5)
    expect(new Set(woken).size).toBe(5)
    expect((await store.status()).held).toBe(19)
    expect(takenIn).toBe(1)
    const runs = (await store.auditOf('nightly')).filter((a) => a.action === 'schedule-run')
    expect(runs.map((r) => r.detail)).toEqual(['2026-11-02T04:00'])
  })

  it('is judged by the pages that are known of what is under way', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(20)
    await set({ pagesPerDay: 100 })
    await tick(workOn(store, 1), at('2026-11-02T12:00:00Z'))
    const [first] = await store.pending(1)
    const lease = first && (await store.claim(first.sha256))
    // It turns out to be long.
    if (lease) await store.split(lease, [{ firstPage: 1, lastPage: 90 }], 90)
    await tick(workOn(store, 15), at('2026-11-02T12:01:00Z'))
    // Two documents of four pages have room beside it.
    expect(await store.backlog(start)).toEqual({ waiting: 17, underway: { documents: 3, pages: 90 }, pages: 0 })
    await finishAll(30)
    // The long one was finished with 30 pages, as were the others: 10 are left, and none goes that is likely to have 30.
    await tick(workOn(store, 15), at('2026-11-02T12:02:00Z'))
    expect(await store.backlog(start)).toMatchObject({ underway: { documents: 1 }, pages: 90 })
  })

  it('goes one by one where a document has more pages than a day has', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(3)
    await set({ pagesPerDay: 3 })
    for (const [day, done] of [
      ['02', 1],
      ['03', 2],
      ['04', 3],
    ] as const)
      for (const hour of ['12', '13']) {
        await tick(workOn(store), at(`2026-11-${day}T${hour}:00:00Z`))
        await finishAll(40)
        expect((await store.status()).documents.done, `${day} ${hour}`).toBe(done)
      }
  })

  it('still counts when its letter turns out to be expedited', async () => {
    const { store, set, workOn, at } = await aBacklog(4)
    await set({ pagesPerDay: 9 })
    await tick(workOn(store, 2), at('2026-11-02T12:00:00Z'))
    for (const { sha256 } of await store.pending(10)) {
      const lease = await store.claim(sha256, { stage: 'extract' })
      const record = aRecord({ sha256 })
      const records = [{ ...record, document: { ...record.document, pageCount: 5 } }]
      if (lease) await store.extracted(lease, { records, priority: 1 })
    }
    await tick(workOn(store, 4), at('2026-11-02T12:01:00Z'))
    expect(await store.backlog(start)).toEqual({ waiting: 2, underway: { documents: 2, pages: 10 }, pages: 0 })
  })

  it('is kept ahead of fast readers', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(60)
    await set({})
    const gone: number[] = []
    for (let second = 0; second < 50; second += 10) {
      await tick(workOn(store, 5), at(new Date(start.getTime() + second * 1000).toISOString()))
      gone.push((await store.pending(100)).length)
      await finishAll(1)
    }
    // Half of what was done in the last minute, once that is more.
    expect(gone).toEqual([5, 5, 5, 8, 12])
  })

  it('goes freely while there is no schedule', async () => {
    const { store, workOn, at } = await aBacklog(3)
    await tick(workOn(store), at('2026-11-02T18:00:00Z'))
    expect(await store.pending(100)).toHaveLength(3)
  })

  it('is not over while its folders are being taken in, and then what they held is let go', async () => {
    const { store, open, set, workOn, finishAll, at, put } = await aBacklog(0)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', folders: ['scans'] })
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const slow = async () => {
      await arrival
      for (let i = 0; i < 3; i++) await put(store, `late ${i}`)
    }
    const taking = tick({ ...workOn(store), takeIn: slow }, at('2026-11-02T12:00:30Z'))
    await vi.waitFor(async () => expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: null }))
    const other = workOn(await open('host-b 4711 1'))
    await tick(other, at('2026-11-02T12:00:35Z'))
    expect(await store.lastRun('nightly')).toMatchObject({ endedAt: null })
    arrived()
    await taking
    await tick(other, at('2026-11-02T12:00:45Z'))
    expect(await store.pending(10)).toHaveLength(3)
    await finishAll(2)
    await tick(other, at('2026-11-02T12:00:55Z'))
    expect(await store.lastRun('nightly')).toMatchObject({ endedAt: '2026-11-02T12:00:55.000Z' })
  })

  it('is let go while folders are being taken in, by the same process, too', async () => {
    const { store, set, workOn, put } = await aBacklog(2)
    await set({ cron: '* * * * *', since: '2026-11-01T00:00:00.000Z', folders: ['scans'] })
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    let begun = 0
    const takeIn = async () => {
      begun++
      await put(store, 'first')
      await arrival
    }
    const scheduler = startScheduler({ ...workOn(store), takeIn, everyMs: 20 })
    onTestFinished(() => scheduler.stop())
    // The last of these came in after the take-in had begun, which has not ended.
    await vi.waitFor(async () => expect(await store.pending(10)).toHaveLength(3), { timeout: 60_000, interval: 20 })
    expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: null })
    expect(begun).toBe(1)
    arrived()
    await vi.waitFor(async () => expect((await store.lastRun('nightly'))?.takenInAt).not.toBeNull(), {
      timeout: 60_000,
    })
  })

  it('is taken in by another process when the first one went away or was stopped', async () => {
    const { store, open, set, workOn, at } = await aBacklog(0)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', folders: ['scans'] })
    const stop = new AbortController()
    const stopped = async () => stop.abort()
    await tick({ ...workOn(store), takeIn: stopped }, at('2026-11-02T12:00:30Z'), stop.signal)
    let takenIn = 0
    const next = { ...workOn(await open('host-b 4711 1')), takeIn: async () => void takenIn++ }
    await tick(next, at('2026-11-02T12:00:40Z'))
    expect(takenIn).toBe(0)
    await tick(next, at('2026-11-02T12:01:00Z'))
    expect(takenIn).toBe(1)
    expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: '2026-11-02T12:01:00.000Z' })
    await tick(workOn(store), at('2026-11-02T12:01:10Z'))
    expect(await store.lastRun('nightly')).toMatchObject({ endedAt: '2026-11-02T12:01:10.000Z' })
  })

  it('is not all taken in while a folder cannot be reached: that is trouble, and the others are not taken in again', async () => {
    const { store, set, workOn, at } = await aBacklog(0)
    const home = await testFolder()
    const [near, away] = [join(home, 'near'), join(home, 'away')]
    await mkdir(near)
    await writeFile(join(near, 'a.pdf'), 'letter a')
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', folders: [away, near] })
    const troubles: unknown[] = []
    const takenIn: string[] = []
    const work: SchedulerWork = {
      ...workOn(store),
      takeIn: async (folder, signal) => {
        takenIn.push(folder)
        await takeFolder(folder, { store, queue: null, urgency: 'backlog' }, signal)
      },
      observer: { trouble: (_, error) => void troubles.push(error) },
    }
    const takeIns = new TakeIns()
    const look = async (time: string) => {
      await tick(work, at(time), new AbortController().signal, takeIns)
      await takeIns.settled()
    }
    await look('2026-11-02T12:00:30Z')
    await look('2026-11-02T12:00:40Z')
    expect(takenIn).toEqual([away, near, away])
    expect(troubles).toMatchObject([{ name: 'FolderAway', code: 'ENOENT' }, { name: 'FolderAway' }])
    expect(String(troubles[0])).not.toContain(away)
    expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: null })
    expect((await store.status()).documents).toMatchObject({ received: 1, failed: 0 })
    await mkdir(away)
    await writeFile(join(away, 'b.pdf'), 'letter b')
    await look('2026-11-02T12:00:50Z')
    expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: '2026-11-02T12:00:50.000Z' })
    expect((await store.status()).documents).toMatchObject({ received: 2, failed: 0 })
  })

  it('is held up neither by folders that cannot be taken in nor by a schedule that cannot be read', async () => {
    const { store, set, workOn, at } = await aBacklog(3)
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', folders: ['scans'] })
    await store.setSchedule('from-the-future', JSON.stringify({ ...aSchedule({}), moon: 'full' }))
    const troubles: unknown[] = []
    const work = {
      ...workOn(store),
      takeIn: () => Promise.reject(new Error('the share is away')),
      observer: { trouble: (_: string, error: unknown) => void troubles.push(error) },
    }
    await tick(work, at('2026-11-02T12:00:30Z'))
    expect(await store.pending(10)).toHaveLength(3)
    expect(troubles).toHaveLength(2)
    // It is tried again until it can be.
    await tick({ ...work, takeIn: async () => {} }, at('2026-11-02T12:00:40Z'))
    expect(await store.lastRun('nightly')).toMatchObject({ takenInAt: '2026-11-02T12:00:40.000Z', endedAt: null })
  })

  it('that is used up ends the run, even when the day has no pages left or the window is closed', async () => {
    const { store, set, workOn, finishAll, at } = await aBacklog(3)
    const window = 'daily 04:00-04:10'
    await set({ cron: '0 4 * * *', since: '2026-11-01T00:00:00.000Z', pagesPerDay: 20, window })
    await tick(workOn(store), at('2026-11-02T12:00:30Z'))
    await finishAll(40)
    await tick(workOn(store), at('2026-11-02T12:20:00Z'))
    expect(await store.lastRun('nightly')).toMatchObject({ endedAt: '2026-11-02T12:20:00.000Z' })
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
