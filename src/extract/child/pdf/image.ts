import { createCanvas } from '@napi-rs/canvas'
import { ImageKind, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { PagePicture } from '../page/picture.ts'
import { decode, LONGEST_SIDE, type Raster, resize, turn } from '../page/raster.ts'
import { nullIfBroken, PageDefect, takingApart } from '../trouble.ts'
import type { PdfPage, PlacedImage } from './page.ts'
import type { ScannedPage } from './scanned-page.ts'

type Decoded = {
  readonly width: number
  readonly height: number
  readonly kind: number
  readonly data: Uint8Array | null
}

const RENDER_DPI = 300
/** Pixels that a rendering may have: letter paper at 300 dpi has 8.4 million. */
const RENDER_PIXELS = 24e6
/** Pixels of an image that is worth its own resolution: above it is scaled down while it is unpacked. */
const NATIVE_PIXELS = 40e6

/** The one picture that is the page: covers it nearly whole, stands square, and nothing else of note is on the page. */
export function soleImage(page: Pick<PdfPage, 'images'>): PlacedImage | null {
  const large = page.images.filter((i) => area(i) > 0.02)
  const [only] = large
  if (!only || large.length !== 1 || only.id === null || only.turn === null || area(only) < 0.8) return null
  const [x0, y0, x1, y1] = only.box
  const inside = x0 > -0.02 && y0 > -0.02 && x1 < 1.02 && y1 < 1.02
  return inside ? only : null
}

/** Share of the page under pictures, 0..1, overlaps counted once at the most. */
export function pictured(page: PdfPage): number {
  return Math.min(
    1,
    page.images.reduce((sum, i) => sum + area(i), 0),
  )
}

function area({ box: [x0, y0, x1, y1] }: PlacedImage): number {
  return Math.max(0, Math.min(1, x1) - Math.max(0, x0)) * Math.max(0, Math.min(1, y1) - Math.max(0, y0))
}

/** The page's own image at its own resolution, square pixels, as shown; null when it could not be decoded. */
export async function ownImage(page: PDFPageProxy, image: PlacedImage): Promise<PagePicture | null> {
  const decoded = await decodedImage(page, image.id ?? '')
  if (!decoded?.data) return null
  const grey = greyOf(decoded)
  return grey && asShown(grey, decoded, image)
}

/**
 * The picture of a scanned page taken straight from the file; null when it does not cover the page, or is not whole (pdfjs may
 * still make something of it).
 */
export async function scannedImage(
  { picture, width, height }: ScannedPage,
  image: PlacedImage,
  maxPixels: number,
): Promise<PagePicture | null> {
  if (!soleImage({ images: [image] })) return null
  if (picture.kind === 'jpeg') {
    const raster = await decode(picture.file, { maxPixels }).catch(nullIfBroken)
    return raster && raster.width === width && raster.height === height
      ? asShown({ raster, by: 1 }, raster, image)
      : null
  }
  const { data, bits, colours, inverted } = picture
  const kind = bits === 1 ? ImageKind.GRAYSCALE_1BPP : colours === 3 ? ImageKind.RGB_24BPP : 0
  const grey = kind === 0 ? grey8(data, width, height) : greyOf({ width, height, kind, data })
  if (grey && inverted) invert(grey.raster.data)
  return grey && asShown(grey, { width, height }, image)
}

/** The eight-bit greys of a file as a raster, without a copy. */
const grey8 = (data: Uint8Array, width: number, height: number): Grey => ({
  raster: { data: data.subarray(0, width * height), width, height, dpi: null },
  by: 1,
})

function invert(data: Uint8Array): void {
  for (let i = 0; i < data.length; i++) data[i] = 255 - (data[i] as number)
}

/** `by` is how many pixels a side became one. */
type Grey = { readonly raster: Raster; readonly by: number }

/** With square pixels, and turned as the page shows it; `size` is the picture's before any were left out. */
async function asShown(
  { raster, by }: Grey,
  size: { readonly width: number; readonly height: number },
  image: PlacedImage,
): Promise<PagePicture> {
  const across = (72 * size.width) / image.points[0]
  const down = (72 * size.height) / image.points[1]
  const finer = Math.max(across, down)
  // A standard fax has 204 dots across and 98 down: letters half as high as they should be.
  const uneven = finer / Math.min(across, down) > 1.05
  const square = uneven
    ? await resize(
        raster,
        Math.round((raster.width * finer) / across),
        Math.round((raster.height * finer) / down),
        finer / by,
      )
    : { ...raster, dpi: finer / by }
  return { raster: await turn(square, image.turn ?? 0), place: image.box }
}

/** pdfjs hands an image over when it is decoded; one that failed comes as null. */
function decodedImage(page: PDFPageProxy, id: string): Promise<Decoded | null> {
  const from = id.startsWith('g_') ? page.commonObjs : page.objs
  return new Promise((resolve) => from.get(id, (value: Decoded | null) => resolve(value)))
}

/** Unpacks what pdfjs decoded: 1 bit packed, RGB or RGBA. */
function greyOf({ width, height, kind, data }: Decoded): Grey | null {
  if (!data) return null
  const by = Math.max(1, Math.ceil(Math.sqrt((width * height) / NATIVE_PIXELS)))
  const w = Math.floor(width / by)
  const h = Math.floor(height / by)
  const grey = new Uint8Array(w * h)
  if (by === 1 && kind === ImageKind.GRAYSCALE_1BPP) {
    unpackBits(data, width, height, grey)
    return { raster: { data: grey, width, height, dpi: null }, by }
  }
  const at = reader(kind, width, data)
  if (!at) return null
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      if (by === 1) grey[y * w + x] = at(x, y)
      else {
        let darkest = 255
        for (let dy = 0; dy < by; dy++)
          for (let dx = 0; dx < by; dx++) darkest = Math.min(darkest, at(x * by + dx, y * by + dy))
        grey[y * w + x] = darkest
      }
    }
  }
  return { raster: { data: grey, width: w, height: h, dpi: null }, by }
}

