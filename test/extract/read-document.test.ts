import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTextRenderingMode, TextRenderingMode } from '@cantoo/pdf-lib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OcrEngine, type PageReport, readDocument } from '../../src/extract/index.ts'
import { openEngine } from '../../src/extract/ocr/choose.ts'
import { type Document, documentSchema, type Page } from '../../src/model/index.ts'
import { aFolder, type Folder, scanPdf, textPdf } from './files.ts'
import { picturePage } from './hostile/hostile-file.ts'
import { found, letterText, png, typeset } from './paper.ts'

const wordsOf = (page: Page | undefined) => page?.lines.flatMap((l) => l.words) ?? []
const textsOf = (page: Page | undefined) => wordsOf(page).map((w) => w.text)
const rowsOf = (page: Page | undefined) => page?.lines.map((l) => l.words.map((w) => w.text).join(' ')) ?? []

describe('reading a document', () => {
  let folder: Folder
  let engine: OcrEngine
  let scan: Buffer
  beforeAll(async () => {
    folder = await aFolder()
    engine = await openEngine('auto', { jobs: 2 })
    scan = await png(typeset(letterText, 200), 200)
  })
  afterAll(async () => {
    await engine.close()
    await folder.remove()
  })

  const read = async (name: string, bytes: Uint8Array): Promise<Document> => {
    const document = await readDocument(await folder.put(name, bytes), { engine })
    return documentSchema.parse(document)
  }
  const turned = (degrees: number) => sharp(scan).rotate(degrees, { background: 'white' }).png().toBuffer()

  it('takes the text layer of a born-digital PDF, word for word, certain, in rows', async () => {
    const document = await read('digital.pdf', await (await textPdf([letterText, ['Second page', 'of two']])).save())
    expect(document.mediaType).toBe('application/pdf')
    expect(document.pages.map((p) => [p.number, p.source, p.status, p.confidence])).toEqual([
      [1, 'text-layer', 'ok', 1],
      [2, 'text-layer', 'ok', 1],
    ])
    expect(rowsOf(document.pages[0])).toEqual([...letterText])
    const first = wordsOf(document.pages[0])[0]?.box ?? [0, 0, 0, 0]
    expect(first[0]).toBeCloseTo(72 / 612, 2)
    expect(first[3]).toBeCloseTo((792 - 700) / 792, 1)
  })

  it('turns a text layer that the page shows lying on its side', async () => {
    const document = await read('side.pdf', await (await textPdf([letterText], { turn: 90 })).save())
    expect(document.pages[0]?.rotation).toBe(270)
    expect(rowsOf(document.pages[0])).toEqual([...letterText])
  })

  it('opens a PDF that is encrypted with an empty user password', async () => {
    const pdf = await textPdf([letterText])
    pdf.encrypt({ ownerPassword: 'owner', userPassword: '' })
    const document = await read('owner.pdf', await pdf.save())
    expect(found(textsOf(document.pages[0]))).toBe(1)
  })

  it('reads the scan of a page at its own resolution and knows where the words stand', async () => {
    const document = await read('scan.pdf', await (await scanPdf([scan])).save())
    const [page] = document.pages
    expect(page).toMatchObject({ source: 'ocr', status: 'ok', rotation: 0, skew: 0, dpi: 200 })
    expect(found(textsOf(page))).toBeGreaterThan(0.97)
    const word = wordsOf(page).find((w) => w.text === 'QX77-0004321')
    expect(word?.box[1]).toBeCloseTo((200 + (11 / 72) * 200 * 0.88) / 2200, 2)
  })

  it('reads a colour JPEG scan and keeps a clean white page apart as blank', async () => {
    const jpeg = await sharp(scan).toColourspace('srgb').jpeg({ quality: 80 }).toBuffer()
    const empty = await png(typeset([], 100), 100)
    const document = await read('colour.pdf', await (await scanPdf([jpeg, empty])).save())
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.97)
    expect(document.pages[1]).toMatchObject({ status: 'blank', lines: [] })
    expect(document.issues).toEqual([])
  })

  it.each([90, 180, 270])('sets a page upright that was scanned turned by %i degrees', async (by) => {
    const document = await read(`turned-${by}.png`, await turned(by))
    const [page] = document.pages
    expect(page?.rotation).toBe((360 - by) % 360)
    expect(found(textsOf(page))).toBeGreaterThan(0.95)
    expect(rowsOf(page)[1]).toBe(letterText[1])
  })

  it('straightens a skewed page and gives boxes of the page as it came', async () => {
    const document = await read('skewed.png', await turned(2.5))
    const [page] = document.pages
    expect(page?.skew).toBeGreaterThan(2.2)
    expect(page?.skew).toBeLessThan(2.8)
    expect(found(textsOf(page))).toBeGreaterThan(0.95)
    const rowStart = wordsOf(page).find((w) => w.text === 'The')?.box[1] ?? 0
    const rowEnd = wordsOf(page).find((w) => w.text === 'ladder.')?.box[1] ?? 0
    expect(rowEnd - rowStart).toBeGreaterThan(0.01)
  })

  it('reads a fax with pixels twice as high as wide', async () => {
    const canvas = typeset(letterText, 204)
    const squat = await sharp(canvas.toBuffer('image/png'))
      .resize(canvas.width, Math.round((canvas.height * 98) / 204), { fit: 'fill' })
      .threshold(160)
      .png()
      .toBuffer()
    const document = await read('fax.pdf', await (await scanPdf([squat])).save())
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.9)
    expect(document.pages[0]?.dpi).toBe(204)
  })

  it('takes a JPEG 2000 scan at its whole resolution', async () => {
    // letterText typeset at 300 dpi, packed by opj_compress -r 200: 2550 × 3300 pixels.
    const bytes = readFileSync(new URL('../fixtures/page-300dpi.jp2', import.meta.url))
    const about = '/Width 2550/Height 3300/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/JPXDecode'
    const document = await read('jpeg2000.pdf', picturePage(about, bytes))
    expect(document.pages[0]).toMatchObject({ status: 'ok', dpi: 300 })
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.95)
  })

  it('reads every page of a TIFF, in order', async () => {
    const second = await png(typeset(['Another page of', 'the same file', 'with little text'], 200), 200)
    const pages = await Promise.all([scan, second].map((p) => sharp(p).raw().toBuffer({ resolveWithObject: true })))
    const height = pages[0]?.info.height ?? 0
    const tiff = await sharp(Buffer.concat(pages.map((p) => p.data)), {
      raw: {
        width: pages[0]?.info.width ?? 0,
        height: height * 2,
        channels: pages[0]?.info.channels ?? 1,
        pageHeight: height,
      },
    })
      .tiff({ compression: 'deflate', xres: 200 / 25.4, yres: 200 / 25.4 })
      .toBuffer()
    const document = await read('batch.tiff', tiff)
    expect(document.mediaType).toBe('image/tiff')
    expect(document.pages.map((p) => p.number)).toEqual([1, 2])
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.95)
    expect(textsOf(document.pages[1]).join(' ')).toContain('little text')
  })

  it('tells the type by the bytes, whatever the name says', async () => {
    const document = await read('letter.pdf', await sharp(scan).jpeg().toBuffer())
    expect(document.mediaType).toBe('image/jpeg')
  })

  it('reads a scan whose text layer is garbage by OCR', async () => {
    const garbage = ['xqzt vbbk wlkjh zzrt', 'kkjhg tttrw pqxz vnmb', 'bcdfg hjklm npqrst vwxz']
    const pdf = await scanPdf([scan], (page) => {
      garbage.forEach((row, i) => {
        page.drawText(row.repeat(4), { x: 50, y: 700 - i * 20, size: 6, opacity: 0 })
      })
    })
    const document = await read('layered.pdf', await pdf.save())
    expect(document.pages[0]?.source).toBe('ocr')
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.95)
  })

  it('reads a scan by OCR whose hidden text layer is that of another letter', async () => {
    const other = [
      'The employee is a forty year old nurse who was hurt when she lifted a heavy box at work.',
      'Her doctor asked for a magnetic resonance image of the neck and for six visits of care.',
      'The request was refused since no change was seen after the first course of treatment.',
    ]
    const pdf = await scanPdf([scan], (page) => {
      page.pushOperators(setTextRenderingMode(TextRenderingMode.Invisible))
      other.concat(other).forEach((row, i) => {
        page.drawText(row, { x: 60, y: 420 - i * 30, size: 9 })
      })
    })
    const document = await read('another.pdf', await pdf.save())
    expect(document.pages[0]?.source).toBe('ocr')
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.95)
    expect(textsOf(document.pages[0])).not.toContain('nurse')
  })

  it('reads a scan with a printed stamp whole: the scan, and the stamp', async () => {
    const pdf = await scanPdf([scan], (page) => {
      page.drawText('RECEIVED 06/01/2015', { x: 330, y: 120, size: 18 })
    })
    const document = await read('stamped.pdf', await pdf.save())
    const texts = textsOf(document.pages[0])
    expect(document.pages[0]?.source).toBe('ocr')
    expect(found(texts)).toBeGreaterThan(0.95)
    expect(texts).toEqual(expect.arrayContaining(['RECEIVED', '06/01/2015']))
  })

  it('keeps every row of a table whose borders touch the words', async () => {
    const canvas = typeset(letterText, 200)
    const context = canvas.getContext('2d')
    context.lineWidth = 2
    for (let i = -1; i < 10; i++) {
      const y = 200 + i * (11 / 72) * 200 * 1.6 + 8
      context.strokeRect(185, y, 1300, (11 / 72) * 200 * 1.6)
    }
    const document = await read('table.png', await png(canvas, 200))
    expect(found(textsOf(document.pages[0]))).toBeGreaterThan(0.95)
  })

  it('gives the same document twice, and reports every page as it is done', async () => {
    const bytes = await (await scanPdf([scan, await turned(180)])).save()
    const seen: PageReport[] = []
    const file = await folder.put('twice.pdf', bytes)
    const first = await readDocument(file, { engine, onPage: (report) => seen.push(report) })
    const second = await readDocument(file, { engine })
    expect(second).toEqual(first)
    expect(seen.map((r) => r.page.number).sort()).toEqual([1, 2])
    expect(seen.find((r) => r.page.number === 2)?.remedies).toContain('turn 180')
  })

  it('leaves nothing behind in the folder for temporary files', async () => {
    // A folder of its own: other tests have theirs in the common one.
    const temporary = await mkdtemp(join(tmpdir(), 'imr-extract-test-'))
    const before = { TMPDIR: process.env.TMPDIR, IMR_TMP: process.env.IMR_TMP }
    for (const name of ['TMPDIR', 'IMR_TMP'] as const) process.env[name] = temporary
    try {
      await read('clean.png', scan)
      // The loader that runs the sources keeps a cache there; the product runs without it.
      expect((await readdir(temporary)).filter((name) => !name.startsWith('tsx-'))).toEqual([])
    } finally {
      for (const name of ['TMPDIR', 'IMR_TMP'] as const) {
        const value = before[name]
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      await rm(temporary, { recursive: true, force: true })
    }
  })
})
