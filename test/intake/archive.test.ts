import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ZipFile } from 'yazl'
import { type Taken, takeIn, type WayIn } from '../../src/intake/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'

async function aStore() {
  const store = await openStore(join(await testFolder(), 'data'))
  onTestFinished(() => store.close())
  return store
}

async function zipOf(entries: Readonly<Record<string, string | Buffer>>, name = 'mail.zip'): Promise<string> {
  const path = join(await testFolder(), name)
  const zip = new ZipFile()
  for (const [entry, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), entry)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

async function taken(path: string, way: Partial<WayIn> = {}) {
  const store = way.store ?? (await aStore())
  const found: Taken[] = []
  for await (const one of takeIn({ path, fileName: 'mail.zip' }, { queue: null, ...way, store })) found.push(one)
  return { store, found, kinds: found.map((t) => (t.kind === 'failed' ? t.failure.code : t.kind)) }
}

describe('a zip archive', () => {
  it('gives each of its files as a document, folders and hidden files left out', async () => {
    const path = await zipOf({ 'a.pdf': '%PDF-a', 'sub/b.pdf': '%PDF-b', '__MACOSX/a.pdf': 'x', '.DS_Store': 'x' })
    const { store, found, kinds } = await taken(path)
    expect(kinds).toEqual(['new', 'new'])
    expect(found.map((t) => (t.kind === 'failed' ? '' : t.document.fileName))).toEqual(['a.pdf', 'b.pdf'])
    expect((await store.status()).documents.received).toBe(2)
  })

  it('handed in twice is known', async () => {
    const path = await zipOf({ 'a.pdf': '%PDF-a' })
    const { store } = await taken(path)
    expect((await taken(path, { store })).kinds).toEqual(['known'])
  })

  it('with a name that leads elsewhere is read, and no such path is made', async () => {
    const path = await zipOf({ 'xx/xx/evil.pdf': '%PDF-e' })
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(path)
    const evil = Buffer.from(bytes.toString('latin1').replaceAll('xx/xx/evil', '../../evil'), 'latin1')
    await writeFile(path, evil)
    const { found } = await taken(path)
    expect(found).toMatchObject([{ kind: 'new', document: { fileName: 'evil.pdf' } }])
  })

  it('has an archive within it refused, and the rest taken', async () => {
    const { readFile } = await import('node:fs/promises')
    const inner = await readFile(await zipOf({ 'x.pdf': '%PDF-x' }))
    const { kinds, store } = await taken(await zipOf({ 'a.pdf': '%PDF-a', 'inner.zip': inner, 'z.pdf': '%PDF-z' }))
    expect(kinds).toEqual(['new', 'unsupported-type', 'new'])
    expect((await store.status()).failures).toEqual([{ cause: 'unsupported-type', count: 1 }])
  })

  it('has a bomb refused unread, and the rest taken', async () => {
    const { kinds } = await taken(await zipOf({ 'bomb.pdf': Buffer.alloc(60_000_000), 'a.pdf': '%PDF-a' }))
    expect(kinds).toEqual(['too-large', 'new'])
  })

  it('has a file that is too large refused, and the rest taken', async () => {
    const path = await zipOf({ 'big.pdf': `%PDF-${Math.random().toString(36).repeat(100)}`, 'a.pdf': '%PDF-a' })
    expect((await taken(path, { maxBytes: 500 })).kinds).toEqual(['too-large', 'new'])
  })

  it('with a file whose bytes are damaged notes it, and takes the rest', async () => {
    const path = await zipOf({ 'a.pdf': `%PDF-${'abcdefgh'.repeat(500)}`, 'b.pdf': '%PDF-b' })
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(path)
    bytes.fill(0xff, 40, 60)
    await writeFile(path, bytes)
    expect((await taken(path)).kinds).toEqual(['damaged', 'new'])
  })

  it('that stops half-way is noted as damaged', async () => {
    const path = await zipOf({ 'a.pdf': '%PDF-a' })
    const { readFile } = await import('node:fs/promises')
    await writeFile(path, (await readFile(path)).subarray(0, 40))
    const { kinds, store } = await taken(path)
    expect(kinds).toEqual(['damaged'])
    expect((await store.status()).failed).toMatchObject([{ fileName: 'mail.zip', cause: 'damaged' }])
  })
})
