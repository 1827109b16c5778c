import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  type FileHandle,
  mkdir,
  open as openFile,
  readdir,
  readFile,
  readlink,
  stat,
  writeFile,
} from 'node:fs/promises'
import { createServer, request as sent } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type BlobStore, FilesUnavailable, type KeptBytes, TooManyBytes } from '../../src/store/blobs/blobs.ts'
import { openFolderBlobs } from '../../src/store/blobs/folder.ts'
import { openS3Blobs } from '../../src/store/blobs/s3.ts'
import { openStore } from '../../src/store/index.ts'
import { plantEnvironment } from '../fixtures/environment.ts'
import { testFolder } from '../fixtures/folder.ts'
import { BUCKET, type S3, startS3 } from '../fixtures/s3.ts'
import { freePort } from '../fixtures/servers.ts'

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A place for bytes that several hosts open, each with a disk of its own. */
type Shared = {
  readonly open: () => Promise<BlobStore>
  /** Files that hold the content under its name, where the bytes finally lie. */
  readonly kept: () => Promise<readonly string[]>
  /** What IMR_FILES says to get there. */
  readonly files: string
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  return all.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
}

async function inFolder(): Promise<Shared> {
  const folder = join(await testFolder(), 'files')
  return { files: folder, open: () => openFolderBlobs(folder), kept: () => filesUnder(folder) }
}

async function objects(s3: S3): Promise<readonly string[]> {
  return (await filesUnder(s3.folder)).filter((path) => path.endsWith('_object'))
}

async function inS3(): Promise<Shared> {
  const s3 = await startS3()
  const files = `s3://${BUCKET}/letters`
  return {
    files,
    open: async () => openS3Blobs(files, join(await testFolder(), 'cache')),
    kept: () => objects(s3),
  }
}

const places = [
  ['a folder', inFolder],
  ['S3', inS3],
] as const

async function content(blobs: BlobStore, digest: string): Promise<string> {
  const file = await blobs.open(digest)
  try {
    return await readFile(file.path, 'utf8')
  } finally {
    await file.release()
  }
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error) => error,
  )
}

