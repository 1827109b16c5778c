import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testFolder } from '../fixtures/folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A checkout of our own whose packages a developer has installed with npm: each a link, so that to remove them removes nothing. */
async function aCheckout() {
  const folder = join(await testFolder(), 'checkout')
  for (const part of ['src', 'workers', 'scripts', 'imr', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  for (const part of ['tsconfig.build.json', 'tsconfig.page.json']) cpSync(join(root, part), join(folder, part))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules')).filter((n) => !n.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  cpSync(join(root, 'node_modules', '.package-lock.json'), join(modules, '.package-lock.json'))
  const run = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, IMR_DATA: '' } })
  return {
    folder,
    imr: (...args: string[]) => run(join(folder, 'imr'), args),
    ensure: () => run(process.execPath, [join(folder, 'scripts', 'ensure.mjs'), 'run']),
    change: (text: string) => writeFileSync(join(folder, 'src', 'version.ts'), text, { flag: 'a' }),
    builds: () => readdirSync(join(folder, '.imr-builds')).filter((name) => name !== 'notes.json'),
  }
}

/** A program that runs from a build until it is told to end. */
async function aProgram(main: string): Promise<ChildProcess> {
  const hold = 'setInterval(() => {}, 1000); process.stdout.write("running")'
  // The build's own program is named in the command, as it is of a worker.
  const child = spawn(process.execPath, ['--eval', hold, main, 'worker'], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

describe('a checkout', () => {
  it('takes the packages that a developer installed as they are, builds once, and then only looks', async () => {
    const checkout = await aCheckout()
    const first = checkout.imr('--version')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(first).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: 'imr: building …\n' })
    const [build = ''] = checkout.builds()
    const made = statSync(join(checkout.folder, '.imr-builds', build)).ctimeMs
    expect(checkout.ensure()).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(build) })
    // A file that was touched and not changed is read once more, and built no more.
    checkout.change('')
    expect(checkout.ensure()).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(build) })
    expect(statSync(join(checkout.folder, '.imr-builds', build)).ctimeMs).toBe(made)
  })

  it('gives changed sources a build of their own, and leaves those alone that a program runs from', async () => {
    const checkout = await aCheckout()
    const before = checkout.ensure().stdout.trim()
    await aProgram(before)
    const others: string[] = []
    for (let i = 0; i < 4; i++) {
      checkout.change(`\n// change ${i}`)
      others.push(checkout.ensure().stdout.trim())
    }
    expect(new Set([before, ...others]).size).toBe(5)
    expect(statSync(before).isFile()).toBe(true)
    // Of the others the newest stay.
    const there = others.map((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    expect(there).toEqual([false, true, true, true])
  })

  it('installs nothing while a program runs from it, and says which', async () => {
    const checkout = await aCheckout()
    const main = checkout.ensure().stdout.trim()
    const running = await aProgram(main)
    const lock = join(checkout.folder, 'package-lock.json')
    const locked = readFileSync(lock, 'utf8')
    const changed = JSON.parse(locked)
    changed.packages['node_modules/zod'].version = '0.0.1'
    writeFileSync(lock, JSON.stringify(changed))
    const refused = checkout.imr('--version')
    expect(refused).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(`process ${running.pid}`) })
    expect(readdirSync(join(checkout.folder, 'node_modules'))).toContain('zod')
    writeFileSync(lock, locked)
    expect(checkout.imr('--version').status).toBe(0)
  })

  it('whose packages are a link to another one’s does not install them there', async () => {
    const linked = await aCheckout()
    const modules = join(linked.folder, 'node_modules')
    const other = join(linked.folder, '..', 'other')
    cpSync(modules, other, { recursive: true, verbatimSymlinks: true })
    rmSync(modules, { recursive: true })
    symlinkSync(other, modules)
    writeFileSync(join(other, '.package-lock.json'), JSON.stringify({ packages: {} }))
    expect(linked.imr('--version')).toMatchObject({ status: 1, stderr: expect.stringContaining('is a link') })
    expect(readdirSync(other)).toContain('zod')
  })
})
