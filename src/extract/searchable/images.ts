import { PDFDocument, PDFName } from '@cantoo/pdf-lib'
import sharp, { type Sharp } from 'sharp'

/** What an image is taken to have when it does not say: a fax's resolution. */
const DPI = 200
const INCH_PT = 72

/** A TIFF (all its pages), PNG or JPEG as a PDF that shows the same pixels. A JPEG goes in as it is. @throws {Error} when it cannot be decoded. */
export async function pdfOfImage(bytes: Uint8Array, mediaType: string): Promise<PDFDocument> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const { pages = 1 } = await sharp(bytes).metadata()
  for (let page = 0; page < pages; page++) await addPage(pdf, bytes, page, mediaType === 'image/jpeg')
  return pdf
}

async function addPage(pdf: PDFDocument, bytes: Uint8Array, page: number, isJpeg: boolean): Promise<void> {
  const picture = sharp(bytes, { page, limitInputPixels: false })
  const { width, height, density, orientation = 1, isProgressive } = await picture.metadata()
  const across = density && density >= 70 ? density : DPI
  // A fax of 204 × 98 dots an inch does not say so, but its shape does: no paper is that wide.
  const isSquat = height < 0.75 * width && Math.abs(across - 204) <= 10 && width > 1500
  const size = [(width / across) * INCH_PT, (height / (isSquat ? 98 : across)) * INCH_PT] as const
  const asItIs = isJpeg && orientation === 1 && !isProgressive
  const image = asItIs
    ? (await pdf.embedJpg(bytes)).ref
    : await embedPixels(pdf, picture.flatten({ background: 'white' }))
  const sheet = pdf.addPage([size[0], size[1]])
  sheet.node.setXObject(PDFName.of('Im0'), image)
  const content = pdf.context.flateStream(`q ${size[0]} 0 0 ${size[1]} 0 0 cm /Im0 Do Q\n`)
  sheet.node.set(PDFName.of('Contents'), pdf.context.register(content))
}

/** Black and white is one bit a pixel, as it was; all else is grey or colour, without loss. */
async function embedPixels(pdf: PDFDocument, picture: Sharp) {
  const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const isGrey = channels < 3 || isColourless(data, channels)
  const grey = isGrey ? everyNth(data, channels) : null
  const isBlackAndWhite = grey?.every((value) => value === 0 || value === 255) ?? false
  const pixels = grey ? (isBlackAndWhite ? packed(grey, width, height) : grey) : everyColour(data, channels)
  return pdf.context.register(
    pdf.context.flateStream(pixels, {
      Type: 'XObject',
      Subtype: 'Image',
      Width: width,
      Height: height,
      ColorSpace: grey ? 'DeviceGray' : 'DeviceRGB',
      BitsPerComponent: isBlackAndWhite ? 1 : 8,
    }),
  )
}

function isColourless(data: Uint8Array, channels: number): boolean {
  for (let at = 0; at < data.length; at += channels)
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false
  return true
}

function everyNth(data: Uint8Array, channels: number): Uint8Array {
  const grey = new Uint8Array(data.length / channels)
  for (let i = 0; i < grey.length; i++) grey[i] = data[i * channels] ?? 0
  return grey
}

function everyColour(data: Uint8Array, channels: number): Uint8Array {
  return channels === 3 ? data : data.filter((_, i) => i % channels < 3)
}

/** Eight pixels a byte, rows begun on whole bytes; white is 1. */
function packed(grey: Uint8Array, width: number, height: number): Uint8Array {
  const row = Math.ceil(width / 8)
  const bits = new Uint8Array(row * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (grey[y * width + x] === 255) {
        const at = y * row + (x >> 3)
        bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7))
      }
  return bits
}
