import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ServerRefused } from '../../src/http/index.ts'
import { signatureOf, tellWebhook, WEBHOOK } from '../../src/http/webhook.ts'
import { letterIdOf } from '../../src/model/index.ts'
import { openLog } from '../../src/queue/index.ts'
import { type Content, changeLetter, editLetter } from '../../src/review/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { keepLetter } from '../fixtures/stored.ts'
import { aLetter, correct } from '../review/a-letter.ts'
import { aServer, engines, redisUrl } from './a-server.ts'

process.env.IMR_LOG = 'silent'
const SECRET = 'a-secret-that-nobody-guesses'
type Taken = { readonly headers: IncomingHttpHeaders; readonly body: string }

/** Another system. `answers`: what it does with each delivery, in turn; then it takes them. */
async function anEar(answers: readonly (number | 'drop' | 'away')[] = []) {
  const heard: Taken[] = []
  let turn = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const how = answers[turn++] ?? 204
      heard.push({ headers: request.headers, body })
      if (how === 'drop') return void request.socket.destroy()
      if (how === 'away') return void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
      response.writeHead(how).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const events = () => heard.map(({ body }) => JSON.parse(body) as { id: string; events: { type: string }[] })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/imr`, heard, events }
}

describe.each(engines)('another system, in a store on %s', (_, databaseUrl) => {
  async function aStore() {
    const place = { data: join(await testFolder(), 'data'), databaseUrl: await databaseUrl() }
    const open = async () => {
      const store = await openStore(place)
      onTestFinished(() => store.close())
      return store
    }
    return { store: await open(), open }
  }
  const telling = (store: Store, url: string) => {
    const end = tellWebhook(store, { url, secret: SECRET }, openLog('test'), { lookMs: 20, firstMs: 20 })
    onTestFinished(end)
    return end
  }
  const letter = (sha256: string) => {
    const record = aLetter()
    return { ...record, caseId: `${sha256}-1`, document: { ...record.document, sha256 } }
  }
  const typesOf = (ear: Awaited<ReturnType<typeof anEar>>) =>
    ear.events().flatMap(({ events }) => events.map((e) => e.type))

  it('is told what changes, in order, signed, by ids alone, and not what was before', async () => {
    const { store } = await aStore()
    await keepLetter(store, 'before', letter)
    const ear = await anEar()
    telling(store, ear.url)
    await expect.poll(() => store.telling(WEBHOOK)).toMatchObject({ behind: 0 })
    const record = await keepLetter(store, 'after', letter)
    const id = letterIdOf(record)
    const { token } = await store.lock(id, 'ann', null)
    const write = (on: number) => ({ by: 'ann', on, lock: token, key: `k${on}`, digest: `${on}` })
    await editLetter(store, id, write(0), [correct(record, 'header.decisionDate', '2018-04-12') as Content])
    await changeLetter(store, id, write(1), 'reject', 'a reason')
    await store.forget(record.document.sha256, { reason: 'request', by: 'ann' })
    const wanted = ['document.read', 'letter.changed', 'letter.rejected', 'document.forgotten']
    await expect.poll(() => typesOf(ear)).toEqual(wanted)
    for (const { headers, body } of ear.heard) {
      const [signedId, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])]
      expect(headers['webhook-signature']).toBe(signatureOf(SECRET, { id: signedId, timestamp, body }))
      expect(JSON.parse(body).id).toBe(signedId)
      expect(body).not.toMatch(/2018-04-12|a reason|after\.pdf|CM88/)
    }
    expect(await store.telling(WEBHOOK)).toMatchObject({ attempts: 0, trouble: null })
  })

  it('gets the same delivery again, under the same id, until it takes it; what comes behind waits', async () => {
    const { store } = await aStore()
    const ear = await anEar([500, 'drop', 'away', 429])
    telling(store, ear.url)
    await expect.poll(() => store.telling(WEBHOOK)).toMatchObject({ behind: 0 })
    const one = await keepLetter(store, 'one', letter)
    await expect.poll(() => ear.heard.length).toBeGreaterThan(0)
    await keepLetter(store, 'two', letter)
    await expect.poll(() => typesOf(ear).length).toBeGreaterThan(5)
    const told = ear.events()
    expect(new Set(told.slice(0, 5).map(({ id }) => id)).size).toBe(1)
    expect(told[0]?.events).toEqual(told[4]?.events)
    expect(told[0]?.events[0]).toMatchObject({ documentId: one.document.sha256, letterId: null })
    expect(told[5]?.id).not.toBe(told[0]?.id)
  })

  it('hears each delivery of one process at a time, and what a process that is gone had begun', async () => {
    const { store, open } = await aStore()
    const ear = await anEar()
    const other = await open()
    await store.takeDelivery(WEBHOOK, { ms: 0, most: 9 })
    await keepLetter(store, 'one', letter)
    // It took the delivery and was killed.
    const begun = await store.takeDelivery(WEBHOOK, { ms: 300, most: 500 })
    expect(begun?.events).toHaveLength(1)
    expect(await other.takeDelivery(WEBHOOK, { ms: 300, most: 500 })).toBeNull()
    await keepLetter(store, 'two', letter)
    telling(store, ear.url)
    telling(other, ear.url)
    await expect.poll(() => typesOf(ear)).toEqual(['document.read', 'document.read'])
    expect(ear.events()[0]?.id).toBe(begun?.id)
    // What the first one says now is too late, and changes nothing.
    if (begun) await store.delivered(WEBHOOK, begun)
    for (let n = 0; n < 10; n++) await keepLetter(n % 2 ? store : other, `more ${n}`, letter)
    await expect.poll(() => typesOf(ear).length).toBe(12)
    const ids = ear.events().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe.skipIf(redisUrl === null)('a server that is to tell another system', () => {
  it('refuses an address in the clear and a secret that is guessed, and tells by itself', async () => {
    const { url, events } = await anEar()
    for (const webhook of [
      { url: 'http://records.example/imr', secret: SECRET },
      { url: 'ftp://127.0.0.1/', secret: SECRET },
      { url, secret: 'short' },
    ])
      await expect(aServer({ webhook })).rejects.toThrow(ServerRefused)
    const { store, server } = await aServer({ webhook: { url, secret: SECRET } })
    await expect.poll(() => store.telling(WEBHOOK)).toMatchObject({ behind: 0 })
    await keepLetter(store, 'one', (sha256) => {
      const record = aLetter()
      return { ...record, caseId: `${sha256}-1`, document: { ...record.document, sha256 } }
    })
    await expect.poll(() => events().flatMap((one) => one.events.map((e) => e.type))).toEqual(['document.read'])
    await server.stop()
  })
})
