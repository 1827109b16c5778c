import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openQueue } from '../../src/queue/index.ts'
import { type RunningServer, ServerRefused, startServer } from '../../src/review/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aRecord } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'
import { zipOf } from '../fixtures/zip.ts'

const redisUrl = inject('redisUrl')
const postgresUrl = inject('postgresUrl')
const token = 'a-token'
const shown = { authorization: `Bearer ${token}` }
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

type Given = {
  token?: string | null
  operatorPassword?: string
  maxBytes?: number
  redis?: string
  database?: string | undefined
}

async function served(given: Given = {}) {
  const folder = await testFolder()
  const store: Store = await openStore({ data: folder, databaseUrl: given.database })
  const prefix = `test-${Math.random().toString(36).slice(2)}`
  const queue = openQueue({ url: given.redis ?? redisUrl ?? '', prefix })
  const log: string[] = []
  const server: RunningServer = await startServer({
    store,
    queue,
    log: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
    host: '127.0.0.1',
    port: 0,
    token: given.token === undefined ? token : given.token,
    operatorPassword: given.operatorPassword ?? null,
    ...(given.maxBytes === undefined ? {} : { maxBytes: given.maxBytes }),
    spool: join(folder, 'uploads'),
  })
  onTestFinished(async () => {
    await server.stop()
    await queue.close()
    await store.close()
  })
  const call = async (path: string, init: Parameters<typeof fetch>[1] & { headers?: Record<string, string> } = {}) => {
    const answer = await fetch(`${server.url}${path}`, { ...init, headers: { ...shown, ...init.headers } })
    const text = await answer.text()
    const json = (answer.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : null
    return { status: answer.status, text, json }
  }
  const post = (body: string | Buffer | FormData, headers: Record<string, string> = {}, query = '') =>
    call(`/documents${query}`, { method: 'POST', body, headers })
  const left = () => (existsSync(join(folder, 'uploads')) ? readdirSync(join(folder, 'uploads')) : [])
  return { server, store, queue, log, call, post, folder, prefix, left }
}

const known = async (store: Store) => Object.values((await store.status()).documents).reduce((sum, n) => sum + n, 0)

const stores: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgresUrl ? [['PostgreSQL', () => newDatabase(postgresUrl)] as const] : []),
]

