import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/** Hex digits that name a model: enough to tell any two of them apart, short enough for a record. */
export const DIGEST_DIGITS = 12

const known = new Map<string, { readonly file: string; readonly digest: Promise<string> }>()

/**
 * The first twelve hex digits of the sha256 of a model's file, as it lies on the disk; `missing` when it cannot be read. A file is
 * hashed once for as long as it stays the same one: a model that is exchanged under a running worker has another name from then on.
 */
export async function modelDigest(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs } = await stat(path)
    const file = [dev, ino, size, mtimeMs].join(' ')
    const digest = known.get(path)?.file === file ? known.get(path)?.digest : undefined
    if (digest) return await digest
    const fresh = sha256(path)
    known.set(path, { file, digest: fresh })
    return await fresh
  } catch {
    known.delete(path)
    return 'missing'
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk)
  return hash.digest('hex').slice(0, DIGEST_DIGITS)
}
