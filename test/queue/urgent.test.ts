import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { takeIn, type WayIn } from '../../src/intake/index.ts'
import { extractDocument } from '../../src/queue/extract-and-decide.ts'
import { openQueue, type Queue, reconcile } from '../../src/queue/index.ts'
import type { Stage } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aWork, engines, readerOf } from '../fixtures/work.ts'

const redisUrl = inject('redisUrl')
const quiet = new AbortController().signal
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

function aQueue(): Queue & { prefix: string } {
  const prefix = `u${Math.random().toString(36).slice(2)}`
  const queue = openQueue({ url: redisUrl ?? '', prefix })
  onTestFinished(() => queue.close())
  return { ...queue, prefix }
}

/** Ids of the documents (and parts) whose jobs wait, in the order in which workers would take them. */
async function inTurn(queue: Queue, stage: Stage = 'extract'): Promise<readonly string[]> {
  const jobs = await queue.jobs[stage].getJobs(['prioritized'], 0, -1, true)
  return jobs.map(({ data }) => (data.part === undefined ? data.documentId : `${data.documentId} ${data.part}`))
}

describe.skipIf(redisUrl === null).each(engines)('what is handed in again, with more urgency, on %s', (_, database) => {
  /** Hands the same files in, each time with an urgency. */
  async function installation(pages = 2) {
    const given = await aWork({ ...(await database()), read: readerOf(pages) })
    const queue = aQueue()
    const folder = await testFolder()
    const submit = async (name: string, way: Omit<WayIn, 'store' | 'queue'> = {}) => {
      const path = join(folder, name)
      await writeFile(path, name)
      for await (const taken of takeIn({ path, fileName: name }, { store: given.store, queue, ...way }))
        if (taken.kind !== 'failed') return taken.document.sha256
      throw new Error('not taken')
    }
    return { ...given, queue, submit, work: { ...given.work, queue } }
  }

  it('is taken first, though it has a job already', async () => {
    const { queue, submit } = await installation()
    const [a, b, c] = [await submit('a'), await submit('b'), await submit('c')]
    expect(await inTurn(queue)).toEqual([a, b, c])
    await submit('c', { urgency: 'expedited' })
    await submit('b', { due: inDays(3) })
    expect(await inTurn(queue)).toEqual([c, b, a])
    // With less urgency, it stays where it is.
    await submit('c')
    expect(await inTurn(queue)).toEqual([c, b, a])
  })

  it('is taken first where it waits for its decision', async () => {
    const { queue, submit, work, store } = await installation()
    const all = [await submit('a'), await submit('b')]
    for (const sha256 of all) await extractDocument(work, sha256, quiet)
    const [first, last] = (await inTurn(queue, 'decide')) as [string, string]
    await submit(last === all[0] ? 'a' : 'b', { urgency: 'expedited' })
    expect(await inTurn(queue, 'decide')).toEqual([last, first])
    expect((await store.auditOf(last)).at(-1)).toMatchObject({ action: 'hastened', detail: 'priority 1' })
  })

  it('is taken first in all of its parts', async () => {
    const { queue, submit, work } = await installation(30)
    const [a, b] = [await submit('a'), await submit('b')]
    // A worker takes each once, and finds that it is long.
    for (const sha256 of [a, b]) {
      await extractDocument(work, sha256, quiet)
      await (await queue.jobs.extract.getJob(sha256))?.remove()
    }
    const parts = (sha256: string) => [1, 2, 3, 4].map((part) => `${sha256} ${part}`)
    expect(await inTurn(queue)).toEqual([...parts(a), ...parts(b)])
    await submit('b', { urgency: 'expedited' })
    expect((await inTurn(queue))[0]).toBe(b)
    await extractDocument(work, b, quiet)
    await (await queue.jobs.extract.getJob(b))?.remove()
    expect(await inTurn(queue)).toEqual([...parts(b), ...parts(a)])
  })

  it('is moved by the reconciler, when Redis could not be told at once', async () => {
    const { queue, submit, store } = await installation()
    const [a, b] = [await submit('a'), await submit('b')]
    await store.receive({
      path: 'b',
      fileName: 'b',
      bytes: (await import('node:stream')).Readable.from(Buffer.from('b')),
      urgency: 'expedited',
    })
    expect(await inTurn(queue)).toEqual([a, b])
    expect(await reconcile(store, queue)).toBe(1)
    expect(await inTurn(queue)).toEqual([b, a])
    expect(await reconcile(store, queue)).toBe(0)
  })

  it('and failed before, is retried as urgent as it is now', async () => {
    const { queue, submit, store } = await installation()
    const sha256 = await submit('a')
    const lease = await store.claim(sha256)
    if (lease) await store.finish(lease, { records: [], failure: { code: 'time-limit', message: 'slow' } })
    await submit('a', { urgency: 'expedited', due: inDays(1) })
    expect(await store.find(sha256)).toMatchObject({ state: 'received', priority: 1, due: inDays(1) })
    expect((await queue.jobs.extract.getJob(sha256))?.priority).toBe(1)
  })

  it('finds its way back into a Redis that was emptied, the most urgent first, as many as there is room for', async () => {
    const { queue, submit, store } = await installation()
    const backlog = await submit('backlog', { urgency: 'backlog' })
    await store.letGo({ underway: 1 })
    const plain = await submit('plain')
    const later = await submit('later', { due: inDays(50) })
    const soon = await submit('soon', { due: inDays(2) })
    const past = await submit('past', { due: inDays(-2) })
    const history = await submit('history', { due: inDays(-400) })
    const expedited = await submit('expedited', { urgency: 'expedited' })
    const order = [expedited, past, soon, later, plain, history, backlog]
    const redis = new Redis(redisUrl ?? '')
    onTestFinished(() => redis.disconnect())
    const keys = await redis.keys(`${queue.prefix}:*`)
    await redis.del(keys)
    expect((await store.pending(4)).map((p) => p.sha256)).toEqual(order.slice(0, 4))
    await reconcile(store, queue)
    expect(await inTurn(queue)).toEqual(order)
  })
})
