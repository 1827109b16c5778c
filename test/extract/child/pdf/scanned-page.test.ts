import {
  degrees,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFPage,
  PDFRawStream,
  StandardFonts,
} from '@cantoo/pdf-lib'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Odd, openObjects, type PdfValue, Ref } from '../../../../src/extract/child/pdf/objects.ts'
import { openPdf } from '../../../../src/extract/child/pdf/open.ts'
import { type Source, sourceOf, straightFrom } from '../../../../src/extract/child/pdf/source.ts'
import { aFolder, type Folder, PAPER, textPdf } from '../../files.ts'
import { typeset } from '../../paper.ts'

const DPI = 100
const MOST_PIXELS = 20e6

let folder: Folder
let page: { readonly data: Buffer; readonly width: number; readonly height: number }

beforeAll(async () => {
  folder = await aFolder()
  const picture = sharp(typeset(undefined, DPI).toBuffer('image/png')).greyscale().raw()
  const { data, info } = await picture.toBuffer({ resolveWithObject: true })
  page = { data, width: info.width, height: info.height }
})
afterAll(() => folder.remove())

type Scan = {
  readonly bytes: Uint8Array
  readonly dictionary: Record<string, unknown>
  readonly flate?: boolean
  /** Width and height of the paper in points, and the page's turn. */
  readonly turn?: number
  readonly content?: string
  readonly also?: (pdf: PDFDocument, page: PDFPage) => Promise<void> | void
}

/** A PDF with one page that shows one picture. */
async function scan({ bytes, dictionary, flate = false, turn = 0, content, also }: Scan): Promise<PDFDocument> {
  const pdf = await PDFDocument.create()
  const made = pdf.addPage([...PAPER])
  made.setRotation(degrees(turn))
  const about = { Type: 'XObject', Subtype: 'Image', Width: page.width, Height: page.height, ...dictionary } as never
  const stream = flate ? pdf.context.flateStream(bytes, about) : pdf.context.stream(bytes, about)
  made.node.setXObject(PDFName.of('Scan'), pdf.context.register(stream))
  const draw = content ?? `q ${PAPER[0]} 0 0 ${PAPER[1]} 0 0 cm /Scan Do Q`
  made.node.set(PDFName.of('Contents'), pdf.context.register(pdf.context.stream(draw)))
  await also?.(pdf, made)
  return pdf
}

const grey8 = { ColorSpace: 'DeviceGray', BitsPerComponent: 8 }
const jpeg = (colour = false) => {
  const { width, height, data } = page
  const grey = sharp(data, { raw: { width, height, channels: 1 } })
  return (colour ? grey.toColourspace('srgb') : grey.toColourspace('b-w')).jpeg({ quality: 80 }).toBuffer()
}
const rgb = () => {
  const out = Buffer.alloc(page.data.length * 3)
  for (let i = 0; i < page.data.length; i++) out.fill(page.data[i] ?? 255, i * 3, i * 3 + 3)
  return out
}
const bits = (inverted = false) => {
  const row = Math.ceil(page.width / 8)
  const out = Buffer.alloc(row * page.height)
  for (let y = 0; y < page.height; y++)
    for (let x = 0; x < page.width; x++)
      if ((page.data[y * page.width + x] ?? 255) < 128 === inverted) {
        const at = y * row + (x >> 3)
        out[at] = (out[at] ?? 0) | (0x80 >> (x & 7))
      }
  return out
}

/** What both ways make of a page: from the file's own bytes, and by pdfjs. */
async function bothWays(pdf: PDFDocument, options = { useObjectStreams: false }) {
  const { path } = await folder.put('scan.pdf', await pdf.save(options))
  const { pdf: opened, objects } = await openPdf(path)
  const first = await opened.getPage(1)
  const straight = await straightFrom(objects, MOST_PIXELS).scan(first)
  const usual = await sourceOf(first, [], straightFrom(null, MOST_PIXELS))
  await opened.loadingTask.destroy()
  return { straight, usual }
}

const rasterOf = (source: Source | null) => (source?.kind === 'picture' ? source.picture : null)

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0))
  return sum / a.length
}

