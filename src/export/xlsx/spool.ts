import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { close, createReadStream, createWriteStream, open } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGunzip, createGzip } from 'node:zlib'

/** Text that waits on disk until it is its turn. */
export type Spool = {
  readonly write: (text: string) => Promise<void>
  /** Ends the writing; what was written, to be read once. */
  readonly read: () => Promise<Readable>
  readonly close: () => Promise<void>
}

/** Characters that are gathered before they are packed. */
const GATHERED = 65_536

/**
 * A spool in the folder for temporary files. Its file has no name from the moment it is there: it holds words of letters, and whatever is killed
 * leaves nothing behind.
 */
export async function openSpool(): Promise<Spool> {
  const path = join(tmpdir(), `imr-sheet-${randomUUID()}`)
  const fd = await promisify(open)(path, 'wx+', 0o600)
  await unlink(path)
  const packer = createGzip({ level: 1 })
  const packed = pipeline(packer, createWriteStream('', { fd, autoClose: false }))
  // Told by whoever writes or reads next.
  packed.catch(() => {})
  let gathered = ''
  const flush = async () => {
    const text = gathered
    gathered = ''
    if (!packer.write(text)) await Promise.race([once(packer, 'drain'), packed])
  }
  return {
    async write(text) {
      gathered += text
      if (gathered.length >= GATHERED) await flush()
    },
    async read() {
      packer.end(gathered)
      await packed
      const unpacker = createGunzip()
      const unpacked = pipeline(createReadStream('', { fd, start: 0, autoClose: false }), unpacker)
      unpacked.catch((error: Error) => unpacker.destroy(error))
      return unpacker
    },
    async close() {
      packer.destroy()
      await packed.catch(() => {})
      await promisify(close)(fd)
    },
  }
}
