import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import type { BlobStore, LocalFile } from './blobs.ts'
import { openFolderBlobs, sha256Of } from './blobs-folder.ts'

/** What the local copies may take on disk, in bytes, before those used longest ago go. */
const CACHE_BYTES = 2e9

/**
 * A blob store in S3-compatible storage: `s3://bucket/prefix`. Address, region and keys come from the environment as the AWS
 * tools read them; `AWS_ENDPOINT_URL_S3` names a server of your own. Bytes pass through a folder of the local disk, so that
 * their digest is known before they are sent, and so that what was fetched is whole.
 */
export async function openS3Blobs(url: string, cache: string): Promise<BlobStore> {
  const { bucket, prefix } = parsed(url)
  const library = await import('@aws-sdk/client-s3').catch((cause) => {
    throw new Error('files in S3 need a package that is not installed: npm install @aws-sdk/client-s3', { cause })
  })
  const { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand } = library
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  const client: S3Client = new library.S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Servers other than AWS's own often know no trailing checksums; the digest is the name, and is checked when fetched.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const local = await openFolderBlobs(cache)
  const keyOf = (sha256: string) => `${prefix}${sha256.slice(0, 2)}/${sha256}`
  const inUse = new Map<string, number>()

  async function has(sha256: string): Promise<boolean> {
    try {
      await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(sha256) }))
      return true
    } catch (error) {
      if (error instanceof Error && /^(NotFound|NoSuchKey|404)$/.test(error.name)) return false
      throw error
    }
  }

  return {
    has,

    async put(content, options) {
      const sha256 = await local.put(content, options)
      if (!(await has(sha256))) {
        const { path } = await local.open(sha256)
        const { size } = await stat(path)
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(sha256),
            Body: createReadStream(path),
            ContentLength: size,
          }),
        )
      }
      return sha256
    },

    async open(sha256): Promise<LocalFile> {
      inUse.set(sha256, (inUse.get(sha256) ?? 0) + 1)
      const release = async () => {
        const users = (inUse.get(sha256) ?? 1) - 1
        if (users > 0) inUse.set(sha256, users)
        else inUse.delete(sha256)
        await shrink(cache, inUse)
      }
      try {
        const { path } = await local.open(sha256)
        if (await local.has(sha256)) await utimes(path, new Date(), new Date())
        else await fetchTo(path, sha256)
        return { path, release }
      } catch (error) {
        await release()
        throw error
      }
    },

    async check() {
      await client.send(new HeadBucketCommand({ Bucket: bucket }))
      await local.check()
    },
  }

  async function fetchTo(path: string, sha256: string): Promise<void> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(sha256) }))
    const part = join(cache, 'incoming', `fetched-${randomUUID()}`)
    try {
      await pipeline(Body as Readable, createWriteStream(part))
      if ((await sha256Of(part)) !== sha256) throw new Error(`object ${keyOf(sha256)} does not hold what its name says`)
      await mkdir(join(cache, sha256.slice(0, 2)), { recursive: true })
      await rename(part, path)
    } finally {
      await rm(part, { force: true })
    }
  }
}

function parsed(url: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, rest = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? []
  if (!bucket) throw new Error(`${url} names no bucket: write s3://bucket or s3://bucket/prefix`)
  return { bucket, prefix: rest === '' ? '' : `${rest.replace(/\/+$/, '')}/` }
}

/** Local copies that nobody uses go, those used longest ago first, until the rest fits. */
async function shrink(cache: string, inUse: ReadonlyMap<string, number>): Promise<void> {
  const folders = (await readdir(cache)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  const files = (
    await Promise.all(
      folders.map(async (folder) =>
        Promise.all(
          (
            await readdir(join(cache, folder))
          ).map(async (name) => {
            const path = join(cache, folder, name)
            const found = await stat(path).catch(() => null)
            return { name, path, bytes: found?.size ?? 0, used: found?.mtimeMs ?? 0 }
          }),
        ),
      ),
    )
  ).flat()
  let bytes = files.reduce((sum, f) => sum + f.bytes, 0)
  for (const file of files.sort((a, b) => a.used - b.used)) {
    if (bytes <= CACHE_BYTES) return
    if (inUse.has(file.name)) continue
    await unlink(file.path).catch(() => {})
    bytes -= file.bytes
  }
}
