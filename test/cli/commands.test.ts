import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../src/version.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { numberOf, putLetters } from '../fixtures/letter-files.ts'

beforeAll(ensureBuilt)

describe('imr', () => {
  it('tells its version and how it is used', async () => {
    expect(await imr(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
    const { code, stdout } = await imr(['--help'])
    expect(code).toBe(0)
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '')
    const files = (await readdir(new URL('../../src/cli/', import.meta.url))).map((name) => name.replace(/\.ts$/, ''))
    expect(commands.length).toBeGreaterThan(10)
    // A command is a file of its own.
    expect(files).toEqual(expect.arrayContaining(commands.filter((c) => c !== 'help' && c !== 'imr')))
    for (const command of commands.filter((c) => files.includes(c)))
      expect(await imr([command, '--help']), command).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`^Examples?:\\n {2}(?:\\S+=\\S+ )*imr ${command}\\b`, 'm')),
      })
  })

  it.each([
    [['rum'], 'Did you mean run?'],
    [['run'], 'missing required argument'],
    [['run', 'x', '--jobs', '0'], 'whole number'],
    [['run', 'x', '--engine', 'none'], 'Allowed choices'],
    [['run', 'x', '--ou', '-'], 'Did you mean --out?'],
    [['export', '--format', 'xml'], 'Allowed choices'],
  ])('refuses %j with a hint', async (args, hint) => {
    const { code, stdout, stderr } = await imr(args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(hint)
    expect(stderr).toContain('--help')
  })

  it('does not make a store by looking at one', async () => {
    const folder = await testFolder()
    for (const command of ['status', 'export']) {
      const { code, stderr } = await imr([command, '--data', join(folder, 'none')])
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('no store') })
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('explains a value of a letter that is stored, and of one that is not, and names what is most like a wrong path', async () => {
    const folder = await testFolder()
    await putLetters(folder, 1)
    const [name = ''] = (await readdir(folder)).filter((f) => f.endsWith('.pdf'))
    const env = { IMR_DATA: join(folder, 'data') }
    const ask = ['explain', join(folder, name), 'header.caseNumber', '--json']
    const before = await imr(ask, { env })
    expect(before.code).toBe(0)
    expect(await readdir(folder)).toEqual([name])
    await imr(['run', join(folder, name)], { env })
    const after = await imr(ask, { env })
    expect(after.stdout).toBe(before.stdout)
    expect(JSON.parse(after.stdout)).toMatchObject({ path: 'header.caseNumber', evidence: [{ page: 1 }] })
    const text = await imr(['explain', join(folder, name), 'header'], { env })
    expect(text.stdout).toMatch(/^header\.caseNumber .*\n(.*\n)*? {2}where +page 1, box [\d. ]+\n {2}rule +header/m)
    const wrong = await imr(['explain', join(folder, name), 'header.casenumer'], { env })
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('header.caseNumber') })
    const none = await imr(['explain', join(folder, name), '--letter', '3'], { env })
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('one letter') })
  })

  it('exports what a run stored, and only that, on standard output', async () => {
    const folder = await testFolder()
    await putLetters(folder, 3)
    const env = { IMR_DATA: join(folder, 'data') }
    const run = await imr(['run', folder, '--out', '-'], { env })
    const exported = await imr(['export'], { env })
    const lines = (text: string) => text.split('\n').filter(Boolean).sort()
    expect(lines(exported.stdout)).toEqual(lines(run.stdout))
    const csv = await imr(['export', '--format', 'csv'], { env })
    const rows = csv.stdout.split('\r\n').filter(Boolean)
    expect(rows).toHaveLength(1 + 3 * 2)
    expect(rows[0]).toMatch(/^case_id,file_name,/)
    expect(rows.filter((r) => r.includes(numberOf(2)))).toHaveLength(2)
    const status = await imr(['status'], { env })
    expect(status.stdout).toMatch(/^done +3\n/m)
    expect([exported.stderr, csv.stderr, status.stderr]).toEqual(['', '', ''])
  })
})
