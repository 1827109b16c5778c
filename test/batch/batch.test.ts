import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type BatchOptions, type Outcome, runBatch } from '../../src/batch/index.ts'
import { openEngine, readDocument } from '../../src/extract/index.ts'
import { loadGuidelines } from '../../src/guidelines.ts'
import { listInputs } from '../../src/intake/index.ts'
import { DocumentFailure } from '../../src/model/index.ts'
import { type SourceFile, understand } from '../../src/pipeline.ts'
import { openStore, type Store, unreadableId } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { letterPdf, letterWithZero } from '../fixtures/letter-files.ts'
import { aReader, aRecord, aService } from '../fixtures/records.ts'
import { engines } from '../fixtures/work.ts'

const patient = { timeout: 60_000, interval: 5 }

/** Reads a file into one record that shows under which name and content it was read. */
const readRecord = async (file: SourceFile) => [aRecord({ fileName: file.fileName, sha256: file.sha256 })]

const readBy = async () => aReader

async function files(contents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await testFolder()
  for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text)
  return folder
}

async function aStore(folder?: string, options?: Parameters<typeof openStore>[1]): Promise<Store> {
  const store = await openStore(join(folder ?? (await testFolder()), 'store'), options)
  onTestFinished(() => store.close())
  return store
}

async function batch(path: string, options: Partial<BatchOptions>): Promise<readonly Outcome[]> {
  const { inputs } = await listInputs([path])
  const outcomes: Outcome[] = []
  const all = { readCases: readRecord, readBy, store: null, documents: 3, ...options }
  for await (const outcome of runBatch(inputs, all)) outcomes.push(outcome)
  return outcomes
}

const told = (outcomes: readonly Outcome[]) => outcomes.map((o) => `${o.input.fileName} ${o.kind}`)

