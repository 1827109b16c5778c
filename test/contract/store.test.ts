import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { caseRecordSchema } from '../../src/model/index.ts'
import { failedRecord } from '../../src/normalize/index.ts'
import { type Lease, LeaseLost, openStore, type Store, unreadableId } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner, namesake } from '../fixtures/owners.ts'
import { aReader, aRecord, aService, read } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

/** A store that several openings share, as several processes would. */
type SharedStore = {
  readonly open: (options?: { now?: () => Date; owner?: string }) => Promise<Store>
}

const postgres = inject('postgresUrl')

async function shared(databaseUrl?: string): Promise<SharedStore> {
  const data = join(await testFolder(), 'store')
  return {
    open: async (options) => {
      const store = await openStore({ data, databaseUrl }, options)
      onTestFinished(() => store.close())
      return store
    },
  }
}

/** Every engine that the store can lie on. */
const stores: readonly (readonly [string, () => Promise<SharedStore>])[] = [
  ['SQLite', () => shared()],
  ...(postgres ? [['PostgreSQL', async () => shared(await newDatabase(postgres))] as const] : []),
]

it.skipIf(postgres !== null)('on PostgreSQL is skipped: it is not installed', ({ skip }) => skip())

const MINUTE = 60_000
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const elsewhere = (name: string) => `${name}-host 4711 1`

/** A clock that stands until it is moved. */
function clock(start = '2020-02-02T02:02:02.000Z') {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    pass: (ms: number) => {
      time += ms
    },
  }
}

