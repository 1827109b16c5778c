import type { Blot, Ink } from '../page/ink.ts'
import type { Raster } from '../page/raster.ts'

/** Largest speck, in inches: about a full stop. */
const LARGEST = 0.03
/** A dot this near to a letter (inches) belongs to it: a full stop, a colon, the dot of an i. */
const ALONE = 0.06

/**
 * Whitens specks that stand alone: engines read them as full stops, dashes and quotes between the words and the rows.
 * `all` are the patches of `ink`, which was laid over `image`. Returns the image itself when it is clean.
 */
export function withoutSpecks(image: Raster, ink: Ink, all: readonly Blot[]): Raster {
  const dpi = image.dpi ?? 200
  const small = (b: Blot) => Math.max(b.x1 - b.x0, b.y1 - b.y0) <= Math.max(LARGEST * dpi, 2 * ink.cell)
  const near = nearLetters(
    ink,
    all.filter((b) => !small(b)),
    Math.ceil((ALONE * dpi) / ink.cell),
  )
  const alone = all.filter((b) => small(b) && near(b) === 0)
  if (alone.length === 0) return image
  const data = Uint8Array.from(image.data)
  for (const b of alone) {
    // One pixel more: the grey rim of the speck goes with it.
    for (let y = Math.max(0, b.y0 - 1); y < Math.min(image.height, b.y1 + 1); y++) {
      data.fill(255, y * image.width + Math.max(0, b.x0 - 1), y * image.width + Math.min(image.width, b.x1 + 1))
    }
  }
  return { ...image, data }
}

/** Counts the larger patches whose box comes within `reach` cells of a patch's middle, by a table of sums. */
function nearLetters({ width, height, cell }: Ink, letters: readonly Blot[], reach: number): (b: Blot) => number {
  const covered = new Uint8Array(width * height)
  for (const b of letters) {
    for (let y = b.y0 / cell; y < Math.min(height, b.y1 / cell); y++) {
      covered.fill(1, y * width + b.x0 / cell, y * width + Math.min(width, b.x1 / cell))
    }
  }
  const stride = width + 1
  const sums = new Int32Array(stride * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += covered[y * width + x] ?? 0
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row
    }
  }
  const upTo = (x: number, y: number) =>
    sums[Math.min(height, Math.max(0, y)) * stride + Math.min(width, Math.max(0, x))] ?? 0
  return (b) => {
    const [x0, y0] = [b.x0 / cell - reach, b.y0 / cell - reach]
    const [x1, y1] = [b.x1 / cell + reach, b.y1 / cell + reach]
    return upTo(x1, y1) - upTo(x0, y1) - upTo(x1, y0) + upTo(x0, y0)
  }
}
