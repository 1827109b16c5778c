import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner } from '../fixtures/owners.ts'
import { aRecord } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

describe.each(engines)('backlog in a store on %s', (_, databaseUrl) => {
  async function shared() {
    const folder = await testFolder()
    const location = { data: join(folder, 'data'), databaseUrl: await databaseUrl() }
    let time = Date.parse('2020-02-02T02:02:02.000Z')
    return {
      pass: (ms: number) => {
        time += ms
      },
      open: async (owner?: string) => {
        const store = await openStore(location, { now: () => new Date(time), ...(owner ? { owner } : {}) })
        onTestFinished(() => store.close())
        return store
      },
      put: async (store: Store, name: string, urgency: 'backlog' | 'standard' = 'backlog') => {
        time += 1
        const path = join(folder, `${name}.pdf`)
        await writeFile(path, `letter ${name}`)
        return (await store.receive({ path, fileName: `${name}.pdf`, urgency })).sha256
      },
    }
  }

  const finish = async (store: Store, sha256: string) => {
    const lease = await store.claim(sha256)
    if (lease) await store.finish(lease, { records: [aRecord({ sha256 })], failure: null })
  }
  const long = new Date(0)

  it('waits, is let go oldest first, and is written into the audit', async () => {
    const { open, put } = await shared()
    const store = await open()
    const ids = [await put(store, 'a'), await put(store, 'b'), await put(store, 'c')]
    expect(await store.pending(10)).toEqual([])
    expect(await store.find(ids[0] ?? '')).toMatchObject({ held: true, state: 'received', priority: 1000 })
    const gone = await store.letGo({ underway: 2 })
    expect(gone.map((d) => d.sha256)).toEqual(ids.slice(0, 2))
    expect(gone[0]).toMatchObject({ stage: 'extract', priority: 1000, abandoned: null })
    expect((await store.pending(10)).map((d) => d.sha256)).toEqual(ids.slice(0, 2))
    expect((await store.auditOf(ids[0] ?? '')).map((a) => a.action)).toEqual(['received', 'let-go'])
    expect(await store.backlog(long)).toEqual({ waiting: 1, underway: { documents: 2, pages: 0 }, pages: 0 })
    expect(await store.letGo({ underway: 2 })).toEqual([])
  })

  it('counts its pages from the moment asked for, and nothing that was no backlog', async () => {
    const { open, put, pass } = await shared()
    const store = await open()
    await finish(store, await put(store, 'urgent', 'standard'))
    const first = await put(store, 'first')
    await store.letGo({ underway: 1 })
    await finish(store, first)
    pass(60_000)
    const between = new Date(Date.parse('2020-02-02T02:02:30.000Z'))
    const second = await put(store, 'second')
    await store.letGo({ underway: 1 })
    await finish(store, second)
    expect(await store.backlog(long)).toEqual({ waiting: 0, underway: { documents: 0, pages: 0 }, pages: 2 })
    expect((await store.backlog(between)).pages).toBe(1)
  })

  it('that is handed in again as standard waits no longer and takes nothing from the portion', async () => {
    const { open, put } = await shared()
    const store = await open()
    const hurried = await put(store, 'a')
    await put(store, 'a', 'standard')
    expect((await store.pending(10)).map((d) => d.sha256)).toEqual([hurried])
    expect((await store.backlog(long)).underway.documents).toBe(0)
    const waits = await put(store, 'b')
    expect((await store.letGo({ underway: 1 })).map((d) => d.sha256)).toEqual([waits])
  })

  it('is shared out once among many that ask at once', async () => {
    const { open, put } = await shared()
    const stores = await Promise.all(Array.from({ length: 6 }, (_, i) => open(`host-${i} 4711 1`)))
    const [store] = stores
    if (!store) throw new Error('no store')
    for (let i = 0; i < 30; i++) await put(store, `${i}`)
    const portions = await Promise.all(stores.map((s) => s.letGo({ underway: 7 })))
    expect(portions.flat()).toHaveLength(7)
    expect(new Set(portions.flat().map((d) => d.sha256)).size).toBe(7)
  })

  it('has schedules, each under its name, until they are removed with their runs', async () => {
    const { open } = await shared()
    const store = await open()
    await store.setSchedule('b', '{"x":1}')
    await store.setSchedule('a', '{"y":1}')
    await store.setSchedule('b', '{"x":2}')
    expect(await store.schedules()).toEqual([
      { name: 'a', definition: '{"y":1}' },
      { name: 'b', definition: '{"x":2}' },
    ])
    await store.startRun('b', '2020-02-02T19:00')
    expect(await store.removeSchedule('b')).toBe(true)
    expect(await store.removeSchedule('b')).toBe(false)
    expect(await store.lastRun('b')).toBeNull()
    expect((await store.auditOf('b')).map((a) => a.action)).toEqual([
      'schedule-set',
      'schedule-set',
      'schedule-run',
      'schedule-removed',
    ])
  })

  it('has a run of a due time started by one of many, and ended once', async () => {
    const { open, pass } = await shared()
    const stores = await Promise.all(Array.from({ length: 6 }, (_, i) => open(`host-${i} 4711 1`)))
    const [store] = stores
    if (!store) throw new Error('no store')
    const due = '2020-02-02T19:00'
    const started = await Promise.all(stores.map((s) => s.startRun('nightly', due)))
    expect(started.filter(Boolean)).toHaveLength(1)
    const startedAt = '2020-02-02T02:02:02.000Z'
    expect(await store.lastRun('nightly')).toEqual({ dueAt: due, startedAt, takenInAt: null, endedAt: null })
    pass(1000)
    await store.endRun('nightly', due)
    pass(1000)
    await store.endRun('nightly', due)
    expect((await store.lastRun('nightly'))?.endedAt).toBe('2020-02-02T02:02:03.000Z')
    // The run that was started last counts, whatever its wall clock showed.
    await store.startRun('nightly', '2020-02-02T11:00')
    expect((await store.lastRun('nightly'))?.dueAt).toBe('2020-02-02T11:00')
  })

  it('lets one process take in what a run begins with, and another when that one is gone or silent', async () => {
    const { open, pass } = await shared()
    const [a, b] = [await open('host-a 4711 1'), await open('host-b 4711 1')]
    const run = ['nightly', '2020-02-02T19:00'] as const
    expect(await a.takeUpRun(...run)).toBe(false)
    await a.startRun(...run)
    expect((await Promise.all([a.takeUpRun(...run), b.takeUpRun(...run)])).filter(Boolean)).toHaveLength(1)
    pass(60_000)
    expect(await b.takeUpRun(...run)).toBe(true)
    pass(15_000)
    expect(await b.takeUpRun(...run)).toBe(true)
    pass(15_000)
    expect(await a.takeUpRun(...run)).toBe(false)
    pass(60_000)
    // One that ran on this host and is no more is known to be gone.
    const gone = await open(goneOwner())
    expect(await gone.takeUpRun(...run)).toBe(true)
    expect(await b.takeUpRun(...run)).toBe(true)
    await b.runTakenIn(...run)
    expect(await b.takeUpRun(...run)).toBe(false)
    expect((await a.lastRun('nightly'))?.takenInAt).toBe('2020-02-02T02:04:32.000Z')
  })
})