for (const [name, make] of stores) {
  describe(`a store on ${name}`, () => {
    const aStore = async (options?: Parameters<SharedStore['open']>[0]) => (await make()).open(options)

    async function received(store: Store, text = 'bytes', fileName = 'letter.pdf') {
      const folder = await testFolder()
      const path = join(folder, fileName)
      await writeFile(path, text)
      return { path, fileName, entry: await store.receive({ path, fileName }) }
    }

    async function leased(store: Store, text?: string) {
      const { entry } = await received(store, text)
      const lease = await store.claim(entry.sha256)
      if (!lease) throw new Error('the document was not free')
      return lease
    }

    const recordFor = (sha: string, index = 1, request = 'Chair') =>
      aRecord({
        sha256: sha,
        index,
        diagnoses: ['ankle sprain'],
        services: [aService({ request, outcome: 'upheld' })],
        header: { caseNumber: read(`CM88-000000${index}`) },
      })

    const done = async (store: Store, text?: string) => {
      const lease = await leased(store, text)
      await store.finish(lease, { records: [recordFor(lease.sha256)], failure: null })
      return lease.sha256
    }

    it('takes bytes in under their digest and keeps them whole', async () => {
      const store = await aStore()
      const bytes = 'x'.repeat(300_000)
      const { entry } = await received(store, bytes)
      expect(entry).toMatchObject({ sha256: sha256(bytes), state: 'received', attempts: 0, fileName: 'letter.pdf' })
      expect(await readFile((await store.openFile(entry.sha256)).path, 'utf8')).toBe(bytes)
    })

    it('knows the same bytes under another name as the same document', async () => {
      const store = await aStore()
      const { entry } = await received(store, 'same', 'one.pdf')
      const again = await received(store, 'same', 'two.pdf')
      expect(again.entry).toEqual({ ...entry, isNew: false })
      expect(entry.isNew).toBe(true)
      expect((await store.status()).documents.received).toBe(1)
    })

    it('takes the same file from fifty hands at once as one document', async () => {
      const store = await aStore()
      const fileName = 'letter.pdf'
      const path = join(await testFolder(), fileName)
      await writeFile(path, 'wanted')
      const entries = await Promise.all(Array.from({ length: 50 }, () => store.receive({ path, fileName })))
      expect(new Set(entries.map((e) => e.sha256))).toEqual(new Set([sha256('wanted')]))
      expect(entries.filter((e) => e.isNew)).toHaveLength(1)
      expect((await store.status()).documents.received).toBe(1)
      expect((await store.auditOf(sha256('wanted'))).map((a) => a.action)).toEqual(['received'])
    })

    it('takes nothing in when the file cannot be read', async () => {
      const store = await aStore()
      const path = join(await testFolder(), 'gone.pdf')
      await expect(store.receive({ path, fileName: 'gone.pdf' })).rejects.toMatchObject({ code: 'ENOENT', path })
      expect((await store.status()).documents.received).toBe(0)
    })

    it('does not know what it never received', async () => {
      const store = await aStore()
      expect(await store.find(sha256('never'))).toBeNull()
      expect(await store.claim(sha256('never'))).toBeNull()
      expect(await store.records(sha256('never'))).toEqual([])
    })

    it('gives a document to one worker only', async () => {
      const shared = await make()
      const [a, b] = [await shared.open({ owner: elsewhere('a') }), await shared.open({ owner: elsewhere('b') })]
      const { entry } = await received(a)
      const leases = await Promise.all([a, b, a, b].map((store) => store.claim(entry.sha256)))
      expect(leases.filter((l) => l !== null)).toHaveLength(1)
    })

    it('gives a document back to others when its lease has expired, and refuses the late result', async () => {
      const shared = await make()
      const time = clock()
      const [a, b] = [
        await shared.open({ now: time.now, owner: elsewhere('a') }),
        await shared.open({ now: time.now, owner: elsewhere('b') }),
      ]
      const late = await leased(a)
      time.pass(MINUTE / 6)
      expect(await b.claim(late.sha256)).toBeNull()
      time.pass(MINUTE)
      const taken = await b.claim(late.sha256)
      expect(taken?.token).toBeGreaterThan(late.token)
      const result = (request: string) => ({ records: [recordFor(late.sha256, 1, request)], failure: null })
      await expect(a.finish(late, result('late'))).rejects.toBeInstanceOf(LeaseLost)
      await expect(a.renew(late)).rejects.toBeInstanceOf(LeaseLost)
      await expect(a.release(late)).rejects.toBeInstanceOf(LeaseLost)
      if (taken) await b.finish(taken, result('in time'))
      expect((await a.records(late.sha256)).map((r) => r.services[0]?.request.value)).toEqual(['in time'])
    })

    it('keeps a lease that is renewed', async () => {
      const shared = await make()
      const time = clock()
      const [a, b] = [
        await shared.open({ now: time.now, owner: elsewhere('a') }),
        await shared.open({ now: time.now, owner: elsewhere('b') }),
      ]
      let lease: Lease = await leased(a)
      for (let i = 0; i < 5; i++) {
        time.pass(MINUTE / 6)
        lease = await a.renew(lease)
      }
      expect(await b.claim(lease.sha256)).toBeNull()
      await a.finish(lease, { records: [recordFor(lease.sha256)], failure: null })
      expect((await b.find(lease.sha256))?.state).toBe('done')
    })

    it('takes over at once from an owner on this host that is gone, and not from one that lives', async () => {
      const shared = await make()
      const gone = await shared.open({ owner: goneOwner() })
      const living = await shared.open()
      const next = await shared.open({ owner: elsewhere('next') })
      const left = await leased(gone, 'left')
      expect((await next.claim(left.sha256))?.token).toBe(left.token + 1)
      const held = await leased(living, 'held')
      expect(await next.claim(held.sha256)).toBeNull()
      expect((await next.auditOf(left.sha256)).map((a) => a.action)).toEqual(['received', 'claimed', 'taken-over'])
    })

    it('does not take a later process for an earlier one with the same number', async () => {
      const shared = await make()
      const earlier = await shared.open({ owner: goneOwner(process.pid) })
      const later = await shared.open()
      const lease = await leased(earlier)
      expect(await later.claim(lease.sha256)).not.toBeNull()
    })

    it('leaves a living owner alone that goes by the same host name elsewhere, until its lease has expired', async () => {
      const shared = await make()
      const time = clock()
      // No process here has its number: by host name and number it would be gone.
      const living = await shared.open({ owner: namesake(999_999_999), now: time.now })
      const here = await shared.open({ now: time.now })
      const held = await leased(living)
      expect(await here.claim(held.sha256)).toBeNull()
      expect(await here.namesakes()).toEqual([namesake(999_999_999)])
      await living.finish(held, { records: [recordFor(held.sha256)], failure: null })
      expect(await here.find(held.sha256)).toMatchObject({ state: 'done', attempts: 1 })
      expect(await here.namesakes()).toEqual([])
      const left = await leased(living, 'left')
      time.pass(MINUTE)
      expect(await here.namesakes()).toEqual([])
      expect(await here.claim(left.sha256)).toMatchObject({ crashes: 1 })
    })

    it('gives a released document out again and does not count the attempt', async () => {
      const store = await aStore()
      const lease = await leased(store)
      await store.release(lease)
      expect(await store.find(lease.sha256)).toMatchObject({ state: 'received', attempts: 0 })
      expect(await store.claim(lease.sha256)).not.toBeNull()
    })

    it('gives back the records it was given, in the order of the letters', async () => {
      const store = await aStore()
      const lease = await leased(store)
      const records = [1, 2, 3].map((i) => recordFor(lease.sha256, i, `it's "quoted" – ünïcode ${i}`))
      await store.finish(lease, { records, failure: null })
      const back = await store.records(lease.sha256)
      expect(back).toEqual(records)
      for (const record of back) caseRecordSchema.parse(record)
    })

    it('stores a batch file of thousands of letters', async () => {
      const store = await aStore()
      const lease = await leased(store)
      const records = Array.from({ length: 4000 }, (_, i) => recordFor(lease.sha256, i + 1))
      await store.finish(lease, { records, failure: null })
      expect((await store.status()).cases).toBe(4000)
      const letters: number[] = []
      for await (const { caseId } of store.allRecords()) letters.push(Number(caseId.split('-')[1]))
      expect(letters).toEqual(records.map((_, i) => i + 1))
    })

    it('hands out what is done or failed only to be read again, and then replaces its cases', async () => {
      const store = await aStore()
      const sha = await done(store)
      expect(await store.claim(sha)).toBeNull()
      const again = await store.claim(sha, { again: true })
      expect(again).not.toBeNull()
      if (again) await store.finish(again, { records: [recordFor(sha, 1, 'Stool')], failure: null })
      expect((await store.records(sha)).map((r) => r.services[0]?.request.value)).toEqual(['Stool'])
      expect((await store.status()).cases).toBe(1)
    })

    it('keeps a failure with its cause, and forgets it when the document is read after all', async () => {
      const store = await aStore()
      const lease = await leased(store)
      const failure = { code: 'time-limit', message: 'too slow: print it anew' } as const
      const file = { fileName: 'letter.pdf', sha256: lease.sha256, mediaType: 'application/pdf', pageCount: 0 }
      await store.finish(lease, { records: [failedRecord(file, failure, aReader)], failure })
      expect(await store.find(lease.sha256)).toMatchObject({
        state: 'failed',
        cause: 'time-limit',
        message: failure.message,
      })
      expect(await store.status()).toMatchObject({
        failures: [{ cause: 'time-limit', count: 1 }],
        failed: [{ fileName: 'letter.pdf', cause: 'time-limit' }],
      })
      const again = await store.claim(lease.sha256, { again: true })
      if (again) await store.finish(again, { records: [recordFor(lease.sha256)], failure: null })
      expect(await store.find(lease.sha256)).toMatchObject({ state: 'done', cause: null, message: null, attempts: 2 })
      expect((await store.status()).failures).toEqual([])
    })

    it('notes a file without bytes once, and drops the note when the file can be read', async () => {
      const store = await aStore()
      const folder = await testFolder()
      const path = join(folder, 'locked', 'letter.pdf')
      const failure = { code: 'not-readable', message: 'no permission' } as const
      for (const unreadable of [path, path, join(folder, 'locked')]) {
        const file = { fileName: 'x', sha256: unreadableId(unreadable), mediaType: 'application/pdf', pageCount: 0 }
        await store.noteUnreadable({ path: unreadable, record: failedRecord(file, failure, aReader), failure })
      }
      expect((await store.status()).documents.failed).toBe(2)
      expect((await store.find(unreadableId(path)))?.attempts).toBe(2)
      await mkdir(join(folder, 'locked'))
      await writeFile(path, 'now')
      await store.receive({ path, fileName: 'letter.pdf' })
      expect(await store.status()).toMatchObject({ documents: { failed: 0, received: 1 }, cases: 0 })
      expect((await store.auditOf(unreadableId(path))).at(-1)?.action).toBe('readable-again')
    })

    it('writes each change into the audit, with who, when and from which state to which', async () => {
      const time = clock()
      const store = await aStore({ now: time.now, owner: elsewhere('a') })
      const sha = await done(store)
      expect(await store.auditOf(sha)).toMatchObject([
        { action: 'received', from_state: null, to_state: 'received' },
        { action: 'claimed', from_state: 'received', to_state: 'extracting' },
        { action: 'finished', from_state: 'extracting', to_state: 'done' },
      ])
      for (const row of await store.auditOf(sha))
        expect(row).toMatchObject({ actor: elsewhere('a'), at: time.now().toISOString(), subject: sha })
    })

    it('writes no word of a letter into ledger or audit', async () => {
      const store = await aStore()
      const sha = await done(store)
      const text = JSON.stringify([await store.auditOf(sha), await store.find(sha), await store.status()])
      expect(text).not.toMatch(/Chair|ankle|CM88/)
    })

    it('changes nothing when storing a result fails half-way', async () => {
      const store = await aStore()
      const lease = await leased(store)
      const twice = [recordFor(lease.sha256), recordFor(lease.sha256)]
      await expect(store.finish(lease, { records: twice, failure: null })).rejects.toThrow()
      expect(await store.find(lease.sha256)).toMatchObject({ state: 'extracting' })
      expect(await store.records(lease.sha256)).toEqual([])
      expect((await store.auditOf(lease.sha256)).map((a) => a.action)).toEqual(['received', 'claimed'])
      await store.finish(lease, { records: twice.slice(1), failure: null })
      expect(await store.records(lease.sha256)).toHaveLength(1)
    })

    it('gives all records once, also when they are more than a page of them', async () => {
      const time = clock()
      const store = await aStore({ now: time.now })
      const expected: string[] = []
      for (let i = 0; i < 120; i++) {
        // Several documents share each time of receipt.
        if (i % 7 === 0) time.pass(1)
        const lease = await leased(store, `file ${i}`)
        const records = [1, 2, 3].map((letter) => recordFor(lease.sha256, letter))
        expected.push(...records.map((r) => r.caseId))
        await store.finish(lease, { records, failure: null })
      }
      const ids: string[] = []
      for await (const record of store.allRecords()) ids.push(record.caseId)
      expect(ids).toHaveLength(expected.length)
      expect(new Set(ids)).toEqual(new Set(expected))
    })

    it('counts what waits, runs and is done, and since when the oldest waits', async () => {
      const time = clock()
      const store = await aStore({ now: time.now })
      await done(store, 'first')
      time.pass(MINUTE)
      const second = time.now().toISOString()
      await received(store, 'second')
      time.pass(MINUTE)
      await leased(store, 'third')
      expect(await store.status()).toMatchObject({
        documents: { received: 1, extracting: 1, extracted: 0, deciding: 0, done: 1, failed: 0 },
        cases: 1,
        needReview: 1,
        pages: 1,
        oldestWaiting: second,
      })
    })

    it('has after a reopening what it had before', async () => {
      const shared = await make()
      const first = await shared.open()
      const sha = await done(first)
      const [records, audit] = [await first.records(sha), await first.auditOf(sha)]
      await first.close()
      const second = await shared.open()
      expect(await second.records(sha)).toEqual(records)
      expect(await second.auditOf(sha)).toEqual(audit)
    })

    it('lets many open it for the first time at once', async () => {
      const shared = await make()
      const opened = await Promise.all(Array.from({ length: 8 }, () => shared.open()))
      for (const [i, store] of opened.entries()) await done(store, `of ${i}`)
      expect((await opened[0]?.status())?.documents.done).toBe(8)
    })
  })
}
