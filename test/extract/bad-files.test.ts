import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Limits, type OcrEngine, readDocument } from '../../src/extract/index.ts'
import { openEngine } from '../../src/extract/ocr/choose.ts'
import { DocumentFailure } from '../../src/model/index.ts'
import { growingTiff, written } from '../fixtures/growing-tiff.ts'
import { aFolder, type Folder, rawPdf, scanPdf, stream, textPdf } from './files.ts'
import { letterText, png, typeset } from './paper.ts'

const CATALOG = '<</Type/Catalog/Pages 2 0 R>>'
const PAGES = '<</Type/Pages/Kids[3 0 R]/Count 1>>'
const SECONDS = 300_000

describe('a file that cannot be read', () => {
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

  const failureOf = async (name: string, bytes: Uint8Array | string, limits?: Partial<Limits>) => {
    const file = await folder.put(name, bytes)
    const result = await readDocument(file, { engine, limits }).catch((error: unknown) => error)
    expect(result).toBeInstanceOf(DocumentFailure)
    if (!(result instanceof DocumentFailure)) throw new Error('the file was read')
    return { code: result.code, message: result.message }
  }

  it('says that an empty file is empty', async () => {
    expect(await failureOf('empty.pdf', '')).toMatchObject({
      code: 'empty-file',
      message: expect.stringMatching(/0 bytes/),
    })
  })

  it.each([
    ['note.pdf', 'Dear doctor,\nplease call me.\n', 'a text file'],
    ['letter.pdf', 'PK\u0003\u0004 word/document.xml', 'a ZIP archive or an office document'],
    ['page.pdf', '<!DOCTYPE html><html><body>gone</body></html>', 'a web page'],
    ['mail.pdf', 'Received: from mail\nSubject: scan\n', 'an e-mail'],
    ['packed.pdf', gzipSync('text'), 'a gzip archive'],
    ['noise.pdf', Buffer.from([0, 1, 2, 3, 4, 5, 200, 201]), 'none that is known'],
  ])('says what %s looks like instead of a PDF', async (name, bytes, looks) => {
    const failure = await failureOf(name, bytes)
    expect(failure.code).toBe('unsupported-type')
    expect(failure.message).toContain(looks)
  })

  it('says that a truncated PDF stops before its end', async () => {
    const whole = await (await scanPdf([await png(typeset(letterText, 100), 100)])).save()
    const failure = await failureOf('half.pdf', whole.slice(0, Math.round(whole.length / 2)))
    expect(failure.code).toBe('damaged')
    expect(failure.message).toContain('stops before its end')
  })

  it('says how to remove a user password', async () => {
    const pdf = await textPdf([letterText])
    pdf.encrypt({ ownerPassword: 'owner', userPassword: 'secret' })
    const failure = await failureOf('locked.pdf', await pdf.save())
    expect(failure.code).toBe('encrypted')
    expect(failure.message).toContain('qpdf')
  })

  it('says that a PDF has no pages', async () => {
    const failure = await failureOf('zero.pdf', rawPdf([CATALOG, '<</Type/Pages/Kids[]/Count 0>>']))
    expect(failure.code).toBe('no-pages')
  })

  it('says that a file vanished, or may not be read', async () => {
    const gone = { path: join(folder.path, 'gone.pdf'), fileName: 'gone.pdf', sha256: '0'.repeat(64) }
    await expect(readDocument(gone, { engine })).rejects.toMatchObject({ code: 'vanished' })
    const file = await folder.put('secret.pdf', '%PDF-1.4')
    await chmod(file.path, 0)
    // root may read everything.
    if (process.getuid?.() !== 0)
      await expect(readDocument(file, { engine })).rejects.toMatchObject({ code: 'not-readable' })
  })

  it('refuses a file above the size limit without reading it', async () => {
    expect(await failureOf('large.pdf', `%PDF-1.4\n${' '.repeat(5000)}`, { fileBytes: 4000 })).toMatchObject({
      code: 'too-large',
    })
  })

  it('does not follow a page tree that loops', async () => {
    const failure = await failureOf('loop.pdf', rawPdf([CATALOG, '<</Type/Pages/Kids[2 0 R]/Count 1>>']))
    expect(['damaged', 'no-pages']).toContain(failure.code)
  })

  it(
    'gives up a file that unpacks without end, by time or by memory',
    async () => {
      const bomb = deflateSync(Buffer.alloc(200e6, 'q '), { level: 9 })
      const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>'
      const bytes = rawPdf([CATALOG, PAGES, page, stream('/Filter/FlateDecode', bomb)])
      const failure = await failureOf('bomb.pdf', bytes, { silenceMs: 3000, memoryBytes: 300e6 })
      expect(['time-limit', 'memory-limit']).toContain(failure.code)
    },
    SECONDS,
  )

  it('is given up when nobody wants it any more', async () => {
    const file = await folder.put('unwanted.pdf', await (await scanPdf([await png(typeset(), 150)])).save())
    const stop = new AbortController()
    const reading = readDocument(file, { engine, signal: stop.signal })
    setTimeout(() => stop.abort(new Error('interrupted')), 300)
    await expect(reading).rejects.toThrow('interrupted')
  })
})

