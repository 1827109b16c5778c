import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { DocumentPart } from '../../src/extract/index.ts'
import { DocumentFailure, type FailureCode } from '../../src/model/index.ts'
import { decideDocument, extractDocument, extractPart } from '../../src/queue/extract-and-decide.ts'
import { openQueue, startReconciler, startWorker, type Work } from '../../src/queue/index.ts'
import { LeaseLost, openStore, type Store } from '../../src/store/index.ts'
import { aWork, engines, readerOf } from '../fixtures/work.ts'

const redisUrl = inject('redisUrl')
const quiet = new AbortController().signal
const PAGES = 30
const SECOND: readonly number[] = [9, 16]
const HOUR = 3_600_000

/** A reader of a long document that fails on the second part for as long as there is a cause, and tells which pages it was asked for. */
function troubled(first: FailureCode | null) {
  const asked: string[] = []
  const reader = {
    cause: first,
    asked,
    read: (async (file, options) => {
      if (options.pages) asked.push(options.pages.join('-'))
      if (options.pages?.[0] === SECOND[0] && reader.cause) throw new DocumentFailure(reader.cause, 'the share is away')
      return readerOf(PAGES)(file, options)
    }) satisfies Work['read'],
  }
  return reader
}

async function readAllParts(work: Work, store: Store, sha256: string): Promise<void> {
  for (const { part, read } of await store.parts(sha256)) if (!read) await extractPart(work, sha256, part, quiet)
}

