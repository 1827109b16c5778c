import { createReadStream } from 'node:fs'
import { link, readdir, readFile, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { ownedName } from '../owned-files.ts'
import { type BlobStore, FilesUnavailable, type KeptBytes, type LocalFile } from './blobs.ts'
import { openFolderBlobs } from './folder.ts'
import { translated } from './s3-errors.ts'

/** What the local copies may take on disk, in bytes, before those used longest ago go. */
const CACHE_BYTES = 2e9
/** The folder of copies is looked through each time this part of it has been written anew. */
const LOOK_AFTER = 0.05
/** Up to this size, in bytes, a file is sent from memory: what breaks on the way is then sent again. */
const IN_MEMORY_BYTES = 16e6
/** How long to wait for a connection, and for the next byte, in milliseconds. */
const CONNECT_MS = 5_000
const SILENCE_MS = 60_000

/**
 * A blob store in S3-compatible storage: `s3://bucket/prefix`. Address, region and keys come from the environment as the AWS
 * tools read them; `AWS_ENDPOINT_URL_S3` names a server of your own. Bytes pass through a folder of the local disk, so that
 * their digest is known before they are sent, and so that what was fetched is whole. Processes of one host may share it.
 */
export async function openS3Blobs(
  url: string,
  cache: string,
  { cacheBytes = CACHE_BYTES }: { readonly cacheBytes?: number } = {},
): Promise<BlobStore> {
  const { bucket, prefix } = parsed(url)
  const library = await import('@aws-sdk/client-s3').catch((cause) => {
    throw new Error('files in S3 need a package that is not installed: npm install @aws-sdk/client-s3', { cause })
  })
  const { DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand } = library
  const { ListObjectsV2Command, PutObjectCommand } = library
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL
  const client: S3Client = new library.S3Client({
    // Servers other than AWS's own take any region, but the library wants one; and they know buckets by path only.
    ...(endpoint ? { endpoint, forcePathStyle: true, region: process.env.AWS_REGION || 'us-east-1' } : {}),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // Servers other than AWS's own often know no trailing checksums; the digest is the name, and is checked when fetched.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const local = await openFolderBlobs(cache)
  const copyOf = (sha256: string) => join(cache, sha256.slice(0, 2), sha256)
  const keyOf = (sha256: string) => `${prefix}${sha256.slice(0, 2)}/${sha256}`
  /** The storage's errors become ours here, and only here. */
  const asked = <T>(answer: Promise<T>, of: 'object' | 'bucket' = 'object'): Promise<T> =>
    answer.catch((error) => {
      throw translated(error, { bucket, endpoint, of })
    })
  const sending = new Map<string, Promise<void>>()
  let written = 0

  async function has(sha256: string): Promise<boolean> {
    try {
      await asked(client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(sha256) })))
      return true
    } catch (error) {
      if (error instanceof FilesUnavailable && error.code === 'missing') return false
      throw error
    }
  }

  async function send(sha256: string): Promise<void> {
    const copy = await hold(sha256)
    if (!copy) throw new FilesUnavailable('storage', `the local copy of ${sha256} went away: hand the file in again`)
    try {
      const { size } = await stat(copy.path)
      const Body = size <= IN_MEMORY_BYTES ? await readFile(copy.path) : createReadStream(copy.path)
      // With its digest the server refuses what was damaged on the way.
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64')
      const object = { Bucket: bucket, Key: keyOf(sha256), Body, ContentLength: size, ChecksumSHA256 }
      await asked(client.send(new PutObjectCommand(object)))
    } finally {
      await copy.release()
    }
  }

  /** A name of its own for the local copy: whoever makes room in the folder meanwhile does not take it away from the reader. */
  async function hold(sha256: string): Promise<LocalFile | null> {
    const path = join(cache, 'incoming', ownedName())
    try {
      await link(copyOf(sha256), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
    const now = new Date()
    await utimes(path, now, now)
    return { path, release: () => unlink(path).catch(() => {}) }
  }

  async function fetchCopy(sha256: string): Promise<void> {
    const { Body } = await asked(client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(sha256) })))
    const found = await asked(local.put(Body as Readable))
    if (found === sha256) return
    await unlink(copyOf(found)).catch(() => {})
    throw new FilesUnavailable(
      'damaged',
      `object ${keyOf(sha256)} does not hold what its name says: restore an earlier version of it, or remove it and hand the file in again`,
    )
  }

  /** Notes what came into the folder, and makes room from time to time: to look through it for every file would be slow. */
  async function grown(sha256: string): Promise<void> {
    written += (await stat(copyOf(sha256)).catch(() => null))?.size ?? 0
    if (written < cacheBytes * LOOK_AFTER) return
    written = 0
    await shrink(cache, cacheBytes)
  }

  async function* list(): AsyncGenerator<KeptBytes> {
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await asked(
        client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken })),
        'bucket',
      )
      for (const { Key = '', LastModified = new Date() } of page.Contents ?? []) {
        const sha256 = /^[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(Key.slice(prefix.length))?.[1]
        if (sha256) yield { sha256, since: LastModified }
      }
      if (!page.NextContinuationToken) return
      ContinuationToken = page.NextContinuationToken
    }
  }

  return {
    has,
    list,
    copies: local,

    async remove(sha256) {
      const { DeleteMarker } = await asked(
        client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(sha256) })),
        'bucket',
      )
      await local.remove(sha256)
      return { versions: DeleteMarker === true }
    },

    async put(content, options) {
      const sha256 = await local.put(content, options)
      if (!(await has(sha256))) {
        const underway = sending.get(sha256) ?? send(sha256).finally(() => sending.delete(sha256))
        sending.set(sha256, underway)
        await underway
      }
      await grown(sha256)
      return sha256
    },

    async open(sha256): Promise<LocalFile> {
      const here = await hold(sha256)
      if (here) return here
      await fetchCopy(sha256)
      const fetched = await hold(sha256)
      if (!fetched)
        throw new FilesUnavailable('storage', `the local copy of ${sha256} went away: ${cache} is too small`)
      await grown(sha256)
      return fetched
    },

    async check() {
      await asked(client.send(new HeadBucketCommand({ Bucket: bucket })), 'bucket')
      await local.check()
    },
  }
}

function parsed(url: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, rest = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? []
  if (!bucket) throw new Error(`${url} names no bucket: write s3://bucket or s3://bucket/prefix`)
  return { bucket, prefix: rest === '' ? '' : `${rest.replace(/\/+$/, '')}/` }
}

/** The local copies used longest ago go until the rest fits. Those in use have a second name, which stays. */
async function shrink(cache: string, cacheBytes: number): Promise<void> {
  const folders = (await readdir(cache)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  const copies: { readonly path: string; readonly bytes: number; readonly used: number }[] = []
  for (const folder of folders)
    for (const name of await readdir(join(cache, folder))) {
      const path = join(cache, folder, name)
      const found = await stat(path).catch(() => null)
      if (found) copies.push({ path, bytes: found.size, used: found.mtimeMs })
    }
  let bytes = copies.reduce((sum, c) => sum + c.bytes, 0)
  for (const copy of copies.sort((a, b) => a.used - b.used)) {
    if (bytes <= cacheBytes) return
    await unlink(copy.path).catch(() => {})
    bytes -= copy.bytes
  }
}
