import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { CaseRecord, ReadBy } from '../../src/model/index.ts'
import { failedRecord } from '../../src/normalize/index.ts'
import { type Choice, openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aReader, aRecord, aService } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

const older: ReadBy = { ...aReader, imr: '0.0.1' }
const extractNow = { stage: 'extract', urgency: 'standard' } as const
const everything: Choice = {}
const workable = async (store: Store) => (await store.pendingAgain(9, ['extract', 'decide'])).now

describe.each(engines)('documents that are read again, in a store on %s', (_, databaseUrl) => {
  async function aStore() {
    const folder = await testFolder()
    const store = await openStore({ data: join(folder, 'data'), databaseUrl: await databaseUrl() })
    onTestFinished(() => store.close())
    return {
      store,
      receive: async (name: string) => {
        const path = join(folder, `${name}.pdf`)
        await writeFile(path, `letter ${name}`)
        return (await store.receive({ path, fileName: `${name}.pdf` })).sha256
      },
    }
  }

  const request = (sha256: string, words: string, readBy = older): CaseRecord =>
    aRecord({ sha256, readBy, services: [aService({ request: words, outcome: 'upheld' })] })
  const done = async (store: Store, record: CaseRecord) => {
    const lease = await store.claim(record.document.sha256)
    if (lease) await store.finish(lease, { records: [record], failure: null })
  }
  const requests = async (store: Store) => {
    const found: unknown[] = []
    for await (const r of store.allRecords()) found.push(r.services[0]?.request.value)
    return found
  }

  it('stand as they were until the new records take their place at once', async () => {
    const { store, receive } = await aStore()
    const sha256 = await receive('a')
    await done(store, request(sha256, 'Before'))
    expect(await store.countAgain(everything, 'extract')).toBe(1)
    expect(await store.again(everything, extractNow)).toBe(1)
    const stands = async () => {
      expect(await store.find(sha256)).toMatchObject({ state: 'done', again: true, made: { imr: '0.0.1' } })
      expect(await requests(store)).toEqual(['Before'])
      const { documents, again, cases, oldestWaiting } = await store.status()
      expect({ documents, again, cases, oldestWaiting }).toMatchObject({
        documents: { done: 1, received: 0, extracting: 0, extracted: 0, deciding: 0 },
        again: { waiting: 1, failures: [] },
        cases: 1,
        oldestWaiting: null,
      })
    }
    await stands()
    const reading = await store.claim(sha256, { stage: 'extract' })
    if (!reading) throw new Error('it could not be claimed')
    await stands()
    await store.extracted(reading, { records: [request(sha256, 'After', aReader)] })
    await stands()
    expect((await store.undecided(sha256)).again).toBe(false)
    const deciding = await store.claim(sha256, { stage: 'decide' })
    if (!deciding) throw new Error('it could not be claimed')
    await stands()
    await store.finish(deciding, { records: [request(sha256, 'After', aReader)], failure: null })
    expect(await requests(store)).toEqual(['After'])
    expect(await store.find(sha256)).toMatchObject({ state: 'done', again: false, made: { imr: aReader.imr } })
    expect((await store.status()).again).toEqual({ waiting: 0, failures: [] })
    expect((await store.undecided(sha256)).again).toBe(true)
    expect((await store.auditOf(sha256)).map((a) => a.action)).toEqual([
      ...['received', 'claimed', 'finished', 'read-again', 'claimed', 'extracted', 'claimed', 'finished'],
    ])
  })

  it('keep what they gave when they cannot be read again, and say why; a file found to hold no letter does not', async () => {
    const { store, receive } = await aStore()
    const [bad, empty] = [await receive('bad'), await receive('empty')]
    for (const sha256 of [bad, empty]) await done(store, request(sha256, 'Before'))
    await store.again(everything, extractNow)
    const fail = async (sha256: string, code: 'time-limit' | 'no-letter') => {
      const lease = await store.claim(sha256)
      const failure = { code, message: 'why' }
      const file = { fileName: 'x.pdf', sha256, mediaType: 'application/pdf', pageCount: 1 }
      if (lease) await store.finish(lease, { records: [failedRecord(file, failure, aReader)], failure })
    }
    await fail(bad, 'time-limit')
    await fail(empty, 'no-letter')
    expect(await store.find(bad)).toMatchObject({ state: 'done', again: false, againCause: 'time-limit', cause: null })
    expect((await store.records(bad))[0]?.services[0]?.request.value).toBe('Before')
    expect(await store.find(empty)).toMatchObject({ state: 'failed', cause: 'no-letter', againCause: null })
    expect(await store.status()).toMatchObject({
      again: { waiting: 0, failures: [{ cause: 'time-limit', count: 1 }] },
      failures: [{ cause: 'no-letter', count: 1 }],
    })
    expect(await store.again({ documents: [bad] }, extractNow)).toBe(1)
    expect((await store.status()).again).toEqual({ waiting: 1, failures: [] })
  })

  it('are chosen by what made them, by status, by pages that could not be read, by name, or all of it at once', async () => {
    const { store, receive } = await aStore()
    const page = {
      number: 1,
      source: 'ocr',
      rotation: 0,
      skew: 0,
      dpi: 200,
      confidence: 0,
      status: 'unreadable',
    } as const
    const [a, b, c] = [await receive('a'), await receive('b'), await receive('c')]
    const partial = request(a, 'A')
    await done(store, partial)
    await done(store, {
      ...request(b, 'B'),
      document: { ...partial.document, sha256: b, pages: [page] },
      status: 'failed',
    })
    // Words that look like a page's status are none.
    await done(store, { ...request(c, '"status":"unreadable"', aReader), status: 'failed' })
    const waiting = await receive('d')
    const choices: readonly (readonly [Choice, number])[] = [
      [{}, 3],
      [{ status: 'partial' }, 1],
      [{ status: 'failed' }, 2],
      [{ unreadable: true }, 1],
      [{ made: ({ imr }) => imr === '0.0.1' }, 2],
      [{ made: () => false }, 0],
      [{ documents: [a, c, waiting] }, 2],
      [{ status: 'failed', made: ({ imr }) => imr === '0.0.1', documents: [b, c] }, 1],
    ]
    for (const [choice, count] of choices) expect(await store.countAgain(choice, 'extract')).toBe(count)
    expect(await store.again({ unreadable: true }, extractNow)).toBe(1)
    expect((await workable(store)).map((d) => [d.sha256, d.stage])).toEqual([[b, 'extract']])
    // What waits already is not asked again.
    expect(await store.countAgain({}, 'extract')).toBe(2)
  })

  it('that have failed are read again, too, and their failure stands until then; stand-ins for files without bytes are not', async () => {
    const { store, receive } = await aStore()
    const sha256 = await receive('a')
    const failure = { code: 'time-limit', message: 'too slow' } as const
    const file = { fileName: 'a.pdf', sha256, mediaType: 'application/pdf', pageCount: 0 }
    const record = failedRecord(file, failure, older)
    const lease = await store.claim(sha256)
    if (lease) await store.finish(lease, { records: [record], failure })
    await store.noteUnreadable({
      path: '/gone.pdf',
      record: failedRecord({ ...file, sha256: '' }, failure, older),
      failure,
    })
    expect(await store.again({ status: 'failed' }, extractNow)).toBe(1)
    expect(await store.find(sha256)).toMatchObject({ state: 'received', again: true, cause: null })
    expect(await store.records(sha256)).toEqual([record])
    await done(store, request(sha256, 'After', aReader))
    expect(await store.find(sha256)).toMatchObject({ state: 'done', again: false })
  })

  it('are never exported half old, half new, however long an export takes', async () => {
    const { store, receive } = await aStore()
    const sizes = [3, 150, 90, 450, 2]
    const letters = (sha256: string, size: number, words: string, readBy = older) =>
      Array.from({ length: size }, (_, i) => ({
        ...request(sha256, words, readBy),
        caseId: `${sha256}-${i + 1}`,
      }))
    const ids: string[] = []
    for (const [i, size] of sizes.entries()) {
      const sha256 = await receive(`letter ${i}`)
      ids.push(sha256)
      const lease = await store.claim(sha256)
      if (lease) await store.finish(lease, { records: letters(sha256, size, 'Before'), failure: null })
    }
    const found = new Map<string, string[]>()
    let seen = 0
    for await (const r of store.allRecords()) {
      const of = found.get(r.document.sha256) ?? []
      found.set(r.document.sha256, [...of, `${r.services[0]?.request.value}`])
      // What is under the hand of whoever exports is read again at this very moment, and has fewer letters now.
      if (seen++ % 60 !== 0) continue
      const lease = await store.claim(r.document.sha256, { again: true })
      const size = sizes[ids.indexOf(r.document.sha256)] ?? 0
      const anew = letters(r.document.sha256, size - 1, 'After', aReader)
      if (lease) await store.finish(lease, { records: anew, failure: null })
    }
    for (const [i, sha256] of ids.entries()) {
      const words = found.get(sha256) ?? []
      expect(new Set(words).size).toBe(1)
      expect(words).toHaveLength((sizes[i] ?? 0) - (words[0] === 'After' ? 1 : 0))
    }
  })

  it('come after all other backlog, and wait for a schedule as it does, unless told otherwise', async () => {
    const { store, receive } = await aStore()
    const sha256 = await receive('a')
    await done(store, request(sha256, 'Before'))
    await store.again(everything, { stage: 'extract', urgency: 'backlog' })
    const folder = await testFolder()
    await writeFile(join(folder, 'new.pdf'), 'backlog')
    const backlog = await store.receive({ path: join(folder, 'new.pdf'), fileName: 'new.pdf', urgency: 'backlog' })
    expect(await store.pending(9)).toEqual([])
    expect((await store.status()).held).toBe(1)
    // Whoever brings documents up to date by himself waits for no schedule.
    expect((await workable(store)).map((d) => d.sha256)).toEqual([sha256])
    expect((await store.letGo({ underway: 1 })).map((d) => d.sha256)).toEqual([backlog.sha256])
    expect((await store.letGo({ underway: 2 })).map((d) => d.sha256)).toEqual([sha256])
    // A nightly take-in that brings the same file again does not hold it back.
    await writeFile(join(folder, 'a.pdf'), 'letter a')
    await store.receive({ path: join(folder, 'a.pdf'), fileName: 'a.pdf', urgency: 'backlog' })
    expect((await store.pending(9)).map((d) => d.sha256)).toContain(sha256)
  })

  it('are decided again from the records that stand, and only those that are done', async () => {
    const { store, receive } = await aStore()
    const sha256 = await receive('a')
    await done(store, request(sha256, 'Before'))
    expect(await store.again(everything, { stage: 'decide', urgency: 'expedited' })).toBe(1)
    expect(await workable(store)).toMatchObject([{ sha256, stage: 'decide', priority: 1 }])
    const { records, again } = await store.undecided(sha256)
    expect({ again, records }).toEqual({ again: true, records: await store.records(sha256) })
    const lease = await store.claim(sha256, { stage: 'decide' })
    if (!lease) throw new Error('it could not be claimed')
    const decided = records.map((r) => ({ ...r, made: { ...r.made, guidelines: '0.0.2 abc' } }))
    await store.finish(lease, { records: decided, failure: null })
    expect(await store.find(sha256)).toMatchObject({ state: 'done', made: { guidelines: '0.0.2 abc', imr: '0.0.1' } })
  })

  it('stand as they were also when somebody reads them anew by hand and is stopped', async () => {
    const { store, receive } = await aStore()
    const sha256 = await receive('a')
    await done(store, request(sha256, 'Before'))
    const lease = await store.claim(sha256, { again: true })
    if (!lease) throw new Error('it could not be claimed')
    expect(await requests(store)).toEqual(['Before'])
    await store.release(lease)
    expect(await requests(store)).toEqual(['Before'])
    expect(await store.find(sha256)).toMatchObject({ state: 'done', again: true })
    expect(await workable(store)).toMatchObject([{ sha256, stage: 'extract' }])
  })
})