for (const [name, make] of places) {
  describe(`files in ${name}`, () => {
    it('are kept once under their digest, from a file or from a stream', async () => {
      const { open, kept } = await make()
      const blobs = await open()
      const path = join(await testFolder(), 'letter.pdf')
      await writeFile(path, 'a letter')
      expect(await blobs.has(sha256('a letter'))).toBe(false)
      expect(await blobs.put(path)).toBe(sha256('a letter'))
      expect(await blobs.put(Readable.from([Buffer.from('a '), Buffer.from('letter')]))).toBe(sha256('a letter'))
      expect(await blobs.has(sha256('a letter'))).toBe(true)
      expect(await content(blobs, sha256('a letter'))).toBe('a letter')
      expect(await kept()).toHaveLength(1)
    })

    it('are kept once when fifty hand in the same at once', async () => {
      const { open, kept } = await make()
      const hosts = [await open(), await open()]
      const bytes = randomBytes(200_000)
      const digests = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          hosts[i % 2]?.put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])),
        ),
      )
      expect(new Set(digests)).toEqual(new Set([sha256(bytes)]))
      expect(await kept()).toHaveLength(1)
    })

    it('of no bytes at all are kept as well', async () => {
      const blobs = await (await make()).open()
      const digest = await blobs.put(Readable.from([]))
      expect(digest).toBe(sha256(''))
      expect(await content(blobs, digest)).toBe('')
    })

    it('may be larger than is sent from memory', async () => {
      const { open } = await make()
      const bytes = randomBytes(17_000_000)
      const digest = await (await open()).put(Readable.from([bytes]))
      const file = await (await open()).open(digest)
      expect(sha256(await readFile(file.path))).toBe(sha256(bytes))
      await file.release()
    })

    it('larger than is taken are refused while they come, and nothing of them stays', async () => {
      const { open, kept } = await make()
      const blobs = await open()
      let sent = 0
      const endless = Readable.from(
        (function* () {
          for (;;) {
            sent += 1000
            yield Buffer.alloc(1000)
          }
        })(),
      )
      expect(await failureOf(blobs.put(endless, { maxBytes: 100_000 }))).toBeInstanceOf(TooManyBytes)
      expect(sent).toBeLessThan(1_000_000)
      expect(await kept()).toEqual([])
      expect(await blobs.put(Readable.from([Buffer.alloc(100_000)]), { maxBytes: 100_000 })).toBe(
        sha256(Buffer.alloc(100_000)),
      )
    })

    it('half sent never have a name', async () => {
      const { open, kept } = await make()
      const blobs = await open()
      const broken = Readable.from(
        (async function* () {
          yield Buffer.from('the first half')
          await sleep(5)
          throw new Error('the sender went away')
        })(),
      )
      expect(await failureOf(blobs.put(broken))).toMatchObject({ message: 'the sender went away' })
      expect(await kept()).toEqual([])
      expect(await blobs.has(sha256('the first half'))).toBe(false)
    })

    it('that are not there are refused with what to do', async () => {
      const blobs = await (await make()).open()
      const error = await failureOf(blobs.open(sha256('never seen')))
      expect(error).toBeInstanceOf(FilesUnavailable)
      expect(error).toMatchObject({ code: 'missing', message: expect.stringContaining('hand the file in again') })
    })

    it('damaged where they lie are refused, and stay refused', async () => {
      const { open, kept } = await make()
      const digest = await (await open()).put(Readable.from([Buffer.from('sound')]))
      for (const path of await kept()) await writeFile(path, 'rotten')
      const elsewhere = await open()
      const error = await failureOf(elsewhere.open(digest))
      expect(error).toBeInstanceOf(FilesUnavailable)
      expect(error).toMatchObject({ code: 'damaged', message: expect.stringContaining('hand') })
      expect(await failureOf(elsewhere.open(digest))).toBeInstanceOf(FilesUnavailable)
    })

    it('handed in on one host are read on another, whole', async () => {
      const { open } = await make()
      const [here, there] = [await open(), await open()]
      const texts = Array.from({ length: 30 }, (_, i) => `letter ${i} `.repeat(500))
      const digests = await Promise.all(texts.map((t) => here.put(Readable.from([Buffer.from(t)]))))
      expect(await Promise.all(digests.map((d) => content(there, d)))).toEqual(texts)
    })

    it('are removed for good, as often as is asked, and can be put again', async () => {
      const { open, kept } = await make()
      const [here, there] = [await open(), await open()]
      const [gone, stays] = [await here.put(Readable.from(['gone'])), await here.put(Readable.from(['stays']))]
      await (await there.open(gone)).release()
      for (const blobs of [there, here, here]) expect(await blobs.remove(gone)).toEqual({ versions: false })
      expect(await failureOf(here.open(gone))).toMatchObject({ code: 'missing' })
      expect([await here.has(gone), await here.has(stays)]).toEqual([false, true])
      expect(await kept()).toHaveLength(1)
      expect(await here.put(Readable.from(['gone']))).toBe(gone)
      expect(await content(there, gone)).toBe('gone')
    })

    it('are listed, each with since when it is there, and nothing else is', async () => {
      const { open } = await make()
      const blobs = await open()
      const start = Date.now() - 2000
      const digests = await Promise.all(['a', 'b', 'c'].map((text) => blobs.put(Readable.from([text]))))
      const listed: KeptBytes[] = []
      for await (const one of blobs.list()) listed.push(one)
      expect(listed.map((b) => b.sha256).sort()).toEqual([...digests].sort())
      for (const { since } of listed) expect(since.getTime()).toBeGreaterThan(start)
    })

    it('leave nothing half-made behind', async () => {
      const data = await testFolder()
      const { files } = await make()
      const store = await openStore({ data, files })
      onTestFinished(() => store.close())
      const path = join(await testFolder(), 'a letter.pdf')
      await writeFile(path, 'bytes of a letter')
      await store.check()
      const { sha256: digest } = await store.receive({ path, fileName: 'a letter.pdf' })
      const file = await store.openFile(digest)
      expect(await readFile(file.path, 'utf8')).toBe('bytes of a letter')
      await file.release()
      const incoming = [join(data, 'cache', 'incoming'), join(files, 'incoming')].filter((f) => existsSync(f))
      expect(incoming).toHaveLength(1)
      for (const folder of incoming) expect(await readdir(folder)).toEqual([])
    })
  })
}