function unpackBits(data: Uint8Array, width: number, height: number, grey: Uint8Array): void {
  const row = (width + 7) >> 3
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = y * row; x < width; from++) {
      const byte = data[from] ?? 0xff
      const stop = Math.min(width, x + 8)
      for (let bit = 7; x < stop; x++, bit--) grey[to++] = (byte >> bit) & 1 ? 255 : 0
    }
  }
}

function reader(kind: number, width: number, data: Uint8Array): ((x: number, y: number) => number) | null {
  if (kind === ImageKind.GRAYSCALE_1BPP) {
    const row = (width + 7) >> 3
    return (x, y) => (((data[y * row + (x >> 3)] ?? 0xff) >> (7 - (x & 7))) & 1 ? 255 : 0)
  }
  const step = kind === ImageKind.RGB_24BPP ? 3 : kind === ImageKind.RGBA_32BPP ? 4 : 0
  if (step === 0) return null
  return (x, y) => {
    const i = (y * width + x) * step
    const luma = (77 * (data[i] ?? 255) + 150 * (data[i + 1] ?? 255) + 29 * (data[i + 2] ?? 255)) >> 8
    const opaque = step === 4 ? (data[i + 3] ?? 255) : 255
    return opaque === 255 ? luma : 255 - (((255 - luma) * opaque) >> 8)
  }
}

/** Coarser than this no letter of a page can be told. */
const COARSEST_DPI = 20

/** Draws the whole page as shown, at 300 dpi or as fine as its pixel budget allows. @throws {PageDefect} */
export async function render(page: PDFPageProxy, size: PdfPage): Promise<PagePicture> {
  const budget = Math.sqrt(RENDER_PIXELS / (size.width * size.height))
  const scale = Math.min(RENDER_DPI / 72, budget)
  // Of a page of kilometres nothing would be seen: that is not the same as nothing being there.
  if (scale * 72 < COARSEST_DPI) throw new PageDefect('it says that it is larger than any sheet of paper')
  const viewport = page.getViewport({ scale })
  const width = Math.max(1, Math.round(viewport.width))
  const height = Math.max(1, Math.round(viewport.height))
  if (Math.max(width, height) > LONGEST_SIDE) throw new PageDefect('it says that it is longer than any sheet of paper')
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  // The canvas of @napi-rs/canvas has what pdfjs calls; its type is not the browser's.
  type Target = Parameters<PDFPageProxy['render']>[0]['canvas']
  await takingApart('it cannot be drawn', () => page.render({ canvas: canvas as unknown as Target, viewport }).promise)
  const { data } = context.getImageData(0, 0, width, height)
  const grey = new Uint8Array(width * height)
  for (let i = 0; i < grey.length; i++) {
    const at = i * 4
    grey[i] = (77 * (data[at] ?? 255) + 150 * (data[at + 1] ?? 255) + 29 * (data[at + 2] ?? 255)) >> 8
  }
  return { raster: { data: grey, width, height, dpi: scale * 72 }, place: [0, 0, 1, 1] }
}
