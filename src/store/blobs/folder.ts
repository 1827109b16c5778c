import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { ownedName, sweepOwned } from '../owned-files.ts'
import { type BlobStore, FilesUnavailable, type KeptBytes, type LocalFile, TooManyBytes } from './blobs.ts'
import { remembered } from './remembered.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Bytes under their digest, whole or set aside. */
const bytesName = /^([0-9a-f]{64})(\.damaged)?$/

/**
 * A blob store in a folder: `ab/abcdef…`. The bytes go to a temporary file on the same file system, are flushed to disk and
 * then linked to their name, so that a name only ever stands for whole content, whatever is killed when. The folder may be
 * shared by several hosts, if its file system knows hard links (NFS does).
 */
export async function openFolderBlobs(folder: string): Promise<BlobStore> {
  const incoming = join(folder, 'incoming')
  // Letters hold patient data: what is made here is its owner's alone, wherever the folder lies.
  await mkdir(incoming, { recursive: true, mode: FOLDER_MODE })
  await sweepOwned(incoming)
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  const digestOf = remembered(sha256Of)
  /** Folders of names that are on disk themselves. */
  const kept = new Set<string>()
  const check = () => access(incoming, constants.W_OK)
  return { put, open: openWhole, has, remove, list, check }

  /** Opened, not looked at: on NFS only to open a file asks the server whether another host has removed it (nfs(5), close-to-open). */
  async function has(sha256: string): Promise<boolean> {
    const file = await open(pathOf(sha256), 'r').catch(unlessGone)
    await file?.close()
    return file !== null
  }

  async function remove(sha256: string) {
    for (const path of [pathOf(sha256), `${pathOf(sha256)}.damaged`]) await unlink(path).catch(unlessGone)
    // Only then does the name not come back after a power cut.
    await flushFolder(join(folder, sha256.slice(0, 2))).catch(unlessGone)
    return { versions: false }
  }

  async function* list(): AsyncGenerator<KeptBytes> {
    for (const home of (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name)))
      for (const name of await readdir(join(folder, home))) {
        const sha256 = bytesName.exec(name)?.[1]
        const found = sha256 === undefined ? null : await stat(join(folder, home, name)).catch(unlessGone)
        if (sha256 && found) yield { sha256, since: found.mtime }
      }
  }

  /** What a disk has damaged is set aside: its name is free again for the right bytes. */
  async function openWhole(sha256: string): Promise<LocalFile> {
    const path = pathOf(sha256)
    const found = await digestOf(path).catch((cause) => {
      if (cause.code !== 'ENOENT') throw cause
      throw new FilesUnavailable(
        'missing',
        `${sha256} is not in the folder of received files: restore it, or hand the file in again`,
        { cause },
      )
    })
    if (found === sha256) return { path, release: async () => {} }
    await rename(path, `${path}.damaged`)
    throw new FilesUnavailable(
      'damaged',
      `${sha256} was damaged on disk and is set aside as ${sha256}.damaged: check the disk, and restore the file or hand it in again`,
    )
  }

  /** Waits until a name is on disk, whoever gave it: it may have done so a moment ago, and not be as far yet. */
  async function settled(sha256: string): Promise<string> {
    const home = dirname(pathOf(sha256))
    await flushFolder(home)
    if (!kept.has(home)) await flushFolder(folder)
    kept.add(home)
    return sha256
  }

  async function put(content: string | Readable, { maxBytes = Infinity } = {}): Promise<string> {
    if (typeof content === 'string') {
      // To read is cheap, to write and flush is not: most files of a repeated run are here already.
      const known = await sha256Of(content)
      if (await has(known)) return settled(known)
    }
    const temporary = join(incoming, ownedName())
    const source = typeof content === 'string' ? createReadStream(content) : content
    try {
      const sha256 = await writeWhole(temporary, source, maxBytes)
      await mkdir(dirname(pathOf(sha256)), { recursive: true, mode: FOLDER_MODE })
      await link(temporary, pathOf(sha256)).catch((error) => {
        if (error.code !== 'EEXIST') throw error
      })
      return await settled(sha256)
    } finally {
      source.destroy()
      await unlink(temporary).catch(() => {})
    }
  }
}

/** Writes a stream to a new file and flushes it. Gives the sha256 of what was written. */
async function writeWhole(path: string, source: Readable, maxBytes: number): Promise<string> {
  const hash = createHash('sha256')
  const target = await open(path, 'wx', FILE_MODE)
  let bytes = 0
  try {
    for await (const part of source as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > maxBytes) throw new TooManyBytes(`more than the ${Math.round(maxBytes / 1e6)} MB allowed`)
      hash.update(part)
      await target.writeFile(part)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  return hash.digest('hex')
}

function unlessGone(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error
  return null
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

/** Digest of a file's bytes, in hex. Errors of the file system pass through. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}
