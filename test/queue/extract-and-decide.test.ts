import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { DocumentPart } from '../../src/extract/index.ts'
import { DocumentFailure, madeBy, type ReadBy } from '../../src/model/index.ts'
import { decideDocument, extractDocument, extractPart } from '../../src/queue/extract-and-decide.ts'
import { openQueue, reconcile, standardWorkLimits, type Work } from '../../src/queue/index.ts'
import { warnOfNamesakes } from '../../src/queue/namesakes.ts'
import { plusWorkingDays, urgencyOf } from '../../src/queue/urgency.ts'
import { openStore, rankOf } from '../../src/store/index.ts'
import { namesake } from '../fixtures/owners.ts'
import { aPage } from '../fixtures/pages.ts'
import { aReader, aRecord, read } from '../fixtures/records.ts'
import { aWork, engines, readerOf } from '../fixtures/work.ts'

const redisUrl = inject('redisUrl')
const quiet = new AbortController().signal

describe.each(engines)('a document on %s', (_, database) => {
  it('that was forgotten is no matter to a worker whom an old wake-up sends to it', async () => {
    const { work, store, woken, receive } = await aWork(await database())
    const sha256 = await receive()
    expect(await store.forget(sha256, { reason: 'mistake', by: 'clerk' })).toBe('forgotten')
    await extractDocument(work, sha256, quiet)
    await extractPart(work, sha256, 1, quiet)
    await decideDocument(work, sha256, quiet)
    expect([await store.find(sha256), woken]).toEqual([null, []])
    expect((await store.auditOf(sha256)).map((a) => a.action)).toEqual(['received', 'forgotten'])
  })

  it('goes through both stages, each waking the next', async () => {
    const { work, store, woken, receive } = await aWork(await database())
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'extracted', pageCount: 2 })
    expect(woken).toMatchObject([{ sha256, stage: 'decide' }])
    expect(await store.records(sha256)).toEqual([])
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done' })
    expect(await store.records(sha256)).toHaveLength(1)
    expect((await store.auditOf(sha256)).map((a) => a.to_state)).toEqual([
      'received',
      'extracting',
      'extracted',
      'deciding',
      'done',
    ])
  })

  it('that is long is read in parts, and gives what it gives in one go', async () => {
    const PAGES = 50
    const whole = await aWork({
      ...(await database()),
      read: readerOf(PAGES),
      limits: { ...standardWorkLimits, wholePages: 99 },
    })
    const sha256 = await whole.receive()
    await extractDocument(whole.work, sha256, quiet)
    const inParts = await aWork({ ...(await database()), read: readerOf(PAGES) })
    await inParts.receive()
    await extractDocument(inParts.work, sha256, quiet)
    expect(await inParts.store.find(sha256)).toMatchObject({ state: 'extracting', pageCount: PAGES })
    expect(inParts.woken.map((w) => w.part)).toEqual([1, 2, 3, 4, 5, 6, 7])
    // The last part to be read wakes the document.
    for (const { part = 0 } of [...inParts.woken].reverse()) await extractPart(inParts.work, sha256, part, quiet)
    expect(inParts.woken.at(-1)).toMatchObject({ sha256, stage: 'extract' })
    expect(inParts.woken.at(-1)?.part).toBeUndefined()
    await extractDocument(inParts.work, sha256, quiet)
    expect(await inParts.store.undecided(sha256)).toEqual(await whole.store.undecided(sha256))
    expect(await inParts.store.wordsOfPages(sha256)).toEqual(await whole.store.wordsOfPages(sha256))
    expect(await whole.store.wordsOfPages(sha256)).not.toEqual([])
    expect(await inParts.store.parts(sha256)).toEqual([])
  })

  it('that is long has its parts read at once by many, each once', async () => {
    let reads = 0
    const count: Work['read'] = async (file, options) => {
      if (options.pages) reads++
      return readerOf(40)(file, options)
    }
    const { work, store, woken, receive } = await aWork({ ...(await database()), read: count })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    const parts = woken.map((w) => w.part ?? 0)
    await Promise.all([...parts, ...parts].map((part) => extractPart(work, sha256, part, quiet)))
    expect(reads).toBe(parts.length)
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'extracted' })
  })

  it('that is long never mixes what two versions read of it: what another one read is read anew', async () => {
    const older: ReadBy = { ...aReader, imr: '0.0.0-before' }
    const anew: number[] = []
    const count: Work['read'] = async (file, options) => {
      if (options.pages) anew.push(options.pages[0])
      return readerOf(40)(file, options)
    }
    const { work, store, receive } = await aWork({ ...(await database()), read: count })
    const before: Work = { ...work, read: readerOf(40, older), readBy: async () => older }
    const sha256 = await receive()
    await extractDocument(before, sha256, quiet)
    for (const part of [1, 3]) await extractPart(before, sha256, part, quiet)
    for (const part of [2, 4, 5]) await extractPart(work, sha256, part, quiet)
    expect(anew).toEqual([9, 25, 33])
    await extractDocument(work, sha256, quiet)
    expect(anew).toEqual([9, 25, 33, 1, 17])
    const { records } = await store.undecided(sha256)
    expect(records.map((r) => r.made)).toEqual([madeBy(aReader)])
    expect(records[0]?.document.pageCount).toBe(40)
  })

  it('that another version has read and nobody has decided is read anew by the one that would decide it', async () => {
    const { work, store, woken, receive } = await aWork(await database())
    const older: ReadBy = { ...aReader, imr: '0.0.0-before' }
    const sha256 = await receive()
    await extractDocument({ ...work, read: readerOf(2, older), readBy: async () => older }, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'received', attempts: 0 })
    expect(await store.records(sha256)).toEqual([])
    expect(woken.at(-1)).toMatchObject({ sha256, stage: 'extract' })
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect((await store.records(sha256)).map((r) => r.made.imr)).toEqual([aReader.imr])
  })

  it('that is only to be decided again is, whichever version read it, without a page being read', async () => {
    const { work, store, receive } = await aWork(await database())
    const older: ReadBy = { ...aReader, imr: '0.0.0-before' }
    const sha256 = await receive()
    const before: Work = { ...work, read: readerOf(2, older), readBy: async () => older }
    await extractDocument(before, sha256, quiet)
    await decideDocument(before, sha256, quiet)
    await store.again({}, { stage: 'decide', urgency: 'standard' })
    const unread: Work['read'] = () => Promise.reject(new Error('no page needs to be read'))
    const decide: Work['decide'] = (record) => ({ ...record, made: { ...record.made, guidelines: 'newer packs' } })
    await decideDocument({ ...work, read: unread, decide }, sha256, quiet)
    expect((await store.records(sha256)).map((r) => r.made)).toEqual([{ ...madeBy(older), guidelines: 'newer packs' }])
  })

  it('that fails for a cause that may pass is tried again later, and at last told', async () => {
    let now = Date.parse('2026-03-03T03:03:03.000Z')
    let tries = 0
    const read: Work['read'] = async () => {
      tries++
      throw new DocumentFailure('not-readable', 'the share is away')
    }
    const { work, store, receive } = await aWork({ ...(await database()), read, now: () => new Date(now) })
    const sha256 = await receive()
    for (let i = 0; i < 5; i++) {
      await extractDocument(work, sha256, quiet)
      if (i === 0) {
        expect(await store.find(sha256)).toMatchObject({ state: 'received' })
        // Its pause is by the real clock; the store's clock stands in 2026-03.
        expect(await store.claim(sha256, { stage: 'extract' })).toBeNull()
        expect(await store.pending(10)).toEqual([])
      }
      now = Date.now() + 3_600_000
    }
    expect(tries).toBe(5)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'not-readable', attempts: 5 })
    expect(await store.records(sha256)).toMatchObject([{ status: 'failed' }])
  })

  it('over which recognition fails is tried eight times, the last time for good, and read when it is asked for again', async () => {
    let now = Date.parse('2026-03-03T03:03:03.000Z')
    const lasts: boolean[] = []
    let isMended = false
    const read: Work['read'] = async (file, options) => {
      lasts.push(options.lastTry)
      if (isMended) return readerOf(2)(file, options)
      throw new DocumentFailure('ocr-unavailable', 'the folder for temporary files is full')
    }
    const { work, store, receive } = await aWork({ ...(await database()), read, now: () => new Date(now) })
    const sha256 = await receive()
    for (let i = 0; i < 10; i++) {
      await extractDocument(work, sha256, quiet)
      now = Date.now() + 3_600_000
    }
    expect(lasts).toEqual([...Array.from({ length: 7 }, () => false), true])
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'ocr-unavailable' })
    isMended = true
    expect(await store.retry({ cause: 'ocr-unavailable' })).toBe(1)
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done', cause: null })
  })

  it('that is bad is told at once', async () => {
    const read: Work['read'] = async () => {
      throw new DocumentFailure('encrypted', 'remove the password')
    }
    const { work, store, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'encrypted', attempts: 1 })
  })

  it.each([
    ['another paper', [['PROOF OF SERVICE', 'I am over the age of eighteen.']]],
    ['blank paper', [[]]],
  ])('that is %s ends as failed for want of a letter, with a record of what it is', async (_, pages) => {
    const reports = pages.map((rows, i) => ({ page: aPage(rows, { number: i + 1 }), issues: [], remedies: [] }))
    const read: Work['read'] = async () => ({
      mediaType: 'application/pdf',
      pageCount: 1,
      issues: [],
      readBy: aReader,
      reports,
    })
    const { work, store, woken, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'no-letter', attempts: 1, pageCount: 1 })
    expect(await store.records(sha256)).toMatchObject([{ status: 'failed', document: { pages: [{ number: 1 }] } }])
    expect((await store.status()).failures).toEqual([{ cause: 'no-letter', count: 1 }])
    expect(woken).toEqual([])
  })

  it('in which a page could not be read may be a letter all the same: it is for a person to look at', async () => {
    const lost: DocumentPart['reports'][number] = {
      page: { ...aPage([], { number: 2 }), status: 'unreadable' },
      issues: [],
      remedies: [],
    }
    const reports = [{ page: aPage(['FAX COVER SHEET'], { number: 1 }), issues: [], remedies: [] }, lost]
    const read: Work['read'] = async () => ({
      mediaType: 'application/pdf',
      pageCount: 2,
      issues: [],
      readBy: aReader,
      reports,
    })
    const { work, store, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    await decideDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'done', cause: null })
    expect(await store.records(sha256)).toMatchObject([{ status: 'partial' }])
  })

  it('that ends its workers again and again is kept aside, and can be tried again', async () => {
    const { databaseUrl } = await database()
    const { work, store, receive, location } = await aWork(databaseUrl ? { databaseUrl } : {})
    const sha256 = await receive()
    const crash = async (name: string, at: number) => {
      const other = await openStore(location, { owner: `${name}-host 4711 1`, now: () => new Date(at) })
      expect(await other.claim(sha256, { stage: 'extract' })).not.toBeNull()
      await other.close()
    }
    const { crashes } = standardWorkLimits
    for (let i = 0; i < crashes; i++) await crash(`w${i}`, Date.parse('2020-01-01') + i * 3_600_000)
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'quarantined' })
    expect(await store.retry({ cause: 'quarantined' })).toBe(1)
    await extractDocument(work, sha256, quiet)
    expect(await store.find(sha256)).toMatchObject({ state: 'extracted' })
  })

  it('is given back untouched when the worker is to end', async () => {
    const stop = new AbortController()
    const read: Work['read'] = async () => {
      stop.abort()
      throw new Error('aborted')
    }
    const { work, store, receive } = await aWork({ ...(await database()), read })
    const sha256 = await receive()
    await extractDocument(work, sha256, stop.signal)
    expect(await store.find(sha256)).toMatchObject({ state: 'received', attempts: 0 })
  })

  it('whose decision fails keeps what was read', async () => {
    const decide = () => {
      throw new TypeError('no')
    }
    let now = Date.now()
    const { work, store, receive } = await aWork({ ...(await database()), decide, now: () => new Date(now) })
    const sha256 = await receive()
    await extractDocument(work, sha256, quiet)
    for (let i = 0; i < 3; i++) {
      await decideDocument(work, sha256, quiet)
      now += 3_600_000
    }
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'internal' })
    const [record] = await store.records(sha256)
    expect(record?.document.pages).toHaveLength(2)
    expect(record?.issues.at(-1)?.rule).toBe('decide.failed')
  })
})

