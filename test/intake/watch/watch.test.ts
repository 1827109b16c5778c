import { appendFile, lstat, mkdir, readdir, readFile, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WatchRefused } from '../../../src/intake/index.ts'
import { goneOwner } from '../../fixtures/owners.ts'
import { filesBelow, inWorking, patient, pdf, received, until, untilWorked, type Watched, watched } from './watched.ts'

/** A heap of mail; a smaller one every day, as IMR_FAULTS (package.json, bench:faults) tells. */
const FILES = process.env.IMR_FAULTS === 'full' ? 5_000 : 1_500

/** A file that was put in last has been taken, and nothing else: whatever lay there before it was looked at as long. */
async function lookedAgain(w: Watched): Promise<void> {
  await w.put('later.pdf')
  await untilWorked(w, async () => (await filesBelow(w.folder)).includes('done/later.pdf'))
  expect(await received(w.store)).toBe(1)
}

const leftAlone = (w: Watched) => w.events.flatMap((e) => (e.kind === 'left' ? [e.path] : [])).sort()

describe('a watched folder', () => {
  it('moves a file whose document was forgotten to failed/, and says so', async () => {
    const w = await watched()
    await w.put('a.pdf')
    await w.watch()
    await until(() => w.events.some((e) => e.kind === 'taken'))
    for (const { sha256 } of await w.store.pending(10)) await w.store.forget(sha256, { reason: 'mistake', by: 'clerk' })
    await until(() => w.events.some((e) => e.kind === 'failed'))
    expect(await readFile(join(w.folder, 'failed', 'a.pdf.reason.txt'), 'utf8')).toContain('forgotten')
    expect(await readFile(join(w.folder, 'failed', 'a.pdf'), 'utf8')).toBe(pdf('a.pdf'))
  })

  it('has a file taken once it stands still, kept in working/ while it is read, and moved to done/', async () => {
    const w = await watched()
    await w.watch()
    await w.put('letter.pdf')
    await until(async () => (await w.store.pending(1)).length === 1)
    expect(await filesBelow(w.folder)).toEqual([expect.stringMatching(/^working\/[^/]+\/letter\.pdf$/)])
    await w.work()
    await until(async () => (await filesBelow(w.folder))[0] === 'done/letter.pdf')
    expect(await readFile(join(w.folder, 'done/letter.pdf'), 'utf8')).toBe(pdf('letter.pdf'))
    expect(await inWorking(w)).toEqual([])
  })

  it('moves what failed to failed/ with its cause and what to do beside it', async () => {
    const w = await watched()
    await w.watch()
    await w.put('in/worn.pdf', pdf('bad'))
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder)).length === 2)
    expect(await filesBelow(w.folder)).toEqual(['failed/in/worn.pdf', 'failed/in/worn.pdf.reason.txt'])
    const reason = await readFile(join(w.folder, 'failed/in/worn.pdf.reason.txt'), 'utf8')
    expect(reason).toBe('damaged: it is damaged: scan it again\n')
  })

  it('waits for a writer that never stands still for long', async () => {
    const w = await watched()
    await w.watch({ endMs: patient })
    await w.put('slow.pdf', '%PDF-1.4\n')
    for (let n = 0; n < 10; n++) {
      await sleep(n === 5 ? 300 : 30)
      await appendFile(join(w.folder, 'slow.pdf'), `line ${n}\n`)
      expect(await received(w.store)).toBe(0)
    }
    await appendFile(join(w.folder, 'slow.pdf'), '%%EOF\n')
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder))[0] === 'done/slow.pdf')
    expect(await readFile(join(w.folder, 'done/slow.pdf'), 'utf8')).toContain('line 9\n%%EOF')
    expect(await received(w.store)).toBe(1)
  })

  it('takes a PDF without its end, or an empty file, after a longer while', async () => {
    const w = await watched()
    const endMs = 1500
    await w.watch({ endMs })
    const begun = Date.now()
    await w.put('cut.pdf', '%PDF-1.4 cut')
    await w.put('empty.pdf', '')
    await w.put('whole.pdf')
    await until(async () => (await received(w.store)) > 0)
    const taken = await received(w.store)
    // On a machine so busy that the longer while has passed meanwhile, this proves nothing.
    if (Date.now() - begun < endMs) expect(taken).toBe(1)
    await until(async () => (await received(w.store)) === 3)
  })

  it('leaves hidden files and names of unfinished ones alone until they are renamed, and says so once they stand long', async () => {
    const w = await watched()
    await w.watch()
    const silent = ['.DS_Store', '.sub/f.pdf', 'Thumbs.db', '$RECYCLE.BIN/g.pdf']
    const names = ['.hidden.pdf', 'a.pdf.part', 'b.tmp', 'c.crdownload', '~d.pdf', 'e.pdf~']
    for (const name of [...names, ...silent]) await w.put(name)
    await until(() => w.events.length >= names.length)
    await lookedAgain(w)
    expect(await filesBelow(w.folder)).toEqual([...names, ...silent, 'done/later.pdf'].sort())
    expect(leftAlone(w)).toEqual([...names].sort())
    await rename(join(w.folder, 'a.pdf.part'), join(w.folder, 'a.pdf'))
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder)).includes('done/a.pdf'))
  })

  it('is not disturbed by a file that vanishes, before or after it is claimed', async () => {
    const w = await watched()
    await w.watch()
    await w.put('fleeting.pdf')
    await sleep(30)
    await unlink(join(w.folder, 'fleeting.pdf'))
    await w.put('taken-away.pdf')
    await until(async () => (await received(w.store)) === 1)
    const [claimed = ''] = await filesBelow(w.folder)
    await unlink(join(w.folder, claimed))
    await w.work()
    await until(() => w.events.some((e) => e.kind === 'left' && e.path === 'taken-away.pdf'))
    await w.put('after.pdf')
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder))[0] === 'done/after.pdf')
    expect(w.events.filter((e) => e.kind === 'trouble')).toEqual([])
  })

  it('follows no link, to a file or a folder, and says so once', async () => {
    const w = await watched()
    await writeFile(join(w.outside, 'secret.pdf'), pdf('secret'))
    await mkdir(join(w.outside, 'elsewhere'))
    await writeFile(join(w.outside, 'elsewhere', 'other.pdf'), pdf('other'))
    await symlink(join(w.outside, 'secret.pdf'), join(w.folder, 'link.pdf'))
    await symlink(join(w.outside, 'elsewhere'), join(w.folder, 'folder'))
    await w.watch()
    await until(() => leftAlone(w).length >= 2)
    await lookedAgain(w)
    expect(leftAlone(w)).toEqual(['folder', 'link.pdf'])
    expect((await lstat(join(w.folder, 'link.pdf'))).isSymbolicLink()).toBe(true)
    expect(await filesBelow(join(w.outside, 'elsewhere'))).toEqual(['other.pdf'])
  })

  it('writes nothing through a link that lies in done/', async () => {
    const w = await watched()
    await mkdir(join(w.outside, 'elsewhere'))
    await mkdir(join(w.folder, 'done'))
    await symlink(join(w.outside, 'elsewhere'), join(w.folder, 'done', 'in'))
    await w.watch()
    await w.put('in/deep/a.pdf')
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder)).includes('done/in (2)/deep/a.pdf'))
    expect(await readdir(join(w.outside, 'elsewhere'))).toEqual([])
  })

  it('takes names of any sort, keeps them and their folders', async () => {
    const w = await watched()
    await w.watch()
    const long = `${'é'.repeat(125)}.pdf`
    const names = ['$x.pdf', 'two\nlines.pdf', 'a..b...pdf', '📄 büro.pdf', '-rf *.pdf', 'sub/..x/c d.pdf', '100%.pdf']
    for (const name of names) await w.put(name, pdf(`bad ${name}`))
    await w.put(long, pdf('bad long'))
    await untilWorked(w, async () => (await filesBelow(join(w.folder, 'failed'))).length === 14, patient)
    const failed = await filesBelow(join(w.folder, 'failed'))
    const kept = names.filter((n) => n !== 'sub/..x/c d.pdf')
    for (const name of kept) expect(failed).toEqual(expect.arrayContaining([name, `${name}.reason.txt`]))
    expect(failed.filter((f) => f.startsWith('ééé'))).toHaveLength(2)
    // A folder that begins with a dot is hidden.
    expect(await filesBelow(join(w.folder, 'sub'))).toEqual(['..x/c d.pdf'])
  })

  it('overwrites nothing: the same name again becomes name (2)', async () => {
    const w = await watched()
    await w.watch()
    for (const text of ['one', 'two', 'three']) {
      await w.put('letter.pdf', pdf(text))
      await until(async () => !(await filesBelow(w.folder)).includes('letter.pdf'))
    }
    await untilWorked(w, async () => (await filesBelow(join(w.folder, 'done'))).length === 3)
    const done = await filesBelow(join(w.folder, 'done'))
    expect(done).toEqual(['letter (2).pdf', 'letter (3).pdf', 'letter.pdf'])
    const texts = await Promise.all(done.map((f) => readFile(join(w.folder, 'done', f), 'utf8')))
    expect(new Set(texts)).toEqual(new Set(['one', 'two', 'three'].map(pdf)))
  })

  it(`takes each of ${FILES} files exactly once with three watchers on it`, async () => {
    const w = await watched()
    // Ten names for each letter: to take every file once is not to read a letter ten times.
    const bytes = (n: number) => pdf(`letter ${n % (FILES / 10)}`)
    for (let n = 0; n < FILES; n++) await writeFile(join(w.folder, `letter ${n}.pdf`), bytes(n))
    for (let n = 0; n < 3; n++) await w.watch()
    const taken = () => w.events.filter((e) => e.kind === 'taken')
    await until(() => taken().length >= FILES, 200_000)
    await untilWorked(w, async () => (await readdir(join(w.folder, 'done'))).length >= FILES, 200_000)
    expect(taken()).toHaveLength(FILES)
    expect(new Set(taken().map((e) => 'path' in e && e.path)).size).toBe(FILES)
    expect((await w.store.status()).documents).toMatchObject({ done: FILES / 10, failed: 0, received: 0 })
    expect((await readdir(join(w.folder, 'done'))).length).toBe(FILES)
    await until(async () => (await inWorking(w)).length === 0)
    expect(w.events.filter((e) => e.kind === 'trouble')).toEqual([])
  })

  it('goes on with what a watcher that is gone left in working/, with one result', async () => {
    const w = await watched()
    const gone = encodeURIComponent(goneOwner())
    const claim = join('working', `${gone}-00000000-0000-4000-8000-000000000000`, 'sub', 'left.pdf')
    await w.put(claim, pdf('left'))
    await w.put(join('working', '%zz-1-2-3-4-5', 'odd'), 'odd')
    await w.watch()
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder)).includes('done/sub/left.pdf'))
    expect(await filesBelow(w.folder)).toEqual(['done/sub/left.pdf', 'working/%zz-1-2-3-4-5/odd'])
  })

  it('leaves a file to the watcher on another host that has it, as long as that one gives signs of life', async () => {
    const w = await watched()
    const other = encodeURIComponent('another-host-with-a-long-name 7 1')
    await w.put(join('working', `${other}-00000000-0000-4000-8000-000000000000`, 'left.pdf'), pdf('left'))
    let beats = 0
    const alive = setInterval(() => w.put(join('working', `.alive-${other}`), `${'.'.repeat(++beats)}`), 50)
    onTestFinished(() => clearInterval(alive))
    await w.watch({ silentMs: 1_000 })
    await w.put('own.pdf')
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(join(w.folder, 'done'))).length === 1)
    await until(() => beats > 40)
    expect(await received(w.store)).toBe(1)
    clearInterval(alive)
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder)).join() === 'done/left.pdf,done/own.pdf')
    expect((await readdir(join(w.folder, 'working'))).filter((name) => name.includes(other))).toEqual([])
  })

  it('leaves no sign of life behind when it is stopped', async () => {
    const w = await watched()
    const { stop } = await w.watch()
    expect(await readdir(join(w.folder, 'working'))).toHaveLength(1)
    await stop()
    expect(await readdir(join(w.folder, 'working'))).toEqual([])
  })

  it('moves a file beside what lies in the place of its folder in done/', async () => {
    const w = await watched()
    await w.watch()
    await w.put('sub/a.pdf')
    await until(async () => (await received(w.store)) === 1)
    await writeFile(join(w.folder, 'done', 'sub'), 'a file')
    await w.work()
    await until(async () => (await filesBelow(w.folder)).includes('done/sub (2)/a.pdf'))
    expect((await stat(join(w.folder, 'done', 'sub'))).isFile()).toBe(true)
  })

  it('is refused when it is no folder, when done/ is a link, and when the store lies in it', async () => {
    const w = await watched()
    await expect(w.watch({ folder: join(w.outside, 'nowhere') })).rejects.toThrow(WatchRefused)
    await expect(w.watch({ ownFolders: [join(w.folder, 'data')] })).rejects.toThrow(/lie in each other/)
    await expect(w.watch({ ownFolders: [w.outside] })).rejects.toThrow(/lie in each other/)
    await mkdir(join(w.outside, 'elsewhere'))
    const other = join(w.outside, 'other')
    await mkdir(other)
    await symlink(join(w.outside, 'elsewhere'), join(other, 'done'))
    await expect(w.watch({ folder: other })).rejects.toThrow(/not a folder of its own/)
  })
})