describe('the folder of received files', () => {
  it('is readable by its owner alone', async () => {
    const { open, kept, files } = await inFolder()
    await (await open()).put(Readable.from([Buffer.from('a letter')]))
    const [path = ''] = await kept()
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
    for (const folder of [files, join(files, 'incoming'), join(path, '..')])
      expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700')
  })

  it('sets damaged bytes aside, so that the right ones can be handed in again', async () => {
    const { open, kept } = await inFolder()
    const blobs = await open()
    const digest = await blobs.put(Readable.from([Buffer.from('sound')]))
    const [path = ''] = await kept()
    await writeFile(path, 'rotten')
    await failureOf(blobs.open(digest))
    await blobs.put(Readable.from([Buffer.from('sound')]))
    expect(await content(blobs, digest)).toBe('sound')
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('rotten')
  })

  it('answers for what is here already only when its name is on disk, whoever gave it', async () => {
    const { open, files } = await inFolder()
    const [one, other] = [await open(), await open()]
    const letter = join(await testFolder(), 'letter.pdf')
    await writeFile(letter, 'a letter')
    const digest = await one.put(letter)
    // What is flushed, while another process puts the same: by the names that the open files have at that moment.
    const flushed: string[] = []
    const handle = await openFile(letter)
    const spy = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync')
    spy.mockImplementation(async function (this: FileHandle) {
      flushed.push(await readlink(`/proc/self/fd/${this.fd}`))
      await this.datasync()
    })
    onTestFinished(() => spy.mockRestore())
    await handle.close()
    expect(await other.put(letter)).toBe(digest)
    expect(flushed).toEqual([join(files, digest.slice(0, 2)), files])
  })

  it('that is full takes nothing in and keeps what it has', async ({ skip }) => {
    const folder = join(await testFolder(), 'small')
    await mkdir(folder)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status === 0
    if (!mounted) return skip('a small file system cannot be mounted here')
    onTestFinished(() => void spawnSync('umount', [folder]))
    const blobs = await openFolderBlobs(folder)
    const kept = await blobs.put(Readable.from([Buffer.from('a letter')]))
    expect(await failureOf(blobs.put(Readable.from([Buffer.alloc(1_000_000, 1)])))).toMatchObject({ code: 'ENOSPC' })
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
    expect(await content(blobs, kept)).toBe('a letter')
    expect(await blobs.put(Readable.from([Buffer.alloc(50_000, 2)]))).toBe(sha256(Buffer.alloc(50_000, 2)))
  })
})

