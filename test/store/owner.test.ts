import { spawn, spawnSync } from 'node:child_process'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFolderBlobs } from '../../src/store/blobs/folder.ts'
import { ownedName, ownerOfName } from '../../src/store/owned-files.ts'
import { isNamesake, ownerIsGone, ownerOfThisProcess, standingOf } from '../../src/store/owner.ts'
import { testFolder } from '../fixtures/folder.ts'
import { goneOwner, namesake } from '../fixtures/owners.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const DAY_MS = 86_400_000

/** A process that says which owner it is (or how another one stands) and, if it is to, waits to be killed. */
const telling = `
  const { ownerOfThisProcess, standingOf } = await import('./src/store/owner.ts')
  const [, of] = process.argv
  process.stdout.write((of ? standingOf(of) : ownerOfThisProcess()) + '\\n')
  if (process.env.STAY) setInterval(() => {}, 1000)`
const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', telling]
const mayUnshare = spawnSync('unshare', ['-pfm', '--mount-proc', 'true']).status === 0

async function started(command: readonly string[]): Promise<{ owner: string; end: () => Promise<void> }> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, STAY: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
  onTestFinished(end)
  const owner = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  })
  return { owner, end }
}

describe('an owner', () => {
  it('is living while its process runs, and gone when it has ended', async () => {
    expect(standingOf(ownerOfThisProcess())).toBe('living')
    const other = await started(node)
    expect(standingOf(other.owner)).toBe('living')
    await other.end()
    expect(standingOf(other.owner)).toBe('gone')
  })

  it('is not taken for a later process with the same number', () => {
    expect(ownerIsGone(goneOwner(process.pid))).toBe(true)
  })

  it('that goes by this host name elsewhere is unknown, never gone', () => {
    expect(standingOf(namesake(999_999_999))).toBe('unknown')
    expect(isNamesake(namesake())).toBe(true)
    expect(isNamesake(ownerOfThisProcess())).toBe(false)
    expect(isNamesake('another-host 1 2 0123456789abcdef')).toBe(false)
  })

  it('as earlier versions wrote it is unknown', () => {
    const [host] = ownerOfThisProcess().split(' ')
    expect(standingOf(`${host} 999999999 1`)).toBe('unknown')
    expect(standingOf(`${host} 999999999 1 17`)).toBe('unknown')
    expect(standingOf('')).toBe('unknown')
  })

  it.skipIf(!mayUnshare)(
    'in a container of the same host name cannot be told from here, nor this one from there',
    async () => {
      const inside = await started(['unshare', '-pfm', '--kill-child', '--mount-proc', ...node])
      expect(inside.owner.split(' ')[0]).toBe(ownerOfThisProcess().split(' ')[0])
      expect(standingOf(inside.owner)).toBe('unknown')
      const there = spawnSync('unshare', ['-pfm', '--mount-proc', ...node, ownerOfThisProcess()], {
        cwd: root,
        encoding: 'utf8',
      })
      expect(there.stdout.trim()).toBe('unknown')
    },
  )

  it.skipIf(!mayUnshare)('whose process is hidden from this user is unknown, not gone', () => {
    const script = `
      mount -o remount,hidepid=2 /proc && exec 3< <(STAY=1 "$@") && read -r owner <&3 &&
      setpriv --reuid 65534 --regid 65534 --clear-groups "$@" "$owner"`
    const { stdout, stderr } = spawnSync('unshare', ['-pfm', '--mount-proc', 'bash', '-c', script, 'bash', ...node], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout.trim(), stderr).toBe('unknown')
  })
})

describe('the names of files in hand', () => {
  it('tell whose they are, and no other name does', () => {
    expect(ownerOfName(ownedName())).toBe(ownerOfThisProcess())
    expect(ownedName()).not.toBe(ownedName())
    const uuid = '00000000-0000-4000-8000-000000000000'
    for (const name of ['%zz-1-2-3-4-5', `%zz-${uuid}`, uuid, `-${uuid}`, 'letter.pdf', ''])
      expect(ownerOfName(name), name).toBeNull()
  })

  it('decide what is swept: what is left of the dead, and what lay for a day and whose maker cannot be seen', async () => {
    const folder = await testFolder()
    const incoming = join(folder, 'incoming')
    await mkdir(incoming)
    let made = 0
    const put = async (owner: string, ageMs: number) => {
      const name = `${encodeURIComponent(owner)}-00000000-0000-4000-8000-00000000000${++made}`
      await writeFile(join(incoming, name), 'left')
      const at = new Date(Date.now() - ageMs)
      await utimes(join(incoming, name), at, at)
      return name
    }
    const gone = await put(goneOwner(), 0)
    const old = await put(namesake(), 2 * DAY_MS)
    const elsewhere = await put('a-container 7 1 0123456789abcdef', 2 * DAY_MS)
    const young = await put(namesake(), DAY_MS / 2)
    const living = await put(ownerOfThisProcess(), 2 * DAY_MS)
    await writeFile(join(incoming, '%zz-1-2-3-4-5'), 'odd')
    await writeFile(join(incoming, '%zz-00000000-0000-4000-8000-000000000000'), 'odd')
    await openFolderBlobs(folder)
    const left = await readdir(incoming)
    for (const name of [gone, old, elsewhere]) expect(left).not.toContain(name)
    for (const name of [young, living, '%zz-1-2-3-4-5']) expect(left).toContain(name)
    expect(left).toHaveLength(4)
  })
})