const kinds: Readonly<Record<string, () => Promise<Scan>>> = {
  'a grey JPEG': async () => ({ bytes: await jpeg(), dictionary: { ...grey8, Filter: 'DCTDecode' } }),
  'a colour JPEG': async () => ({
    bytes: await jpeg(true),
    dictionary: { ColorSpace: 'DeviceRGB', BitsPerComponent: 8, Filter: 'DCTDecode' },
  }),
  'a turned JPEG': async () => ({ bytes: await jpeg(), dictionary: { ...grey8, Filter: 'DCTDecode' }, turn: 90 }),
  greys: async () => ({ bytes: page.data, dictionary: grey8, flate: true }),
  'greys upside down': async () => ({ bytes: page.data, dictionary: grey8, flate: true, turn: 180 }),
  'inverted greys': async () => ({
    bytes: page.data.map((v) => 255 - v),
    dictionary: { ...grey8, Decode: [1, 0] },
    flate: true,
  }),
  colours: async () => ({ bytes: rgb(), dictionary: { ColorSpace: 'DeviceRGB', BitsPerComponent: 8 }, flate: true }),
  'black and white': async () => ({
    bytes: bits(),
    dictionary: { ColorSpace: 'DeviceGray', BitsPerComponent: 1 },
    flate: true,
  }),
  'inverted black and white': async () => ({
    bytes: bits(true),
    dictionary: { ColorSpace: 'DeviceGray', BitsPerComponent: 1, Decode: [1, 0] },
    flate: true,
  }),
  'a picture moved twice and clipped': async () => ({
    bytes: page.data,
    dictionary: grey8,
    flate: true,
    content: `q 0 0 612 792 re W n q 2 0 0 2 0 0 cm 306 0 0 396 0 0 cm /Scan Do Q Q`,
  }),
}

describe('a page that is nothing but a scan', () => {
  it.each(Object.keys(kinds))('of %s is taken from the file as pdfjs would give it', async (kind) => {
    const made = kinds[kind]
    if (!made) throw new Error(kind)
    for (const useObjectStreams of [false, true]) {
      const { straight, usual } = await bothWays(await scan(await made()), { useObjectStreams })
      const [a, b] = [rasterOf(straight), rasterOf(usual)]
      expect(a).not.toBeNull()
      expect([a?.raster.width, a?.raster.height]).toEqual([b?.raster.width, b?.raster.height])
      expect(a?.raster.dpi).toBeCloseTo(b?.raster.dpi ?? 0, 3)
      for (const i of [0, 1, 2, 3] as const) expect(a?.place[i]).toBeCloseTo(b?.place[i] ?? 9, 4)
      expect(difference(a?.raster.data ?? new Uint8Array(), b?.raster.data ?? new Uint8Array())).toBeLessThan(0.5)
    }
  })

  const plain = async (): Promise<Scan> => ({ bytes: page.data, dictionary: grey8, flate: true })
  const others: Readonly<Record<string, () => Promise<PDFDocument>>> = {
    'has words over the picture': async () =>
      scan({
        ...(await plain()),
        content: 'q 612 0 0 792 0 0 cm /Scan Do Q BT /F1 12 Tf 90 90 Td (copy) Tj ET',
        also: async (pdf, made) => {
          made.node.setFontDictionary(PDFName.of('F1'), (await pdf.embedFont(StandardFonts.Helvetica)).ref)
        },
      }),
    'has a line over the picture': async () =>
      scan({ ...(await plain()), content: 'q 612 0 0 792 0 0 cm /Scan Do Q 10 10 m 90 90 l S' }),
    'shows the picture twice': async () =>
      scan({ ...(await plain()), content: 'q 612 0 0 792 0 0 cm /Scan Do Q q 99 0 0 99 0 0 cm /Scan Do Q' }),
    'has a small picture': async () => scan({ ...(await plain()), content: 'q 99 0 0 99 0 0 cm /Scan Do Q' }),
    'has a slanted picture': async () => scan({ ...(await plain()), content: 'q 612 60 -60 792 0 0 cm /Scan Do Q' }),
    'has a note pinned to it': async () =>
      scan({
        ...(await plain()),
        also: (pdf, made) => {
          const note = pdf.context.obj({ Type: 'Annot', Subtype: 'Square', Rect: [9, 9, 90, 90], C: [1, 0, 0] })
          made.node.set(PDFName.of('Annots'), pdf.context.obj([pdf.context.register(note)]))
        },
      }),
    'has a picture with a mask': async () => scan({ ...(await plain()), dictionary: { ...grey8, Mask: [0, 20] } }),
    'has a picture in printing inks': async () =>
      scan({
        bytes: Buffer.alloc(page.data.length * 4),
        dictionary: { ColorSpace: 'DeviceCMYK', BitsPerComponent: 8 },
        flate: true,
      }),
    'has too few samples': async () => scan({ ...(await plain()), bytes: page.data.subarray(0, 5000) }),
    'has a broken JPEG': async () =>
      scan({ bytes: (await jpeg()).subarray(0, 3000), dictionary: { ...grey8, Filter: 'DCTDecode' } }),
    'is all text': () => textPdf([['Case Number: QX77-0004321']]),
  }

  it.each(Object.keys(others))('is left to pdfjs when it %s', async (kind) => {
    const made = await others[kind]?.()
    if (!made) throw new Error(kind)
    const { path } = await folder.put('other.pdf', await made.save())
    const { pdf, objects } = await openPdf(path)
    expect(await straightFrom(objects, MOST_PIXELS).scan(await pdf.getPage(1))).toBeNull()
    await pdf.loadingTask.destroy()
  })

  it('is not unpacked beyond the pixels that a page may have', async () => {
    const huge = await scan({ ...(await plain()), dictionary: { ...grey8, Width: 60_000, Height: 60_000 } })
    const { path } = await folder.put('huge.pdf', await huge.save())
    const { pdf, objects } = await openPdf(path)
    expect(await straightFrom(objects, MOST_PIXELS).scan(await pdf.getPage(1))).toBeNull()
    await pdf.loadingTask.destroy()
  })
})

