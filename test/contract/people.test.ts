import { join } from 'node:path'
import { TOTP } from 'otpauth'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openStore, PasswordsBusy, PeopleRefused, type Store } from '../../src/store/index.ts'
import { hashPassword, PASSWORD_COST, passwordMatches } from '../../src/store/people/passwords.ts'
import { databases } from '../fixtures/databases.ts'
import { testFolder } from '../fixtures/folder.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const MINUTE = 60_000
const IDLE = { idleMs: 15 * MINUTE }
const PASSWORD = 'a mild horse staples'
const address = '192.0.2.7'

const urls: readonly (readonly [string, () => Promise<string | undefined>])[] = databases.map(([name]) => [
  name,
  async () => (name === 'PostgreSQL' ? newDatabase(postgres ?? '') : undefined),
])

/** Holds the audit trail of a PostgreSQL database against every writer; the way to let it go waits until two of them wait. */
async function trailHeld(url: string | undefined): Promise<() => Promise<void>> {
  if (url === undefined) return async () => {}
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin; lock table audit in exclusive mode')
  const waiting = async () =>
    (
      await client.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
    ).rowCount
  return async () => {
    await expect.poll(waiting).toBe(2)
    await client.query('commit')
    await client.end()
  }
}

describe.each(urls)('people on %s', (_, url) => {
  async function aStore() {
    let time = Date.parse('2026-03-02T09:00:00.000Z')
    const place = { data: join(await testFolder(), 'data'), databaseUrl: await url() }
    const open = async () => {
      const store = await openStore(place, { now: () => new Date(time), passwordCost: 10 })
      onTestFinished(() => store.close())
      return store
    }
    const store = await open()
    await store.addUser({ name: 'boss', roles: ['admin'], password: PASSWORD }, 'terminal')
    await store.addUser({ name: 'j.doe', roles: ['reviewer'], password: PASSWORD }, 'boss')
    const pass = (ms: number) => {
      time += ms
    }
    return { store, open, place, now: () => time, pass }
  }
  const signIn = (store: Store, password = PASSWORD, name = 'j.doe', from = address) =>
    store.signIn({ name, password, address: from })
  async function tokenOf(store: Store, name = 'j.doe'): Promise<string> {
    const found = await signIn(store, PASSWORD, name)
    if (found.kind !== 'token') throw new Error(found.kind)
    return found.token
  }
  const actsOn = async (store: Store, subject: string) =>
    (await store.auditOf(subject)).map((r) => `${r.actor} ${r.action}`)

  it('are added once, with a name, roles and a password that hold, by somebody who is named', async () => {
    const { store } = await aStore()
    expect(await store.users()).toMatchObject([
      { name: 'boss', roles: ['admin'], disabled: false, secondFactor: false, waitsUntil: null },
      { name: 'j.doe', roles: ['reviewer'] },
    ])
    const add = (name: string, password = PASSWORD) => store.addUser({ name, roles: ['lead'], password }, 'boss')
    await expect(add('j.doe')).rejects.toMatchObject({ code: 'name-taken' })
    for (const name of ['J Doe', '-x', 'a'.repeat(65), ''])
      await expect(add(name)).rejects.toMatchObject({ code: 'wrong-name' })
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'password1234!', 'new.user and more'])
      await expect(add('new.user', password)).rejects.toMatchObject({ code: 'weak-password' })
    expect(await actsOn(store, 'j.doe')).toEqual(['boss user-added'])
  })

  it('sign in by their password; nobody else does, and unknown, disabled and wrong are one answer', async () => {
    const { store } = await aStore()
    const token = await tokenOf(store)
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'open', name: 'j.doe', roles: ['reviewer'] })
    expect(await store.session(`${token}x`, IDLE)).toBeNull()
    expect(await signIn(store, 'something else')).toEqual({ kind: 'wrong' })
    expect(await signIn(store, PASSWORD, 'nobody')).toEqual({ kind: 'wrong' })
    await store.changeUser('j.doe', { disabled: true }, 'boss')
    expect(await signIn(store)).toEqual({ kind: 'wrong' })
    expect(await store.session(token, IDLE)).toBeNull()
    await store.changeUser('j.doe', { disabled: false }, 'boss')
    expect(await signIn(store)).toMatchObject({ kind: 'token' })
    expect(await actsOn(store, 'unknown')).toEqual(['unknown sign-in-failed'])
    expect(await actsOn(store, 'nobody')).toEqual([])
  })

  it('wait after too many wrong passwords, known or not, and longer each time; then the right one is looked at again', async () => {
    const { store, pass } = await aStore()
    for (const name of ['j.doe', 'nobody']) {
      const tries = []
      for (let n = 0; n < 6; n++) tries.push(await signIn(store, 'wrong password', name, `192.0.2.${n}`))
      expect(tries).toEqual([...Array(5).fill({ kind: 'wrong' }), { kind: 'wait', seconds: 30 }])
    }
    expect(await signIn(store)).toEqual({ kind: 'wait', seconds: 30 })
    expect((await store.users())[1]?.waitsUntil).not.toBeNull()
    pass(31_000)
    expect(await signIn(store, 'wrong password')).toEqual({ kind: 'wrong' })
    expect(await signIn(store)).toEqual({ kind: 'wait', seconds: 60 })
    await store.unlockUser('j.doe', 'boss')
    expect(await signIn(store)).toMatchObject({ kind: 'token' })
  })

  it('are not locked out by a stranger’s wrong tries, in a browser that they have signed in in before or in a session', async () => {
    const { store, pass } = await aStore()
    const known = await signIn(store)
    if (known.kind !== 'token') throw new Error(known.kind)
    const again = (password = PASSWORD, name = 'j.doe', device = known.device) =>
      store.signIn({ name, password, address: '203.0.113.9', device })
    for (let n = 0; n < 9; n++) await signIn(store, 'wrong password', 'j.doe', `192.0.2.${n}`)
    expect(await signIn(store)).toMatchObject({ kind: 'wait' })
    expect(await again()).toMatchObject({ kind: 'token', device: known.device })
    await store.lockSession(known.token)
    expect(await store.unlockSession(known.token, PASSWORD, address)).toBe('open')
    // It is known for its user alone, and its own wrong tries count; a token that somebody made up is none.
    expect(await again(PASSWORD, 'j.doe', 'made up')).toMatchObject({ kind: 'wait' })
    for (let n = 0; n < 5; n++) expect(await again('wrong password', 'boss')).toEqual({ kind: 'wrong' })
    expect(await again('wrong password', 'boss')).toMatchObject({ kind: 'wait' })
    for (let n = 0; n < 5; n++) expect(await again('wrong password')).toEqual({ kind: 'wrong' })
    expect(await again()).toEqual({ kind: 'wait', seconds: 30 })
    // With another password it is one like any other, and so after half a year.
    await store.changeUser('j.doe', { password: 'a tame lorry whistles' }, 'boss')
    const renewed = await signIn(store, 'a tame lorry whistles')
    if (renewed.kind !== 'token') throw new Error(renewed.kind)
    expect(renewed.device).not.toBe(known.device)
    pass(181 * 24 * 60 * MINUTE)
    for (let n = 0; n < 6; n++) await signIn(store, 'wrong password', 'j.doe', `198.51.100.${n}`)
    expect(await again('a tame lorry whistles', 'j.doe', renewed.device)).toMatchObject({ kind: 'wait' })
  })

  it('cannot be tried by many at once, nor by one address under many names', async () => {
    const { store } = await aStore()
    const many = await Promise.all(Array.from({ length: 30 }, () => signIn(store, 'wrong password')))
    expect(many.filter((t) => t.kind === 'wrong')).toHaveLength(5)
    const names = Array.from({ length: 40 }, (__, n) => signIn(store, 'wrong password', `name-${n}`, '198.51.100.1'))
    expect((await Promise.all(names)).filter((t) => t.kind === 'wrong')).toHaveLength(20)
    // A right one in between buys no more tries at others.
    expect(await signIn(store, PASSWORD, 'boss', '198.51.100.1')).toMatchObject({ kind: 'wait' })
  })

  it('are asked for their password again after a while without doing anything, and go on in the same session', async () => {
    const { store, pass } = await aStore()
    const token = await tokenOf(store)
    for (let n = 0; n < 5; n++) {
      pass(10 * MINUTE)
      expect(await store.session(token, IDLE)).toMatchObject({ state: 'open' })
    }
    // What a page asks by itself keeps nobody there.
    for (let n = 0; n < 3; n++) {
      pass(4 * MINUTE)
      expect(await store.session(token, { ...IDLE, background: true })).toMatchObject({ state: 'open' })
    }
    pass(4 * MINUTE)
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'locked', name: 'j.doe' })
    expect(await store.unlockSession(token, 'wrong password', address)).toEqual({ kind: 'wrong' })
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'locked' })
    expect(await store.unlockSession(token, PASSWORD, address)).toBe('open')
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'open' })
    await store.lockSession(token)
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'locked' })
    await store.unlockSession(token, PASSWORD, address)
    pass(12 * 60 * MINUTE)
    expect(await store.session(token, { idleMs: 1e9 })).toBeNull()
    expect(await store.unlockSession(token, PASSWORD, address)).toBeNull()
  })

  it('change their password, which ends their other sessions; so does whoever gives them one', async () => {
    const { store } = await aStore()
    const [mine, other] = [await tokenOf(store), await tokenOf(store)]
    const change = (password: string, newPassword: string) =>
      store.changeOwnPassword(mine, { password, newPassword, address })
    expect(await change('wrong password', 'a tame lorry whistles')).toEqual({ kind: 'wrong' })
    await expect(change(PASSWORD, 'short')).rejects.toThrow(PeopleRefused)
    expect(await change(PASSWORD, 'a tame lorry whistles')).toBe('changed')
    expect(await store.session(mine, IDLE)).toMatchObject({ state: 'open' })
    expect(await store.session(other, IDLE)).toBeNull()
    await store.changeUser('j.doe', { password: PASSWORD }, 'boss')
    expect(await store.session(mine, IDLE)).toBeNull()
    const signedIn = await tokenOf(store)
    await store.endSession(signedIn)
    expect(await store.session(signedIn, IDLE)).toBeNull()
  })

  it('have no session left by a password that is changed while they sign in', async () => {
    const { store } = await aStore()
    const passwords = [PASSWORD, 'a tame lorry whistles']
    for (let round = 0; round < 12; round++) {
      const [old = '', next = ''] = round % 2 === 0 ? passwords : [...passwords].reverse()
      const [signedIn] = await Promise.all([
        store.signIn({ name: 'j.doe', password: old, address }),
        store.changeUser('j.doe', { password: next }, 'boss'),
      ])
      const session = signedIn.kind === 'token' ? await store.session(signedIn.token, IDLE) : null
      expect(session).toBeNull()
    }
  })

  it('with a second factor give a code of it, each once, or a code of recovery; wrong ones count as wrong passwords do', async () => {
    const { store, now, pass } = await aStore()
    const { secret, uri } = await store.beginSecondFactor('j.doe')
    expect(uri).toContain('otpauth://totp/imr:j.doe?')
    const codeAt = (ms: number) => new TOTP({ secret }).generate({ timestamp: ms })
    expect(await store.confirmSecondFactor('j.doe', codeAt(now() - 10 * MINUTE))).toBeNull()
    expect(await store.session(await tokenOf(store), IDLE)).toMatchObject({ state: 'open' })
    const recovery = (await store.confirmSecondFactor('j.doe', codeAt(now()))) ?? []
    expect(recovery).toHaveLength(10)
    await expect(store.beginSecondFactor('j.doe')).rejects.toMatchObject({ code: 'second-factor-set' })

    const token = await tokenOf(store)
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'second-factor', hasSecondFactor: true })
    // The code that confirmed it is used up; a clock that is one step ahead is let in.
    expect(await store.giveSecondFactor(token, codeAt(now()), address)).toEqual({ kind: 'wrong' })
    const next = codeAt(now() + 30_000)
    expect(await store.giveSecondFactor(token, next, address)).toBe('open')
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'open' })
    // An idle session is opened by the password, not by who holds the phone.
    await store.lockSession(token)
    expect(await store.giveSecondFactor(token, codeAt(now() + 30_000), address)).toBeNull()
    expect(await store.session(token, IDLE)).toMatchObject({ state: 'locked' })
    const again = await tokenOf(store)
    expect(await store.giveSecondFactor(again, next, address)).toEqual({ kind: 'wrong' })
    const [code = ''] = recovery
    expect(await store.giveSecondFactor(again, code.toUpperCase().replaceAll('-', ' '), address)).toBe('open')
    const third = await tokenOf(store)
    expect(await store.giveSecondFactor(third, code, address)).toEqual({ kind: 'wrong' })
    pass(2 * 60 * MINUTE)
    // Neither the password in between nor codes that come at once buy more tries.
    const tries = []
    for (let n = 0; n < 8; n++) {
      const signedIn = await signIn(store)
      tries.push(signedIn.kind === 'token' ? await store.giveSecondFactor(signedIn.token, '000000', address) : signedIn)
    }
    expect(tries.at(-1)).toMatchObject({ kind: 'wait' })
    await store.unlockUser('j.doe', 'boss')
    await store.resetSecondFactor('j.doe', 'boss')
    expect(await store.session(await tokenOf(store), IDLE)).toMatchObject({ state: 'open', hasSecondFactor: false })
  })

  it('always have an admin among them who may sign in', async () => {
    const { store } = await aStore()
    for (const change of [{ disabled: true }, { roles: ['lead'] as const }])
      await expect(store.changeUser('boss', change, 'boss')).rejects.toMatchObject({ code: 'last-admin' })
    await store.changeUser('j.doe', { roles: ['reviewer', 'admin'] }, 'boss')
    await store.changeUser('boss', { disabled: true }, 'j.doe')
    await expect(store.changeUser('nobody', { disabled: true }, 'boss')).rejects.toMatchObject({ code: 'no-such-user' })
    expect(await actsOn(store, 'boss')).toEqual(['terminal user-added', 'j.doe user-disabled'])
  })

  it.each([
    ['disable', { disabled: true }],
    ['take the role from', { roles: ['lead'] as const }],
  ])('keep an admin when two %s each other at the same time', async (_, change) => {
    const { store, open, place } = await aStore()
    const other = await open()
    await store.addUser({ name: 'chief', roles: ['admin'], password: PASSWORD }, 'boss')
    // Both have looked whether an admin is left before either has written down what was done.
    const release = await trailHeld(place.databaseUrl)
    const both = Promise.allSettled([
      store.changeUser('chief', change, 'boss'),
      other.changeUser('boss', change, 'chief'),
    ])
    await release()
    expect((await both).map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    const left = (await store.users()).filter((u) => u.roles.includes('admin') && !u.disabled)
    expect(left).toHaveLength(1)
  })

  it('take a role for half an hour with a reason, and the trail tells', async () => {
    const { store, pass } = await aStore()
    const token = await tokenOf(store)
    const glass = await store.breakGlass(token, 'physician', 'deadline')
    expect(await store.session(token, IDLE)).toMatchObject({
      roles: ['reviewer', 'physician'],
      glass: { role: 'physician', until: glass?.until },
    })
    pass(31 * MINUTE)
    expect(await store.session(token, { idleMs: 1e9 })).toMatchObject({ roles: ['reviewer'], glass: null })
    const rows = await store.auditOf('j.doe')
    expect(rows.at(-1)).toMatchObject({
      actor: 'j.doe',
      action: 'break-glass',
      detail: expect.stringContaining('physician, deadline, until'),
    })
  })

  it('give programs tokens that are good for some things, until they end or are revoked', async () => {
    const { store, now, pass } = await aStore()
    const day = 24 * 60 * MINUTE
    const { id, token } = await store.addToken(
      { name: 'nightly', scopes: ['export', 'read'], expiresAt: new Date(now() + day) },
      'boss',
    )
    expect(await store.tokenOf(token)).toEqual({ name: 'nightly', scopes: ['export', 'read'] })
    expect(await store.tokenOf('imr_something')).toBeNull()
    expect(await store.tokens()).toMatchObject([
      { id, name: 'nightly', createdBy: 'boss', revokedAt: null, usedAt: new Date(now()).toISOString() },
    ])
    expect(await store.revokeToken(id, 'boss')).toBe(true)
    expect(await store.revokeToken(id, 'boss')).toBe(false)
    expect(await store.tokenOf(token)).toBeNull()
    const other = await store.addToken({ name: 'weekly', scopes: ['read'], expiresAt: new Date(now() + day) }, 'boss')
    pass(day)
    expect(await store.tokenOf(other.token)).toBeNull()
    expect(await actsOn(store, id)).toEqual(['boss token-added', 'boss token-revoked'])
  })
})

describe('a password', () => {
  it('is kept so that it cannot be read back, at the cost that is safe today, and told from others', async () => {
    const kept = await hashPassword(PASSWORD, PASSWORD_COST)
    expect(kept).toMatch(/^scrypt\$17\$[0-9a-f]{32}\$[0-9a-f]{64}$/)
    expect(await passwordMatches(PASSWORD, kept, PASSWORD_COST)).toBe(true)
    expect(await passwordMatches('another one', kept, PASSWORD_COST)).toBe(false)
    expect(await passwordMatches(PASSWORD, null, 10)).toBe(false)
  })

  it('is not waited for by thousands: who comes when too many wait is told to come again, and the others are answered', async () => {
    const kept = await hashPassword(PASSWORD, 10)
    const many = await Promise.allSettled(Array.from({ length: 200 }, () => passwordMatches(PASSWORD, kept, 10)))
    const refused = many.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(200 - 52)
    expect(refused[0]).toBeInstanceOf(PasswordsBusy)
    expect(many.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))).toEqual(Array(52).fill(true))
    expect(await passwordMatches(PASSWORD, kept, 10)).toBe(true)
  })
})
