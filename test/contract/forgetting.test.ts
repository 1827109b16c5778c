import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, rmdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { failedRecord } from '../../src/normalize/index.ts'
import type { BlobStore } from '../../src/store/blobs/blobs.ts'
import { openFolderBlobs } from '../../src/store/blobs/folder.ts'
import { openS3Blobs } from '../../src/store/blobs/s3.ts'
import { LeaseLost, openStore, type Store, type StoreLocation, unreadableId } from '../../src/store/index.ts'
import { openLedger } from '../../src/store/ledger/ledger.ts'
import { openDatabase } from '../../src/store/sql/open.ts'
import { textOfTables } from '../fixtures/database-text.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aReader, aRecord, aService, read } from '../fixtures/records.ts'
import { BUCKET, startS3 } from '../fixtures/s3.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const databases = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
] as const
const places = [
  ['a folder', async (data: string) => join(data, 'files')],
  ['S3', () => startS3().then(() => `s3://${BUCKET}/letters`)],
] as const
const stores = databases.flatMap(([engine, database]) =>
  places.map(([place, files]) => ({ engine, place, database, files })),
)

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const order = { reason: 'request', by: 'clerk' } as const
const MINUTE = 60_000
/** Words of a letter, its file's name and its sender's: nowhere may they be found afterwards. */
const planted = ['Zanthorium', 'CM88-7777777', 'quillbrook', 'veldtmark', 'harrowgate', '1998-07-06'] as const

/** Everything that a store has, as several processes of one host see it. */
async function aStore({ database, files }: (typeof stores)[number]) {
  const folder = await testFolder()
  const data = join(folder, 'data')
  const location: StoreLocation = { data, databaseUrl: await database(), files: await files(data) }
  let time = Date.parse('2020-02-02T02:02:02.000Z')
  const open = async (owner?: string) => {
    const store = await openStore(location, { now: () => new Date(time), ...(owner ? { owner } : {}) })
    onTestFinished(() => store.close())
    return store
  }
  const put = async (text: string, name = `${text}.pdf`) => {
    await writeFile(join(folder, name), text)
    return { path: join(folder, name), fileName: name }
  }
  const blobs = (): Promise<BlobStore> =>
    location.files?.startsWith('s3:')
      ? openS3Blobs(location.files, join(data, 'cache'))
      : openFolderBlobs(location.files ?? '')
  const pass = (ms: number) => {
    time += ms
  }
  return { store: await open(), open, put, blobs, location, folder, pass }
}

const recordOf = (sha: string) =>
  aRecord({
    sha256: sha,
    fileName: 'quillbrook.pdf',
    diagnoses: ['sprain of the Zanthorium'],
    services: [aService({ request: 'Zanthorium brace', outcome: 'upheld' })],
    header: { caseNumber: read('CM88-7777777'), dateOfInjury: read('1998-07-06') },
  })

async function finish(store: Store, sha: string): Promise<void> {
  const lease = await store.claim(sha, { again: true })
  if (!lease) throw new Error('the document was not free')
  await store.finish(lease, { records: [recordOf(sha)], failure: null })
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error) => error,
  )

async function bytesUnder(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
  const texts = await Promise.all(files.map((e) => readFile(join(e.parentPath, e.name), 'latin1')))
  return files.map((e, i) => `${e.name}\n${texts[i]}`).join('\n')
}

it.skipIf(postgres !== null)('on PostgreSQL is skipped: it is not installed', ({ skip }) => skip())

