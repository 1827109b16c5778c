import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { urlOf } from '../../../src/http/api/register.ts'
import { apiRoutes } from '../../../src/http/api/routes.ts'
import { ServerRefused } from '../../../src/http/index.ts'
import { roleSchema } from '../../../src/model/index.ts'
import { cookieOf, PASSWORD_OF_ALL, page, signedIn } from '../../fixtures/people.ts'
import { aServer, bytes, engines, redisUrl, TOKEN } from '../a-server.ts'

const HOUR = 3_600_000
/** A server, and a clock that its store goes by. */
async function aHouse(given: Parameters<typeof aServer>[0] = {}) {
  let time = Date.now()
  const made = await aServer({ ...given, now: () => new Date(time) })
  const pass = (ms: number) => {
    time += ms
  }
  return { ...made, url: made.server.url, pass, now: () => time }
}
/** No such thing is anywhere. */
const filled = (path: string) => path.replaceAll(/:[A-Za-z]+/g, 'f'.repeat(64))
const closed = apiRoutes.filter((r) => r.roles !== 'anyone')
const session = '/api/v1/session'
const told = async (answer: Response) => (await answer.json()) as Readonly<Record<string, string>>

describe.skipIf(redisUrl === null)('every route of the API', () => {
  it('is closed to strangers, other roles and scopes, sessions that are over or locked, and pages of other sites', async () => {
    const house = await aHouse()
    const { url, store, pass, now } = house
    const wrong: string[] = []
    const tell = async (who: string, answer: Response, status: number, code?: string) => {
      const body = await answer.text()
      const isProblem = answer.headers.get('content-type')?.includes('application/problem+json')
      if (answer.status !== status || !isProblem || (code && JSON.parse(body).code !== code))
        wrong.push(`${who}: ${answer.status} ${body.slice(0, 80)}`)
    }
    for (const one of closed)
      await tell(
        `nobody at all, ${one.method} ${one.path}`,
        await page(url)(one.method, filled(urlOf(one))),
        401,
        'no-users',
      )

    const over = await signedIn(house, 'over', ['reviewer', 'lead', 'physician', 'admin', 'operator'])
    pass(13 * HOUR)
    const people = Object.fromEntries(
      await Promise.all(roleSchema.options.map(async (role) => [role, await signedIn(house, role, [role])] as const)),
    )
    const locked = await signedIn(house, 'looked-away', [...roleSchema.options])
    expect((await locked.call('POST', `${session}/lock`)).status).toBe(204)
    const tokens = Object.fromEntries(
      await Promise.all(
        (['read', 'export', 'write'] as const).map(async (scope) => {
          const { token } = await store.addToken(
            { name: scope, scopes: [scope], expiresAt: new Date(now() + HOUR) },
            'admin',
          )
          return [scope, { authorization: `Bearer ${token}` }] as const
        }),
      ),
    )
    for (const one of closed) {
      const [path, name, allowed] = [filled(urlOf(one)), `${one.method} ${one.path}`, one.roles as readonly string[]]
      await tell(`nobody, ${name}`, await page(url)(one.method, path), 401, 'signed-out')
      await tell(`over, ${name}`, await over.call(one.method, path), 401, 'signed-out')
      await tell(`locked, ${name}`, await locked.call(one.method, path), 401, 'locked')
      for (const [role, person] of Object.entries(people))
        if (!allowed.includes(role))
          await tell(`${role}, ${name}`, await person.call(one.method, path), 403, 'not-allowed')
      for (const [scope, headers] of Object.entries(tokens))
        if (!allowed.includes(scope))
          await tell(
            `token ${scope}, ${name}`,
            await fetch(url + path, { method: one.method, headers }),
            403,
            'not-allowed',
          )
    }
    for (const one of apiRoutes.filter((r) => r.method !== 'GET')) {
      const person = Object.values(people).find(
        ({ name }) => one.roles === 'anyone' || one.roles.includes(name as never),
      )
      for (const headers of [
        { origin: 'https://elsewhere.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ])
        await tell(
          `${JSON.stringify(headers)}, ${one.method} ${one.path}`,
          await page(url, person?.cookie)(one.method, filled(urlOf(one)), undefined, headers),
          403,
          'other-site',
        )
    }
    expect(wrong).toEqual([])
  })
})

describe.skipIf(redisUrl === null).each(engines)('a person, on %s', (_, databaseUrl) => {
  it('signs in, looks away, gives the password, and signs out; no script and no other site has the cookie', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl() })
    const { url, store, pass } = house
    await store.addUser({ name: 'j.doe', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    const wrong = await page(url)('POST', session, { name: 'j.doe', password: 'something else' })
    expect([wrong.status, (await told(wrong)).code, wrong.headers.get('set-cookie')]).toEqual([401, 'wrong', null])
    const answer = await page(url)('POST', session, { name: ' J.Doe', password: PASSWORD_OF_ALL })
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^imr-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(/^imr-device=[\w-]{43}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
    expect(await answer.json()).toMatchObject({
      state: 'signed-in',
      name: 'j.doe',
      roles: ['reviewer'],
      via: 'session',
      idleMinutes: 15,
    })
    const me = page(url, cookieOf(answer))
    const state = async () => (await told(await me('GET', session, undefined, { 'imr-background': 'yes' }))).state
    pass(14 * 60_000)
    expect(await state()).toBe('signed-in')
    pass(60_000)
    expect(await state()).toBe('locked')
    expect((await me('GET', '/docs')).status).toBe(401)
    expect((await me('POST', `${session}/password`, { password: 'something else' })).status).toBe(401)
    expect(await (await me('POST', `${session}/password`, { password: PASSWORD_OF_ALL })).json()).toMatchObject({
      state: 'signed-in',
    })
    expect((await me('GET', '/docs')).status).toBe(200)
    expect((await me('DELETE', session)).status).toBe(204)
    expect(await state()).toBe('signed-out')
  })

  it('is let in by a browser that is known while a stranger tries their name', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl() })
    const { url, store } = house
    await store.addUser({ name: 'j.doe', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    const from = (cookie: string, password: string) => page(url, cookie)('POST', session, { name: 'j.doe', password })
    const first = await from('', PASSWORD_OF_ALL)
    const device = first.headers.getSetCookie()[1]?.split(';')[0] ?? ''
    for (let n = 0; n < 5; n++) expect((await from('', 'something else')).status).toBe(401)
    expect((await from('', PASSWORD_OF_ALL)).status).toBe(429)
    const again = await from(device, PASSWORD_OF_ALL)
    expect(again.status).toBe(200)
    expect(again.headers.getSetCookie()[1]).toContain(device)
  })

  it('sets a second factor and is asked for it from then on', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl() })
    const me = await signedIn(house, 'j.doe', ['lead'])
    const enrolment = `${session}/second-factor/enrolment`
    const { secret = '' } = await told(await me.call('POST', enrolment))
    const code = () => new TOTP({ secret }).generate({ timestamp: house.now() })
    expect((await me.call('PUT', enrolment, { code: '000000' })).status).toBe(422)
    const { recoveryCodes } = await told(await me.call('PUT', enrolment, { code: code() }))
    expect(recoveryCodes).toHaveLength(10)
    const answer = await page(house.url)('POST', session, { name: 'j.doe', password: PASSWORD_OF_ALL })
    expect(await answer.json()).toMatchObject({ state: 'second-factor', roles: [] })
    const again = page(house.url, cookieOf(answer))
    expect((await again('GET', '/docs')).status).toBe(401)
    house.pass(60_000)
    const given = await again('POST', `${session}/second-factor`, { code: code() })
    expect(await given.json()).toMatchObject({ state: 'signed-in', roles: ['lead'], hasSecondFactor: true })
    expect((await again('GET', '/docs')).status).toBe(200)
  })

  it('takes a role for half an hour with a reason out of a list', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl() })
    const me = await signedIn(house, 'j.doe', ['reviewer'])
    const take = (body: object) => me.call('POST', `${session}/break-glass`, body)
    expect((await take({ role: 'lead', reason: 'I want to' })).status).toBe(400)
    expect((await take({ role: 'admin', reason: 'incident' })).status).toBe(400)
    expect(await (await take({ role: 'lead', reason: 'colleague-away' })).json()).toMatchObject({
      roles: ['reviewer', 'lead'],
      glass: { role: 'lead' },
    })
    house.pass(31 * 60_000)
    await me.call('POST', `${session}/password`, { password: PASSWORD_OF_ALL })
    expect(await (await me.call('GET', session)).json()).toMatchObject({ roles: ['reviewer'], glass: null })
  })

  it('as an admin looks after the others, and after the tokens of programs', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl() })
    const { url, store } = house
    const boss = await signedIn(house, 'boss', ['admin'])
    const status = async (method: string, path: string, body?: object) =>
      (await boss.call(method, `/api/v1${path}`, body)).status
    const other = { name: 'other', roles: ['reviewer'], password: PASSWORD_OF_ALL }
    expect([await status('POST', '/users', other), await status('POST', '/users', other)]).toEqual([201, 409])
    expect(await status('PATCH', '/users/other', { roles: ['lead'] })).toBe(204)
    expect(await status('PATCH', '/users/boss', { disabled: true })).toBe(409)
    expect(await status('PATCH', '/users/nobody', { disabled: true })).toBe(404)
    expect(await status('POST', '/users', { ...other, name: 'third', password: 'short' })).toBe(422)
    const users = await boss.call('GET', '/api/v1/users')
    expect(await users.text()).not.toContain('scrypt')
    expect(await (await boss.call('GET', '/api/v1/users')).json()).toMatchObject([
      { name: 'boss' },
      { name: 'other', roles: ['lead'] },
    ])
    await page(url)('POST', session, { name: 'other', password: PASSWORD_OF_ALL })
    expect(await (await boss.call('GET', '/api/v1/sessions')).json()).toMatchObject([
      { name: 'boss' },
      { name: 'other' },
    ])
    expect(await (await boss.call('DELETE', '/api/v1/users/other/sessions')).json()).toEqual({ ended: 1 })
    expect([await status('POST', '/users/other/unlock'), await status('DELETE', '/users/other/second-factor')]).toEqual(
      [204, 204],
    )
    const made = await boss.call('POST', '/api/v1/tokens', { name: 'nightly', scopes: ['read'], days: 30 })
    const { id = '', token = '' } = await told(made)
    const asProgram = () =>
      fetch(`${url}${session}`, { headers: { authorization: `Bearer ${token}` } }).then((r) => r.json())
    expect(await asProgram()).toMatchObject({ state: 'signed-in', name: 'token:nightly', scopes: ['read'] })
    expect(await (await boss.call('GET', '/api/v1/tokens')).text()).not.toContain(token)
    expect([await status('DELETE', `/tokens/${id}`), await status('DELETE', `/tokens/${id}`)]).toEqual([204, 404])
    expect(await asProgram()).toMatchObject({ state: 'wrong-token' })
    expect((await store.auditOf('other')).map((r) => r.action)).toEqual([
      ...['user-added', 'user-roles', 'signed-in', 'sessions-ended', 'user-unlocked', 'second-factor-reset'],
    ])
  })

  it('uploads and reads records by the older calls, too, from the own page and with a role for it', async () => {
    const house = await aHouse({ databaseUrl: await databaseUrl(), token: TOKEN })
    const upload = (cookie: string, origin = house.url) =>
      fetch(`${house.url}/documents`, { method: 'POST', body: bytes('x'), headers: { cookie, origin } })
    const [operator, physician] = [await signedIn(house, 'o', ['operator']), await signedIn(house, 'p', ['physician'])]
    expect((await upload(operator.cookie)).status).toBe(202)
    expect((await upload(operator.cookie, 'http://elsewhere.example')).status).toBe(403)
    expect((await upload(physician.cookie)).status).toBe(403)
    expect((await upload('')).status).toBe(401)
    expect((await fetch(`${house.url}/metrics`, { headers: { cookie: operator.cookie } })).status).toBe(403)
  })
})