describe('a page that cannot be read', () => {
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

  it('with an image that is no image is unreadable, never blank', async () => {
    const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>'
    const image =
      '/Type/XObject/Subtype/Image/Width 1700/Height 2200/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode'
    const content = stream('', Buffer.from('q 612 0 0 792 0 0 cm /I Do Q'))
    const file = await folder.put(
      'broken-image.pdf',
      rawPdf([CATALOG, PAGES, page, content, stream(image, Buffer.from('not a jpeg'))]),
    )
    const document = await readDocument(file, { engine })
    expect(document.pages[0]?.status).toBe('unreadable')
    expect(document.issues).toMatchObject([{ severity: 'error', page: 1 }])
  })

  it(
    'with 30000 × 30000 pixels is read or unreadable, never blank',
    async () => {
      const row = Buffer.alloc(3750, 0xff)
      const rows = Buffer.alloc(3750 * 30000, 0xff)
      for (let y = 9000; y < 12000; y++) row.fill(0xaa).copy(rows, y * 3750)
      const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>'
      const image =
        '/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode'
      const content = stream('', Buffer.from('q 612 0 0 792 0 0 cm /I Do Q'))
      const file = await folder.put(
        'huge-image.pdf',
        rawPdf([CATALOG, PAGES, page, content, stream(image, deflateSync(rows))]),
      )
      const result = await readDocument(file, { engine }).catch((error: unknown) => error)
      if (result instanceof DocumentFailure) expect(['memory-limit', 'time-limit']).toContain(result.code)
      else expect(result).toMatchObject({ pages: [{ status: 'unreadable' }], issues: [{ severity: 'error', page: 1 }] })
    },
    2 * SECONDS,
  )

  it(
    'of a million points a side is drawn within the pixel budget',
    async () => {
      const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000000 1000000]/Contents 4 0 R/Resources<<>>>>'
      const content = stream('', Buffer.from('0 0 400000 400000 re f'))
      const file = await folder.put('vast.pdf', rawPdf([CATALOG, PAGES, page, content]))
      const document = await readDocument(file, { engine })
      expect(document.pages[0]?.status).toBe('unreadable')
    },
    SECONDS,
  )

  it.each([
    [
      'TIFF whose second page is cut off',
      async () => written(growingTiff([250, 250]).flat()).subarray(0, -20),
      'cut.tif',
    ],
    [
      'JPEG',
      async () =>
        (
          await sharp(await png(typeset(), 100))
            .jpeg()
            .toBuffer()
        ).subarray(0, -20),
      'cut.jpg',
    ],
    ['PNG', async () => (await png(typeset(), 100)).subarray(0, -20), 'cut.png'],
  ])('is told of when it is the end of a %s', async (_, bytes, name) => {
    const document = await readDocument(await folder.put(name, await bytes()), { engine })
    expect(document.issues).toContainEqual(expect.objectContaining({ rule: 'extract.truncated', severity: 'error' }))
  })

  it('does not take the other pages with it', async () => {
    const pdf = await textPdf([letterText, ['second']])
    const bytes = Buffer.from(await pdf.save({ useObjectStreams: false }))
    const file = await folder.put('cut.pdf', bytes.subarray(0, bytes.length - 30))
    const document = await readDocument(file, { engine })
    expect(document.pages.length).toBe(2)
    expect(document.issues.some((i) => i.severity === 'error' && /stops before its end/.test(i.message))).toBe(true)
  })
})
