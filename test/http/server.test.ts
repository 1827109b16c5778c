import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ServerRefused, startProbes } from '../../src/http/index.ts'
import { openPostgres } from '../../src/store/sql/postgres.ts'
import { openSqlite } from '../../src/store/sql/sqlite.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner } from '../fixtures/owners.ts'
import { aRecord } from '../fixtures/records.ts'
import { freePort } from '../fixtures/servers.ts'
import { aServer, bytes, engines, PASSWORD, redisUrl, TOKEN } from './a-server.ts'

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

    it('says when to come again while the store cannot be used, and takes what comes then', async () => {
      const url = await databaseUrl()
      const { post, get, data, store } = await aServer({ databaseUrl: url })
      const database = url ? openPostgres(url) : openSqlite(join(data, 'imr.sqlite'))
      onTestFinished(() => database.destroy())
      // The server seals the trail when it starts: when ours is made, its own is.
      await store.seal('test')
      await sql`alter table documents rename to away`.execute(database)
      for (const answer of [
        await post(bytes('one')),
        await get(`/documents/${'a'.repeat(64)}`),
        await get('/metrics'),
      ]) {
        expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([503, 30])
        expect(await answer.text()).toContain('try again later')
      }
      await sql`alter table away rename to documents`.execute(database)
      expect((await post(bytes('one'))).status).toBe(202)
    })

    it('takes the same document from fifty uploads at once as one', async () => {
      const { post, store } = await aServer({ databaseUrl: await databaseUrl() })
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(bytes('same'))))
      expect(answers.every((a) => a.ok)).toBe(true)
      expect((await store.status()).documents.received).toBe(1)
    })
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

  it('lets in who shows the token, and nobody else', async () => {
    const { post, get } = await aServer({ token: TOKEN })
    expect((await post(bytes('x'))).status).toBe(401)
    expect((await post(bytes('x'), { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await post(bytes('x'), { authorization: `Bearer ${TOKEN}` })).status).toBe(202)
    expect((await get('/metrics')).status).toBe(401)
    expect((await get('/metrics', { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
    expect((await get('/health/live')).status).toBe(200)
  })

  it('does not listen to strangers without a token, or with a secret that can be guessed', async () => {
    await expect(aServer({ host: '0.0.0.0' })).rejects.toThrow(ServerRefused)
    await expect(aServer({ token: 'fifteen letters' })).rejects.toThrow(/IMR_API_TOKEN.*openssl/)
    await expect(aServer({ operatorPassword: 'eleven-more' })).rejects.toThrow(/IMR_OPERATOR_PASSWORD.*openssl/)
  })

  it('says which port is taken', async () => {
    const { server } = await aServer()
    await expect(aServer({ port: Number(new URL(server.url).port) })).rejects.toThrow(/EADDRINUSE.*--port/)
  })

  it('shows the dashboard to the operator only, and to nobody without a password', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const { get } = await aServer({ operatorPassword: PASSWORD })
    expect((await get('/queues')).status).toBe(401)
    expect((await get('/queues', basic('operator:wrong'))).status).toBe(401)
    expect((await get('/queues', basic(`operator:${PASSWORD}`))).status).toBe(200)
    expect((await get('/queues/api/queues', {})).status).toBe(401)
    expect((await (await aServer()).get('/queues')).status).toBe(404)
  })

  it('has who tries passwords wait, also for the right one', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const { get } = await aServer({ operatorPassword: PASSWORD })
    const tries: number[] = []
    for (let n = 0; n < 12; n++) tries.push((await get('/queues', basic(`operator:guess-${n}`))).status)
    expect(tries).toEqual([...Array(10).fill(401), 429, 429])
    const right = await get('/queues', basic(`operator:${PASSWORD}`))
    expect([right.status, right.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await get('/health/live')).status).toBe(200)
  })

  it('says of what never answers that it cannot be used', async () => {
    const check = () => new Promise<void>(() => {})
    const checks = [{ name: 'store', needed: true, check }]
    const probes = await startProbes({ host: '127.0.0.1', port: 0, registry: new Registry(), checks })
    onTestFinished(() => probes.stop())
    const answer = await fetch(`${probes.url}/health/ready`)
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', store: 'unavailable' }])
  })

  it('asks database and files once for all who ask whether it is ready at one time', async () => {
    let asked = 0
    const check = async () => void asked++
    const checks = [{ name: 'store', needed: true, check }]
    const probes = await startProbes({ host: '127.0.0.1', port: 0, registry: new Registry(), checks })
    onTestFinished(() => probes.stop())
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${probes.url}/health/ready`)))
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]))
    // Fifty answers may take longer than they are good for.
    expect(asked).toBeLessThan(10)
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
