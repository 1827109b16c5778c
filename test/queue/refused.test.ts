import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openEngine, readByOf, readPart } from '../../src/extract/index.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { decideDocument, extractDocument } from '../../src/queue/extract-and-decide.ts'
import { observe, openQueue, startWorker, type Work, workerMetrics } from '../../src/queue/index.ts'
import { type Store, StoreUnavailable } from '../../src/store/index.ts'
import { letterWithZero } from '../fixtures/letter-files.ts'
import { letterPages } from '../fixtures/letters.ts'
import { aPage } from '../fixtures/pages.ts'
import { aWork, engines, readerOf } from '../fixtures/work.ts'

const redisUrl = inject('redisUrl')
const quiet = new AbortController().signal

/** A record with the same service twice, which no engine stores: its number is its key. */
const twice = (record: CaseRecord): CaseRecord => ({ ...record, services: [...record.services, ...record.services] })

async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe.each(engines)('what is refused by a store on %s', (engine, database) => {
  it('fails its document at once, with the cause and what to do; a retry is possible', async () => {
    let decide = twice
    const { work, store, receive } = await aWork({ ...(await database()), decide: (r) => decide(r) })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    const entry = await store.find(sha256)
    expect(entry).toMatchObject({ state: 'failed', cause: 'refused-by-store' })
    expect(entry?.message).toMatch(engine === 'SQLite' ? /\(SQLITE_CONSTRAINT_PRIMARYKEY\)/ : /\(23505\)/)
    expect(entry?.message).toContain('report this code')
    expect(await store.records(sha256)).toHaveLength(1)
    expect(await store.retry({ cause: 'refused-by-store' })).toBe(1)
    decide = (r) => r
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done' })
  })

  it('fails its document even where what was read before is refused, too', async () => {
    // As words that were read before such characters were taken out of them; refused by PostgreSQL alone.
    const pages = letterPages().map((rows) => rows.map((row) => row.replace('therapy 2', 'therapy \0 2')))
    const reports = pages.map((rows, i) => ({ page: aPage(rows, { number: i + 1 }), issues: [], remedies: [] }))
    const read: Work['read'] = async (...given) => ({ ...(await readerOf(2)(...given)), reports })
    const { work, store, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject(
      engine === 'SQLite' ? { state: 'done' } : { state: 'failed', cause: 'refused-by-store' },
    )
  })

  it.skipIf(redisUrl === null)('holds up nobody else in the queue', async () => {
    const given = await aWork({ ...(await database()) })
    const { store, receive } = given
    const bad = await receive('bad')
    const good = await Promise.all([1, 2, 3].map((n) => receive(`good ${n}`)))
    const decide = (record: CaseRecord) => (record.document.sha256 === bad ? twice(record) : record)
    const redis = { url: redisUrl ?? '', prefix: `f${Math.random().toString(36).slice(2)}` }
    const queue = openQueue(redis)
    const worker = startWorker({ ...given.work, decide, queue, redis, documents: 2 })
    onTestFinished(async () => {
      await worker.stop(1_000)
      await queue.close()
    })
    await queue.wake(await store.pending(10))
    await until(async () => {
      const { done, failed } = (await store.status()).documents
      return done + failed === 4
    })
    expect(await store.find(bad)).toMatchObject({ state: 'failed', cause: 'refused-by-store', attempts: 1 })
    for (const sha256 of good) expect(await store.find(sha256)).toMatchObject({ state: 'done' })
  })

  it('is nothing of a real letter whose font maps a glyph to U+0000', async () => {
    const ocr = await openEngine('auto', { jobs: 1 })
    onTestFinished(() => ocr.close())
    const read: Work['read'] = (file, { signal, pages, maxPages }) =>
      readPart(file, { engine: ocr, signal, ...(pages ? { pages } : {}), ...(maxPages ? { maxPages } : {}) })
    const { work, store, location } = await aWork({ ...(await database()), read, readBy: () => readByOf(ocr) })
    const path = join(location.data, 'zero.pdf')
    await writeFile(path, await letterWithZero())
    const { sha256 } = await store.receive({ path, fileName: 'zero.pdf' })
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done', cause: null })
    const [record] = await store.records(sha256)
    expect(record?.services[0]?.request.value).toBe('Physical therapy \uFFFD 2 times a week for 4 weeks')
    expect(JSON.stringify(record)).not.toContain('\\u0000')
  })

  it('is not what a lease that runs out again and again looks like: that is kept aside in the end', async () => {
    let now = Date.parse('2026-03-03T03:03:03.000Z')
    const { work, store, receive } = await aWork({ ...(await database()), now: () => new Date(now) })
    const sha256 = await receive()
    // As of a worker that lives on but can write nothing about this document.
    for (let i = 0; i < work.limits.crashes + 1; i++) {
      expect(await store.claim(sha256, { stage: 'extract' })).toMatchObject({ crashes: i })
      now += 3_600_000
    }
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'quarantined' })
  })
})

describe('files that cannot be had', () => {
  async function readOnce(work: Work, store: Store, sha256: string) {
    await extractDocument(work, sha256, quiet)
    return store.find(sha256)
  }

  it('of all documents count against none of them: each is tried until they are back', async () => {
    let now = Date.parse('2020-01-01')
    const { work, store, receive, location } = await aWork({ now: () => new Date(now) })
    const sha256 = await receive()
    const files = join(location.data, 'files')
    await rename(files, `${files} away`)
    const heard: unknown[] = []
    const observer: Work['observer'] = { ...work.observer, trouble: (...said) => void heard.push(said) }
    for (let i = 0; i < 20; i++) {
      expect(await readOnce({ ...work, observer }, store, sha256)).toMatchObject({ state: 'received', attempts: 0 })
      now = Date.now() + (i + 1) * 3_600_000
    }
    expect(heard).toHaveLength(20)
    expect(heard[0]).toEqual(['files', expect.any(StoreUnavailable), sha256])
    await rename(`${files} away`, files)
    expect(await readOnce(work, store, sha256)).toMatchObject({ state: 'extracted' })
  })

  it('of one document are its own trouble', async () => {
    let now = Date.parse('2020-01-01')
    const { work, store, receive, location } = await aWork({ now: () => new Date(now) })
    const sha256 = await receive()
    await writeFile(join(location.data, 'files', sha256.slice(0, 2), sha256), 'damaged')
    for (let i = 0; i < 5; i++) {
      await readOnce(work, store, sha256)
      now = Date.now() + (i + 1) * 3_600_000
    }
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'not-readable', attempts: 5 })
    expect(await store.retry({ cause: 'not-readable' })).toBe(1)
  })
})

describe('the log', () => {
  it('names the document with which there was trouble, once in a while for each', () => {
    const lines: string[] = []
    const observer = observe(
      pino({}, { write: (line: string) => void lines.push(line) }),
      workerMetrics(new Registry()),
    )
    const away = new StoreUnavailable('database', '57P03', 'away')
    for (const sha256 of ['a1', 'b2', 'a1']) observer.trouble('extract', away, sha256)
    observer.trouble('redis', away)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { where: 'extract', error: 'StoreUnavailable', code: '57P03', document: 'a1' },
      { where: 'extract', document: 'b2' },
      { where: 'redis' },
    ])
  })
})
