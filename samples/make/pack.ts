import { PDFDocument, PDFName } from '@cantoo/pdf-lib'
import sharp from 'sharp'
import { chance } from './chance.ts'
import { image, isBlackAndWhite, type Sheet } from './sheet.ts'

/** What office copiers use: text stays legible and a page stays under 200 kB. */
const JPEG_QUALITY = 45

/** One channel all the way: a PDF that says DeviceGray must not get a JPEG of three. */
const grey = (sheet: Sheet) => image(sheet).toColourspace('b-w')

/** Sheets as a PDF the way scanners make it: one image a page; Group 4 fax for black and white, JPEG for grey. */
export async function asPdf(sheets: readonly Sheet[]): Promise<Uint8Array> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  for (const scanned of sheets) {
    const fax = isBlackAndWhite(scanned)
    const sheet = fax ? padded(scanned) : scanned
    const [wide, high] = [(sheet.width / sheet.dpiX) * 72, (sheet.height / sheet.dpiY) * 72]
    const page = pdf.addPage([wide, high])
    const bytes = fax ? await group4(sheet) : await grey(sheet).jpeg({ quality: JPEG_QUALITY }).toBuffer()
    const stream = pdf.context.stream(bytes, {
      Type: 'XObject',
      Subtype: 'Image',
      Width: sheet.width,
      Height: sheet.height,
      ColorSpace: 'DeviceGray',
      BitsPerComponent: fax ? 1 : 8,
      Filter: fax ? 'CCITTFaxDecode' : 'DCTDecode',
      ...(fax ? { DecodeParms: { K: -1, Columns: sheet.width, Rows: sheet.height, BlackIs1: false } } : {}),
    })
    page.node.setXObject(PDFName.of('Scan'), pdf.context.register(stream))
    const draw = pdf.context.stream(`q ${wide} 0 0 ${high} 0 0 cm /Scan Do Q`)
    page.node.set(PDFName.of('Contents'), pdf.context.register(draw))
  }
  return pdf.save({ useObjectStreams: false })
}

/** Sheets as one TIFF of several pages, Group 4. */
export async function asTiff(sheets: readonly Sheet[]): Promise<Uint8Array> {
  const first = sheets[0]
  if (!first) throw new RangeError('a TIFF needs a page')
  const { width, height } = first
  const joined = Buffer.concat(sheets.map((s) => s.data))
  const pixelsPerMillimetre = first.dpiX / 25.4
  return sharp(joined, { raw: { width, height: height * sheets.length, channels: 1, pageHeight: height } })
    .toColourspace('b-w')
    .tiff({
      compression: 'ccittfax4',
      bitdepth: 1,
      miniswhite: true,
      xres: pixelsPerMillimetre,
      yres: first.dpiY / 25.4,
    })
    .toBuffer()
}

/** A single sheet as PNG. */
export async function asPng(sheet: Sheet): Promise<Uint8Array> {
  return grey(sheet)
    .withMetadata({ density: sheet.dpiX })
    .png({ palette: isBlackAndWhite(sheet), colours: 2, compressionLevel: 9 })
    .toBuffer()
}

/** A single sheet as JPEG. */
export async function asJpeg(sheet: Sheet): Promise<Uint8Array> {
  return grey(sheet).withMetadata({ density: sheet.dpiX }).jpeg({ quality: JPEG_QUALITY }).toBuffer()
}

/** A sheet with white at its right and bottom, so that its sides are multiples of 16: one tile of a TIFF holds it. */
function padded(sheet: Sheet): Sheet {
  const [width, height] = [Math.ceil(sheet.width / 16) * 16, Math.ceil(sheet.height / 16) * 16]
  const data = new Uint8Array(width * height).fill(255)
  for (let y = 0; y < sheet.height; y++)
    data.set(sheet.data.subarray(y * sheet.width, (y + 1) * sheet.width), y * width)
  return { ...sheet, width, height, data }
}

/** The Group 4 data of a padded black-and-white sheet: written as a TIFF of one tile, cut out of it (TIFF 6.0, tags 324 and 325). */
async function group4(sheet: Sheet): Promise<Buffer> {
  const tiff = await grey(sheet)
    .tiff({
      compression: 'ccittfax4',
      bitdepth: 1,
      miniswhite: true,
      tile: true,
      tileWidth: sheet.width,
      tileHeight: sheet.height,
    })
    .toBuffer()
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const directory = u32(4)
  const tags = new Map<number, { count: number; values: number[] }>()
  for (let i = 0; i < u16(directory); i++) {
    const at = directory + 2 + 12 * i
    const [type, count] = [u16(at + 2), u32(at + 4)]
    const size = type === 3 ? 2 : 4
    const from = count * size <= 4 ? at + 8 : u32(at + 8)
    tags.set(u16(at), {
      count,
      values: Array.from({ length: count }, (_, n) => (size === 2 ? u16(from + 2 * n) : u32(from + 4 * n))),
    })
  }
  const [offsets, lengths] = [tags.get(324)?.values ?? [], tags.get(325)?.values ?? []]
  if (offsets.length !== 1) throw new Error(`expected one tile, found ${offsets.length}`)
  return tiff.subarray(offsets[0], (offsets[0] ?? 0) + (lengths[0] ?? 0))
}

/**
 * Encrypts a PDF as the state does: AES with 128 bits, an owner's password nobody is given, an empty password to open it.
 * Keys and salts come from a seed for once, so that the same source gives the same bytes: a sample keeps no secret.
 */
export async function encrypted(pdf: Uint8Array, seed: number): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false })
  return withSeededBytes(seed, () => {
    document.encrypt({
      algorithm: 'AES-128',
      userPassword: '',
      ownerPassword: 'samples',
      permissions: { printing: 'highResolution', copying: false, modifying: false },
    })
    return document.save({ useObjectStreams: false })
  })
}

/** Runs `work` with the platform's random bytes, which pdf-lib draws on, replaced by seeded ones; puts them back after. */
async function withSeededBytes<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const next = chance(seed)
  const { crypto } = globalThis
  const seeded = <A extends ArrayBufferView | null>(array: A): A => {
    if (array instanceof Uint8Array) for (let i = 0; i < array.length; i++) array[i] = Math.floor(next() * 256)
    return array
  }
  const own = Object.getOwnPropertyDescriptor(crypto, 'getRandomValues')
  Object.defineProperty(crypto, 'getRandomValues', { value: seeded, configurable: true })
  try {
    return await work()
  } finally {
    if (own) Object.defineProperty(crypto, 'getRandomValues', own)
    else Reflect.deleteProperty(crypto, 'getRandomValues')
  }
}