describe.each(stores)('a store on $engine with its files in $place', (made) => {
  it('forgets a document: its bytes, words, paths and keys; its audit trail says so and still begins where it began', async () => {
    const { store, put, location } = await aStore(made)
    const source = await put('veldtmark bytes', 'quillbrook.pdf')
    const { sha256: sha } = await store.receive({ ...source, upload: { key: 'harrowgate-1' } })
    const other = await store.receive(await put('other'))
    await finish(store, sha)
    const before = await textOfTables(location)
    for (const word of planted.filter((w) => w !== 'veldtmark')) expect(JSON.stringify(before)).toContain(word)

    expect(await store.forget(sha, order)).toBe('forgotten')
    expect(await store.removeForgotten()).toEqual({ removed: 1, versions: false })
    expect([await store.find(sha), await store.records(sha), await store.uploaded('harrowgate-1')]).toEqual([
      null,
      [],
      null,
    ])
    expect(await failureOf(store.openFile(sha))).toMatchObject({ code: 'not-readable' })
    const { audit = '', ...tables } = await textOfTables(location)
    for (const word of planted) expect(JSON.stringify(tables) + audit).not.toContain(word)
    expect(JSON.stringify(tables)).not.toContain(sha)
    expect(await store.auditOf(sha)).toMatchObject([
      { action: 'received', to_state: 'received' },
      { action: 'claimed' },
      { action: 'finished', to_state: 'done' },
      { action: 'forgotten', from_state: 'done', to_state: null, detail: 'request, by clerk' },
    ])
    expect(await all(store.tombstones())).toEqual([{ sha256: sha, at: '2020-02-02T02:02:02.000Z', ...order }])
    expect(await store.find(other.sha256)).toMatchObject({ state: 'received' })
    await (await store.openFile(other.sha256)).release()
  })

  it('forgets what stands in for a file that could not be read', async () => {
    const { store, folder, location } = await aStore(made)
    const path = join(folder, 'quillbrook.pdf')
    const failure = { code: 'not-readable', message: 'no permission' } as const
    const id = unreadableId(path)
    const file = { fileName: 'quillbrook.pdf', sha256: id, mediaType: 'application/pdf', pageCount: 0 }
    await store.noteUnreadable({ path, record: failedRecord(file, failure, aReader), failure })
    expect(await store.forget(id, order)).toBe('forgotten')
    await store.removeForgotten()
    expect(JSON.stringify(await textOfTables(location))).not.toContain('quillbrook')
  })

  it('does not know what it never had, and what it forgot before is forgotten', async () => {
    const { store, put } = await aStore(made)
    expect(await store.forget(sha256('never'), order)).toBe('unknown')
    const { sha256: sha } = await store.receive(await put('once'))
    for (let i = 0; i < 2; i++) expect(await store.forget(sha, order)).toBe('forgotten')
    expect(await all(store.tombstones(sha))).toHaveLength(1)
  })

  it('lets nobody forget what is in hand, nor a document of which a part is in hand', async () => {
    const { store, put, open, pass } = await aStore(made)
    const worker = await open('elsewhere 4711 1')
    const { sha256: sha } = await store.receive(await put('long'))
    const lease = await worker.claim(sha)
    if (!lease) throw new Error('it was not free')
    expect(await store.forget(sha, order)).toBe('in-hand')
    expect(await all(store.kept({ sha256: sha }))).toMatchObject([{ inHand: true }])
    await worker.split(lease, [{ firstPage: 1, lastPage: 8 }], 8)
    const part = await worker.claimPart(sha, 1)
    if (!part) throw new Error('its part was not free')
    expect(await store.forget(sha, order)).toBe('in-hand')
    expect((await store.auditOf(sha)).map((a) => a.action)).not.toContain('forgotten')
    await worker.release(part)
    expect(await store.forget(sha, order)).toBe('forgotten')
    pass(MINUTE)
  })

  it('refuses the late results of whoever had it in hand, also when it was handed in again and is in hand again', async () => {
    const { store, put, open, pass, location } = await aStore(made)
    const [late, next] = [await open('late 4711 1'), await open('next 4711 1')]
    const source = await put('long')
    const ranges = [{ firstPage: 1, lastPage: 8 }]
    const begun = async (by: Store) => {
      const { sha256: sha } = await store.receive(source)
      const whole = await by.claim(sha)
      if (!whole) throw new Error('it was not free')
      await by.split(whole, ranges, 8)
      const part = await by.claimPart(sha, 1)
      const again = await by.claim(sha)
      if (!part || !again) throw new Error('it was not free')
      return { part, whole: again }
    }
    const outlived = await begun(late)
    pass(MINUTE)
    expect(await store.forget(outlived.whole.sha256, order)).toBe('forgotten')
    const record = recordOf(outlived.whole.sha256)
    const results: readonly (() => Promise<unknown>)[] = [
      () => late.finish(outlived.whole, { records: [record], failure: null }),
      () => late.extracted(outlived.whole, { records: [record] }),
      () => late.split(outlived.whole, ranges, 8),
      () => late.finishPart(outlived.part, '"Zanthorium"'),
      () => late.renew(outlived.whole),
      () => late.renew(outlived.part),
    ]
    for (const result of results) expect(await failureOf(result())).toBeInstanceOf(LeaseLost)
    expect(await store.find(outlived.whole.sha256)).toBeNull()
    const { part } = await begun(next)
    // The same numbers as those of the leases that were outlived.
    expect(part).toMatchObject({ part: 1, token: outlived.part.token })
    for (const result of results) expect(await failureOf(result())).toBeInstanceOf(LeaseLost)
    expect(JSON.stringify(await textOfTables(location))).not.toContain('Zanthorium')
    expect(await next.finishPart(part, '[]')).toBe(0)
  })

  it('takes in as new what is handed in again, keeps its bytes even where they were still to be removed, and says so in the audit', async () => {
    const { store, put } = await aStore(made)
    const source = await put('twice')
    const { sha256: sha } = await store.receive(source)
    await finish(store, sha)
    await store.forget(sha, order)
    expect(await store.receive(source)).toMatchObject({ isNew: true, state: 'received', attempts: 0 })
    expect(await store.removeForgotten()).toEqual({ removed: 0, versions: false })
    const file = await store.openFile(sha)
    expect(await readFile(file.path, 'utf8')).toBe('twice')
    await file.release()
    expect((await store.auditOf(sha)).map((a) => [a.action, a.detail])).toEqual([
      ['received', null],
      ['claimed', null],
      ['finished', '1 cases'],
      ['forgotten', 'request, by clerk'],
      ['received', 'forgotten before'],
    ])
    expect(await store.removeForgotten()).toEqual({ removed: 0, versions: false })
  })

  it('goes on with what broke off between ledger and files, in another process, as often as it is asked', async () => {
    const { store, put, open, blobs } = await aStore(made)
    const ids: string[] = []
    for (const text of ['a', 'b', 'c']) ids.push((await store.receive(await put(text))).sha256)
    for (const id of ids.slice(0, 2)) await store.forget(id, order)
    await store.close()
    const next = await open()
    expect(await next.removeForgotten()).toEqual({ removed: 2, versions: false })
    expect(await next.removeForgotten()).toEqual({ removed: 0, versions: false })
    const files = await blobs()
    expect(await Promise.all(ids.map((id) => files.has(id)))).toEqual([false, false, true])
    expect((await all(files.list())).map((b) => b.sha256)).toEqual([ids[2]])
  })

  it('loses nothing that is handed in while the same bytes are being forgotten', async () => {
    const { store, put, open, location } = await aStore(made)
    const source = await put('contested')
    const sha = sha256('contested')
    const other = await open('other 4711 1')
    let lost = 0
    const ends = Array.from({ length: 12 }, async () => {
      await Promise.all([
        store.receive(source),
        other.receive(source),
        store.forget(sha, order),
        other.removeForgotten(),
        store.removeForgotten(),
      ])
      if (!(await store.find(sha))) return
      const file = await store.openFile(sha).catch(() => null)
      // Another of the twelve may have forgotten it in between.
      if (!file && (await store.find(sha))) lost++
      await file?.release()
    })
    await Promise.all(ends)
    expect(lost).toBe(0)
    await store.receive(source)
    await store.removeForgotten()
    expect(await readFile((await store.openFile(sha)).path, 'utf8')).toBe('contested')
    expect((await textOfTables(location)).removals).toBe('')
  })

  it('keeps what is handed in whose bytes were removed after they were put and before the ledger knew', async () => {
    const { store, put, blobs, location } = await aStore(made)
    const source = await put('contested')
    const { sha256: sha } = await store.receive(source)
    const files = await blobs()
    let isFirst = true
    const late: BlobStore = {
      ...files,
      async put(...given) {
        const found = await files.put(...given)
        if (isFirst) {
          await store.forget(sha, order)
          await store.removeForgotten()
        }
        isFirst = false
        return found
      },
    }
    const database = await openDatabase(location.data, location.databaseUrl)
    const slow = openLedger(database, late, () => new Date())
    onTestFinished(() => slow.close())
    expect(await slow.receive(source)).toMatchObject({ isNew: true })
    await (await store.openFile(sha)).release()
    // Of a stream nothing is left to put again: who sends it is told to send it again, and the ledger has nothing of it.
    await store.forget(sha, order)
    isFirst = true
    const stream = { ...source, bytes: Readable.from([Buffer.from('contested')]) }
    expect(await failureOf(slow.receive(stream))).toMatchObject({ message: expect.stringContaining('again') })
    expect(await store.find(sha)).toBeNull()
  })

  it('finds bytes that no document has, and leaves alone those that are young or wanted', async () => {
    const { store, put, blobs } = await aStore(made)
    const { sha256: wanted } = await store.receive(await put('wanted'))
    const files = await blobs()
    const orphan = await files.put(Readable.from([Buffer.from('a receipt that broke off')]))
    const [past, future] = [new Date(Date.now() - 10 * MINUTE), new Date(Date.now() + 10 * MINUTE)]
    expect(await store.nobodys(past)).toEqual({ kept: 2, nobodys: [] })
    expect(await store.nobodys(future)).toEqual({ kept: 2, nobodys: [orphan] })
    expect([await store.removeNobodys(wanted), await store.removeNobodys(orphan)]).toEqual([false, true])
    expect([await files.has(wanted), await files.has(orphan)]).toEqual([true, false])
    expect((await store.auditOf(orphan)).map((a) => a.action)).toEqual(['nobodys-removed'])
  })

  it("keeps the audit trail append-only, a forgotten document's too", async () => {
    const { store, put, location } = await aStore(made)
    const { sha256: sha } = await store.receive(await put('once'))
    await store.forget(sha, order)
    const before = await store.auditOf(sha)
    await expect(changeAudit(location, sha)).rejects.toThrow('append-only')
    await store.scrub({ full: true })
    expect(await store.auditOf(sha)).toEqual(before)
  })
})