describe('a batch', () => {
  it('gives outcomes in the order of the inputs, whatever is ready first', async () => {
    const folder = await files({ '1.pdf': 'slow', '2.pdf': 'fast', '10.pdf': 'faster' })
    const ready: string[] = []
    const after: Record<string, string> = { '1.pdf': '2.pdf', '2.pdf': '10.pdf' }
    const outcomes = await batch(folder, {
      readCases: async ({ fileName, ...file }) => {
        const before = after[fileName]
        await vi.waitUntil(() => before === undefined || ready.includes(before), patient)
        ready.push(fileName)
        return readRecord({ fileName, ...file })
      },
    })
    expect(ready).toEqual(['10.pdf', '2.pdf', '1.pdf'])
    expect(told(outcomes)).toEqual(['1.pdf read', '2.pdf read', '10.pdf read'])
  })

  it('works on as many documents at once as it may, and no more', async () => {
    const folder = await files(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.pdf`, `text ${i}`])))
    const held: (() => void)[] = []
    const atOnce: number[] = []
    let left = 12
    const done = batch(folder, {
      documents: 3,
      readCases: async (file) => {
        await new Promise<void>((go) => held.push(go))
        return readRecord(file)
      },
    })
    await vi.waitUntil(() => held.length >= 3, patient)
    // A fourth has every chance to begin, were it allowed to.
    for (let i = 0; i < 100; i++) await stat(folder)
    // One is let go when as many as may be are held, and the next one takes its place.
    for (; left > 0; left--) {
      await vi.waitUntil(() => held.length >= Math.min(3, left), patient)
      atOnce.push(held.length)
      held.shift()?.()
    }
    await done
    expect(atOnce).toEqual([...Array.from({ length: 10 }, () => 3), 2, 1])
  })

  it.each([true, false])('reads the same bytes once, under the first name given (with a store: %s)', async (kept) => {
    // The first one is large, so that it is hashed last.
    const text = 'x'.repeat(4_000_000)
    const folder = await files({ 'a.pdf': text, 'b.pdf': 'other', 'c.pdf': text })
    const outcomes = await batch(folder, { store: kept ? await aStore() : null })
    expect(told(outcomes)).toEqual(['a.pdf read', 'b.pdf read', 'c.pdf duplicate'])
    expect(outcomes[0]?.records[0]?.document.fileName).toBe('a.pdf')
    expect(outcomes[2]).toMatchObject({ sameAs: 'a.pdf', records: [] })
  })

  it('does not read again what the store knows, and gives its records under the name of now', async () => {
    const store = await aStore()
    await batch(await files({ 'old.pdf': 'text' }), { store })
    const outcomes = await batch(await files({ 'new.pdf': 'text' }), {
      store,
      readCases: () => Promise.reject(new Error('it was read again')),
    })
    expect(told(outcomes)).toEqual(['new.pdf known'])
    expect(outcomes[0]).toMatchObject({ readNow: false, pages: 1, records: [{ document: { fileName: 'new.pdf' } }] })
  })

  it('reads again when told to', async () => {
    const store = await aStore()
    const folder = await files({ 'a.pdf': 'text' })
    await batch(folder, { store })
    expect(told(await batch(folder, { store, again: true }))).toEqual(['a.pdf read'])
    expect((await store.status()).cases).toBe(1)
  })

  it('makes a failure a record and does the rest', async () => {
    const store = await aStore()
    const folder = await files({ 'a.pdf': 'bad', 'b.pdf': 'good', 'c.pdf': 'odd' })
    const outcomes = await batch(folder, {
      store,
      readCases: async (file) => {
        if (file.fileName === 'a.pdf') throw new DocumentFailure('damaged', 'broken: scan it again')
        if (file.fileName === 'c.pdf') throw new TypeError('Jane Doe has a bad knee')
        return readRecord(file)
      },
    })
    expect(told(outcomes)).toEqual(['a.pdf failed', 'b.pdf read', 'c.pdf failed'])
    expect(outcomes[0]?.records).toMatchObject([
      { status: 'failed', issues: [{ message: 'broken: scan it again' }], made: { ...aReader, guidelines: null } },
    ])
    expect(outcomes[2]?.failure?.code).toBe('internal')
    // What a library says may hold words of the document.
    expect(JSON.stringify(outcomes[2])).not.toContain('Jane')
  })

  it('tells bad input again without reading it, and tries again what may have passed', async () => {
    const store = await aStore()
    const folder = await files({ 'bad.pdf': 'bad', 'slow.pdf': 'slow' })
    const fail = async (file: SourceFile) => {
      throw new DocumentFailure(file.fileName === 'bad.pdf' ? 'encrypted' : 'ocr-unavailable', 'no')
    }
    await batch(folder, { store, readCases: fail })
    const outcomes = await batch(folder, { store })
    expect(told(outcomes)).toEqual(['bad.pdf failed', 'slow.pdf read'])
    expect(outcomes[0]).toMatchObject({
      readNow: false,
      failure: { code: 'encrypted', message: 'no' },
      records: [{ status: 'failed' }],
      pages: 0,
    })
  })

  it('reads again what was read less well than it can be, and nothing else that is known', async () => {
    const store = await aStore()
    const folder = await files({ 'good.pdf': 'good', 'lesser.pdf': 'lesser' })
    const message = 'the engine failed over a remedy'
    const issue = { rule: 'extract.remedy-failed', severity: 'error' as const, message, path: null, page: 1 }
    const lesser = async (file: SourceFile) =>
      (await readRecord(file)).map((r) => (file.fileName === 'lesser.pdf' ? { ...r, issues: [issue] } : r))
    expect(told(await batch(folder, { store, readCases: lesser }))).toEqual(['good.pdf read', 'lesser.pdf read'])
    expect(told(await batch(folder, { store }))).toEqual(['good.pdf known', 'lesser.pdf read'])
    expect(told(await batch(folder, { store }))).toEqual(['good.pdf known', 'lesser.pdf known'])
  })

  it('reports a file that vanishes after it was listed', async () => {
    const store = await aStore()
    const folder = await files({ 'a.pdf': 'here', 'b.pdf': 'soon gone' })
    const { inputs } = await listInputs([folder])
    await rm(join(folder, 'b.pdf'))
    for (const into of [store, null]) {
      const outcomes: Outcome[] = []
      for await (const o of runBatch(inputs, { readCases: readRecord, readBy, store: into, documents: 1 }))
        outcomes.push(o)
      expect(outcomes[1]).toMatchObject({
        kind: 'failed',
        failure: { code: 'vanished' },
        records: [{ status: 'failed' }],
      })
    }
    // A store remembers it, under its path.
    expect((await store.status()).failed).toMatchObject([{ cause: 'vanished', fileName: 'b.pdf' }])
    expect(await store.find(unreadableId(join(folder, 'b.pdf')))).toMatchObject({ state: 'failed', cause: 'vanished' })
  })

  it('gives back what is under way when it is stopped, and resumes', async () => {
    const store = await aStore()
    const folder = await files({ 'a.pdf': '1', 'b.pdf': '2', 'c.pdf': '3', 'd.pdf': '4' })
    const stop = new AbortController()
    const outcomes = await batch(folder, {
      store,
      documents: 2,
      signal: stop.signal,
      readCases: async (file, signal) => {
        if (file.fileName === 'a.pdf') return readRecord(file)
        if (file.fileName === 'b.pdf') setTimeout(() => stop.abort(), 10)
        return sleep(10_000, undefined, { signal }).then(() => [])
      },
    })
    expect(told(outcomes)).toEqual(['a.pdf read', 'b.pdf interrupted', 'c.pdf interrupted', 'd.pdf interrupted'])
    expect((await store.status()).documents).toMatchObject({ done: 1, extracting: 0, failed: 0 })
    expect(told(await batch(folder, { store }))).toEqual(['a.pdf known', 'b.pdf read', 'c.pdf read', 'd.pdf read'])
  })

  it('stops reading when nobody takes its outcomes any more, and stores nothing half-read', async () => {
    const store = await aStore()
    const folder = await files(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.pdf`, `text ${i}`])))
    const { inputs } = await listInputs([folder])
    let begun = 0
    const readCases = async (file: SourceFile, signal: AbortSignal) => {
      begun++
      if (file.fileName !== '0.pdf') await sleep(10_000, undefined, { signal })
      return readRecord(file)
    }
    for await (const outcome of runBatch(inputs, { readCases, readBy, store, documents: 3 })) {
      expect(outcome.kind).toBe('read')
      break
    }
    expect((await store.status()).documents).toMatchObject({ done: 1, extracting: 0, failed: 0 })
    expect(begun).toBeLessThan(6)
  })

  it('waits for what another run is reading and gives its records', async () => {
    const home = await testFolder()
    const [one, two] = [await aStore(home, { owner: 'one-host 1 1' }), await aStore(home, { owner: 'two-host 2 2' })]
    const folder = await files({ 'a.pdf': '1', 'b.pdf': '2', 'c.pdf': '3' })
    let reads = 0
    let refused = 0
    // Nothing is read to its end before the other run has come upon it.
    const readCases = async (file: SourceFile) => {
      reads++
      await vi.waitUntil(() => refused > 0, patient)
      return readRecord(file)
    }
    const counted = (store: Store): Store => ({
      ...store,
      claim: async (...given) => {
        const lease = await store.claim(...given)
        if (!lease) refused++
        return lease
      },
    })
    const [a, b] = await Promise.all([
      batch(folder, { store: counted(one), readCases }),
      batch(folder, { store: counted(two), readCases }),
    ])
    expect(reads).toBe(3)
    expect(a.map((o) => o.records)).toEqual(b.map((o) => o.records))
    expect((await one.status()).cases).toBe(3)
  })

  it('fails as a whole when the store does', async () => {
    const store = await aStore()
    const folder = await files({ 'a.pdf': '1', 'b.pdf': '2' })
    await store.close()
    await expect(batch(folder, { store })).rejects.toThrow()
  })
})