describe.skipIf(redisUrl === null)('the HTTP API', () => {
  for (const [name, database] of stores)
    it(`takes a document in, wakes the workers, tells how it stands and gives its records (${name})`, async () => {
      const { store, queue, call, post } = await served({ database: await database() })
      const first = await post('bytes', { 'content-type': 'application/pdf' }, '?urgency=expedited&due=2026-12-31')
      expect(first).toMatchObject({ status: 202, json: { documents: [{ documentId: sha256('bytes'), new: true }] } })
      expect(await store.find(sha256('bytes'))).toMatchObject({ state: 'received', priority: 1, due: '2026-12-31' })
      expect((await queue.counts()).extract.waiting).toBe(1)
      const path = `/documents/${sha256('bytes')}`
      expect((await call(path)).json).toMatchObject({ state: 'received', cause: null, attempts: 0 })
      expect(await call(`${path}/records`)).toMatchObject({ status: 409 })
      const lease = await store.claim(sha256('bytes'))
      if (!lease) throw new Error('not free')
      const record = aRecord({ sha256: sha256('bytes') })
      await store.finish(lease, { records: [record], failure: null, reader: 'imr test' })
      expect((await call(path)).json).toMatchObject({ state: 'done' })
      expect((await call(`${path}/records`)).json).toEqual([record])
      expect(await post('bytes')).toMatchObject({ status: 200, json: { documents: [{ new: false, state: 'done' }] } })
    })

  it('gives the same answer to the same bytes under a key, and refuses other bytes under it without keeping them', async () => {
    const { store, post } = await served()
    const key = { 'idempotency-key': '4711' }
    const first = await post('one', key)
    expect(first.status).toBe(202)
    const again = await post('one', key)
    expect(again.status).toBe(200)
    expect(again.json.documents[0].documentId).toBe(first.json.documents[0].documentId)
    expect(await post('two', key)).toMatchObject({ status: 422 })
    expect(await store.find(sha256('two'))).toBeNull()
    expect(await post('one', { 'idempotency-key': 'with spaces' })).toMatchObject({ status: 400 })
  })

  it('takes fifty hand-overs of the same file at once as one document', async () => {
    const { store, post } = await served()
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('wanted', { 'idempotency-key': 'k' })))
    expect(new Set(answers.map((a) => a.json.documents[0].documentId)).size).toBe(1)
    expect(await known(store)).toBe(1)
  })

  it('takes several files of a form, and an archive apart', async () => {
    const { store, post, left } = await served()
    const form = new FormData()
    form.append('file', new Blob(['one']), 'one.pdf')
    form.append('file', new Blob(['two']), '../../two.pdf')
    form.append('file', new Blob([await zipOf({ 'three.pdf': 'three', 'four.pdf': 'four' })]), 'more.zip')
    const { status, json } = await post(form)
    expect(status).toBe(202)
    const ids = json.documents.map((d: { documentId: string }) => d.documentId)
    expect(ids).toEqual(['one', 'two', 'three', 'four'].map(sha256))
    expect((await store.find(sha256('two')))?.fileName).toBe('two.pdf')
    expect(left()).toEqual([])
  })

  it('refuses what is too large with 413, however it comes, and keeps nothing of it', async () => {
    const { store, post, folder, left } = await served({ maxBytes: 50_000 })
    const large = Buffer.alloc(200_000, 'x')
    expect(await post(large)).toMatchObject({ status: 413 })
    const form = new FormData()
    form.append('file', new Blob([large]), 'large.pdf')
    expect(await post(form)).toMatchObject({ status: 413 })
    expect(await post(large, { 'idempotency-key': 'k' })).toMatchObject({ status: 413 })
    expect(await store.find(sha256(large))).toBeNull()
    expect(await store.find(sha256(large.subarray(0, 50_000)))).toBeNull()
    expect((await store.status()).documents.received).toBe(0)
    expect(readdirSync(join(folder, 'files', 'incoming'))).toEqual([])
    expect(left()).toEqual([])
  })

  it('keeps nothing of an upload that breaks off', async () => {
    const { server, store, folder } = await served()
    for (const headers of [{}, { 'content-type': 'multipart/form-data; boundary=b' }]) {
      const call = request(`${server.url}/documents`, {
        method: 'POST',
        headers: { ...shown, ...headers, 'content-length': '100000' },
      })
      call.on('error', () => {})
      call.write('--b\r\ncontent-disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n')
      call.write('%PDF-'.padEnd(40_000, 'x'))
      await sleep(100)
      call.destroy()
    }
    await sleep(300)
    expect(await known(store)).toBe(0)
    expect(readdirSync(join(folder, 'files', 'incoming'))).toEqual([])
  })

  it('ends an upload in hand before it stops', async () => {
    const { server, store } = await served()
    const answered = new Promise<number>((resolve, reject) => {
      const call = request(`${server.url}/documents`, { method: 'POST', headers: shown })
      call.on('error', reject).on('response', (answer) => resolve(answer.resume().statusCode ?? 0))
      call.write('first half, ')
      setTimeout(() => call.end('second half'), 400)
    })
    await sleep(150)
    await server.stop()
    expect(await answered).toBe(202)
    expect(await store.find(sha256('first half, second half'))).not.toBeNull()
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow()
  })

  it('says what is wrong with a call', async () => {
    const { call, post } = await served()
    expect(await post('x', {}, '?urgency=soon')).toMatchObject({ status: 400 })
    expect(await post('x', {}, '?due=tomorrow')).toMatchObject({ status: 400 })
    expect(await call('/documents', { method: 'POST' })).toMatchObject({ status: 400 })
    expect(await call(`/documents/${'0'.repeat(64)}`)).toMatchObject({ status: 404 })
    expect(await call('/documents/..%2f..%2fetc')).toMatchObject({ status: 404 })
    expect(await post(Buffer.from('PK\u0003\u0004 broken'))).toMatchObject({ status: 422 })
  })

  it('answers nobody without the token', async () => {
    const { server, store } = await served()
    for (const authorization of ['', 'Bearer wrong', 'Basic YTpi', `Bearer ${token}x`])
      for (const path of ['/documents/x', '/documents/x/records', '/metrics', '/queues'])
        expect([401, 404]).toContain((await fetch(`${server.url}${path}`, { headers: { authorization } })).status)
    const upload = await fetch(`${server.url}/documents`, { method: 'POST', body: 'x' })
    expect(upload.status).toBe(401)
    expect(await known(store)).toBe(0)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  })

  it('without a token listens on the loopback address only, and not to web pages', async () => {
    const { server, store, queue, call } = await served({ token: null })
    const options = { store, queue, log: pino({ level: 'silent' }), port: 0, operatorPassword: null, spool: '/nowhere' }
    await expect(startServer({ ...options, host: '0.0.0.0', token: null })).rejects.toThrow(ServerRefused)
    expect(await call('/metrics')).toMatchObject({ status: 200 })
    const from = (headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        request(`${server.url}/documents/${'0'.repeat(64)}`, { headers }, (a) => resolve(a.resume().statusCode))
          .on('error', reject)
          .end()
      })
    expect(await from({})).toBe(404)
    expect(await from({ host: 'evil.example' })).toBe(403)
    expect(await from({ origin: 'http://evil.example' })).toBe(403)
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  })

  it('shows the queues to the operator with the password, to look at only', async () => {
    const { server, queue, store } = await served({ operatorPassword: 'pass' })
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    for (const path of ['/queues', '/queues/', '/queues/api/queues', '/queues/static/favicon-32x32.png']) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(401)
      expect((await fetch(`${server.url}${path}`, { headers: basic('operator:wrong') })).status).toBe(401)
      expect((await fetch(`${server.url}${path}`, { headers: shown })).status).toBe(401)
    }
    expect((await fetch(`${server.url}/queues`, { headers: basic('operator:pass') })).status).toBe(200)
    await queue.wake([{ sha256: 'a'.repeat(64), stage: 'extract', priority: 1, due: null, abandoned: null }])
    const empty = await fetch(`${server.url}/queues/api/queues/extract/empty`, {
      method: 'PUT',
      headers: basic('operator:pass'),
    })
    expect(empty.status).toBeGreaterThanOrEqual(400)
    expect((await queue.counts()).extract.waiting).toBe(1)
    expect(await known(store)).toBe(0)
  })

  it('takes documents in while Redis is away, says so, and is ready all the same', async () => {
    const { call, post, store } = await served({ redis: 'redis://127.0.0.1:1' })
    expect(await post('bytes')).toMatchObject({ status: 202 })
    const begun = performance.now()
    for (let n = 0; n < 20; n++) expect(await post(`bytes ${n}`)).toMatchObject({ status: 202 })
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(await known(store)).toBe(21)
    expect(await call('/health/ready')).toMatchObject({ status: 200, json: { store: 'ok', redis: 'unavailable' } })
    expect((await call('/metrics')).text).toContain('imr_redis_up 0')
  })

  it('counts documents, failures, backlog and jobs at the time it is asked', async () => {
    const { call, post, store } = await served()
    await post('waits')
    await post('held', {}, '?urgency=backlog')
    await post('fails')
    const lease = await store.claim(sha256('fails'))
    if (!lease) throw new Error('not free')
    const failure = { code: 'damaged', message: 'it is damaged' } as const
    await store.finish(lease, { records: [aRecord({ sha256: sha256('fails') })], failure, reader: 'imr test' })
    const { text } = await call('/metrics')
    for (const line of [
      'imr_documents{state="received"} 2',
      'imr_documents{state="failed"} 1',
      'imr_documents_failed{cause="damaged"} 1',
      'imr_backlog_held 1',
      'imr_queue_jobs{stage="extract",state="waiting"} 2',
      'imr_redis_up 1',
    ])
      expect(text).toContain(line)
    expect(text).toMatch(/imr_oldest_waiting_seconds \d/)
  })

  it('lets no name and no word of a document into Redis, the log or the metrics', async () => {
    const { call, post, log, prefix } = await served({ operatorPassword: 'pass' })
    const planted = 'Zebulon-Quixworth'
    const form = new FormData()
    form.append('file', new Blob([`${planted} has a sprain`]), `${planted}.pdf`)
    form.append('file', new Blob([await zipOf({ [`${planted}/${planted}.pdf`]: planted })]), `${planted}.zip`)
    expect(await post(form)).toMatchObject({ status: 202 })
    expect(await post(planted, {}, `?name=${planted}.pdf`)).toMatchObject({ status: 200 })
    await call(`/documents/${planted}`)
    await call(`/${planted}`)
    expect(log.join('')).toContain('"route":"/documents"')
    expect(log.join('')).not.toContain('Zebulon')
    expect((await call('/metrics')).text).not.toContain('Zebulon')
    const redis = new Redis(redisUrl ?? '')
    onTestFinished(() => redis.disconnect())
    const keys = await redis.keys(`${prefix}:*`)
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      const dump = await redis.dumpBuffer(key)
      expect(`${key} ${dump?.toString('latin1')}`).not.toContain('Zebulon')
    }
  })
})
