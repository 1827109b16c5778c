import { describe, expect, it } from 'vitest'
import { signedIn } from '../fixtures/people.ts'
import { aRecord } from '../fixtures/records.ts'
import { keepLetter } from '../fixtures/stored.ts'
import { aServer, bytes, engines, redisUrl, TOKEN } from './a-server.ts'

describe.skipIf(redisUrl === null).each(engines)('uploads, records and metrics of a server on %s', (_, databaseUrl) => {
  async function aHouse(given: Parameters<typeof aServer>[0] = {}) {
    const house = await aServer({ ...given, databaseUrl: await databaseUrl() })
    const record = await keepLetter(house.store, 'kept', (sha256) => aRecord({ sha256 }))
    const sha256 = record.document.sha256
    const calls = async (headers: Record<string, string> = {}) => ({
      upload: (await house.post(bytes(`${Math.random()}`), headers)).status,
      standing: (await house.get(`/documents/${sha256}`, headers)).status,
      records: (await house.get(`/documents/${sha256}/records`, headers)).status,
      metrics: (await house.get('/metrics', headers)).status,
    })
    const token = async (...scopes: readonly ('read' | 'export' | 'write')[]) => {
      const expiresAt = new Date(Date.now() + 60_000)
      const { token } = await house.store.addToken({ name: scopes.join('-'), scopes, expiresAt }, 'boss')
      return { authorization: `Bearer ${token}` }
    }
    return { ...house, calls, token }
  }

  it('are open to programs of this machine until there is a first user, and to nobody unknown from then on', async () => {
    const { server, store, calls, token } = await aHouse()
    const open = { upload: 202, standing: 200, records: 200, metrics: 200 }
    expect(await calls()).toEqual(open)
    expect(await calls({ origin: 'https://elsewhere.example' })).toEqual({
      upload: 403,
      standing: 403,
      records: 403,
      metrics: 403,
    })
    const boss = await signedIn({ url: server.url, store }, 'boss', ['admin'])
    const closed = { upload: 401, standing: 401, records: 401, metrics: 401 }
    expect(await calls()).toEqual(closed)
    expect(await calls({ authorization: 'Bearer imr_guessed' })).toEqual(closed)
    expect(await calls(await token('write'))).toEqual({ ...open, records: 403 })
    expect(await calls(await token('read'))).toEqual({ ...open, upload: 403 })
    expect(await calls(await token('export'))).toEqual({ upload: 403, standing: 403, records: 403, metrics: 200 })
    const own = { origin: server.url }
    expect(await calls({ ...own, cookie: boss.cookie })).toEqual({
      upload: 403,
      standing: 403,
      records: 403,
      metrics: 200,
    })
    const ria = await signedIn({ url: server.url, store }, 'ria', ['reviewer'])
    expect(await calls({ ...own, cookie: ria.cookie })).toEqual({ ...open, metrics: 403 })
    expect((await calls({ origin: 'https://elsewhere.example', cookie: ria.cookie })).upload).toBe(403)
  })

  it('take the installation’s own token for all of it, and want one from the beginning where it is set', async () => {
    const { calls } = await aHouse({ token: TOKEN })
    expect(await calls()).toEqual({ upload: 401, standing: 401, records: 401, metrics: 401 })
    expect(await calls({ authorization: `Bearer ${TOKEN}` })).toEqual({
      upload: 202,
      standing: 200,
      records: 200,
      metrics: 200,
    })
  })
})