describe.each(engines)('a batch on %s', (engine, database) => {
  const opened = async () => {
    const data = join(await testFolder(), 'store')
    const store = await openStore({ data, ...(await database()) })
    onTestFinished(() => store.close())
    return { store, data }
  }

  it('reads on past what the store refuses, which is told as a failure of that file, in every run', async () => {
    const { store } = await opened()
    const folder = await files({ 'a.pdf': 'bad', 'b.pdf': 'good' })
    const service = aService({ request: engine === 'SQLite' ? 'Chair' : 'Chair\0', outcome: 'upheld' })
    const readCases = async (file: SourceFile) => [
      aRecord({
        sha256: file.sha256,
        // The same number twice breaks a key; PostgreSQL holds no zero character.
        services: file.fileName !== 'a.pdf' ? [] : engine === 'SQLite' ? [service, service] : [service],
      }),
    ]
    for (const kind of ['read', 'known']) {
      const outcomes = await batch(folder, { store, readCases })
      expect(told(outcomes)).toEqual(['a.pdf failed', `b.pdf ${kind}`])
      expect(outcomes[0]).toMatchObject({ failure: { code: 'refused-by-store' }, records: [{ status: 'failed' }] })
    }
    expect((await store.status()).documents).toMatchObject({ failed: 1, done: 1, extracting: 0 })
  })

  it('reads on past a file whose bytes are damaged in the store', async () => {
    const { store, data } = await opened()
    const folder = await files({ 'a.pdf': 'bad', 'b.pdf': 'good' })
    const [{ input: _, ...first } = { records: [] }] = await batch(folder, { store })
    const sha256 = first.records[0]?.document.sha256 ?? ''
    await writeFile(join(data, 'files', sha256.slice(0, 2), sha256), 'damaged')
    const outcomes = await batch(folder, { store, again: true })
    expect(told(outcomes)).toEqual(['a.pdf failed', 'b.pdf read'])
    expect(outcomes[0]?.failure?.code).toBe('not-readable')
    // What is damaged was set aside; handed in again, it is whole.
    expect(told(await batch(folder, { store }))).toEqual(['a.pdf read', 'b.pdf known'])
  })

  it('reads letters whose font maps a glyph to U+0000', async () => {
    const { store } = await opened()
    const folder = await testFolder()
    await writeFile(join(folder, 'a.pdf'), await letterWithZero())
    await writeFile(join(folder, 'b.pdf'), await letterPdf())
    const ocr = await openEngine('auto', { jobs: 1 })
    onTestFinished(() => ocr.close())
    const guidelines = loadGuidelines()
    const outcomes = await batch(folder, {
      store,
      readCases: async (file, signal, keep) => {
        const document = await readDocument(file, { engine: ocr, signal })
        keep(document.pages)
        return understand(document, { guidelines })
      },
    })
    expect(told(outcomes)).toEqual(['a.pdf read', 'b.pdf read'])
    for (const { records } of outcomes) {
      const { sha256, pageCount } = records[0]?.document ?? { sha256: '', pageCount: 0 }
      expect((await store.wordsOfPages(sha256)).map((p) => p.number)).toEqual(
        [...Array(pageCount).keys()].map((i) => i + 1),
      )
    }
    expect((await store.status()).cases).toBe(2)
  })
})

