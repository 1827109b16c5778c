import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mediaTypeOf } from '../../src/extract/parent/media-type.ts'
import { archiveLimits, type Taken, takeIn } from '../../src/intake/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { engines } from '../fixtures/work.ts'
import { zipOf } from '../fixtures/zip.ts'

async function packed(path: string, ...given: Parameters<typeof zipOf>): Promise<Buffer> {
  const bytes = await zipOf(...given)
  await writeFile(path, bytes)
  return bytes
}

/** Puts other bytes of the same length in the place of `text`, wherever it stands. */
function replaced(bytes: Buffer, text: string, by: string): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(text); at >= 0; at = copy.indexOf(text, at + 1)) copy.write(by, at, 'latin1')
  return copy
}

/** Changes each central directory header (signature 02014b50) of the named entry. */
function withHeader(bytes: Buffer, name: string, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf('PK\u0001\u0002'); at >= 0; at = copy.indexOf('PK\u0001\u0002', at + 4))
    if (copy.toString('utf8', at + 46, at + 46 + copy.readUInt16LE(at + 28)) === name) change(copy.subarray(at))
  return copy
}

async function aStore(): Promise<{ store: Store; data: string; zip: string; folder: string }> {
  const folder = await testFolder()
  const data = join(folder, 'data')
  const store = await openStore(data)
  onTestFinished(() => store.close())
  return { store, data, folder, zip: join(folder, 'letters.zip') }
}

async function taken(
  store: Store,
  path: string,
  maxBytes?: number,
  entries = archiveLimits.entries,
): Promise<readonly Taken[]> {
  const all: Taken[] = []
  const archives = { ...archiveLimits, entries }
  const way = { store, queue: null, archives, ...(maxBytes === undefined ? {} : { maxBytes }) }
  for await (const one of takeIn({ path, fileName: 'letters.zip' }, way)) all.push(one)
  return all
}

const told = (all: readonly Taken[]) =>
  all.map((t) => `${t.path.slice(t.path.lastIndexOf('!/') + 2)}: ${t.kind === 'failed' ? t.failure.code : t.kind}`)

describe.each(engines)('a zip archive, on %s,', (_, database) => {
  it('may hold names as long as the format lets them be: they are kept, whether the file is taken or not', async () => {
    const folder = await testFolder()
    const store = await openStore({ data: join(folder, 'data'), ...(await database()) })
    onTestFinished(() => store.close())
    const zip = join(folder, 'letters.zip')
    // Random, for databases pack what repeats; and as deep as can be, for every folder of a path is looked for.
    const long = (n: number) => `a${randomBytes(10_000).toString('hex').replaceAll('0', '/')}${n}`
    const deep = `${'d/'.repeat(30_000)}deep.pdf`
    const names = [`${long(1)}.pdf`, `${long(2)}.pdf`, deep, 'short.pdf']
    await packed(zip, Object.fromEntries(names.map((name, i) => [name, i === 1 ? 'b'.repeat(3_000) : `${i}`])))
    for (const kind of ['new', 'known']) {
      const all = await taken(store, zip, 2_000)
      expect(all.map((t) => (t.kind === 'failed' ? t.failure.code : t.kind))).toEqual([kind, 'too-large', kind, kind])
      expect(all.map((t) => t.path)).toEqual(names.map((name) => `${zip}!/${name}`))
    }
  })
})

