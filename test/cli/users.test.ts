import { spawn, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

let main: string
beforeAll(() => {
  main = ensureBuilt()
}, 300_000)

const PASSWORD = 'a mild horse staples'
const hasTerminal = spawnSync('sh', ['-c', 'command -v script']).status === 0

/** Runs `imr users` with something on its standard input. */
function users(data: string, args: readonly string[], input: string) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [main, 'users', ...args, '--data', data])
    const out = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (part) => {
        out[stream] += part
      })
    child.on('close', (code) => resolve({ code, ...out }))
    child.stdin.on('error', () => {}).end(input)
  })
}

describe('imr users', () => {
  it('adds the first admin on a machine that has nothing yet, lists, changes and names them in the audit trail', async () => {
    const data = join(await testFolder(), 'data')
    expect(await users(data, ['list'], '')).toMatchObject({ code: 1, stderr: expect.stringContaining('no store') })
    const added = await users(data, ['add', 'boss', '--role', 'admin', 'lead'], `${PASSWORD}\n`)
    expect(added).toMatchObject({ code: 0, stderr: 'boss may sign in now, as admin, lead\n' })
    for (const [args, input, hint] of [
      [['add', 'boss', '--role', 'lead'], `${PASSWORD}\n`, 'already'],
      [['add', 'other', '--role', 'lead'], 'short\n', '12 to 200 characters'],
      [['add', 'other', '--role', 'lead'], '', 'no password came'],
      [['add', 'other'], '', "required option '--role"],
      [['add', 'other', '--role', 'chief'], '', 'Allowed choices are operator, reviewer'],
      [['disable', 'boss'], '', 'last user with the role admin'],
      [['unlock', 'nobody'], '', 'no user nobody'],
    ] as const)
      expect(await users(data, args, input)).toMatchObject({ code: 1, stderr: expect.stringContaining(hint) })
    await users(data, ['add', 'j.doe', '--role', 'reviewer'], PASSWORD)
    for (const args of [
      ['role', 'j.doe', '--role', 'lead'],
      ['disable', 'j.doe'],
      ['unlock', 'j.doe'],
      ['reset-second-factor', 'j.doe'],
    ])
      expect((await users(data, args, '')).code, args.join(' ')).toBe(0)
    expect((await imr(['users', 'list', '--data', data])).stdout).toBe(
      'boss  admin lead  never signed in\nj.doe  lead  disabled, never signed in\n',
    )
    expect((await users(data, ['enable', 'j.doe'], '')).code).toBe(0)
    expect((await users(data, ['password', 'j.doe'], 'a tame lorry whistles\n')).code).toBe(0)
    const store = await openStore(data)
    const signIn = (password: string) => store.signIn({ name: 'j.doe', password, address: '127.0.0.1' })
    expect((await signIn(PASSWORD)).kind).toBe('wrong')
    expect((await signIn('a tame lorry whistles')).kind).toBe('token')
    const rows = await store.auditOf('j.doe')
    expect(rows[0]).toMatchObject({
      actor: expect.stringMatching(/^terminal:./),
      action: 'user-added',
      detail: 'reviewer',
    })
    await store.close()
  })

  it.skipIf(!hasTerminal)('asks for the password at a terminal without showing it, twice', async () => {
    const folder = await testFolder()
    const data = join(folder, 'data')
    const shown = join(folder, 'shown')
    const run = (answers: readonly string[]) =>
      new Promise<number | null>((resolve) => {
        const command = [process.execPath, main, 'users', 'add', 'boss', '--role', 'admin', '--data', data]
        const child = spawn('script', ['-qefc', command.map((word) => `'${word}'`).join(' '), shown], {
          stdio: ['pipe', 'pipe', 'ignore'],
        })
        const left = [...answers]
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          if (/(?:Password|again): $/.test(text)) child.stdin.write(`${left.shift() ?? ''}\r`)
        })
        child.on('close', resolve)
      })
    expect(await run([PASSWORD, 'something else'])).toBe(1)
    expect(await readFile(shown, 'utf8')).toContain('not the same')
    expect(await run([`${PASSWORD}x\u007f`, PASSWORD])).toBe(0)
    const text = await readFile(shown, 'utf8')
    expect(text).toContain('boss may sign in now')
    expect(text).not.toContain('horse')
  })
})
