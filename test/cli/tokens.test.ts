import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

beforeAll(() => {
  ensureBuilt()
}, 300_000)

async function aStore() {
  const data = join(await testFolder(), 'data')
  const open = (now = () => new Date()) => openStore(data, { now })
  await open().then((store) => store.close())
  const tokens = (...args: string[]) => imr(['tokens', ...args, '--data', data])
  return { data, open, tokens }
}

describe('imr tokens', () => {
  it('shows a token once, keeps nothing that it could be made from, and lists, revokes and tells of it in the audit trail', async () => {
    const { data, open, tokens } = await aStore()
    expect(await tokens('list')).toMatchObject({ code: 0, stdout: '' })
    const added = await tokens('add', 'reports', '--scope', 'read', 'export', '--days', '30')
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^imr_[\w-]{43}\n$/) })
    const token = added.stdout.trim()
    const [, id = ''] = /^token ([0-9a-f]{12}) for reports: read, export, until /.exec(added.stderr) ?? []
    expect(id).not.toBe('')
    expect(added.stderr).not.toContain(token)
    expect((await tokens('list')).stdout).toMatch(
      new RegExp(`^${id}  reports  export read  good until \\S+Z, never used, made by terminal:\\S+\\n$`),
    )
    for (const name of await readdir(data))
      if (name.startsWith('imr.sqlite')) expect((await readFile(join(data, name))).includes(token)).toBe(false)

    const inDays = (n: number) => () => new Date(Date.now() + n * 86_400_000)
    for (const [days, found] of [
      [29, { name: 'reports', scopes: ['export', 'read'] }],
      [31, null],
    ] as const) {
      const store = await open(inDays(days))
      expect(await store.tokenOf(token)).toEqual(found)
      await store.close()
    }

    expect(await tokens('revoke', id)).toMatchObject({ code: 0, stdout: '' })
    const store = await open()
    expect(await store.tokenOf(token)).toBeNull()
    expect((await store.auditOf(id)).map(({ actor, action }) => [actor.slice(0, 9), action])).toEqual([
      ['terminal:', 'token-added'],
      ['terminal:', 'token-revoked'],
    ])
    await store.close()
    expect((await tokens('list')).stdout).toContain(`${id}  reports  export read  revoked `)
  })

  it.each([
    [['add', 'reports'], "required option '--scope"],
    [['add', 'reports', '--scope', 'all'], 'Allowed choices are read, export, write'],
    [['add', 'two words', '--scope', 'read'], 'one word'],
    [['add', 'reports', '--scope', 'read', '--days', '0'], 'from 1 to 366'],
    [['add', 'reports', '--scope', 'read', '--days', '367'], 'from 1 to 366'],
    [['revoke', '1f0a9c3b7d42'], 'no token of this id'],
  ])('refuses %j with a hint, and makes none', async (args, hint) => {
    const { tokens } = await aStore()
    expect(await tokens(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(hint) })
    expect((await tokens('list')).stdout).toBe('')
  })

  it('says that a token was revoked already, and makes no store where there is none', async () => {
    const { tokens } = await aStore()
    const { stderr } = await tokens('add', 'reports', '--scope', 'read')
    const [, id = ''] = /^token (\S+)/.exec(stderr) ?? []
    await tokens('revoke', id)
    expect(await tokens('revoke', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('already') })
    const nowhere = join(await testFolder(), 'data')
    expect(await imr(['tokens', 'list', '--data', nowhere])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no store'),
    })
  })
})
