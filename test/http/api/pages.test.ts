import { readdir, readFile, rm } from 'node:fs/promises'
import { get as httpGet } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OcrEngine, openEngine, readDocument } from '../../../src/extract/index.ts'
import { wordsLost } from '../../../src/extract/searchable/proof.ts'
import { pageWordsSchema, type Role } from '../../../src/model/index.ts'
import { aFolder, type Folder, textPdf } from '../../extract/files.ts'
import { letterText } from '../../extract/paper.ts'
import { aRecord } from '../../fixtures/records.ts'
import { aServer } from '../a-server.ts'

describe('pages', () => {
  let folder: Folder
  let engine: OcrEngine
  beforeAll(async () => {
    folder = await aFolder()
    engine = await openEngine('auto', { jobs: 1 })
  })
  afterAll(async () => {
    await engine.close()
    await folder.remove()
  })

  /** A server that holds a born-digital letter of three pages, the second of them on its side, and who looks at it. */
  async function aLetter(role: Role = 'reviewer') {
    const server = await aServer({ local: { name: 'ria', roles: [role] } })
    const pdf = await textPdf([letterText, letterText, letterText])
    const [, second] = pdf.getPages()
    second?.setRotation({ type: 'degrees', angle: 90 } as never)
    const bytes = Buffer.from(await pdf.save())
    const file = await folder.put("o'brien (1)\n.pdf", bytes)
    const { store } = server
    const { sha256 } = await store.receive(file)
    const { pages, pageCount } = await readDocument(file, { engine })
    const record = aRecord({ sha256 })
    const lease = await store.claim(sha256)
    if (!lease) throw new Error('it is in hand')
    const records = [{ ...record, document: { ...record.document, pageCount } }]
    await store.finish(lease, { records, failure: null, pages })
    const url = `/api/v1/documents/${sha256}`
    return { ...server, sha256, bytes, pages, url, images: join(server.data, 'cache', 'pages') }
  }

  it('are given as images, upright, small first and full on demand, for the browser alone to keep', async () => {
    const { get, url } = await aLetter()
    for (const [page, size, width] of [
      [1, '', 1200],
      [2, '?size=small', 1200],
      [3, '?size=full', 2550],
    ] as const) {
      const answer = await get(`${url}/pages/${page}/image${size}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect(answer.headers.get('cache-control')).toBe('private, no-cache')
      const about = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
      expect([about.format, about.width]).toEqual(['webp', width])
      expect(about.height).toBeGreaterThan(about.width)
      const tag = answer.headers.get('etag') ?? ''
      const again = await get(`${url}/pages/${page}/image${size}`, { 'if-none-match': tag })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    const asked = await get(`${url}/pages/4/image`)
    expect([asked.status, await asked.json()]).toMatchObject([404, { code: 'not-found' }])
    expect((await get(`${url}/pages/1/image?size=huge`)).status).toBe(400)
    expect((await get(`${url}/pages/0/image`)).status).toBe(400)
  })

  it('are in the audit trail once looked at, once for all pages of one look', async () => {
    const { get, url, store, sha256 } = await aLetter()
    for (const page of [1, 2, 1]) expect((await get(`${url}/pages/${page}/image`)).status).toBe(200)
    expect((await get(`${url}/pages/99/image`)).status).toBe(404)
    const rows = await store.trail({ subject: sha256, action: 'seen', limit: 9 })
    expect(rows.map(({ subject }) => subject)).toEqual([sha256])
  })

  it('have images that are made anew when the cache was dropped, and go with the document', async () => {
    const { get, url, store, sha256, images } = await aLetter()
    const ask = async () => Buffer.from(await (await get(`${url}/pages/1/image`)).arrayBuffer())
    const [first, ...others] = await Promise.all([ask(), ask(), ask()])
    for (const other of others) expect(other.equals(first)).toBe(true)
    const home = join(images, sha256.slice(0, 2), sha256)
    // Whoever looks at the first page looks at the next ones soon.
    await expect
      .poll(async () => (await readdir(home)).sort())
      .toEqual(['1-0-small.webp', '2-270-small.webp', '3-0-small.webp'])
    expect((await readFile(join(home, '1-0-small.webp'))).equals(first)).toBe(true)
    await rm(images, { recursive: true })
    expect((await ask()).equals(first)).toBe(true)
    await expect.poll(() => readdir(home)).toHaveLength(3)
    await store.forget(sha256, { reason: 'request', by: 'clerk' })
    await store.removeForgotten()
    await expect(readdir(home)).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await get(`${url}/pages/1/image`)).status).toBe(404)
    expect((await get(`${url}/pages/1/words`)).status).toBe(404)
  })

  it('say why there is no image', async () => {
    const { get, url, store, sha256 } = await aLetter()
    const { path, release } = await store.openFile(sha256)
    await release()
    await rm(path)
    const answer = await get(`${url}/pages/1/image`)
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'no-image' }])
  })

  it('have words that are sent as they are kept', async () => {
    const { get, url, store, sha256, pages, server } = await aLetter()
    const answer = await get(`${url}/pages/2/words`)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const words = pageWordsSchema.parse(await answer.json())
    expect(words).toMatchObject({ number: 2, rotation: 270, source: 'text-layer', status: 'ok' })
    expect(words.rows.map((row) => row.words.map(([text]) => text).join(' '))).toEqual([...letterText])
    expect(words.aspect).toBe(pages[1]?.aspect)
    const plain = await new Promise<string>((resolve, reject) => {
      httpGet(`${server.url}${url}/pages/2/words`, (response) => {
        expect(response.headers['content-encoding']).toBeUndefined()
        response.setEncoding('utf8').on('error', reject)
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve(text))
      })
    })
    expect(JSON.parse(plain)).toEqual(words)
    const tag = answer.headers.get('etag') ?? ''
    expect((await get(`${url}/pages/2/words`, { 'if-none-match': tag })).status).toBe(304)
    const [lease, record] = [await store.claim(sha256, { again: true }), aRecord({ sha256 })]
    if (lease) await store.finish(lease, { records: [record], failure: null, pages: [] })
    const none = await get(`${url}/pages/2/words`)
    expect([none.status, await none.json()]).toMatchObject([404, { code: 'no-words' }])
  })

  it('come as the file came, and the audit trail says who took it', async () => {
    const { get, url, store, sha256, bytes } = await aLetter('lead')
    const answer = await get(`${url}/file`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''o%27brien%20%281%29%0A.pdf")
    expect((await store.auditOf(sha256)).at(-1)).toMatchObject({ actor: 'ria', action: 'downloaded' })
    expect((await get(`/api/v1/documents/${'0'.repeat(64)}/file`)).status).toBe(404)
  })

  it('come as a copy that can be searched: the file as it came and the words behind it, made by a process apart', async () => {
    const { get, store } = await aServer({ local: { name: 'ria', roles: ['reviewer'] } })
    const scan = fileURLToPath(new URL('../../../samples/02-fine-fax.pdf', import.meta.url))
    const { sha256 } = await store.receive({ path: scan, fileName: 'scan.pdf' })
    const { pages, pageCount } = await readDocument({ path: scan, fileName: 'scan.pdf', sha256 }, { engine })
    const record = aRecord({ sha256 })
    const lease = await store.claim(sha256)
    if (!lease) throw new Error('it is in hand')
    const records = [{ ...record, document: { ...record.document, pageCount } }]
    await store.finish(lease, { records, failure: null, pages })
    const path = `/api/v1/documents/${sha256}/searchable.pdf`
    const answer = await get(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${sha256.slice(0, 12)}.pdf"`)
    const copy = Buffer.from(await answer.arrayBuffer())
    const file = await readFile(scan)
    expect(copy.subarray(0, file.length).equals(file)).toBe(true)
    expect(await wordsLost(copy, pages)).toEqual([])
    expect((await store.auditOf(sha256)).map(({ action }) => action)).toContain('downloaded')

    // A file that cannot be taken apart, and one whose words nobody kept.
    const broken = await folder.put('broken.pdf', Buffer.from('%PDF-1.4 nothing of a document'))
    const received = await store.receive(broken)
    expect(await (await get(`/api/v1/documents/${received.sha256}/searchable.pdf`)).json()).toMatchObject({
      code: 'no-words',
    })
    const held = await store.claim(received.sha256)
    if (!held) throw new Error('it is in hand')
    const own = { ...record, caseId: `${received.sha256}-1`, document: { ...record.document, sha256: received.sha256 } }
    await store.finish(held, { records: [own], failure: null, pages })
    const refused = await get(`/api/v1/documents/${received.sha256}/searchable.pdf`)
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, 'not-searchable'])
  })

  it('are for those who review, decide or read by a token', async () => {
    const { get, url } = await aLetter('operator')
    for (const path of ['/pages/1/image', '/pages/1/words', '/file'])
      expect((await get(`${url}${path}`)).status).toBe(403)
  })
})
