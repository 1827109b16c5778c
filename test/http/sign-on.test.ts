import { TOTP } from 'otpauth'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SignOnOptions } from '../../src/http/index.ts'
import type { Role } from '../../src/model/index.ts'
import { PASSWORD_OF_ALL, page } from '../fixtures/people.ts'
import { freePort } from '../fixtures/servers.ts'
import { aBrowser, aProvider, CLIENT, SECRET } from '../fixtures/sign-on-provider.ts'
import { aServer, engines, redisUrl } from './a-server.ts'

const start = '/api/v1/sign-on'
const groups: ReadonlyMap<string, readonly Role[]> = new Map([
  ['imr-reviewers', ['reviewer']],
  ['imr-leads', ['lead', 'reviewer']],
])

/** A server that has people sign in at a provider of its own, too, and what somebody does with both. */
async function aHouse(databaseUrl: string | undefined, given: Partial<SignOnOptions> = {}) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const provider = await aProvider(`${url}${start}/callback`)
  onTestFinished(() => provider.stop())
  const clock = { now: new Date() }
  const { store } = await aServer({
    ...{ databaseUrl, port, publicUrl: url, now: () => clock.now },
    signOn: {
      ...{ issuer: provider.issuer, clientId: CLIENT, secret: SECRET, scope: 'openid profile email groups' },
      ...{ nameClaim: 'preferred_username', roles: null, label: 'the clinic', ...given },
    },
  })
  const browser = aBrowser()
  /** The last address it was sent to: `/` with a session, `/#/sign-on/WHY` without. */
  const signOn = async (by = browser) => (await by.follow(url + start)).at(-1)?.slice(url.length) ?? ''
  const standing = async (by = browser) =>
    (await by.once(`${url}/api/v1/session`)).json() as Promise<Record<string, unknown>>
  const failures = async () => (await store.trail({ action: 'sign-in-failed', limit: 50 })).length
  return { url, provider, store, browser, signOn, standing, failures, clock, state: provider.state }
}