describe('a worker that starts', () => {
  it('warns of a living worker elsewhere by its own host name, not of one whose leases run out', async () => {
    const { work, store, receive, location } = await aWork()
    const sha256 = await receive()
    const told: number[] = []
    const observer = { ...work.observer, namesakes: (count: number) => void told.push(count) }
    const other = await openStore(location, { owner: namesake() })
    onTestFinished(() => other.close())
    const lease = await other.claim(sha256)
    await warnOfNamesakes({ store, observer }, quiet, 1)
    expect(told).toEqual([1])
    const asked: number[] = []
    const fading = {
      namesakes: async () => {
        const found = await store.namesakes()
        asked.push(found.length)
        // As when its lease runs out meanwhile.
        if (lease && asked.length === 1) await other.release(lease)
        return found
      },
    }
    await warnOfNamesakes({ store: fading, observer }, quiet, 1)
    expect([told, asked]).toEqual([[1], [1, 0]])
  })
})

describe.skipIf(redisUrl === null)('the reconciler', () => {
  async function aQueue() {
    const queue = openQueue({ url: redisUrl ?? '', prefix: `r${Math.random().toString(36).slice(2)}` })
    onTestFinished(() => queue.close())
    return queue
  }

  it('wakes what waits and has no job, and nothing twice', async () => {
    const { store, receive } = await aWork()
    const queue = await aQueue()
    for (let i = 0; i < 30; i++) await receive(`letter ${i}`)
    expect(await reconcile(store, queue)).toBe(30)
    expect(await reconcile(store, queue)).toBe(0)
    expect((await queue.counts()).extract.waiting).toBe(30)
  })

  it('puts nothing but ids into Redis', async () => {
    const { store, receive } = await aWork()
    const queue = await aQueue()
    await receive('Planted Name')
    await reconcile(store, queue)
    const [job] = await queue.jobs.extract.getJobs(['prioritized'])
    expect(Object.keys(job?.data ?? {})).toEqual(['documentId'])
    expect(JSON.stringify(job)).not.toContain('Planted')
  })

  it('gives what a dead worker left behind a job of its own, though the old one still counts as running', async () => {
    const { store, receive, location } = await aWork()
    const queue = await aQueue()
    const sha256 = await receive()
    await reconcile(store, queue)
    const dead = await openStore(location, { owner: 'gone-host 4711 1', now: () => new Date('2020-01-01') })
    await dead.claim(sha256)
    await dead.close()
    expect(await store.pending(10)).toMatchObject([{ sha256, abandoned: 1 }])
    expect(await reconcile(store, queue)).toBe(1)
    expect(await reconcile(store, queue)).toBe(0)
  })
})

