import type { Raster } from '../page/raster.ts'
import { FALLBACK_DPI, type Survey } from '../page/survey.ts'

/** What lies over the print is looked for in squares of so many inches. */
const TILE = 0.25
/** Share of a square that is evenly grey where the strokes of a stamp run, and where its frame or its edge does. */
const STRUCK = 0.05
const GRAZED = 0.01
/** What lies over the print has at least so many square inches of ink: a letterhead's emblem has less. */
const LEAST_AREA = 0.04
/** Ink that is paler than the print by this much is another ink, a marker's or a stamp's. */
const PALER = 16
/** Paper, and cells of a form that are shaded a little, are brighter than this part of the page's middle grey. */
const PALEST = 0.68
/** Print is darker than the palest ink over it by at least this; on faint copies nobody can tell one from the other. */
const CLEAR = 90
/** Greys of one ink around a place: pads and grain are uneven. */
const EVEN = 30
/** Every so manieth pixel is looked at to see whether anything lies over the print. */
const STRIDE = 2
/** How far from evenly grey pixels the print between them is still upon that ink, in inches: across the stroke of a bold letter. */
const REACH = 0.03
/** Share of a layer's evenly grey places that have print beside them, when it lies over print; of a heading in grey none have. */
const OVER_PRINT = 0.01
/** What is left of an ink's grain when it is taken off. */
const GRAIN = 14

type Square = { readonly x0: number; readonly y0: number; readonly size: number }

/** The tone of print (a quarter of the ink is darker), and the palest tone that is no paper. */
type Tones = { readonly print: number; readonly palest: number }

/**
 * Takes off what lies over the print in a paler ink, a stamp or a marker, so that what is below it stands on white. Ink on ink is
 * darker than either, so that the print comes back when the tones between it and what lies over it are stretched. Strokes of black print
 * are too thin to be evenly grey: a page without such a layer is told at a glance, and returned as it is. What covers no print stays: it
 * may be a heading in grey or in a colour, or one set white into a bar.
 */
export function withoutOverlay({ image, level }: Survey): Raster {
  const dpi = image.dpi ?? FALLBACK_DPI
  const tones = tonesOf(image, level)
  if (tones.palest - tones.print < CLEAR) return image
  const near = Math.max(1, Math.round(dpi / 200))
  const size = Math.max(8, Math.round(TILE * dpi))
  const across = Math.ceil(image.width / size)
  const counts = evenPixels(image, tones, near, size)
  const part = (tile: number) => ((counts[tile] as number) * STRIDE ** 2) / (size * size)
  const struck = [...counts.keys()].filter((tile) => part(tile) >= STRUCK)
  const area = struck.reduce((sum, tile) => sum + part(tile), 0) * TILE ** 2
  if (area < LEAST_AREA) return image
  const reach = Math.round(REACH * dpi)
  const square = (tile: number): Square => ({
    x0: (tile % across) * size,
    y0: Math.floor(tile / across) * size,
    size,
  })
  const over = layers(struck, (tile) => part(tile) >= GRAZED, across, counts.length / across).filter((layer) =>
    liesOverPrint(image, tones, near, reach, [...layer].map(square)),
  )
  if (over.length === 0) return image
  const clean = Uint8Array.from(image.data)
  for (const tile of new Set(over.flatMap((layer) => [...layer])))
    takeOff(image, clean, tones, near, reach, square(tile))
  return { ...image, data: clean }
}

function tonesOf({ data }: Raster, level: number): Tones {
  const histogram = new Int32Array(256)
  let ink = 0
  let all = 0
  for (let i = 0; i < data.length; i += 7) {
    const v = data[i] as number
    histogram[v] = (histogram[v] as number) + 1
    all++
    if (v < level) ink++
  }
  const darkest = (share: number) => {
    let count = 0
    return histogram.findIndex((n) => {
      count += n
      return count > share
    })
  }
  return { print: darkest(ink / 4), palest: PALEST * darkest(all / 2) }
}

/** How many of the pixels that are looked at are evenly grey, by square. */
function evenPixels(image: Raster, tones: Tones, near: number, size: number): Int32Array {
  const { width, height } = image
  const across = Math.ceil(width / size)
  const counts = new Int32Array(across * Math.ceil(height / size))
  for (let y = near; y < height - near; y += STRIDE) {
    const row = Math.floor(y / size) * across
    for (let x = near; x < width - near; x += STRIDE) {
      if (!isEven(image, y * width + x, tones, near)) continue
      const tile = row + Math.floor(x / size)
      counts[tile] = (counts[tile] as number) + 1
    }
  }
  return counts
}