describe.skipIf(redisUrl === null).each(engines)('signing in by an account elsewhere, on %s', (_, databaseUrl) => {
  it('lets in whom an admin has added, by authorization code with PKCE, state and nonce, and says so in the trail', async () => {
    const { url, store, browser, signOn, standing, provider, state } = await aHouse(await databaseUrl())
    await store.addUser({ name: 'ria', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    expect(await standing()).toMatchObject({ state: 'signed-out', signOn: 'the clinic' })
    // Until somebody signs in by it nothing is asked of the provider.
    expect(state.calls).toEqual([])
    const [there = ''] = await browser.follow(url + start, (to) => to.startsWith(provider.issuer))
    const asked = new URL(there).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ response_type: 'code', client_id: CLIENT, code_challenge_method: 'S256' },
      ...{ redirect_uri: `${url}${start}/callback`, scope: 'openid profile email groups' },
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(30)
    expect(await signOn()).toBe('/')
    expect(await standing()).toMatchObject({ state: 'signed-in', name: 'ria', roles: ['reviewer'], via: 'session' })
    expect((await store.trail({ actor: 'ria', limit: 9 }))[0]).toMatchObject({
      action: 'signed-in',
      detail: expect.stringMatching(/^from [\d.:a-f]+, by sign-on$/),
    })
  })

  it('lets nobody in by a token that is meant for somebody else, made for another question, too old, or signed by another', async () => {
    const { store, signOn, standing, failures, state } = await aHouse(await databaseUrl())
    await store.addUser({ name: 'ria', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    const hourAgo = Math.floor(Date.now() / 1000) - 3600
    const lies: readonly ((claims: Record<string, unknown>) => Record<string, unknown>)[] = [
      (claims) => ({ ...claims, nonce: 'of-another-question' }),
      ({ nonce: _, ...claims }) => claims,
      (claims) => ({ ...claims, aud: 'another-client' }),
      (claims) => ({ ...claims, aud: [CLIENT, 'another-client'], azp: 'another-client' }),
      (claims) => ({ ...claims, iss: 'http://localhost:1' }),
      (claims) => ({ ...claims, iat: hourAgo - 600, exp: hourAgo }),
      ({ sub: _, ...claims }) => claims,
    ]
    for (const [n, lie] of lies.entries()) {
      state.lie = lie
      expect([n, await signOn()]).toEqual([n, '/#/sign-on/refused'])
      expect((await standing()).state).toBe('signed-out')
      expect(await failures()).toBe(n + 1)
    }
    state.lie = null
    state.key = 'anothers'
    expect(await signOn()).toBe('/#/sign-on/refused')
    state.key = 'own'
    // It was the lies: what is signed anew as it was lets in.
    state.lie = (claims) => claims
    expect(await signOn()).toBe('/')
  })

  it('takes what comes back once, from the browser that asked, with the state that it was given, within ten minutes', async () => {
    const { url, store, browser, signOn, standing, clock } = await aHouse(await databaseUrl())
    await store.addUser({ name: 'ria', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    const isBack = (to: string) => to.startsWith(`${url}${start}/callback`)
    const come = async () => (await browser.follow(url + start, isBack)).at(-1) ?? ''
    const from = async (address: string, by = browser) => (await by.once(address)).headers.get('location')

    const once = await come()
    // Somebody else is given the address, so that they work under another's name.
    expect(await from(once, aBrowser())).toBe('/#/sign-on/over')
    const kept = new Map(browser.cookies(url))
    expect(await from(once)).toBe('/')
    expect((await standing()).state).toBe('signed-in')
    for (const [name, value] of kept) browser.cookies(url).set(name, value)
    browser.cookies(url).delete('imr-session')
    expect(await from(once)).toBe('/#/sign-on/over')

    const other = new URL(await come())
    other.searchParams.set('state', 'of-somebody-else')
    expect(await from(other.href)).toBe('/#/sign-on/refused')
    expect(await from(`${url}${start}/callback?error=access_denied`)).toBe('/#/sign-on/over')

    const late = await come()
    clock.now = new Date(clock.now.getTime() + 11 * 60_000)
    expect(await from(late)).toBe('/#/sign-on/over')
    expect((await standing()).state).toBe('signed-out')
    expect(await signOn()).toBe('/')
  })

  it('lets in nobody who was not added here or is disabled, and asks for the second factor of who has one', async () => {
    const { store, signOn, standing, failures, state } = await aHouse(await databaseUrl())
    expect([await signOn(), await store.users()]).toEqual(['/#/sign-on/unknown', []])
    await store.addUser({ name: 'boss', roles: ['admin'], password: PASSWORD_OF_ALL }, 'terminal')
    await store.addUser({ name: 'ria', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    await store.changeUser('ria', { disabled: true }, 'boss')
    expect(await signOn()).toBe('/#/sign-on/unknown')
    expect(await failures()).toBe(2)
    await store.changeUser('ria', { disabled: false }, 'boss')
    expect(await signOn()).toBe('/')
    await store.changeUser('ria', { disabled: true }, 'boss')
    expect((await standing()).state).toBe('signed-out')
    await store.changeUser('ria', { disabled: false }, 'boss')
    const { secret } = await store.beginSecondFactor('ria')
    await store.confirmSecondFactor('ria', new TOTP({ secret }).generate())
    expect(await signOn()).toBe('/')
    expect(await standing()).toMatchObject({ state: 'second-factor', roles: [] })
    state.accounts.set('ria', { preferred_username: 'not a name' })
    expect(await signOn(aBrowser())).toBe('/#/sign-on/unknown')
  })

  it('gives the roles that groups stand for, anew each time, adds who is new, and never takes away the last admin', async () => {
    const { url, store, signOn, standing, state } = await aHouse(await databaseUrl(), {
      roles: { claim: 'groups', given: groups },
    })
    const inGroups = (...names: string[]) => state.accounts.set('ria', { preferred_username: 'Ria', groups: names })
    const rolesOf = async () => (await store.users()).find(({ name }) => name === 'ria')?.roles
    inGroups('others')
    expect([await signOn(), await rolesOf()]).toEqual(['/#/sign-on/unknown', undefined])
    inGroups('others', 'imr-reviewers')
    expect([await signOn(), await rolesOf()]).toEqual(['/', ['reviewer']])
    // Who came so has no password.
    const answer = await page(url)('POST', '/api/v1/session', { name: 'ria', password: ''.padEnd(20, 'x') })
    expect(answer.status).toBe(401)
    inGroups('imr-leads')
    expect([await signOn(), await rolesOf()]).toEqual(['/', ['lead', 'reviewer']])
    expect((await standing()).roles).toEqual(['lead', 'reviewer'])
    expect((await store.trail({ subject: 'ria', limit: 9 })).map(({ actor, action }) => `${actor} ${action}`)).toEqual(
      expect.arrayContaining(['sign-on user-added', 'sign-on user-roles']),
    )
    await store.changeUser('ria', { roles: ['admin'] }, 'terminal')
    expect([await signOn(aBrowser()), await rolesOf()]).toEqual(['/#/sign-on/refused', ['admin']])
  })

  it('takes an address that the provider has verified for a name, and no other', async () => {
    const { store, signOn, state } = await aHouse(await databaseUrl(), { nameClaim: 'email' })
    await store.addUser({ name: 'ria@example.org', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    state.accounts.set('ria', { email: 'Ria@example.org', email_verified: false })
    expect(await signOn()).toBe('/#/sign-on/refused')
    state.accounts.set('ria', { email: 'Ria@example.org', email_verified: true })
    expect(await signOn()).toBe('/')
  })

  it('says that the provider is away, and that there is none where none is named', async () => {
    const { store, provider, signOn, standing } = await aHouse(await databaseUrl())
    await store.addUser({ name: 'ria', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    await provider.stop()
    expect(await signOn()).toBe('/#/sign-on/away')
    expect((await standing()).state).toBe('signed-out')
    const { get } = await aServer()
    for (const path of ['', '/callback?code=x&state=y']) expect((await get(start + path)).status).toBe(404)
  })
})
