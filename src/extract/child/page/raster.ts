import sharp, { type Sharp } from 'sharp'
import { ofMachine, takingApart } from '../trouble.ts'

/** A grey image, one byte a pixel, 0 black, row by row from the top. `dpi` is null where the file does not tell. */
export type Raster = {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly dpi: number | null
}

// One thread: the cores belong to OCR.
sharp.concurrency(1)
sharp.cache(false)

const raw = (image: Raster) => sharp(image.data, { raw: { width: image.width, height: image.height, channels: 1 } })

async function finish(pipeline: Sharp, dpi: number | null): Promise<Raster> {
  const { data, info } = await pipeline
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw ofMachine(error) ?? error
    })
  if (info.channels === 1) return { data, width: info.width, height: info.height, dpi }
  const grey = new Uint8Array(info.width * info.height)
  for (let i = 0; i < grey.length; i++) grey[i] = data[i * info.channels] ?? 255
  return { data: grey, width: info.width, height: info.height, dpi }
}

/** Pixels of the longest side that the engines take. */
export const LONGEST_SIDE = 32_767

/** Decodes an image file (or one page of a TIFF) to grey on white, upright by its EXIF. @throws {PageDefect} when it cannot be decoded. */
export async function decode(
  input: Uint8Array,
  options: { readonly maxPixels: number; readonly page?: number; readonly dpi?: number | null },
): Promise<Raster> {
  const open = sharp(input, { limitInputPixels: options.maxPixels, page: options.page ?? 0, failOn: 'error' })
  return takingApart('its image cannot be decoded: scan or request it again', () =>
    finish(open.autoOrient().flatten({ background: 'white' }).greyscale(), options.dpi ?? null),
  )
}

/** Stretches to `width` × `height` pixels; the caller says what dpi that is. */
export function resize(image: Raster, width: number, height: number, dpi: number | null): Promise<Raster> {
  if (width === image.width && height === image.height) return Promise.resolve({ ...image, dpi })
  return finish(raw(image).resize(width, height, { fit: 'fill', kernel: 'cubic' }), dpi)
}

/** Turns clockwise by a multiple of 90 degrees. */
export function turn(image: Raster, degrees: number): Promise<Raster> {
  const by = ((degrees % 360) + 360) % 360
  return by === 0 ? Promise.resolve(image) : finish(raw(image).rotate(by), image.dpi)
}

/**
 * Turns clockwise by a small angle about the centre; the canvas grows so that nothing is cut off.
 * A point (x, y) from the old centre lies at the turned (x, y) from the new one.
 */
export function tilt(image: Raster, degrees: number): Promise<Raster> {
  return finish(raw(image).rotate(degrees, { background: { r: 255, g: 255, b: 255 } }), image.dpi)
}

/** Side of the window over which the paper's brightness is taken, and how far it is smoothed, in cells. */
const MEDIAN = 5
const SMOOTH = 1

/** Divides by the paper's own brightness, so that shadows and uneven light go and ink stays. A strip of a few pixels has none. */
export async function flatField(image: Raster): Promise<Raster> {
  if (Math.min(image.width, image.height) < MEDIAN) return image
  const small = Math.max(1, Math.round((image.dpi ?? 200) / 12))
  const width = Math.max(MEDIAN, Math.round(image.width / small))
  const height = Math.max(MEDIAN, Math.round(image.height / small))
  // The paper is what is brightest nearby: the local maximum, smoothed while it is small. In one go the library would enlarge it first.
  const cells = { width, height, dpi: null }
  const smooth = await finish(
    raw({ ...cells, data: brightest(image, width, height) })
      .median(MEDIAN)
      .blur(SMOOTH),
    null,
  )
  const enlarged = raw(smooth).resize(image.width, image.height, { fit: 'fill', kernel: 'linear' })
  const { data: paper } = await finish(enlarged, null)
  const data = new Uint8Array(image.data.length)
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.min(255, Math.round(((image.data[i] ?? 255) * 250) / Math.max(32, paper[i] ?? 255)))
  }
  return { ...image, data }
}