function isEven({ data, width }: Raster, at: number, { print, palest }: Tones, near: number): boolean {
  const v = data[at] as number
  if (v < print + PALER || v >= palest) return false
  for (const by of [near, -near, near * width, -near * width])
    if (Math.abs((data[at + by] as number) - v) > EVEN) return false
  return true
}

/** Whether print stands within `reach` pixels of a layer's evenly grey ones, left, right, above or below, at enough of them. */
function liesOverPrint(image: Raster, tones: Tones, near: number, reach: number, squares: readonly Square[]): boolean {
  const { data, width, height } = image
  const isPrint = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && (data[y * width + x] as number) < tones.print + PALER / 2
  let [grey, beside] = [0, 0]
  for (const { x0, y0, size } of squares) {
    for (let y = Math.max(near, y0); y < Math.min(height - near, y0 + size); y += STRIDE) {
      for (let x = Math.max(near, x0); x < Math.min(width - near, x0 + size); x += STRIDE) {
        if (!isEven(image, y * width + x, tones, near)) continue
        grey++
        if ([-reach, reach].some((by) => isPrint(x + by, y) || isPrint(x, y + by))) beside++
      }
    }
  }
  return beside >= grey * OVER_PRINT
}

/** The squares of each layer, on to those that it only grazes, and one more all around: elsewhere what is evenly grey is grain. */
function layers(
  struck: readonly number[],
  isGrazed: (tile: number) => boolean,
  across: number,
  down: number,
): readonly ReadonlySet<number>[] {
  const seen = new Set<number>()
  return struck.flatMap((from) => {
    if (seen.has(from)) return []
    const layer = new Set<number>([from])
    seen.add(from)
    const open = [from]
    for (let tile = open.pop(); tile !== undefined; tile = open.pop()) {
      const [x, y] = [tile % across, Math.floor(tile / across)]
      for (let ny = Math.max(0, y - 1); ny <= Math.min(down - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(across - 1, x + 1); nx++) {
          const next = ny * across + nx
          layer.add(next)
          if (seen.has(next) || !isGrazed(next)) continue
          seen.add(next)
          open.push(next)
        }
      }
    }
    return [layer]
  })
}

/** Cleans one square: near evenly grey pixels, the tones from print to that grey become those from print to white. */
function takeOff(
  image: Raster,
  clean: Uint8Array,
  tones: Tones,
  near: number,
  reach: number,
  { x0, y0, size }: Square,
): void {
  const { data, width, height } = image
  const [x1, y1] = [Math.min(width, x0 + size), Math.min(height, y0 + size)]
  const [left, top] = [Math.max(near, x0 - reach), Math.max(near, y0 - reach)]
  const [right, bottom] = [Math.min(width - near, x1 + reach), Math.min(height - near, y1 + reach)]
  // Tables of sums: how many evenly grey pixels are near a place, and how grey.
  const stride = right - left + 1
  const counts = new Int32Array(stride * (bottom - top + 1))
  const sums = new Int32Array(counts.length)
  for (let y = top; y < bottom; y++) {
    let [count, sum] = [0, 0]
    for (let x = left, cell = (y - top + 1) * stride + 1; x < right; x++, cell++) {
      const at = y * width + x
      if (isEven(image, at, tones, near)) {
        count++
        sum += data[at] as number
      }
      counts[cell] = (counts[cell - stride] as number) + count
      sums[cell] = (sums[cell - stride] as number) + sum
    }
  }
  const { print } = tones
  for (let y = Math.max(y0, top); y < Math.min(y1, bottom); y++) {
    const [upper, lower] = [Math.max(0, y - top - reach) * stride, Math.min(bottom - top, y - top + reach + 1) * stride]
    for (let x = Math.max(x0, left); x < Math.min(x1, right); x++) {
      const at = y * width + x
      const v = data[at] as number
      const [l, r] = [Math.max(0, x - left - reach), Math.min(right - left, x - left + reach + 1)]
      const within = (table: Int32Array) =>
        (table[lower + r] as number) -
        (table[lower + l] as number) -
        (table[upper + r] as number) +
        (table[upper + l] as number)
      const count = within(counts)
      if (count < ENOUGH || v <= print) continue
      const middle = within(sums) / count
      const tone = middle - Math.min(GRAIN, (middle - print) / 3)
      clean[at] = Math.min(255, print + ((v - print) * (255 - print)) / Math.max(1, tone - print))
    }
  }
}
/** So few evenly grey pixels are grain. */
const ENOUGH = 3