describe('the local copies of files in S3', () => {
  const KB = 1000
  const letter = (i: number) => Buffer.alloc(20 * KB, i)

  async function aSmallCache() {
    const s3 = await startS3()
    const cache = join(await testFolder(), 'cache')
    const blobs = await openS3Blobs(`s3://${BUCKET}`, cache, { cacheBytes: 100 * KB })
    return { s3, cache, blobs }
  }
  const bytesIn = async (folder: string) =>
    (await Promise.all((await filesUnder(folder)).map(async (path) => (await stat(path)).size))).reduce(
      (a, b) => a + b,
      0,
    )

  it('stay within their bound, and what went is fetched again', async () => {
    const { s3, cache, blobs } = await aSmallCache()
    const digests: string[] = []
    for (let i = 0; i < 20; i++) digests.push(await blobs.put(Readable.from([letter(i)])))
    expect(await objects(s3)).toHaveLength(20)
    expect(await bytesIn(cache)).toBeLessThanOrEqual(100 * KB)
    for (const [i, digest] of digests.entries()) {
      const file = await blobs.open(digest)
      expect((await readFile(file.path)).equals(letter(i))).toBe(true)
      await file.release()
    }
    expect(await bytesIn(cache)).toBeLessThanOrEqual(100 * KB)
  })

  it('outlive the making of room by another process while they are read', async () => {
    const { cache, blobs } = await aSmallCache()
    const digest = await blobs.put(Readable.from([letter(1)]))
    const file = await blobs.open(digest)
    const isCached = async () => (await readdir(cache, { recursive: true })).some((n) => n.endsWith(`/${digest}`))
    expect(await isCached()).toBe(true)
    const other = await openS3Blobs(`s3://${BUCKET}`, cache, { cacheBytes: 40 * KB })
    for (let i = 2; i < 12; i++) await other.put(Readable.from([letter(i)]))
    expect(await isCached()).toBe(false)
    expect((await readFile(file.path)).equals(letter(1))).toBe(true)
    await file.release()
    expect(await readdir(join(cache, 'incoming'))).toEqual([])
  })

  it('serve on while the storage is away', async () => {
    const { s3, blobs } = await aSmallCache()
    const digest = await blobs.put(Readable.from([letter(1)]))
    await s3.close()
    const file = await blobs.open(digest)
    expect((await readFile(file.path)).equals(letter(1))).toBe(true)
    await file.release()
  })
})

describe('S3 that keeps versions', () => {
  /** What AWS answers for a bucket with versioning: a delete marker hides the object. s3rver knows no versions. */
  async function withVersions({ endpoint }: S3): Promise<void> {
    const proxy = createServer((request, response) => {
      const { method, headers, url = '' } = request
      const onward = sent(`${endpoint}${url}`, { method, headers }, (answer) => {
        const marked = method === 'DELETE' ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': '1' } : {}
        response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...marked })
        answer.pipe(response)
      })
      request.pipe(onward)
    })
    const port = await freePort()
    await new Promise<void>((resolve) => void proxy.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => void proxy.close())
    plantEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` })
  }

  it('tells so when something is removed: its own rules have to end the versions', async () => {
    await withVersions(await startS3())
    const blobs = await openS3Blobs(`s3://${BUCKET}`, join(await testFolder(), 'cache'))
    expect(await blobs.remove(await blobs.put(Readable.from(['a letter'])))).toEqual({ versions: true })
  })
})

describe('S3 that cannot be used says what to do', () => {
  const open = async (url = `s3://${BUCKET}/letters`) => openS3Blobs(url, join(await testFolder(), 'cache'))
  /** Every way to use it, each with its own answer. */
  const uses: readonly (readonly [string, (blobs: BlobStore) => Promise<unknown>])[] = [
    ['check', (blobs) => blobs.check()],
    ['put', (blobs) => blobs.put(Readable.from([Buffer.from('a letter')]))],
    ['open', (blobs) => blobs.open(sha256('a letter'))],
    ['remove', (blobs) => blobs.remove(sha256('a letter'))],
    ['list', (blobs) => blobs.list()[Symbol.asyncIterator]().next()],
  ]

  it.each(uses)('when the bucket is missing (%s)', async (_name, use) => {
    await startS3()
    const error = await failureOf(use(await open('s3://no-such-bucket')))
    expect(error).toMatchObject({
      code: 'bucket',
      message: expect.stringContaining('no bucket no-such-bucket: make it'),
    })
  })

  it.each(uses)('when the keys are wrong (%s)', async (_name, use) => {
    await startS3()
    plantEnvironment({ AWS_ACCESS_KEY_ID: 'SOMEBODY', AWS_SECRET_ACCESS_KEY: 'not-the-secret-at-all' })
    const error = (await failureOf(use(await open()))) as Error
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('check AWS_ACCESS_KEY_ID') })
    expect(error.message).not.toContain('not-the-secret')
  })

  it.each(uses)('when nobody answers (%s)', async (_name, use) => {
    plantEnvironment({
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    })
    const error = await failureOf(use(await open()))
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('check that it runs') })
  })

  it('when the address names no bucket', async () => {
    expect(await failureOf(open('s3:///letters'))).toMatchObject({ message: expect.stringContaining('s3://bucket') })
  })
})
