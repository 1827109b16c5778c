import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerIsGone, ownerOfThisProcess } from './owner.ts'

/** Keeps bytes under their sha256. What is in it never changes. */
export interface BlobStore {
  /** Takes a file's bytes in; the same bytes twice are kept once. Gives their sha256 (hex). Errors of the file system pass through. */
  put(path: string): Promise<string>
  /** Path of a local file that holds the bytes. */
  pathOf(sha256: string): string
  has(sha256: string): Promise<boolean>
}

/**
 * A blob store in a folder: `ab/abcdef…`. The bytes go to a temporary file on the same file system, are flushed to disk and
 * then linked to their name, so that a name only ever stands for whole content, whatever is killed when.
 */
export async function openFolderBlobs(folder: string): Promise<BlobStore> {
  const incoming = join(folder, 'incoming')
  await mkdir(incoming, { recursive: true })
  await sweep(incoming)
  const owner = encodeURIComponent(ownerOfThisProcess())
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  const has = (sha256: string) =>
    stat(pathOf(sha256)).then(
      () => true,
      () => false,
    )
  return { put, pathOf, has }

  async function put(path: string): Promise<string> {
    // To read is cheap, to write and flush is not: most files of a repeated run are here already.
    const known = await sha256Of(path)
    if (await has(known)) return known
    const temporary = join(incoming, `${owner}-${randomUUID()}`)
    const source = createReadStream(path)
    try {
      const target = await open(temporary, 'wx')
      const hash = createHash('sha256')
      try {
        for await (const part of source as AsyncIterable<Buffer>) {
          hash.update(part)
          await target.writeFile(part)
        }
        await target.sync()
      } finally {
        await target.close()
      }
      const sha256 = hash.digest('hex')
      const home = join(folder, sha256.slice(0, 2))
      if (await mkdir(home, { recursive: true })) await flushFolder(folder)
      await link(temporary, pathOf(sha256)).catch((error) => {
        if (error.code !== 'EEXIST') throw error
      })
      await flushFolder(home)
      return sha256
    } finally {
      source.destroy()
      await unlink(temporary).catch(() => {})
    }
  }
}

/** A new name is on disk only when its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes temporary files of processes that are gone. Those of other hosts are theirs to remove. */
async function sweep(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    if (ownerIsGone(decodeURIComponent(name.split('-').slice(0, -5).join('-')))) {
      await unlink(join(incoming, name)).catch(() => {})
    }
  }
}

/** Digest of a file's bytes, in hex. Errors of the file system pass through. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}