describe('a document that is forgotten on one machine', () => {
  const inS3 = stores.find((s) => s.engine === 'SQLite' && s.place === 'S3') as (typeof stores)[number]

  it('is gone from the copies of other machines when they are looked through, if it is no copy of just now', async () => {
    const { store, put, location } = await aStore(inS3)
    const elsewhere = join(await testFolder(), 'cache')
    const files = await openS3Blobs(location.files ?? '', elsewhere)
    const database = await openDatabase(location.data, undefined)
    const other = openLedger(database, files, () => new Date())
    onTestFinished(() => other.close())
    const [{ sha256: sha }, { sha256: kept }] = [
      await store.receive(await put('veldtmark')),
      await store.receive(await put('other')),
    ]
    for (const id of [sha, kept]) await (await other.openFile(id)).release()
    await store.forget(sha, order)
    await store.removeForgotten()
    expect(await bytesUnder(elsewhere)).toContain('veldtmark')
    expect(await other.tidyCopies(new Date(Date.now() - 10 * MINUTE))).toBe(0)
    expect(await other.tidyCopies(new Date(Date.now() + 10 * MINUTE))).toBe(1)
    expect(await bytesUnder(elsewhere)).not.toContain('veldtmark')
    await (await other.openFile(kept)).release()
  })

  it('is gone from a machine of which any process opens the store later', async () => {
    const { store, put, location, open } = await aStore(inS3)
    const { sha256: sha } = await store.receive(await put('veldtmark'))
    const copy = join(location.data, 'cache', sha.slice(0, 2), sha)
    const bytes = await readFile(copy)
    await store.forget(sha, order)
    await store.removeForgotten()
    const hoursAgo = new Date(Date.now() - 120 * MINUTE)
    await writeFile(copy, bytes)
    for (const path of [copy, join(location.data, 'cache', 'looked-through')]) await utimes(path, hoursAgo, hoursAgo)
    await (await open()).close()
    expect(await bytesUnder(join(location.data, 'cache'))).not.toContain('veldtmark')
  })
})

