import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { type ServerOptions, ServerRefused, startServer } from '../../src/http/index.ts'
import { openLog, openQueue } from '../../src/queue/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner } from '../fixtures/owners.ts'
import { aRecord } from '../fixtures/records.ts'
import { freePort, newDatabase } from '../fixtures/servers.ts'

const redisUrl = inject('redisUrl')
const postgres = inject('postgresUrl')
process.env.IMR_LOG = 'silent'

const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

async function aServer(given: Partial<ServerOptions> & { databaseUrl?: string | undefined; redis?: string } = {}) {
  const data = join(await testFolder(), 'data')
  const store = await openStore({ data, databaseUrl: given.databaseUrl })
  const url = given.redis ?? redisUrl ?? ''
  const queue = openQueue({ url, prefix: `s${Math.random().toString(36).slice(2)}` })
  const options: ServerOptions = {
    store,
    queue,
    log: openLog('test'),
    host: '127.0.0.1',
    port: 0,
    token: null,
    operatorPassword: null,
    spool: join(data, 'uploads'),
    ...given,
  }
  const server = await startServer(options)
  onTestFinished(async () => {
    await server.stop()
    await queue.close()
    await store.close()
  })
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, query = '') =>
    fetch(`${server.url}/documents${query}`, { method: 'POST', body, headers })
  return {
    server,
    store,
    queue,
    data,
    post,
    get: (path: string, headers = {}) => fetch(`${server.url}${path}`, { headers }),
  }
}

const bytes = (text: string) => new Blob([`%PDF-1.4 ${text}`], { type: 'application/pdf' })

