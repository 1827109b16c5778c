import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type OcrEngine, openEngine, readByOf, readPart } from '../../src/extract/index.ts'
import { loadGuidelines } from '../../src/guidelines.ts'
import { decideCase } from '../../src/pipeline.ts'
import { observe, openLog, standardWorkLimits, startAlone, type Work, workerMetrics } from '../../src/queue/index.ts'
import { cutDocument, openCuts } from '../../src/review/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { letterPdf } from '../fixtures/letter-files.ts'

process.env.IMR_LOG = 'silent'
const guidelines = loadGuidelines()

async function aStore() {
  const folder = await testFolder()
  const data = join(folder, 'data')
  const open = async (owner?: string) => {
    const store = await openStore(data, owner ? { owner } : {})
    onTestFinished(() => store.close())
    return store
  }
  const store = await open()
  const engine = await openEngine('auto', { jobs: 1 })
  onTestFinished(() => engine.close())
  const put = async (name: string) => {
    const path = join(folder, name)
    await writeFile(path, Buffer.concat([await letterPdf(), Buffer.from(`\n% ${name}\n`)]))
    return { path, fileName: name }
  }
  return { store, open, engine, put }
}

function work(store: Work['store'], engine: OcrEngine, read?: Work['read']): Omit<Work, 'queue'> {
  return {
    store,
    observer: observe(openLog('test'), workerMetrics(new Registry())),
    read: read ?? ((file, how) => readPart(file, { engine, ...how })),
    decide: (record) => decideCase(record, guidelines),
    readBy: () => readByOf(engine),
    limits: standardWorkLimits,
  }
}

describe('reading alone, without a queue', () => {
  it('reads what waits, and what comes in once it is woken, to the end', async () => {
    const { store, engine, put } = await aStore()
    const first = await store.receive(await put('a.pdf'))
    const alone = startAlone(work(store, engine), { documents: 2, isFit: async () => true })
    onTestFinished(() => alone.stop(0))
    const second = await store.receive(await put('b.pdf'))
    await alone.queue.wake([{ sha256: second.sha256, stage: 'extract', priority: 100, due: null, abandoned: null }])
    for (const { sha256 } of [first, second]) {
      await expect.poll(async () => (await store.find(sha256))?.state, { timeout: 60_000 }).toBe('done')
      expect(await store.wordsOfPages(sha256)).not.toEqual([])
      expect((await store.records(sha256))[0]?.made.guidelines).not.toBeNull()
    }
  })

  it('reads each document once, beside another that reads the same store', async () => {
    const { store, open, engine, put } = await aStore()
    const other = await open('elsewhere 1 2 3')
    const reads: string[] = []
    const counted: Work['read'] = (file, how) => {
      reads.push(file.sha256)
      return readPart(file, { engine, ...how })
    }
    const ids: string[] = []
    for (const name of ['a.pdf', 'b.pdf', 'c.pdf', 'd.pdf']) ids.push((await store.receive(await put(name))).sha256)
    const both = [store, other].map((one) =>
      startAlone(work(one, engine, counted), { documents: 2, isFit: async () => true }),
    )
    for (const one of both) onTestFinished(() => one.stop(0))
    for (const id of ids) await expect.poll(async () => (await store.find(id))?.state, { timeout: 60_000 }).toBe('done')
    expect(reads.sort()).toEqual(ids.sort())
  })

  it('gives back what is in hand when it is to end at once, and another goes on with it', async () => {
    const { store, engine, put } = await aStore()
    const { sha256 } = await store.receive(await put('a.pdf'))
    let begun = () => {}
    const inHand = new Promise<void>((resolve) => {
      begun = resolve
    })
    const never: Work['read'] = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        begun()
      })
    const alone = startAlone(work(store, engine, never), { documents: 1, isFit: async () => true })
    await inHand
    await alone.stop(1)
    expect(await store.find(sha256)).toMatchObject({ state: 'received', cause: null })
    const next = startAlone(work(store, engine), { documents: 1, isFit: async () => true })
    onTestFinished(() => next.stop(0))
    await expect.poll(async () => (await store.find(sha256))?.state, { timeout: 60_000 }).toBe('done')
  })

  it('leaves a file cut as a person has cut it', async () => {
    const { store, engine, put } = await aStore()
    const { sha256 } = await store.receive(await put('a.pdf'))
    const alone = startAlone(work(store, engine), { documents: 1, isFit: async () => true })
    onTestFinished(() => alone.stop(0))
    await expect.poll(async () => (await store.find(sha256))?.state, { timeout: 60_000 }).toBe('done')
    const { parts = [], pageCount = 0 } = (await openCuts(store, sha256)) ?? {}
    expect(parts.map((p) => p.kind)).toEqual(['imr-determination'])
    const pages = Array.from({ length: pageCount }, (_, i) => i + 1)
    await cutDocument(store, sha256, { on: 0, by: 'ria', parts: [{ kind: 'cover', pages }] })
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'no-letter' })
    await store.again({ documents: [sha256] }, { stage: 'extract', urgency: 'standard' })
    await alone.queue.wake([])
    await expect.poll(async () => (await store.find(sha256))?.again, { timeout: 60_000 }).toBe(false)
    expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'no-letter' })
    await cutDocument(store, sha256, { on: 1, by: 'ria', parts })
    expect((await store.find(sha256))?.state).toBe('done')
  })

  it('takes nothing while pages cannot be read here', async () => {
    const { store, engine, put } = await aStore()
    const { sha256 } = await store.receive(await put('a.pdf'))
    let asked = 0
    const alone = startAlone(work(store, engine), { documents: 1, isFit: async () => ++asked > 1 })
    onTestFinished(() => alone.stop(0))
    await expect.poll(() => asked).toBe(1)
    expect((await store.find(sha256))?.attempts).toBe(0)
    await alone.queue.wake([])
    await expect.poll(async () => (await store.find(sha256))?.state, { timeout: 60_000 }).toBe('done')
  })
})
