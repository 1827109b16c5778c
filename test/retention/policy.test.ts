import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { startRetention } from '../../src/retention/index.ts'
import { followRetention, retentionOf, setRetention, standingOf } from '../../src/retention/policy.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner } from '../fixtures/owners.ts'
import { aRecord } from '../fixtures/records.ts'
import { noTrouble } from '../fixtures/schedules.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]
const quiet = new AbortController().signal
const policy = { keep: '7y', cron: '0 3 * * *', timeZone: 'UTC', since: '2026-01-01T12:00:00.000Z' }
const RUNS = 'policy:retention'

describe.each(engines)('a retention policy in a store on %s', (_, databaseUrl) => {
  async function aPlace() {
    const folder = await testFolder()
    const location = { data: join(folder, 'data'), databaseUrl: await databaseUrl() }
    let time = Date.parse('2018-06-01T10:00:00.000Z')
    const open = async (owner?: string) => {
      const store = await openStore(location, { now: () => new Date(time), ...(owner ? { owner } : {}) })
      onTestFinished(() => store.close())
      return store
    }
    const store = await open()
    /** A document that was received then, and read. */
    const received = async (when: string, options: { read: boolean } = { read: true }) => {
      time = Date.parse(when)
      const path = join(folder, `${when}.pdf`)
      await writeFile(path, `letter of ${when}`)
      const { sha256 } = await store.receive({ path, fileName: 'letter.pdf' })
      const lease = options.read ? await store.claim(sha256) : null
      if (lease) await store.finish(lease, { records: [aRecord({ sha256 })], failure: null })
      return sha256
    }
    const at = (when: string) => {
      time = Date.parse(when)
      return new Date(time)
    }
    return { store, open, received, at }
  }
  const left = async (store: Store, documents: readonly string[]) =>
    (await Promise.all(documents.map((d) => store.find(d)))).map((entry) => entry !== null)

  it('forgets what has been kept for long enough when its time comes, once, and what was never read not at all', async () => {
    const { store, received, at } = await aPlace()
    const old = await received('2018-12-31T23:00:00.000Z')
    const unread = await received('2018-12-31T22:00:00.000Z', { read: false })
    const young = await received('2019-01-02T04:00:00.000Z')
    at('2026-01-01T12:00:00.000Z')
    await setRetention(store, policy)
    expect(await retentionOf(store)).toEqual(policy)
    expect(await standingOf(store, policy, at('2026-01-01T12:00:00.000Z'))).toMatchObject({
      nextRun: '2026-01-02T03:00',
      lastRun: null,
      due: 1,
      unread: 1,
    })
    // Set after that day's time: nothing happens before the next.
    await followRetention(store, at('2026-01-01T12:01:00.000Z'), quiet)
    expect(await left(store, [old, unread, young])).toEqual([true, true, true])
    for (const minute of ['01', '02', '03']) await followRetention(store, at(`2026-01-02T03:${minute}:00.000Z`), quiet)
    expect(await left(store, [old, unread, young])).toEqual([false, true, true])
    await expect(store.openFile(old)).rejects.toMatchObject({ code: 'not-readable' })
    expect((await store.auditOf(old)).at(-1)).toMatchObject({ action: 'forgotten', detail: 'retention, by policy' })
    expect((await store.auditOf(RUNS)).map((a) => [a.action, a.detail])).toEqual([
      ['policy-set', JSON.stringify(policy)],
      ['schedule-run', '2026-01-02T03:00'],
      ['schedule-run-ended', '2026-01-02T03:00: 1 forgotten, kept: 1 never read, 0 in hand, 0 on a legal hold'],
    ])
    await followRetention(store, at('2026-01-03T03:01:00.000Z'), quiet)
    expect(await left(store, [young])).toEqual([false])
  })

  it('does nothing unless it is set, nor after it was ended', async () => {
    const { store, received, at } = await aPlace()
    const old = await received('2000-01-01T00:00:00.000Z')
    await followRetention(store, at('2026-01-02T03:01:00.000Z'), quiet)
    await setRetention(store, policy)
    await setRetention(store, null)
    await followRetention(store, at('2026-01-03T03:01:00.000Z'), quiet)
    expect(await left(store, [old])).toEqual([true])
    expect((await store.auditOf(RUNS)).map((a) => a.action)).toEqual(['policy-set', 'policy-revoked'])
  })

  it('never forgets what a legal hold keeps, however old, and does when the hold is released', async () => {
    const { store, received, at } = await aPlace()
    const [held, free] = [await received('2000-01-01T00:00:00.000Z'), await received('2000-01-02T00:00:00.000Z')]
    const hold = await store.placeHold({ sha256: held }, 'a lawsuit', 'boss')
    await setRetention(store, policy)
    const now = at('2026-01-02T03:01:00.000Z')
    expect(await standingOf(store, policy, now)).toMatchObject({ due: 1, onHold: 1, unread: 0 })
    await followRetention(store, now, quiet)
    expect(await left(store, [held, free])).toEqual([true, false])
    expect((await store.auditOf(RUNS)).at(-1)?.detail).toContain('1 forgotten, kept: 0 never read, 0 in hand, 1 on a')
    expect(await store.releaseHold(hold?.id ?? '', 'boss')).toBe(true)
    await followRetention(store, at('2026-01-03T03:01:00.000Z'), quiet)
    expect(await left(store, [held])).toEqual([false])
  })

  it('leaves what is in hand to the next run', async () => {
    const { store, open, received, at } = await aPlace()
    const old = await received('2000-01-01T00:00:00.000Z')
    const worker = await open('elsewhere 4711 1')
    await setRetention(store, policy)
    at('2026-01-02T03:01:00.000Z')
    await store.again({ documents: [old] }, { stage: 'extract', urgency: 'standard' })
    const lease = await worker.claim(old)
    if (!lease) throw new Error('it was not free')
    await followRetention(store, at('2026-01-02T03:01:01.000Z'), quiet)
    expect((await store.auditOf(RUNS)).at(-1)?.detail).toContain('0 forgotten, kept: 0 never read, 1 in hand')
    await worker.finish(lease, { records: [aRecord({ sha256: old })], failure: null })
    await followRetention(store, at('2026-01-03T03:01:00.000Z'), quiet)
    expect(await left(store, [old])).toEqual([false])
  })

  it('is run by one of many at a time, and gone on with when that one goes away', async () => {
    const { store, open, received, at } = await aPlace()
    const documents: string[] = []
    for (let i = 1; i <= 6; i++) documents.push(await received(`2000-01-0${i}T00:00:00.000Z`))
    await setRetention(store, policy)
    const now = at('2026-01-02T03:01:00.000Z')
    // One that was killed in the middle: it had the run, and had forgotten one document in the ledger.
    const gone = await open(await goneOwner())
    await gone.startRun(RUNS, '2026-01-02T03:00')
    expect(await gone.takeUpRun(RUNS, '2026-01-02T03:00')).toBe(true)
    await gone.forget(documents[0] ?? '', { reason: 'retention', by: 'policy' })
    const others = [await open('a-host 1 1'), await open('b-host 1 1'), store]
    await Promise.all(others.map((one) => followRetention(one, now, quiet)))
    expect(await left(store, documents)).toEqual(documents.map(() => false))
    for (const id of documents) {
      await expect(store.openFile(id)).rejects.toMatchObject({ code: 'not-readable' })
      expect((await store.auditOf(id)).filter((a) => a.action === 'forgotten')).toHaveLength(1)
    }
    const ended = (await store.auditOf(RUNS)).filter((a) => a.action === 'schedule-run-ended')
    expect(ended.map((a) => a.detail)).toEqual([
      '2026-01-02T03:00: 5 forgotten, kept: 0 never read, 0 in hand, 0 on a legal hold',
    ])
  })

  it('stops between two documents when it is told to, and another goes on', async () => {
    const { store, open, received, at } = await aPlace()
    const documents: string[] = []
    for (let i = 1; i <= 4; i++) documents.push(await received(`2000-01-0${i}T00:00:00.000Z`))
    await setRetention(store, policy)
    const stop = new AbortController()
    const stopping: Store = {
      ...store,
      forget: async (...given) => {
        stop.abort()
        return store.forget(...given)
      },
    }
    await followRetention(stopping, at('2026-01-02T03:01:00.000Z'), stop.signal)
    expect((await left(store, documents)).filter((kept) => kept)).toHaveLength(3)
    // Its lease is over by then.
    await followRetention(await open('next 1 1'), at('2026-01-02T03:02:00.000Z'), quiet)
    expect((await left(store, documents)).filter((kept) => kept)).toHaveLength(0)
  })

  it('is followed by whoever runs beside the workers, who also removes the bytes that an order left behind', async () => {
    const { store, received } = await aPlace()
    const [old, ordered] = [await received('2000-01-01T00:00:00.000Z'), await received('2025-01-01T00:00:00.000Z')]
    await setRetention(store, { ...policy, cron: '* * * * *', since: '2020-01-01T00:00:00.000Z' })
    await store.forget(ordered, { reason: 'request', by: 'clerk' })
    const keeper = startRetention({ store, observer: noTrouble, everyMs: 5 })
    onTestFinished(() => keeper.stop())
    const isGone = (id: string) =>
      store.openFile(id).then(
        async (file) => (await file.release(), false),
        () => true,
      )
    await vi.waitUntil(async () => (await isGone(old)) && (await isGone(ordered)), { timeout: 60_000 })
    await keeper.stop()
    expect(await store.removeForgotten()).toEqual({ removed: 0, versions: false })
  })
})