describe.skipIf(redisUrl === null)('the server', () => {
  describe.each(engines)('on %s', (_, databaseUrl) => {
    it('takes a document, wakes a worker, and tells how it stands', async () => {
      const { post, get, queue, store } = await aServer({ databaseUrl: await databaseUrl() })
      const response = await post(bytes('one'), {}, '?urgency=expedited&due=2026-12-01&name=one.pdf')
      expect(response.status).toBe(202)
      const { documents } = (await response.json()) as { documents: { documentId: string; state: string }[] }
      const id = documents[0]?.documentId ?? ''
      expect(documents).toMatchObject([{ state: 'received', new: true, due: '2026-12-01' }])
      expect((await queue.counts()).extract.waiting).toBe(1)
      expect(await (await get(`/documents/${id}`)).json()).toMatchObject({ documentId: id, state: 'received' })
      expect((await get(`/documents/${id}/records`)).status).toBe(409)
      const lease = await store.claim(id)
      if (lease) await store.finish(lease, { records: [aRecord({ sha256: id })], failure: null })
      expect(await (await get(`/documents/${id}/records`)).json()).toMatchObject([{ caseId: `${id}-1` }])
      expect((await post(bytes('one'))).status).toBe(200)
    })

    it('gives the same answer to the same key, and refuses it for other bytes', async () => {
      const { post, store } = await aServer({ databaseUrl: await databaseUrl() })
      const key = { 'idempotency-key': 'parcel-7' }
      const first = await post(bytes('one'), key)
      const again = await post(bytes('one'), key)
      const other = await post(bytes('two'), key)
      expect([first.status, again.status, other.status]).toEqual([202, 200, 422])
      expect((await store.status()).documents.received).toBe(1)
    })

    it('takes the same document from fifty uploads at once as one', async () => {
      const { post, store } = await aServer({ databaseUrl: await databaseUrl() })
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(bytes('same'))))
      expect(answers.every((a) => a.ok)).toBe(true)
      expect((await store.status()).documents.received).toBe(1)
    })
  })

  it('takes several files of a form', async () => {
    const { post } = await aServer()
    const form = new FormData()
    form.append('a', bytes('a'), 'a.pdf')
    form.append('b', bytes('b'), 'b.pdf')
    const response = await post(form)
    expect(response.status).toBe(202)
    expect(((await response.json()) as { documents: unknown[] }).documents).toHaveLength(2)
  })

  it('refuses what is too large, keeps nothing of it, and says so', async () => {
    const { post, data } = await aServer({ maxBytes: 1000 })
    const response = await post(new Blob([Buffer.alloc(5000)]))
    expect(response.status).toBe(413)
    expect(await readdir(join(data, 'files', 'incoming'))).toEqual([])
  })

  it('starts whatever lies where archives are put, and sweeps what a server that is gone left there', async () => {
    const spool = join(await testFolder(), 'uploads')
    await mkdir(spool)
    const left = `${encodeURIComponent(goneOwner())}-00000000-0000-4000-8000-000000000000`
    for (const name of ['%zz-1-2-3-4-5', left]) await writeFile(join(spool, name), 'left')
    const { post } = await aServer({ spool })
    expect((await post(bytes('a'))).status).toBe(202)
    expect(await readdir(spool)).toEqual(['%zz-1-2-3-4-5'])
  })

  it('streams a large document to the store', async () => {
    const { post, store } = await aServer()
    const before = process.memoryUsage().arrayBuffers
    const chunk = Buffer.alloc(1_000_000, 7)
    const response = await post(new Blob(Array(150).fill(chunk)))
    expect(response.status).toBe(202)
    expect((await store.status()).documents.received).toBe(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400_000_000)
  })

  it('keeps nothing of an upload that breaks off', async () => {
    const { server, store, data } = await aServer()
    await new Promise<void>((resolve) => {
      const call = httpRequest(`${server.url}/documents`, {
        method: 'POST',
        headers: { 'content-type': 'application/pdf', 'content-length': 100_000 },
      })
      call.on('error', () => resolve())
      call.write('%PDF-1.4 half')
      setTimeout(() => {
        call.destroy()
        resolve()
      }, 200)
    })
    for (let i = 0; i < 100 && (await readdir(join(data, 'files', 'incoming'))).length > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await readdir(join(data, 'files', 'incoming'))).toEqual([])
    expect((await store.status()).documents.received).toBe(0)
  })

  it('lets in who shows the token, and nobody else', async () => {
    const { post, get } = await aServer({ token: 'right' })
    expect((await post(bytes('x'))).status).toBe(401)
    expect((await post(bytes('x'), { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await post(bytes('x'), { authorization: 'Bearer right' })).status).toBe(202)
    expect((await get('/metrics')).status).toBe(401)
    expect((await get('/metrics', { authorization: 'Bearer right' })).status).toBe(200)
    expect((await get('/health/live')).status).toBe(200)
  })

  it('does not listen to strangers without a token', async () => {
    await expect(aServer({ host: '0.0.0.0' })).rejects.toThrow(ServerRefused)
  })

  it('says which port is taken', async () => {
    const { server } = await aServer()
    await expect(aServer({ port: Number(new URL(server.url).port) })).rejects.toThrow(/EADDRINUSE.*--port/)
  })

  it('shows the dashboard to the operator only, and to nobody without a password', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const { get } = await aServer({ operatorPassword: 'open' })
    expect((await get('/queues')).status).toBe(401)
    expect((await get('/queues', basic('operator:wrong'))).status).toBe(401)
    expect((await get('/queues', basic('operator:open'))).status).toBe(200)
    expect((await get('/queues/api/queues', {})).status).toBe(401)
    expect((await (await aServer()).get('/queues')).status).toBe(404)
  })

  it('counts in its metrics what ledger and queue hold', async () => {
    const { post, get } = await aServer()
    await post(bytes('a'))
    await post(bytes('b'), {}, '?urgency=backlog')
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toContain('imr_documents{state="received"} 2')
    expect(metrics).toContain('imr_backlog_held 1')
    expect(metrics).toContain('imr_queue_jobs{stage="extract",state="waiting"} 1')
    expect(metrics).toMatch(/imr_oldest_waiting_seconds \d/)
  })

  it('takes documents while Redis is away, and says that it is', async () => {
    const { post, get, store } = await aServer({ redis: `redis://127.0.0.1:${await freePort()}` })
    expect((await post(bytes('x'))).status).toBe(202)
    expect((await store.status()).documents.received).toBe(1)
    const ready = await get('/health/ready')
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', store: 'ok', redis: 'unavailable' }])
    expect(await (await get('/metrics')).text()).toContain('imr_redis_up 0')
  })

  it.each([
    ['?urgency=now', 400],
    ['?due=tomorrow', 400],
    ['?other=1', 400],
  ])('refuses the query %s with what it may hold', async (query, status) => {
    const { post } = await aServer()
    const response = await post(bytes('x'), {}, query)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/urgency/)
  })

  it('knows no document that was never handed in', async () => {
    const { get } = await aServer()
    expect((await get(`/documents/${'0'.repeat(64)}`)).status).toBe(404)
    expect((await get('/documents/..%2f..%2fetc')).status).toBe(404)
  })
})