describe('the list of inputs', () => {
  it('takes what it can read out of folders, in natural order, and says what it passed over', async () => {
    const folder = await files({ 'b10.PDF': '', 'b2.tif': '', 'a.jpeg': '', 'notes.txt': '', '.hidden.pdf': '' })
    await mkdir(join(folder, 'B'))
    await writeFile(join(folder, 'B', 'c.png'), '')
    const { inputs, passedOver } = await listInputs([folder])
    expect(inputs.map((i) => i.fileName)).toEqual(['a.jpeg', 'c.png', 'b2.tif', 'b10.PDF'])
    expect(passedOver).toEqual([join(folder, 'notes.txt')])
  })

  it('tries a file that is named itself, whatever its name', async () => {
    const folder = await files({ 'scan.dat': '' })
    const { inputs } = await listInputs([join(folder, 'scan.dat')])
    expect(inputs).toMatchObject([{ fileName: 'scan.dat', failure: null }])
  })

  it('reports a missing path and a device and goes on', async () => {
    const folder = await files({ 'a.pdf': '' })
    const { inputs } = await listInputs([join(folder, 'none.pdf'), '/dev/zero', folder])
    expect(inputs.map((i) => i.failure?.code)).toEqual(['vanished', 'unsupported-type', undefined])
  })

  it('goes once into a folder that links lead to again', async () => {
    const { symlink } = await import('node:fs/promises')
    const folder = await files({ 'a.pdf': '' })
    await symlink(folder, join(folder, 'round'))
    await symlink(join(folder, 'loop'), join(folder, 'loop'))
    const { inputs } = await listInputs([folder])
    expect(inputs.map((i) => [i.fileName, i.failure?.code])).toEqual([
      ['a.pdf', undefined],
      ['loop', 'not-readable'],
    ])
  })
})

describe('a document that is forgotten while a batch has it', () => {
  it('ends as failed, holds up no others, and leaves nothing in the store', async () => {
    const folder = await files({ '1.pdf': 'frozen', '2.pdf': 'well' })
    const data = await testFolder()
    const store = await aStore(data)
    const hourLater = () => new Date(Date.now() + 3_600_000)
    const readCases = async (file: SourceFile) => {
      // The batch stands still for longer than its lease lasts.
      const later = file.fileName === '1.pdf' ? await aStore(data, { now: hourLater, owner: 'elsewhere 1 1' }) : null
      expect(await later?.forget(file.sha256, { reason: 'mistake', by: 'clerk' })).toBe(later ? 'forgotten' : undefined)
      return readRecord(file)
    }
    const outcomes = await batch(folder, { store, readCases })
    expect(told(outcomes)).toEqual(['1.pdf failed', '2.pdf read'])
    expect(outcomes[0]?.failure).toMatchObject({ code: 'vanished', message: expect.stringContaining('imr forget') })
    expect(await store.status()).toMatchObject({ documents: { done: 1, failed: 0 }, cases: 1 })
  })
})