describe('the objects of a PDF', () => {
  const opened = (bytes: Uint8Array | string): ((value: PdfValue) => PdfValue) =>
    openObjects(Buffer.from(bytes)).resolve

  it('are those that a writer put there, wherever they lie', async () => {
    const pdf = await scan({ bytes: page.data, dictionary: grey8, flate: true })
    for (const useObjectStreams of [false, true]) {
      const resolve = opened(await pdf.save({ useObjectStreams }))
      for (const [ref, object] of pdf.context.enumerateIndirectObjects()) {
        const found = resolve(new Ref(ref.objectNumber))
        if (object instanceof PDFRawStream) expect(found).toHaveProperty('bytes')
        else if (object instanceof PDFDict)
          expect([...(found as ReadonlyMap<string, PdfValue>).keys()]).toEqual(object.keys().map((k) => k.decodeText()))
        else if (object instanceof PDFArray) expect(found).toHaveLength(object.size())
      }
    }
  })

  it('are refused when they run in rings', () => {
    const body = '%PDF-1.4\n1 0 obj\n<< /Length 1 0 R >>\nstream\nx\nendstream\nendobj\n'
    const at = body.indexOf('1 0 obj')
    const table = `xref\n0 2\n0000000000 65535 f \n${String(at).padStart(10, '0')} 00000 n \n`
    const whole = (trailer: string) => `${body}${table}trailer\n${trailer}\nstartxref\n${body.length}\n%%EOF\n`
    expect(() => opened(whole('<< /Size 2 >>'))(new Ref(1))).toThrow(Odd)
    expect(() => opened(whole(`<< /Size 2 /Prev ${body.length} >>`))).toThrow(Odd)
    expect(() => opened(whole(`<< /Size 2 /A ${'['.repeat(90)} >>`))).toThrow(Odd)
  })

  it('never fail in any way but one, however a file is damaged', async () => {
    const pdf = await scan({ bytes: page.data.subarray(0, 900), dictionary: grey8, flate: true })
    const whole = [await pdf.save({ useObjectStreams: false }), await pdf.save({ useObjectStreams: true })]
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(9999), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        fc.option(fc.nat(2000)),
        (bytes, changes, cut) => {
          const damaged = Buffer.from(bytes.subarray(0, cut === null ? bytes.length : bytes.length - cut))
          for (const [at, value] of changes) if (damaged.length > 0) damaged[at % damaged.length] = value
          try {
            const resolve = opened(damaged)
            for (let number = 1; number < 12; number++) resolve(new Ref(number))
          } catch (error) {
            if (!(error instanceof Odd)) throw error
            refused++
          }
        },
      ),
      { numRuns: 1_500, seed: 11 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})