describe('a store with its files in a folder', () => {
  it('removes what a disk has damaged and set aside, too', async () => {
    const { store, put, location } = await aStore(stores[0] as (typeof stores)[number])
    const { sha256: sha } = await store.receive(await put('veldtmark'))
    const path = join(location.files ?? '', sha.slice(0, 2), sha)
    await writeFile(path, 'veldtmark, rotten')
    await failureOf(store.openFile(sha))
    expect(await readFile(`${path}.damaged`, 'utf8')).toContain('veldtmark')
    await store.forget(sha, order)
    await store.removeForgotten()
    expect(await bytesUnder(location.files ?? '')).not.toContain('veldtmark')
  })
})

describe('bytes that cannot be removed', () => {
  it('hold up no others, and are removed when they can be', async () => {
    const [first] = stores
    const { store, put, location, blobs } = await aStore(first as (typeof stores)[number])
    const ids: string[] = []
    for (const text of ['a', 'b', 'c']) ids.push((await store.receive(await put(text))).sha256)
    const [stuck = ''] = [...ids].sort()
    const path = join(location.files ?? '', stuck.slice(0, 2), stuck)
    await rm(path)
    // A folder in its place: not even root may unlink it.
    await mkdir(path)
    for (const id of ids) await store.forget(id, order)
    expect(await failureOf(store.removeForgotten())).toMatchObject({ path })
    const files = await blobs()
    expect((await all(files.list())).map((b) => b.sha256)).toEqual([stuck])
    await rmdir(path)
    await writeFile(path, 'a')
    expect(await store.removeForgotten()).toMatchObject({ removed: 1 })
    expect(await all(files.list())).toEqual([])
  })
})

