import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { zipOf } from '../fixtures/zip.ts'
import { aServer, bytes, engines, inLedger, redisUrl, TOKEN } from './a-server.ts'

type Answer = { readonly documents: readonly Record<string, unknown>[]; readonly error?: string }

const form = (files: Readonly<Record<string, string | Buffer>>) => {
  const made = new FormData()
  for (const [name, content] of Object.entries(files)) made.append('file', new Blob([content]), name)
  return made
}
const letter = (bytes: number) => Buffer.concat([Buffer.from('%PDF-1.4 '), randomBytes(bytes - 9)])
const nothing = { received: 0, failed: 0, done: 0 }

const incoming = (data: string) => readdir(join(data, 'files', 'incoming'))

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) if (await holds()) return
  throw new Error('it did not come to that')
}

/** A call that is written bit by bit, without a length unless one is given. */
function call(
  url: string,
  headers: Record<string, string | number> = {},
): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const request = httpRequest(`${url}/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/pdf', ...headers },
  })
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage)
  answer.catch(() => {})
  request.on('error', () => {})
  onTestFinished(() => void request.destroy())
  return { request, answer }
}

describe.skipIf(redisUrl === null)('an upload', () => {
  it('of several files in a form tells of each', async () => {
    const { post } = await aServer()
    const response = await post(form({ 'a.pdf': '%PDF-1.4 a', 'b.pdf': '%PDF-1.4 b' }))
    expect(response.status).toBe(202)
    expect(((await response.json()) as Answer).documents).toMatchObject([
      { file: 1, new: true },
      { file: 2, new: true },
    ])
  })

  it('of several files takes those that are not too large, says which is, and keeps nothing of it', async () => {
    const { post, store, data } = await aServer({ maxBytes: 1000, requestBytes: 1_000_000 })
    const response = await post(form({ 'a.pdf': letter(900), 'b.pdf': letter(300_000), 'c.pdf': letter(1000) }))
    expect(response.status).toBe(207)
    expect(((await response.json()) as Answer).documents).toMatchObject([
      { file: 1, state: 'received', new: true },
      { file: 2, state: 'refused', cause: 'too-large', message: expect.stringContaining('split it') },
      { file: 3, state: 'received', new: true },
    ])
    expect(await inLedger(store)).toMatchObject({ received: 2, failed: 0 })
    expect(await incoming(data)).toEqual([])
    const sizes = await Promise.all((await keptFiles(data)).map(async (path) => (await stat(path)).size))
    expect(sizes.sort()).toEqual([1000, 900].sort())
  })

  it.each([
    ['as a form', (content: Buffer) => form({ 'a.pdf': content }), {}],
    ['as the body', (content: Buffer) => new Blob([content]), {}],
    [
      'as a form, an archive',
      (content: Buffer) => form({ 'a.zip': Buffer.concat([Buffer.from('PK\u0003\u0004'), content]) }),
      {},
    ],
    ['as the body, under a key', (content: Buffer) => new Blob([content]), { 'idempotency-key': 'k' }],
  ] as const)(
    'that is too large is refused, %s, and nothing of it is in the ledger or on disk',
    async (_, body, headers) => {
      const { post, store, data } = await aServer({ maxBytes: 1000, requestBytes: 1_000_000 })
      const response = await post(body(letter(5000)), headers)
      expect(response.status).toBe(413)
      expect(((await response.json()) as Answer).error).toContain('split it')
      expect(await inLedger(store)).toMatchObject(nothing)
      expect(await incoming(data)).toEqual([])
      expect(await keptFiles(data)).toEqual([])
      expect(await readdir(join(data, 'uploads')).catch(() => [])).toEqual([])
    },
  )

  it('that is too large and does not say so before is refused all the same', async () => {
    const { server, store, data } = await aServer({ maxBytes: 1000 })
    const { request, answer } = call(server.url)
    for (let n = 0; n < 20; n++) request.write(letter(500))
    request.end()
    expect((await answer).statusCode).toBe(413)
    expect(await inLedger(store)).toMatchObject(nothing)
    expect(await incoming(data)).toEqual([])
  })

  it('is limited as a whole, by what it says and by what it is', async () => {
    const { server, post, store } = await aServer({ maxBytes: 2000, requestBytes: 5000 })
    const said = await post(form({ 'a.pdf': letter(1900), 'b.pdf': letter(1900), 'c.pdf': letter(1900) }))
    expect([said.status, await inLedger(store)]).toMatchObject([413, nothing])
    const { request, answer } = call(server.url, { 'content-type': 'multipart/form-data; boundary=x' })
    for (let n = 0; n < 6; n++) {
      const head = `--x\r\ncontent-disposition: form-data; name="f"; filename="${n}.pdf"\r\n\r\n`
      request.write(Buffer.concat([Buffer.from(head), letter(1500), Buffer.from('\r\n')]))
      // A file has come when the next one begins.
      if (n < 3) await until(async () => (await inLedger(store)).received >= n)
    }
    request.end('--x--\r\n')
    const response = await answer
    const { documents } = (await json(response)) as Answer
    expect(response.statusCode).toBe(207)
    expect(documents.at(-1)).toMatchObject({
      state: 'refused',
      cause: 'too-large',
      message: expect.stringContaining('fewer files'),
    })
    expect(documents.filter((d) => d.new)).toHaveLength((await inLedger(store)).received)
    // The third one ends where the fourth goes beyond.
    expect([2, 3]).toContain((await inLedger(store)).received)
  })

  it('goes to disk while it comes, and is not kept in memory', async () => {
    setFlagsFromString('--expose-gc')
    const collected = () => {
      runInNewContext('gc')()
      return process.memoryUsage().arrayBuffers
    }
    const { server, store, data } = await aServer()
    const before = collected()
    const { request, answer } = call(server.url)
    const part = Buffer.alloc(1_000_000, 7)
    request.write('%PDF-1.4 ')
    for (let n = 0; n < 100; n++) if (!request.write(part)) await once(request, 'drain')
    // The rest is sent only when the first hundred megabytes lie on disk: who keeps them in memory first never gets it.
    await until(async () => (await sizesIn(join(data, 'files', 'incoming'))).some((size) => size > 95_000_000))
    expect(collected() - before).toBeLessThan(30_000_000)
    request.end('end')
    expect((await answer).statusCode).toBe(202)
    expect(await inLedger(store)).toMatchObject({ received: 1 })
  })

  it('that breaks off leaves nothing', async () => {
    const { server, store, data } = await aServer()
    const { request } = call(server.url, { 'content-length': 100_000 })
    request.write('%PDF-1.4 half')
    await until(async () => (await incoming(data)).length === 1)
    request.destroy()
    await until(async () => (await incoming(data)).length === 0)
    expect(await inLedger(store)).toMatchObject(nothing)
  })

  it.each([
    ['as the body', {}, '%PDF-1.4 half'],
    [
      'as a form',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\ncontent-disposition: form-data; name="f"; filename="a"\r\n\r\n%PDF-1.4 half',
    ],
  ])('of a client that falls silent is given up, %s, and leaves nothing', async (_, headers, text) => {
    const { server, store, data } = await aServer({
      patience: { silenceMs: 300, requestMs: 60_000, headersMs: 60_000 },
    })
    const { request, answer } = call(server.url, { ...headers, 'content-length': 100_000 })
    request.write(text)
    expect((await answer).statusCode).toBe(408)
    expect(await incoming(data)).toEqual([])
    expect(await inLedger(store)).toMatchObject(nothing)
  })

  it('that trickles on and on is given up', async () => {
    const { server, store, data } = await aServer({ patience: { silenceMs: 60_000, requestMs: 1_000, headersMs: 500 } })
    const { request } = call(server.url, { 'content-length': 100_000 })
    const trickle = setInterval(() => request.write('x'), 50)
    onTestFinished(() => clearInterval(trickle))
    await until(async () => (await incoming(data)).length === 1)
    await once(request, 'close')
    await until(async () => (await incoming(data)).length === 0)
    expect(await inLedger(store)).toMatchObject(nothing)
  })

  it('without end, of a caller who may not send it, is not listened to for ever', async () => {
    const { server } = await aServer({ token: TOKEN })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let heard = ''
    socket.on('data', (part) => {
      heard += part
    })
    socket.on('error', () => {})
    socket.write(
      'POST /documents HTTP/1.1\r\nhost: x\r\ncontent-type: application/pdf\r\ntransfer-encoding: chunked\r\n\r\n',
    )
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')])
    let sent = 0
    while (!socket.closed && sent < 1_000_000_000) {
      sent += chunk.length
      if (!socket.write(chunk)) await drainedOrClosed(socket)
    }
    expect(heard).toContain('401')
    expect(sent).toBeLessThan(100_000_000)
  })

  it('that is refused leaves its connection fit for the next call', async () => {
    const { server } = await aServer({ token: TOKEN, maxBytes: 1000 })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ports = new Set<number | undefined>()
    for (const [path, method, status] of [
      ['/documents', 'POST', 401],
      ['/health/live', 'GET', 200],
      ['/documents', 'POST', 401],
    ] as const) {
      const request = httpRequest(`${server.url}${path}`, {
        method,
        agent,
        headers: { 'content-type': 'application/pdf' },
      })
      request.end(method === 'POST' ? Buffer.alloc(3_000_000) : undefined)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      ports.add(request.socket?.localPort)
      response.resume()
      await once(response, 'end')
      expect(response.statusCode).toBe(status)
    }
    expect(ports.size).toBe(1)
  })

  it('that is an archive is known by enough of its first bytes, however they come', async () => {
    const { server, store } = await aServer()
    const archive = await zipOf({ 'a.pdf': '%PDF-1.4 a', 'b.pdf': '%PDF-1.4 b' })
    const { request, answer } = call(server.url)
    for (const byte of archive.subarray(0, 6)) {
      request.write(Buffer.from([byte]))
      await sleep(50)
    }
    request.end(archive.subarray(6))
    const response = await answer
    expect([response.statusCode, ((await json(response)) as Answer).documents]).toMatchObject([
      202,
      [{ file: 1 }, { file: 1 }],
    ])
    expect(await inLedger(store)).toMatchObject({ received: 2 })
  })

  describe.each(engines)('under a key, on %s,', (_, databaseUrl) => {
    it('gets the same answer again, and is refused with other bytes', async () => {
      const { post, store } = await aServer({ databaseUrl: await databaseUrl() })
      const key = { 'idempotency-key': 'parcel-7' }
      const first = await post(bytes('one'), key)
      const again = await post(bytes('one'), key)
      const other = await post(bytes('two'), key)
      expect([first.status, again.status, other.status]).toEqual([202, 200, 422])
      expect(await other.json()).toMatchObject({ error: expect.stringContaining('Idempotency-Key') })
      expect(await inLedger(store)).toMatchObject({ received: 1, failed: 0 })
    })

    it('that is an archive gets the same answer again, and is refused with another archive or a document', async () => {
      const { post, store } = await aServer({ databaseUrl: await databaseUrl() })
      const key = { 'idempotency-key': 'parcel-8' }
      const one = new Blob([await zipOf({ 'a.pdf': '%PDF-1.4 a', 'b.pdf': '%PDF-1.4 b' })])
      // Its first file is the same: it is another archive nevertheless.
      const two = new Blob([await zipOf({ 'a.pdf': '%PDF-1.4 a', 'c.pdf': '%PDF-1.4 c' })])
      const statuses: number[] = []
      for (const body of [one, one, two, bytes('a'), one]) statuses.push((await post(body, key)).status)
      expect(statuses).toEqual([202, 200, 422, 422, 200])
      expect(await inLedger(store)).toMatchObject({ received: 2, failed: 0 })
      const other = { 'idempotency-key': 'parcel-9' }
      expect((await post(bytes('d'), other)).status).toBe(202)
      expect((await post(two, other)).status).toBe(422)
      expect(await inLedger(store)).toMatchObject({ received: 3, failed: 0 })
    })
  })
})

function drainedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      socket.off('drain', end).off('close', end)
      resolve()
    }
    socket.on('drain', end).on('close', end)
  })
}

async function sizesIn(folder: string): Promise<readonly number[]> {
  return Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size))
}

/** Paths of all files that the store keeps. */
async function keptFiles(data: string): Promise<readonly string[]> {
  const entries = await readdir(join(data, 'files'), { withFileTypes: true, recursive: true })
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
}
