import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FailureCode, letterIdOf } from '../../../src/model/index.ts'
import { failedRecord } from '../../../src/normalize/index.ts'
import { unreadableId } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { page, signedIn, signedInAgain } from '../../fixtures/people.ts'
import { aReader } from '../../fixtures/records.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

const DAY = 24 * 3_600_000

type Listed = {
  readonly documentId: string
  readonly fileName: string
  readonly state: string
  readonly cause: string | null
  readonly canRetry: boolean
  readonly letters: readonly string[]
}

describe.skipIf(redisUrl === null).each(engines)('documents in a list, of a store on %s', (_, databaseUrl) => {
  async function aDesk() {
    let time = Date.parse('2026-03-01T08:00:00.000Z')
    const { server, store } = await aServer({ databaseUrl: await databaseUrl(), now: () => new Date(time) })
    const folder = await testFolder()
    async function receive(name: string) {
      await writeFile(join(folder, name), name)
      return (await store.receive({ path: join(folder, name), fileName: name })).sha256
    }
    async function fail(name: string, code: FailureCode) {
      const failure = { code, message: `it is ${code}: scan it again` }
      const sha256 = await receive(name)
      const lease = await store.claim(sha256)
      if (!lease) throw new Error(`${name} is in hand`)
      const document = { fileName: name, sha256, mediaType: 'application/pdf', pageCount: 0 }
      await store.finish(lease, { records: [failedRecord(document, failure, aReader)], failure })
      return sha256
    }
    let olga = await signedIn({ url: server.url, store }, 'olga', ['operator'])
    const list = async (query = '') => {
      const answer = await olga.call('GET', `/api/v1/documents${query}`)
      return { status: answer.status, ...((await answer.json()) as { documents: Listed[]; next: string | null }) }
    }
    const retry = (sha256: string) => olga.call('POST', `/api/v1/documents/${sha256}/retry`)
    /** Signs her in anew: a session does not last a day. */
    const pass = async (ms: number) => {
      time += ms
      olga = await signedInAgain(server, 'olga')
    }
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await olga.call(method, `/api/v1/documents/${path}`, body)
      return { status: answer.status, body: (await answer.json()) as unknown }
    }
    return { url: server.url, store, receive, fail, list, retry, pass, folder, ask }
  }

  it('come the newest first, by pages, each with how it stands, why it failed and its letters', async () => {
    const { store, receive, fail, list, pass } = await aDesk()
    const read = aLetter()
    const record = await keepLetter(store, 'first', (sha256) => ({
      ...read,
      caseId: `${sha256}-1`,
      document: { ...read.document, sha256 },
    }))
    // Two of one moment: the list must neither skip nor repeat them.
    await pass(1000)
    await fail('second.pdf', 'encrypted')
    await receive('third.pdf')
    await pass(1000)
    await receive('fourth.pdf')
    const seen: Listed[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...page.documents)
      cursor = page.next
    }
    expect(seen.map(({ fileName }) => fileName)[0]).toBe('fourth.pdf')
    expect(new Set(seen.slice(1, 3).map(({ fileName }) => fileName))).toEqual(new Set(['second.pdf', 'third.pdf']))
    expect(seen).toHaveLength(4)
    expect(seen.at(-1)).toMatchObject({ fileName: 'first.pdf', state: 'done', letters: [letterIdOf(record)] })
    const failed = { cause: 'encrypted', message: 'it is encrypted: scan it again', canRetry: true, state: 'failed' }
    expect(seen.find(({ fileName }) => fileName === 'second.pdf')).toMatchObject(failed)
    expect((await list('?cursor=bm9uZQ')).status).toBe(400)
    expect(await store.accessTo(letterIdOf(record))).toContainEqual(
      expect.objectContaining({ actor: 'olga', action: 'document-shown' }),
    )
  })

  it('are chosen by how they stand, by cause and by the days on which they came', async () => {
    const { store, receive, fail, list, pass } = await aDesk()
    const names = async (query: string) => (await list(query)).documents.map(({ fileName }) => fileName)
    await fail('locked.pdf', 'encrypted')
    await pass(DAY)
    await fail('torn.pdf', 'damaged')
    await pass(DAY)
    await receive('new.pdf')
    const read = aLetter()
    await keepLetter(store, 'done', (sha256) => ({
      ...read,
      caseId: `${sha256}-1`,
      document: { ...read.document, sha256 },
    }))
    expect(await names('?state=failed')).toEqual(['torn.pdf', 'locked.pdf'])
    expect(await names('?cause=encrypted')).toEqual(['locked.pdf'])
    expect(await names('?state=waiting')).toEqual(['new.pdf'])
    expect(await names('?state=done')).toEqual(['done.pdf'])
    expect(await names('?from=2026-03-02&to=2026-03-02')).toEqual(['torn.pdf'])
    expect(await names('?to=2026-03-01')).toEqual(['locked.pdf'])
    // What is read again stands as done until it failed for good.
    const { documentId } = (await list('?state=done')).documents[0] ?? { documentId: '' }
    await store.again({ documents: [documentId] }, { stage: 'extract', urgency: 'standard' })
    expect(await names('?state=done')).toEqual(['done.pdf'])
    expect(await names('?state=waiting')).toEqual(['new.pdf'])
  })

  it('are read again when they failed, once, in the name of who asked; what has no bytes here is refused', async () => {
    const { store, fail, receive, list, retry, folder } = await aDesk()
    const sha256 = await fail('locked.pdf', 'encrypted')
    expect((await retry(sha256)).status).toBe(204)
    expect((await store.find(sha256))?.state).toBe('received')
    expect((await store.pending(9)).map((one) => one.sha256)).toEqual([sha256])
    expect((await store.auditOf(sha256)).filter((row) => row.action === 'retried')).toMatchObject([
      { actor: 'olga', from_state: 'failed', to_state: 'received' },
    ])
    expect((await retry(sha256)).status).toBe(409)
    expect((await retry(await receive('new.pdf'))).status).toBe(409)
    expect((await retry('0'.repeat(64))).status).toBe(404)
    const path = join(folder, 'never.pdf')
    const failure = { code: 'vanished', message: 'it was not there' } as const
    const document = { fileName: 'never.pdf', sha256: unreadableId(path), mediaType: 'application/pdf', pageCount: 0 }
    await store.noteUnreadable({ path, record: failedRecord(document, failure, aReader), failure })
    expect((await list('?cause=vanished')).documents).toMatchObject([{ canRetry: false }])
    expect((await retry(unreadableId(path))).status).toBe(409)
  })

  it('are counted by state and cause, and all that failed for one cause are read again in the name of who asked', async () => {
    const { store, fail, receive, ask } = await aDesk()
    const locked = [await fail('a.pdf', 'encrypted'), await fail('b.pdf', 'encrypted')]
    await fail('torn.pdf', 'damaged')
    await receive('new.pdf')
    const standing = () => ask('GET', 'standing')
    const none = { extracting: 0, extracted: 0, deciding: 0, done: 0 }
    expect(await standing()).toEqual({
      status: 200,
      body: {
        documents: { ...none, received: 1, failed: 3 },
        failures: [
          { cause: 'encrypted', count: 2 },
          { cause: 'damaged', count: 1 },
        ],
      },
    })
    expect(await ask('POST', 'retry', { cause: 'encrypted' })).toEqual({ status: 200, body: { retried: 2 } })
    expect((await standing()).body).toEqual({
      documents: { ...none, received: 3, failed: 1 },
      failures: [{ cause: 'damaged', count: 1 }],
    })
    for (const sha256 of locked)
      expect((await store.auditOf(sha256)).at(-1)).toMatchObject({ actor: 'olga', action: 'retried' })
    expect(await ask('POST', 'retry', { cause: 'encrypted' })).toEqual({ status: 200, body: { retried: 0 } })
    expect((await ask('POST', 'retry', {})).status).toBe(400)
  })

  it('are watched by their ids, without their names and without a row in the trail for each look', async () => {
    const { store, fail, receive, ask } = await aDesk()
    const [torn, fresh] = [await fail('torn.pdf', 'damaged'), await receive('new.pdf')]
    const states = await ask('POST', 'states', { documents: [torn, fresh, '0'.repeat(64)] })
    const { documents } = states.body as { documents: Listed[] }
    expect(new Map(documents.map((one) => [one.documentId, one.state]))).toEqual(
      new Map([
        [torn, 'failed'],
        [fresh, 'received'],
      ]),
    )
    expect(documents.find((one) => one.documentId === torn)).toMatchObject({ cause: 'damaged', canRetry: true })
    expect(JSON.stringify(documents)).not.toMatch(/torn\.pdf|new\.pdf/)
    expect(await store.trail({ action: 'document-shown', limit: 9 })).toEqual([])
    expect((await ask('POST', 'states', { documents: [] })).status).toBe(400)
  })

  it('name to nobody the letters that they are to answer blind', async () => {
    const { store, url } = await aDesk()
    const read = aLetter()
    const record = await keepLetter(store, 'drawn', (sha256) => ({
      ...read,
      caseId: `${sha256}-1`,
      document: { ...read.document, sha256 },
      review: { state: 'auto-accepted', reasons: [], vouched: [] },
    }))
    const lea = await signedIn({ url, store }, 'lea', ['lead'])
    const ria = await signedIn({ url, store }, 'ria', ['reviewer'])
    const drawn = (await (await lea.call('POST', '/api/v1/samples', { bound: 0.05, double: 0 })).json()) as {
      id: string
    }
    await ria.call('POST', `/api/v1/samples/${drawn.id}/next`, {})
    const lettersFor = async (who: typeof ria) => {
      const { documents } = (await (await who.call('GET', '/api/v1/documents')).json()) as { documents: Listed[] }
      return documents.flatMap(({ letters }) => letters)
    }
    expect(await lettersFor(ria)).toEqual([])
    expect(await lettersFor(lea)).toEqual([letterIdOf(record)])
    expect((await page(url)('GET', '/api/v1/documents')).status).toBe(401)
  })
})