describe.skipIf(redisUrl === null)('where people sign in', () => {
  it('is the loopback address, or the https address that the operator names: nowhere else is a password taken', async () => {
    const { url, store } = await aHouse({ token: TOKEN, host: '0.0.0.0' })
    await store.addUser({ name: 'j.doe', roles: ['lead'], password: PASSWORD_OF_ALL }, 'terminal')
    const body = { name: 'j.doe', password: PASSWORD_OF_ALL }
    const answer = await page(url)('POST', session, body)
    expect([answer.status, (await told(answer)).detail]).toEqual([403, expect.stringContaining('--url')])
    expect(
      (
        await fetch(url + session, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(403)
    for (const publicUrl of ['http://imr.example', 'https://imr.example/path', 'imr.example'])
      await expect(aServer({ publicUrl })).rejects.toThrow(ServerRefused)
  })

  it('counts tries by who calls, and believes of that whom the operator names: anybody can send the header of a proxy', async () => {
    const tries = async (url: string) => {
      const answers = []
      for (let n = 0; n < 21; n++) {
        const headers = { 'x-forwarded-for': `192.0.2.${n}` }
        const answer = await page(url)('POST', session, { name: `name-${n}`, password: 'something else' }, headers)
        answers.push(answer.status)
      }
      return answers.filter((status) => status === 401).length
    }
    const { url, store } = await aHouse()
    await store.addUser({ name: 'j.doe', roles: ['lead'], password: PASSWORD_OF_ALL }, 'terminal')
    expect(await tries(url)).toBe(20)
    const behind = await aHouse({ trustedProxies: ['10.0.0.0/8', '127.0.0.1'] })
    await behind.store.addUser({ name: 'j.doe', roles: ['lead'], password: PASSWORD_OF_ALL }, 'terminal')
    expect(await tries(behind.url)).toBe(21)
    for (const named of ['proxy.example', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.1/8/8'])
      await expect(aServer({ trustedProxies: [named] })).rejects.toThrow(/--trust-proxy .* name it as/)
  })

  it('with TLS in front gives a cookie that no other host and no plain http can have, and takes nobody for this machine', async () => {
    const { url, store } = await aHouse({ publicUrl: 'https://imr.example', local: { name: 'trial', roles: ['lead'] } })
    await store.addUser({ name: 'j.doe', roles: ['lead'], password: PASSWORD_OF_ALL }, 'terminal')
    const { request } = await import('node:http')
    const ask = (method: string, path: string, headers: Record<string, string>, body = '') =>
      new Promise<{ status: number; cookie: string }>((resolve, reject) => {
        const call = request(url + path, { method, headers: { host: 'imr.example', ...headers } }, (answer) => {
          answer.resume()
          resolve({ status: answer.statusCode ?? 0, cookie: answer.headers['set-cookie']?.[0] ?? '' })
        })
        call.on('error', reject).end(body)
      })
    const json = { 'content-type': 'application/json', origin: 'https://imr.example' }
    const signIn = await ask('POST', session, json, JSON.stringify({ name: 'j.doe', password: PASSWORD_OF_ALL }))
    expect(signIn).toMatchObject({
      status: 200,
      cookie: expect.stringMatching(/^__Host-imr-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    })
    expect((await ask('GET', '/docs', { host: 'localhost' })).status).toBe(401)
    expect((await ask('GET', `/documents/${'0'.repeat(64)}`, { host: 'localhost' })).status).toBe(401)
  })
})
