import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WatchEvent } from '../../../src/intake/index.ts'
import { filesBelow, inWorking, pdf, received, until, untilWorked, watched } from './watched.ts'

const isRoot = process.getuid?.() === 0
const ran = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0

/** Keeps everybody from changing a folder, root too where its disk knows how. Gives what allows it again; null: it cannot be kept. */
async function closed(folder: string): Promise<(() => Promise<void>) | null> {
  if (!isRoot) {
    await chmod(folder, 0o500)
    return () => chmod(folder, 0o700)
  }
  if (!ran('chattr', '+i', folder)) return null
  const open = async () => void ran('chattr', '-i', folder)
  onTestFinished(open)
  return open
}

/** Whether this process may mount disks in memory; tests that need another disk are for those that may. */
const canMount = (() => {
  if (!isRoot || !ran('mkdir', '-p', '/tmp/imr-test-mount')) return false
  const isMounted = ran('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/tmp/imr-test-mount')
  if (isMounted) ran('umount', '/tmp/imr-test-mount')
  return isMounted
})()

/** Another disk, of that size, at `folder`. */
async function mounted(folder: string, size: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  expect(ran('mount', '-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder)).toBe(true)
  onTestFinished(() => void ran('umount', '-l', folder))
}

const stuck = (events: readonly WatchEvent[]) => events.filter((e) => e.kind === 'stuck')

describe('a file that cannot be moved', () => {
  it('does not keep the others from done/, is named with what to do, and is moved when it can be', async (context) => {
    const w = await watched()
    await mkdir(join(w.folder, 'done', 'closed'), { recursive: true })
    const open = await closed(join(w.folder, 'done', 'closed'))
    if (!open) return context.skip('this disk has no immutable folders')
    await w.watch()
    await w.put('closed/a.pdf')
    await until(() => w.events.some((e) => e.kind === 'taken'))
    for (let n = 0; n < 5; n++) await w.put(`${n}.pdf`)
    await untilWorked(w, async () => (await filesBelow(join(w.folder, 'done'))).length === 5)
    await until(() => stuck(w.events).length > 0)
    expect(stuck(w.events)).toMatchObject([
      { path: 'closed/a.pdf', reason: expect.stringMatching(/permission.*tried again/) },
    ])
    await open()
    await until(async () => (await filesBelow(w.folder)).includes('done/closed/a.pdf'))
    await until(async () => (await inWorking(w)).length === 0)
    expect(stuck(w.events)).toHaveLength(1)
    expect(w.events.filter((e) => e.kind === 'trouble')).toEqual([])
  })

  it('because the folder of claims is closed is trouble; after a stop nothing runs on', async (context) => {
    const w = await watched()
    const { stop } = await w.watch()
    const open = await closed(join(w.folder, 'working'))
    if (!open) return context.skip('this disk has no immutable folders')
    for (let n = 0; n < 20; n++) await w.put(`${n}.pdf`)
    await until(() => w.events.some((e) => e.kind === 'trouble'))
    await stop()
    await open()
    const told = w.events.length
    // As long as another watcher takes to look, and look again.
    const other = await watched()
    await other.watch()
    await other.put('letter.pdf')
    await until(async () => (await received(other.store)) === 1)
    expect(await received(w.store)).toBe(0)
    expect(await filesBelow(w.folder)).toHaveLength(20)
    expect(w.events).toHaveLength(told)
    expect(told).toBe(1)
  })

  it('for the length of its names is moved under shorter ones', async () => {
    const w = await watched()
    await w.watch()
    const long = 'x'.repeat(255)
    await mkdir(join(w.folder, 'done'), { recursive: true })
    await writeFile(join(w.folder, 'done', 'x'.repeat(235)), 'in the way')
    await w.put(join(long, `${'y'.repeat(20)}.${'z'.repeat(234)}`), pdf('bad one'))
    await w.put(join(long, 'b.pdf'))
    const filed = async () => (await filesBelow(w.folder)).filter((f) => /^(done|failed)/.test(f)).length
    await untilWorked(w, async () => (await filed()) === 4)
    expect(await filesBelow(w.folder)).toEqual([
      `done/${'x'.repeat(235)}`,
      `done/${'x'.repeat(235)} (2)/b.pdf`,
      `failed/${'x'.repeat(235)}/${'y'.repeat(20)}.${'z'.repeat(214)}`,
      `failed/${'x'.repeat(235)}/${'y'.repeat(20)}.${'z'.repeat(214)}.reason.txt`,
    ])
  })
})

describe.skipIf(!canMount)('done/ on another disk', () => {
  it('gets whole files, with their names and rights, and overwrites nothing', async () => {
    const w = await watched()
    await mounted(join(w.folder, 'done'), '10m')
    await w.watch()
    for (const text of ['one', 'two']) {
      await w.put('in/letter.pdf', pdf(text))
      await untilWorked(
        w,
        async () => !(await filesBelow(w.folder)).some((f) => f === 'in/letter.pdf' || f.startsWith('working')),
      )
    }
    expect(await filesBelow(w.folder)).toEqual(['done/in/letter (2).pdf', 'done/in/letter.pdf'])
    expect(await readFile(join(w.folder, 'done/in/letter.pdf'), 'utf8')).toBe(pdf('one'))
    expect(await readdir(join(w.folder, 'done/in'))).toHaveLength(2)
    expect((await stat(join(w.folder, 'done/in/letter.pdf'))).mode & 0o777).toBe(0o644)
    await until(async () => (await inWorking(w)).length === 0)
  })

  it('that is full is told of; what still fits goes there, the rest when there is room, and nothing half lies there', async () => {
    const w = await watched()
    const done = join(w.folder, 'done')
    await mounted(done, '256k')
    await w.watch()
    await w.put('large.pdf', pdf('x'.repeat(400_000)))
    await untilWorked(w, () => stuck(w.events).length > 0)
    await w.put('small.pdf')
    await untilWorked(w, async () => (await filesBelow(done)).join() === 'small.pdf')
    expect(stuck(w.events)).toMatchObject([
      { path: 'large.pdf', code: 'ENOSPC', reason: expect.stringContaining('make room') },
    ])
    // While the large one is being tried again, and only then, something of it lies there.
    await until(async () => (await readdir(done)).join() === 'small.pdf')
    expect(await inWorking(w)).toHaveLength(1)
    expect(ran('mount', '-o', 'remount,size=10m', done)).toBe(true)
    await until(async () => (await filesBelow(done)).includes('large.pdf'))
    expect((await stat(join(done, 'large.pdf'))).size).toBe(pdf('x'.repeat(400_000)).length)
    await until(async () => (await inWorking(w)).length === 0)
  })

  it('leaves a folder on another disk where it is, says so once, and takes the other files', async () => {
    const w = await watched()
    await mounted(join(w.folder, 'other'), '1m')
    await w.watch()
    await w.put('other/a.pdf')
    await until(() => w.events.length > 0)
    expect(w.events).toMatchObject([{ kind: 'left', path: 'other/a.pdf', reason: expect.stringContaining('EXDEV') }])
    await w.put('b.pdf')
    await untilWorked(w, async () => (await filesBelow(w.folder)).includes('done/b.pdf'))
    expect(w.events.filter((e) => 'path' in e && e.path === 'other/a.pdf')).toHaveLength(1)
  })
})
