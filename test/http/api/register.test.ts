import cookies from '@fastify/cookie'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Problem } from '../../../src/http/api/problem.ts'
import { API, api } from '../../../src/http/api/register.ts'
import { type AnyRoute, openRoute, route } from '../../../src/http/api/route.ts'
import { apiRoutes } from '../../../src/http/api/routes.ts'
import { openLog } from '../../../src/queue/index.ts'
import type { Store } from '../../../src/store/index.ts'
import { aServer, redisUrl, TOKEN } from '../a-server.ts'

const log = openLog('test')
const hello = route({
  method: 'POST',
  path: '/hello/:name',
  roles: ['lead', 'write'],
  summary: 'Says hello',
  params: z.object({ name: z.string().max(9) }).strict(),
  body: z.object({ times: z.int().min(1) }).strict(),
  answers: { 201: z.object({ said: z.string() }).strict() },
  handle: async ({ who, params, body }) => {
    if (body.times > 3) throw new Problem(409, 'hoarse', 'ask for fewer', { more: { most: 3 } })
    return { said: `${who.name}: ${`hello ${params.name} `.repeat(body.times).trim()}` }
  },
})

async function anApi(
  routes: readonly AnyRoute[],
  site = { origin: null as string | null, isPublic: false },
  store: object = {},
) {
  const app = Fastify()
  await app.register(cookies)
  const context = {
    store: store as Store,
    copies: undefined as never,
    images: undefined as never,
    log,
    now: () => new Date(),
    authenticate: async () => ({ name: 'j.doe', roles: ['lead'] as const, via: 'session' as const, scopes: [] }),
    site,
    signOn: null,
    idleMs: 60_000,
  }
  await app.register(api({ context, routes }))
  await app.ready()
  return app
}
const post = (payload: object, headers: Record<string, string> = {}) =>
  ({ method: 'POST', url: `${API}/hello/you`, payload, headers: { host: '127.0.0.1:80', ...headers } }) as const