/** Paper whose darker parts (the darkest sixth) are below this share of its brighter ones lies in a shadow. */
const SHADED = 0.72
/** Cells over which paper is looked for, in inches; every so manieth pixel is looked at. */
const CELL = 0.5
const STRIDE = 4

/** Whether light falls so unevenly on a page that one threshold for all of it makes ink of the paper. */
export function isShaded({ data, width, height, dpi }: Raster): boolean {
  const size = Math.max(STRIDE, Math.round(CELL * (dpi ?? 200)))
  const across = Math.ceil(width / size)
  const papers = new Uint8Array(across * Math.ceil(height / size))
  for (let y = 0; y < height; y += STRIDE) {
    const row = Math.floor(y / size) * across
    for (let x = 0; x < width; x += STRIDE) {
      const cell = row + Math.floor(x / size)
      const value = data[y * width + x] as number
      if (value > (papers[cell] as number)) papers[cell] = value
    }
  }
  papers.sort()
  const at = (share: number) => papers[Math.floor(share * (papers.length - 1))] ?? 255
  return at(1 / 6) < SHADED * at(5 / 6)
}

function brightest(image: Raster, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height)
  for (let y = 0; y < image.height; y++) {
    const row = Math.min(height - 1, Math.floor((y * height) / image.height)) * width
    for (let x = 0; x < image.width; x++) {
      const cell = row + Math.min(width - 1, Math.floor((x * width) / image.width))
      const value = image.data[y * image.width + x] ?? 0
      if (value > (out[cell] ?? 0)) out[cell] = value
    }
  }
  return out
}

/** Blurs what grains there are and spreads the greys: for faint toner and specks. */
export function soften(image: Raster): Promise<Raster> {
  return finish(raw(image).blur(0.8).normalise({ lower: 1, upper: 99 }), image.dpi)
}

/** How much darker greys become; measured on copies of copies, whose thin strokes are pale. */
const GAMMA = 2.5

/** Darkens what is neither paper nor ink: thin strokes that a copier has made pale. */
export function strengthen(image: Raster): Raster {
  const darker = Uint8Array.from({ length: 256 }, (_, v) => Math.round(255 * (v / 255) ** GAMMA))
  return { ...image, data: image.data.map((v) => darker[v] as number) }
}

/** White for black. */
export function negative(image: Raster): Raster {
  return { ...image, data: image.data.map((v) => 255 - v) }
}

/** Whitens what is nearer to the paper than to the ink (the other side shining through, a coloured form), darkens the rest. */
export function clearPaper(image: Raster, level: number): Raster {
  const clear = Uint8Array.from({ length: 256 }, (_, v) => Math.min(255, Math.round((255 * v) / (level * CLEAR))))
  return { ...image, data: image.data.map((v) => clear[v] as number) }
}
/** Greys above this many times the level of ink are paper. */
const CLEAR = 1.3

const TIFF_HEAD = 8

/** A TIFF file: no compression to pay for, every tesseract reads it, and it says how many dots make an inch. */
export function tiff({ data, width, height, dpi }: Raster): Buffer {
  // In the order that the format asks for: number, type (3 short, 4 long, 5 rational), value.
  const tags: readonly (readonly [number, 3 | 4 | 5, number])[] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 0],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, data.length],
    [282, 5, 0],
    [283, 5, 0],
    [296, 3, 2],
  ]
  const directory = 2 + 12 * tags.length + 4
  const rational = TIFF_HEAD + directory
  const pixels = rational + 8
  const file = Buffer.allocUnsafe(pixels + data.length)
  file.write('II*\0', 0, 'latin1')
  file.writeUInt32LE(TIFF_HEAD, 4)
  file.writeUInt16LE(tags.length, TIFF_HEAD)
  tags.forEach(([tag, type, value], i) => {
    const at = TIFF_HEAD + 2 + 12 * i
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(type, at + 2)
    file.writeUInt32LE(1, at + 4)
    file.writeUInt32LE(tag === 273 ? pixels : type === 5 ? rational : value, at + 8)
  })
  file.writeUInt32LE(0, rational - 4)
  file.writeUInt32LE(Math.round(dpi ?? 200), rational)
  file.writeUInt32LE(1, rational + 4)
  file.set(data, pixels)
  return file
}