describe('what is taken first', () => {
  const today = new Date('2026-03-02T12:00:00Z')
  const of = (priority: number, due: string | null) => rankOf({ priority, due }, today)

  it('is expedited, then near a deadline, then the rest, then backlog', () => {
    const order = [
      of(1, null),
      of(100, '2026-03-01'),
      of(100, '2026-03-05'),
      of(100, '2026-03-20'),
      of(100, null),
      of(1000, '2026-03-03'),
    ]
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(new Set(order).size).toBe(order.length)
  })

  it('is not moved by a date long past: nothing can be in time for it', () => {
    expect(of(100, '2016-03-05')).toBe(100)
  })

  it('is never without a priority: such a job would run before all others', () => {
    expect(of(100, '2020-01-01')).toBeGreaterThan(0)
    expect(of(1, null)).toBeGreaterThan(0)
  })

  it('goes by what the letter says: expedited, or five working days after its decision', () => {
    const record = aRecord({ header: { decisionDate: read('2026-02-26'), priority: read('standard') } })
    const expedited = aRecord({ index: 2, header: { decisionDate: read('2026-03-12'), priority: read('expedited') } })
    expect(urgencyOf([record])).toEqual({ due: '2026-03-05' })
    expect(urgencyOf([record, expedited])).toEqual({ priority: 1, due: '2026-03-05' })
    expect(urgencyOf([aRecord({})])).toEqual({})
  })

  it('counts working days without Saturday and Sunday', () => {
    expect(plusWorkingDays('2026-02-27', 1)).toBe('2026-03-02')
    expect(plusWorkingDays('2026-02-28', 5)).toBe('2026-03-06')
  })
})
