import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startWatch, type WatchEvent, type WatchOptions } from '../../src/intake/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aRecord } from '../fixtures/records.ts'

const pdf = (text: string) => `%PDF-1.4\n${text}\n%%EOF\n`

/** A watched folder whose documents end at once, as `fate` says: what the workers do is tested elsewhere. */
async function watched(options: Partial<WatchOptions> & { fate?: 'done' | 'failed' | 'open' } = {}) {
  const folder = await testFolder()
  const inbox = join(folder, 'inbox')
  await mkdir(inbox)
  const store = await openStore(join(folder, 'data'))
  const woken: string[] = []
  const events: WatchEvent[] = []
  const finish = async (sha256: string) => {
    const lease = await store.claim(sha256)
    if (!lease) return
    const failure = options.fate === 'failed' ? { code: 'damaged' as const, message: 'scan it again' } : null
    await store.finish(lease, { records: [aRecord({ sha256 })], failure, reader: 'imr test' })
  }
  const start = async (more: Partial<WatchOptions> = {}) => {
    const watch = await startWatch({
      folder: inbox,
      store,
      queue: {
        wake: async (documents) => {
          for (const { sha256 } of documents) {
            woken.push(sha256)
            if (options.fate !== 'open') await finish(sha256)
          }
          return documents.length
        },
      },
      everyMs: 20,
      stillMs: 150,
      endMs: 1200,
      onEvent: (event) => events.push(event),
      ...options,
      ...more,
    })
    return watch
  }
  const watch = await start()
  onTestFinished(async () => {
    await watch.stop()
    await store.close()
  })
  return { folder, inbox, store, woken, events, watch, start, finish }
}

async function until(condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const give = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > give) throw new Error('it did not come to pass')
    await sleep(20)
  }
}

const documentsIn = async (store: Store) =>
  Object.values((await store.status()).documents).reduce((sum, n) => sum + n, 0)