describe.each(engines)('a long document on %s', (_, database) => {
  /** What a reader without trouble makes of it. */
  async function undisturbed() {
    const { work, store, receive } = await aWork({ ...(await database()), read: readerOf(PAGES) })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await readAllParts(work, store, sha256)
    await extractDocument(work, sha256, quiet)
    return store.undecided(sha256)
  }

  it('whose part fails for a cause that may pass waits longer and longer, then fails with that cause', async () => {
    let now = Date.parse('2026-03-03T03:03:03.000Z')
    const reader = troubled('not-readable')
    const given = await aWork({ ...(await database()), read: reader.read, now: () => new Date(now) })
    const { work, store, receive } = given
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await readAllParts(work, store, sha256)
    expect(reader.asked).toEqual(['1-8', '9-16', '17-24', '25-30'])
    // Its pause is by the real clock; the store's clock stands in 2026-03.
    await readAllParts(work, store, sha256)
    expect(reader.asked).toHaveLength(4)
    expect((await store.parts(sha256)).map((p) => [p.read, p.free])).toEqual([
      [true, true],
      [false, false],
      [true, true],
      [true, true],
    ])
    for (let i = 1; i < 5; i++) {
      expect(await store.find(sha256)).toMatchObject({ state: 'extracting' })
      now = Date.now() + i * HOUR
      await readAllParts(work, store, sha256)
    }
    expect(reader.asked.slice(4)).toEqual(['9-16', '9-16', '9-16', '9-16'])
    expect(await store.find(sha256)).toMatchObject({
      state: 'failed',
      cause: 'not-readable',
      message: 'pages 9 to 16: the share is away',
    })
    expect(await store.records(sha256)).toMatchObject([{ status: 'failed' }])
    // Nothing is left to be done, whatever job is still about.
    await readAllParts(work, store, sha256)
    expect(reader.asked).toHaveLength(8)
  })

  it('that failed by a part is read again, when it is retried, in the pages that lack, and is as if nothing had been', async () => {
    const reader = troubled('time-limit')
    let now = Date.now()
    const { work, store, receive } = await aWork({ ...(await database()), read: reader.read, now: () => new Date(now) })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    for (let i = 0; i < 2; i++) {
      await readAllParts(work, store, sha256)
      now += HOUR
    }
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'time-limit' })
    reader.cause = null
    reader.asked.length = 0
    expect(await store.retry({ cause: 'time-limit' })).toBe(1)
    expect((await store.pending(10)).map((p) => p.sha256)).toEqual([sha256])
    await extractDocument(work, sha256, quiet)
    await readAllParts(work, store, sha256)
    expect(reader.asked).toEqual(['9-16'])
    await extractDocument(work, sha256, quiet)
    expect(await store.undecided(sha256)).toEqual(await undisturbed())
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done', cause: null, pageCount: PAGES })
    expect(await store.parts(sha256)).toEqual([])
  })

  it('with a part that ends its workers is kept aside, and a retry reads that part alone', async () => {
    const given = await database()
    const reader = troubled(null)
    const { work, store, receive, location } = await aWork({ ...given, read: reader.read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    for (let i = 0; i < work.limits.crashes; i++) {
      const at = Date.parse('2020-01-01') + i * HOUR
      const other = await openStore(location, { owner: `w${i}-host 4711 1`, now: () => new Date(at) })
      expect(await other.claimPart(sha256, 2)).not.toBeNull()
      await other.close()
    }
    await readAllParts(work, store, sha256)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'quarantined' })
    expect((await store.find(sha256))?.message).toMatch(/^pages 9 to 16: 10 times/)
    // Those that were in hand when it failed are kept; what was not begun is not.
    expect(reader.asked).toEqual(['1-8'])
    await store.retry({ cause: 'quarantined' })
    await extractDocument(work, sha256, quiet)
    await readAllParts(work, store, sha256)
    expect(reader.asked).toEqual(['1-8', '9-16', '17-24', '25-30'])
    await extractDocument(work, sha256, quiet)
    expect(await store.undecided(sha256)).toEqual(await undisturbed())
  })

  it('keeps what other workers read of it at the moment when it fails, and fails once', async () => {
    const { work, store, receive } = await aWork({ ...(await database()), read: troubled('encrypted').read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    const [other, third] = [await store.claimPart(sha256, 3), await store.claimPart(sha256, 4)]
    await extractPart(work, sha256, 2, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'encrypted' })
    if (!other || !third) throw new Error('not free')
    expect(await store.finishPart(other, '{}')).toBe(3)
    const failure = { code: 'damaged', message: 'no' } as const
    await store.finish(third, { records: [], failure })
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'encrypted' })
    expect((await store.auditOf(sha256)).filter((a) => a.to_state === 'failed')).toHaveLength(1)
    expect((await store.parts(sha256)).map((p) => p.read)).toEqual([false, false, true, false])
  })

  it('that somebody reads as a whole meanwhile is not failed by a part', async () => {
    const { work, store, receive } = await aWork({ ...(await database()), read: troubled('encrypted').read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    const whole = await store.claim(sha256)
    await extractPart(work, sha256, 2, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'extracting', cause: null })
    if (whole) await store.finish(whole, { records: [], failure: null })
    expect(await store.find(sha256)).toMatchObject({ state: 'done' })
  })

  it('notices that a part is another worker’s by now', async () => {
    const given = await database()
    const { work, store, receive, location } = await aWork({ ...given, read: readerOf(PAGES) })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    const past = await openStore(location, { owner: 'a-host 4711 1', now: () => new Date('2020-01-01') })
    onTestFinished(() => past.close())
    const late = await past.claimPart(sha256, 1)
    const taken = await store.claimPart(sha256, 1)
    if (!late || !taken) throw new Error('not free')
    const after = { cause: 'not-readable', notBefore: new Date() } as const
    for (const attempt of [
      () => past.release(late),
      () => past.release(late, after),
      () => past.finishPart(late, '{}'),
      () => past.finish(late, { records: [], failure: { code: 'damaged', message: 'no' } }),
    ])
      await expect(attempt()).rejects.toBeInstanceOf(LeaseLost)
    expect(await store.find(sha256)).toMatchObject({ state: 'extracting' })
    // Given back untouched, it counts no attempt; and to do it twice, as after an answer that was lost, does no harm.
    await store.release(taken)
    await store.release(taken)
    expect(await store.claimPart(sha256, 1)).toMatchObject({ attempts: 2, crashes: 1 })
  })

  it('has a page whose bytes are damaged as a page that could not be read, and is done', async () => {
    const read: Work['read'] = async (file, options) => {
      const part = await readerOf(PAGES)(file, options)
      const reports = part.reports.map((r): DocumentPart['reports'][number] =>
        r.page.number === 12 ? { ...r, page: { ...r.page, status: 'unreadable', lines: [] } } : r,
      )
      return { ...part, reports }
    }
    const { work, store, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await readAllParts(work, store, sha256)
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done', cause: null })
    const [record] = await store.records(sha256)
    expect(record?.document.pages.filter((p) => p.status === 'unreadable').map((p) => p.number)).toEqual([12])
  })

  it.skipIf(redisUrl === null)('goes that way through the real queue, too', async () => {
    const reader = troubled('time-limit')
    const given = await aWork({ ...(await database()), read: reader.read })
    const { store, receive } = given
    const redis = { url: redisUrl ?? '', prefix: `p${Math.random().toString(36).slice(2)}` }
    const queue = openQueue(redis)
    const work = { ...given.work, queue }
    const worker = startWorker({ ...work, redis, documents: 2 })
    const reconciler = startReconciler({ store, queue, observer: work.observer, prefix: redis.prefix, everyMs: 50 })
    onTestFinished(async () => {
      await reconciler.stop()
      await worker.stop(1_000)
      await queue.close()
    })
    const until = async (state: string) => {
      while ((await store.find(sha256))?.state !== state) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const sha256 = await receive()
    await until('failed')
    expect(await store.find(sha256)).toMatchObject({ cause: 'time-limit' })
    expect(reader.asked.filter((pages) => pages === '9-16')).toHaveLength(2)
    expect(new Set(reader.asked)).toEqual(new Set(['1-8', '9-16', '17-24', '25-30']))
    reader.cause = null
    reader.asked.length = 0
    await store.retry({})
    await until('done')
    expect(reader.asked).toEqual(['9-16'])
    const [record] = await store.records(sha256)
    expect(record?.document.pages).toHaveLength(PAGES)
  })
})
