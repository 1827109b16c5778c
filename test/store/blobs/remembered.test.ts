import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../../../src/store/blobs/folder.ts'
import { remembered } from '../../../src/store/blobs/remembered.ts'

const folder = await mkdtemp(join(tmpdir(), 'imr-remembered-'))
afterAll(() => rm(folder, { recursive: true }))

describe('a file that is opened again and again', () => {
  let read: string[] = []
  let digestOf: (path: string) => Promise<string>
  const path = join(folder, 'file')
  beforeEach(async () => {
    read = []
    digestOf = remembered((at) => {
      read.push(at)
      return sha256Of(at)
    })
    await writeFile(path, 'as it came')
  })

  it('is read once, however often its digest is asked for', async () => {
    const digest = await sha256Of(path)
    for (let part = 0; part < 250; part++) expect(await digestOf(path)).toBe(digest)
    expect(read).toEqual([path])
  })

  it('is read again when it was written to, even with its time set back', async () => {
    await digestOf(path)
    const at = new Date(1_700_000_000_000)
    await utimes(path, at, at)
    await digestOf(path)
    await writeFile(path, 'it changed')
    await utimes(path, at, at)
    expect(await digestOf(path)).toBe(await sha256Of(path))
    expect(read.length).toBe(3)
  })

  it('is read again when another one was put in its place', async () => {
    await digestOf(path)
    await writeFile(`${path}.new`, 'another 10')
    await rename(`${path}.new`, path)
    expect(await digestOf(path)).toBe(await sha256Of(path))
  })

  it('is forgotten for those that are asked for later', async () => {
    await digestOf(path)
    for (let other = 0; other < 300; other++) {
      const name = join(folder, `${other}`)
      await writeFile(name, `${other}`)
      await digestOf(name)
    }
    await digestOf(path)
    expect(read.filter((at) => at === path).length).toBe(2)
  })
})
