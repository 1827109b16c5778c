import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { newDatabase } from '../fixtures/servers.ts'
import { aServer, bytes } from '../http/a-server.ts'

beforeAll(() => {
  ensureBuilt()
}, 300_000)

// As wide as a machine can be set: what is narrow now is so by what made it.
let before = 0o022
beforeEach(() => {
  before = process.umask(0)
})
afterEach(() => {
  process.umask(before)
})

/** All that lies in a folder and the folder itself, each with its mode: `imr.sqlite 600`. */
async function modesIn(folder: string): Promise<readonly string[]> {
  const names = ['.', ...(await readdir(folder, { recursive: true }))]
  const found = await Promise.all(names.map(async (name) => [name, await stat(join(folder, name))] as const))
  return found.map(([name, { mode }]) => `${name} ${(mode & 0o777).toString(8)}`).sort()
}

const tooWide = (modes: readonly string[]) => modes.filter((line) => !/ (?:600|700)$/.test(line))

/** Puts something of each kind into a store, and leaves it open. */
async function filled(location: Parameters<typeof openStore>[0], folder: string) {
  const store = await openStore(location)
  const { sha256 } = await store.receive({
    path: 'upload',
    fileName: 'letter.pdf',
    bytes: Readable.from(['letter']),
  })
  await store.images.keep(sha256, { page: 1, turned: 0, size: 'small' }, Buffer.from('image'))
  const modes = await modesIn(folder)
  await store.scrub({ full: false })
  const after = await modesIn(folder)
  await store.close()
  return { modes, after }
}

describe('the folder of a store', () => {
  it('is its owner’s alone with all that is made in it: database, its log, letters, images of pages', async () => {
    const data = join(await testFolder(), 'deep', 'data')
    const { modes, after } = await filled(data, data)
    expect(modes).toEqual(
      expect.arrayContaining(['. 700', 'imr.sqlite 600', 'imr.sqlite-wal 600', 'imr.sqlite-shm 600', 'files 700']),
    )
    expect(modes.filter((line) => /^(?:files|cache).*[0-9a-f]{60}|small\.webp/.test(line)).length).toBeGreaterThan(2)
    expect([tooWide(modes), tooWide(after)]).toEqual([[], []])
  })

  it('stays so on PostgreSQL, with letters in a folder that hosts share', async ({ skip }) => {
    const postgres = inject('postgresUrl')
    if (!postgres) return skip('no PostgreSQL')
    const folder = await testFolder()
    const databaseUrl = await newDatabase(postgres)
    const place = { data: join(folder, 'own', 'data'), files: join(folder, 'own', 'shared'), databaseUrl }
    const { modes } = await filled(place, join(folder, 'own'))
    expect(modes.length).toBeGreaterThan(6)
    expect(tooWide(modes)).toEqual([])
  })

  it('stays so while a server takes uploads', async () => {
    const { data, post } = await aServer()
    expect((await post(bytes('a letter'))).ok).toBe(true)
    const modes = await modesIn(data)
    expect(modes.length).toBeGreaterThan(4)
    expect(tooWide(modes)).toEqual([])
  })

  it('is told of when it was made wider before, and left as it is: a group may be meant to share it', async () => {
    const data = join(await testFolder(), 'data')
    await mkdir(data, { mode: 0o700 })
    const look = () => imr(['status', '--data', data])
    await openStore(data).then((store) => store.close())
    expect((await look()).stderr).not.toContain('warning')
    await chmod(data, 0o750)
    const warned = await look()
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining(`${data}, mode 0750): chmod -R go=`) })
    expect(warned.stdout).not.toContain('warning')
    expect((await stat(data)).mode & 0o777).toBe(0o750)
  })
})