describe('documents by their age', () => {
  it('are told oldest first, however many they are, with how they stand and where they came from', async () => {
    const [first] = stores
    const { store, put, pass } = await aStore(first as (typeof stores)[number])
    const old = await store.receive(await put('old'))
    await store.receive({ path: '/elsewhere/old.pdf', fileName: 'old.pdf', bytes: Readable.from(['old']) })
    await finish(store, old.sha256)
    for (let i = 0; i < 1100; i++) {
      if (i % 3 === 0) pass(1)
      const path = `/srv/none/${i}.pdf`
      const failure = { code: 'not-readable', message: 'no permission' } as const
      const file = { fileName: `${i}.pdf`, sha256: unreadableId(path), mediaType: 'application/pdf', pageCount: 0 }
      await store.noteUnreadable({ path, record: failedRecord(file, failure, aReader), failure })
    }
    pass(MINUTE)
    const before = new Date('2020-02-02T02:03:00.000Z')
    await store.receive(await put('young'))
    const told = await all(store.kept({ before }))
    expect(new Set(told.map((k) => k.sha256)).size).toBe(1101)
    expect(told.map((k) => k.receivedAt)).toEqual(told.map((k) => k.receivedAt).sort())
    expect(told[0]).toEqual({
      sha256: old.sha256,
      fileName: 'old.pdf',
      state: 'done',
      hasEnded: true,
      receivedAt: '2020-02-02T02:02:02.000Z',
      pages: 1,
      letters: 1,
      sources: ['/elsewhere/old.pdf', expect.stringMatching(/old\.pdf$/)],
      onHold: false,
      inHand: false,
    })
  })
})

async function changeAudit({ data, databaseUrl }: StoreLocation, sha: string): Promise<void> {
  const change = `delete from audit where subject = '${sha}'`
  if (!databaseUrl) {
    const { default: Database } = await import('libsql')
    const database = new Database(join(data, 'imr.sqlite'))
    onTestFinished(() => void database.close())
    database.exec(change)
    return
  }
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(change).finally(() => client.end())
}