describe('a route', () => {
  it('gets who calls and the parts of the request as its schemas have them, and answers under its own status', async () => {
    const app = await anApi([hello])
    const answer = await app.inject(post({ times: 2 }))
    expect([answer.statusCode, answer.json()]).toEqual([201, { said: 'j.doe: hello you hello you' }])
  })

  it('answers what is wrong as a problem that names the place, and its own problems with what they say', async () => {
    const app = await anApi([hello])
    for (const [payload, code, status] of [
      [{ times: 0 }, 'invalid', 400],
      [{ times: 1, more: 1 }, 'invalid', 400],
      [{ times: 4 }, 'hoarse', 409],
    ] as const) {
      const answer = await app.inject(post(payload))
      expect(answer.statusCode).toBe(status)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json()).toMatchObject({ type: `urn:imr:problem:${code}`, status, code })
    }
    expect((await app.inject(post({ times: 0 }))).json()).toMatchObject({ errors: [{ place: 'body/times' }] })
    expect((await app.inject(post({ times: 4 }))).json()).toMatchObject({ detail: 'ask for fewer', most: 3 })
  })

  it('says nothing of what went wrong inside, and nothing that its answer does not hold', async () => {
    const broken = (handle: () => Promise<unknown>) =>
      openRoute({
        method: 'GET',
        path: '/broken',
        summary: 'Breaks',
        answers: { 200: z.object({ a: z.string() }).strict() },
        handle,
      })
    for (const handle of [
      async () => ({ a: 'x', secret: 'quillbrook' }),
      async () => {
        throw new Error('quillbrook')
      },
    ]) {
      const app = await anApi([broken(handle)])
      const answer = await app.inject({ url: `${API}/broken`, headers: { host: '127.0.0.1' } })
      expect([answer.statusCode, answer.json().code]).toEqual([500, 'failed'])
      expect(answer.body).not.toContain('quillbrook')
    }
  })

  it.each([
    [{ origin: 'http://127.0.0.1:80' }, 201],
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ origin: 'http://127.0.0.1:81' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ cookie: 'imr-session=b' }, 403],
    [{ cookie: 'of-another-program=b' }, 201],
    [{ host: 'rebound.example', origin: 'http://rebound.example' }, 403],
  ])('of the loopback address is called with %j: %i', async (headers, status) => {
    const app = await anApi([hello])
    expect((await app.inject(post({ times: 1 }, headers as Record<string, string>))).statusCode).toBe(status)
  })

  it.each([
    ['https://imr.example', true, { host: 'imr.example', origin: 'https://imr.example' }, 201],
    ['https://imr.example', true, { host: 'imr.example', origin: 'http://imr.example' }, 403],
    ['https://imr.example', true, { host: 'other.example', origin: 'https://other.example' }, 403],
    [null, true, { host: '10.0.0.1', origin: 'http://10.0.0.1' }, 403],
    [null, true, { host: '10.0.0.1' }, 201],
  ] as const)('reached at %s (public: %s) with %j: %i', async (origin, isPublic, headers, status) => {
    const app = await anApi([hello], { origin, isPublic })
    expect((await app.inject(post({ times: 1 }, headers))).statusCode).toBe(status)
  })

  it('carries strict headers: no inline script, no frame, no cache, no sniffing', async () => {
    const { headers } = await (await anApi([hello])).inject(post({ times: 1 }))
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' blob: data:;connect-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self'",
    )
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['strict-transport-security']).toBeUndefined()
    const tls = await (await anApi([hello], { origin: 'https://imr.example', isPublic: true })).inject(
      post({ times: 1 }),
    )
    expect(tls.headers['strict-transport-security']).toContain('max-age')
  })

  it('is refused more often in a minute than it allows', async () => {
    const app = await anApi([{ ...hello, perMinute: 2 }])
    const statuses: number[] = []
    for (let n = 0; n < 3; n++) statuses.push((await app.inject(post({ times: 1 }))).statusCode)
    expect(statuses).toEqual([201, 201, 429])
  })

  it('that is noted tells the trail who called it with success, once for many looks at one thing', async () => {
    const noted: object[] = []
    const seen = route({
      ...{ method: 'GET', path: '/letters/:id', roles: ['lead'], summary: 'A letter', answers: { 200: z.string() } },
      params: z.object({ id: z.string() }),
      notes: { action: 'seen', subject: ({ params }) => params.id },
      handle: async ({ params }) => {
        if (params.id === 'none') throw new Problem(404, 'not-found', 'there is no such letter')
        return 'text'
      },
    })
    const app = await anApi([seen], undefined, { noteAct: async (act: object) => void noted.push(act) })
    for (const id of ['a', 'b', 'a', 'none', 'a'])
      await app.inject({ url: `${API}/letters/${id}`, headers: { host: '127.0.0.1' } })
    expect(noted).toMatchObject(['a', 'b'].map((subject) => ({ actor: 'j.doe', action: 'seen', subject })))
  })

  it('that does not say who may call it fails the start', async () => {
    const { roles: _, ...unnamed } = hello
    await expect(anApi([unnamed as AnyRoute])).rejects.toThrow(/does not say who may call it/)
    await expect(anApi([{ ...hello, roles: [] }])).rejects.toThrow(/does not say who may call it/)
  })

  it('is described as OpenAPI 3.1, its errors too, and in words for people', async () => {
    const app = await anApi([...apiRoutes, hello])
    const { openapi, paths } = (await app.inject({ url: `${API}/openapi.json`, headers: { host: '127.0.0.1' } })).json()
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toContain(`${API}/hello/{name}`)
    expect(paths[`${API}/hello/{name}`].post).toMatchObject({
      summary: 'Says hello',
      description: 'For: lead, write.',
      requestBody: { content: { 'application/json': { schema: { properties: { times: { minimum: 1 } } } } } },
      responses: { 201: {}, default: { content: { 'application/problem+json': {} } } },
    })
    const page = await app.inject({ url: '/docs', headers: { host: '127.0.0.1' } })
    expect(page.body).toContain(`<code>POST ${API}/hello/{name}</code></td><td>Says hello</td>`)
  })
})

describe.skipIf(redisUrl === null)('who calls', () => {
  it('is told by the session: a program by its token, somebody on this machine where that is enough, nobody else', async () => {
    const { get } = await aServer({ token: TOKEN })
    expect(await (await get(`${API}/session`)).json()).toMatchObject({ state: 'no-users', name: null })
    expect(await (await get(`${API}/session`, { authorization: `Bearer ${TOKEN}` })).json()).toMatchObject({
      state: 'signed-in',
      via: 'token',
      scopes: ['read', 'export', 'write'],
    })
    const local = await aServer({ local: { name: 'trial', roles: ['lead'] } })
    expect(await (await local.get(`${API}/session`)).json()).toMatchObject({
      state: 'signed-in',
      name: 'trial',
      roles: ['lead'],
      via: 'local',
    })
    expect((await local.get(`${API}/nothing`)).headers.get('content-type')).toContain('application/problem+json')
  })
})