describe('a watched folder', () => {
  it('moves what was read to done/, and keeps its place under it', async () => {
    const { inbox } = await watched()
    await mkdir(join(inbox, 'monday', 'tray 2'), { recursive: true })
    await writeFile(join(inbox, 'monday', 'tray 2', 'a.pdf'), pdf('a'))
    await writeFile(join(inbox, 'b.pdf'), pdf('b'))
    await until(
      () => existsSync(join(inbox, 'done', 'monday', 'tray 2', 'a.pdf')) && existsSync(join(inbox, 'done', 'b.pdf')),
    )
    expect(await readdir(join(inbox, 'working'))).toEqual([])
    expect(await readFile(join(inbox, 'done', 'b.pdf'), 'utf8')).toBe(pdf('b'))
  })

  it('moves what failed to failed/, with the reason beside it', async () => {
    const { inbox } = await watched({ fate: 'failed' })
    await writeFile(join(inbox, 'bad.pdf'), pdf('bad'))
    await until(() => existsSync(join(inbox, 'failed', 'bad.pdf.reason.txt')))
    expect(await readFile(join(inbox, 'failed', 'bad.pdf.reason.txt'), 'utf8')).toBe('damaged: scan it again\n')
    expect(existsSync(join(inbox, 'failed', 'bad.pdf'))).toBe(true)
  })

  it('waits for a slow writer', async () => {
    const { inbox, store } = await watched()
    const path = join(inbox, 'slow.pdf')
    await writeFile(path, '%PDF-1.4\n')
    for (let i = 0; i < 12; i++) {
      await sleep(50)
      await appendFile(path, `row ${i}\n`)
    }
    expect(await documentsIn(store)).toBe(0)
    await appendFile(path, '%%EOF\n')
    await until(() => existsSync(join(inbox, 'done', 'slow.pdf')))
    expect(await documentsIn(store)).toBe(1)
  })

  it('waits longer for a PDF that stands still without its end, and takes it all the same in the end', async () => {
    const { inbox, store } = await watched()
    await writeFile(join(inbox, 'stub.pdf'), '%PDF-1.4\nhalf of it')
    await sleep(600)
    expect(await documentsIn(store)).toBe(0)
    await until(() => existsSync(join(inbox, 'done', 'stub.pdf')))
  })

  it('leaves names of unfinished files alone until they are renamed', async () => {
    const { inbox, store } = await watched()
    for (const name of ['a.pdf.part', '.hidden.pdf', '~b.pdf', 'c.pdf.crdownload'])
      await writeFile(join(inbox, name), pdf(name))
    await sleep(600)
    expect(await documentsIn(store)).toBe(0)
    await rename(join(inbox, 'a.pdf.part'), join(inbox, 'a.pdf'))
    await until(() => existsSync(join(inbox, 'done', 'a.pdf')))
    expect(await documentsIn(store)).toBe(1)
  })

  it('takes a file that is renamed into it once', async () => {
    const { folder, inbox, store, woken } = await watched()
    await writeFile(join(folder, 'outside.pdf'), pdf('in'))
    await rename(join(folder, 'outside.pdf'), join(inbox, 'in.pdf'))
    await until(() => existsSync(join(inbox, 'done', 'in.pdf')))
    expect(woken).toHaveLength(1)
    expect(await documentsIn(store)).toBe(1)
  })

  it('does not mind a file that vanishes', async () => {
    const { inbox, events } = await watched()
    await writeFile(join(inbox, 'gone.pdf'), pdf('gone'))
    await sleep(60)
    await unlink(join(inbox, 'gone.pdf'))
    await writeFile(join(inbox, 'here.pdf'), pdf('here'))
    await until(() => existsSync(join(inbox, 'done', 'here.pdf')))
    expect(events.filter((e) => e.kind === 'trouble')).toEqual([])
  })

  it('follows no link, says so once, and touches nothing outside', async () => {
    const { folder, inbox, store, events } = await watched()
    const outside = join(folder, 'elsewhere')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.pdf'), pdf('secret'))
    await symlink(join(outside, 'secret.pdf'), join(inbox, 'link.pdf'))
    await symlink(outside, join(inbox, 'linked folder'))
    await until(() => events.filter((e) => e.kind === 'left').length === 2)
    await sleep(300)
    expect(events.filter((e) => e.kind === 'left')).toHaveLength(2)
    expect(await documentsIn(store)).toBe(0)
    expect(await readdir(outside)).toEqual(['secret.pdf'])
    expect(existsSync(join(inbox, 'link.pdf'))).toBe(true)
  })

  it('enters no folder below done/ that leads elsewhere', async () => {
    const { folder, inbox } = await watched()
    const outside = join(folder, 'elsewhere')
    await mkdir(outside)
    await symlink(outside, join(inbox, 'done', 'tray'))
    await mkdir(join(inbox, 'tray'))
    await writeFile(join(inbox, 'tray', 'a.pdf'), pdf('a'))
    await until(() => existsSync(join(inbox, 'done', 'a.pdf')))
    expect(await readdir(outside)).toEqual([])
  })

  it('takes names with newlines, dots and emoji', async () => {
    const { inbox, store } = await watched()
    const names = [
      'line\nbreak.pdf',
      '..pdf',
      'a..b.pdf',
      '📠 fax.pdf',
      'no ending',
      "it's; $(rm -rf) `x`.pdf",
      '-rf.pdf',
    ]
    for (const name of names) await writeFile(join(inbox, name), pdf(name))
    const taken = names.filter((name) => !name.startsWith('.'))
    await until(async () => (await readdir(join(inbox, 'done'))).length === taken.length)
    expect(new Set(await readdir(join(inbox, 'done')))).toEqual(new Set(taken))
    expect(await documentsIn(store)).toBe(taken.length)
  })

  it('overwrites nothing: the second file of a name gets a number', async () => {
    const { inbox } = await watched()
    for (const text of ['one', 'two', 'three']) {
      await writeFile(join(inbox, 'fax.pdf'), pdf(text))
      await until(() => !existsSync(join(inbox, 'fax.pdf')))
    }
    await until(async () => (await readdir(join(inbox, 'done'))).length === 3)
    expect((await readdir(join(inbox, 'done'))).sort()).toEqual(['fax (2).pdf', 'fax (3).pdf', 'fax.pdf'])
    expect(await readFile(join(inbox, 'done', 'fax (2).pdf'), 'utf8')).toBe(pdf('two'))
  })

  it('takes 5,000 files at once, each exactly once, with two watchers on it', async () => {
    const { inbox, store, woken, start } = await watched()
    const other = await start()
    const staging = join(inbox, '.staging')
    await mkdir(staging)
    const names = Array.from({ length: 5000 }, (_, i) => `letter ${i}.pdf`)
    for (const name of names) await writeFile(join(staging, name), pdf(name))
    for (const name of names) await rename(join(staging, name), join(inbox, name))
    await until(async () => (await readdir(join(inbox, 'done'))).length === names.length, 240_000)
    await other.stop()
    expect(await documentsIn(store)).toBe(names.length)
    expect(new Set(woken).size).toBe(woken.length)
    expect(await readdir(join(inbox, 'working'))).toEqual([])
  })

  it('goes on with what a watcher that is gone had in hand', async () => {
    const { inbox, watch, start, finish, woken } = await watched({ fate: 'open' })
    await writeFile(join(inbox, 'a.pdf'), pdf('a'))
    await until(() => woken.length === 1)
    await watch.stop()
    // As a watcher leaves it that was killed: its process, of this host, is no more.
    const [claim = ''] = await readdir(join(inbox, 'working'))
    const dead = encodeURIComponent(`${(await import('node:os')).hostname()} 999999 1`)
    await rename(join(inbox, 'working', claim), join(inbox, 'working', `${dead}${claim.slice(claim.length - 37)}`))
    const second = await start()
    await until(() => woken.length === 2)
    for (const sha256 of woken) await finish(sha256)
    await until(() => existsSync(join(inbox, 'done', 'a.pdf')))
    await second.stop()
    expect(await readdir(join(inbox, 'working'))).toEqual([])
  })

  it('is refused when it is no folder, or done/ is a link', async () => {
    const { folder, inbox, start, watch } = await watched()
    await watch.stop()
    await expect(start({ folder: join(folder, 'nowhere') })).rejects.toThrow(/make it first/)
    const other = join(folder, 'other')
    await mkdir(other)
    await symlink(inbox, join(other, 'done'))
    await expect(start({ folder: other })).rejects.toThrow(/not a folder of its own/)
  })
})