describe('a zip archive', () => {
  it('is taken apart into its documents; folders, hidden files and what the Mac leaves are passed over', async () => {
    const { store, zip } = await aStore()
    await packed(zip, {
      'a.pdf': 'one',
      'march/b.pdf': 'two',
      'march/.DS_Store': 'x',
      '__MACOSX/march/._b.pdf': 'x',
      '.hidden/c.pdf': 'x',
    })
    const all = await taken(store, zip)
    expect(told(all)).toEqual(['a.pdf: new', 'march/b.pdf: new'])
    const [, second] = all
    if (second?.kind !== 'new') throw new Error('not taken')
    expect(second.document.fileName).toBe('march/b.pdf')
    expect(await readFile((await store.openFile(second.document.sha256)).path, 'utf8')).toBe('two')
    expect(told(await taken(store, zip))).toEqual(['a.pdf: known', 'march/b.pdf: known'])
  })

  it('never becomes a path: names that lead out of it, are absolute or hold a zero are names only', async () => {
    const { store, zip, folder } = await aStore()
    const bytes = await packed(zip, { 'xx/xx/out.pdf': 'one', 'Xtmp/abs.pdf': 'two', 'nulX.pdf': 'three' })
    const hostile = replaced(replaced(replaced(bytes, 'xx/xx/', '../../'), 'Xtmp/', '/tmp/'), 'nulX', 'nul\0')
    await writeFile(zip, hostile)
    expect(told(await taken(store, zip)).map((t) => t.split(': ')[1])).toEqual(['new', 'new', 'new'])
    expect((await readdir(folder)).sort()).toEqual(['data', 'letters.zip'])
  })

  it('notes an entry that is encrypted, damaged, too large or an archive with its cause, and takes the others', async () => {
    const { store, zip, folder } = await aStore()
    const inner = await packed(join(folder, 'inner.zip'), { 'x.pdf': 'x' })
    const whole = await packed(
      zip,
      {
        'first.pdf': 'first',
        'locked.pdf': 'locked',
        'flipped.pdf': 'flipped bytes',
        'short.pdf': 'short',
        'big.pdf': 'b'.repeat(3000),
        'inner.zip': inner,
        'last.pdf': 'last',
      },
      { compress: false },
    )
    let hurt = withHeader(whole, 'locked.pdf', (h) => h.writeUInt16LE(h.readUInt16LE(8) | 1, 8))
    hurt = withHeader(hurt, 'short.pdf', (h) => h.writeUInt32LE(4, 24))
    await writeFile(zip, replaced(hurt, 'flipped bytes', 'flipped bytez'))
    expect(told(await taken(store, zip, 2000))).toEqual([
      'first.pdf: new',
      'locked.pdf: encrypted',
      'flipped.pdf: damaged',
      'short.pdf: damaged',
      'big.pdf: too-large',
      'inner.zip: unsupported-type',
      'last.pdf: new',
    ])
    const status = await store.status()
    expect(status.documents).toMatchObject({ received: 2, failed: 5 })
    expect(status.failed.map((f) => f.fileName)).toContain('locked.pdf')
    await taken(store, zip, 2000)
    expect((await store.status()).documents).toMatchObject({ received: 2, failed: 5 })
  })

  it('that is made whole is taken in after all, and the failures of its entries are forgotten', async () => {
    const { store, zip } = await aStore()
    const whole = await packed(zip, { 'a.pdf': 'some bytes' }, { compress: false })
    await writeFile(zip, replaced(whole, 'some bytes', 'lost bytes'))
    expect(told(await taken(store, zip))).toEqual(['a.pdf: damaged'])
    await writeFile(zip, whole)
    expect(told(await taken(store, zip))).toEqual(['a.pdf: new'])
    expect((await store.status()).documents).toMatchObject({ received: 1, failed: 0 })
  })

  it('that is a bomb is refused before it is unpacked, whatever size it claims', async () => {
    const { store, zip, data } = await aStore()
    const bomb = await packed(zip, { 'bomb.pdf': Buffer.alloc(archiveLimits.suspectBytes + 1), 'fine.pdf': 'fine' })
    expect(told(await taken(store, zip))).toEqual(['bomb.pdf: too-large', 'fine.pdf: new'])
    await writeFile(
      zip,
      withHeader(bomb, 'bomb.pdf', (h) => h.writeUInt32LE(1000, 24)),
    )
    expect(told(await taken(store, zip))).toEqual(['bomb.pdf: damaged', 'fine.pdf: known'])
    expect(await readdir(join(data, 'files', 'incoming'))).toEqual([])
  })

  it('of too many files gives those that may be, and says that the rest was not taken', async () => {
    const { store, zip } = await aStore()
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`${i}.pdf`, `${i}`]))
    await packed(zip, many, { compress: false })
    const all = await taken(store, zip, undefined, 20)
    expect(told(all).at(-1)).toBe('20.pdf: too-large')
    expect(all).toHaveLength(21)
    expect((await store.status()).documents).toMatchObject({ received: 20, failed: 1 })
  })

  it('that unpacks to too much in all is stopped, by what it claims, before that is written', async () => {
    const { store, zip } = await aStore()
    const bytes = await packed(zip, { 'a.pdf': randomBytes(100), 'b.pdf': randomBytes(100) }, { compress: false })
    const claims = (size: number) => (h: Buffer) => h.writeUInt32LE(size, 24).toString()
    let large = withHeader(bytes, 'a.pdf', (h) => void [claims(1.9e9)(h), h.writeUInt32LE(5e7, 20)])
    large = withHeader(large, 'b.pdf', (h) => void [claims(1.9e9)(h), h.writeUInt32LE(5e7, 20)])
    await writeFile(zip, large)
    expect(told(await taken(store, zip, 2e9))).toEqual(['a.pdf: damaged', 'b.pdf: too-large'])
  })

  it.each([
    ['a Word document', { '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' }],
    ['an Office document that lists its parts late', { 'xl/workbook.xml': '<w/>', '[Content_Types].xml': '<Types/>' }],
    ['an OpenDocument text', { mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': '<o/>' }],
    ['an EPUB', { mimetype: 'application/epub+zip', 'META-INF/container.xml': '<c/>' }],
  ])('that is %s is one document, which says what it looks like', async (_, files) => {
    const { store, zip } = await aStore()
    await packed(zip, files, { compress: false })
    const [only, ...others] = await taken(store, zip)
    expect([only?.kind, others]).toEqual(['new', []])
    expect((await store.status()).documents).toMatchObject({ received: 1, failed: 0 })
    await expect(mediaTypeOf(zip, 1e6)).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringMatching(/office document.*save or scan it as PDF/),
    })
  })

  it('that is damaged is noted once, with what to do', async () => {
    const { store, zip } = await aStore()
    const bytes = await packed(zip, { 'a.pdf': 'one' })
    await writeFile(zip, bytes.subarray(0, 30))
    const [only, ...others] = await taken(store, zip)
    expect(others).toEqual([])
    expect(only).toMatchObject({ kind: 'failed', failure: { code: 'damaged' } })
  })
})
