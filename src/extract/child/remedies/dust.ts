import type { Raster } from '../page/raster.ts'
import type { Survey } from '../page/survey.ts'

/** A page has dust when its smallest patches are at least this many for each patch of the size of letters. */
const DUSTY = 2
/** Fewer of them than this are left to the engine. */
const FEW = 150
/** Capitals are this many times as high as the widest grain is wide: a full stop is a sixth or more. */
const CAPITALS_TO_GRAIN = 9.5
/** Area of the largest grain, in pixels. */
const LEAST = 2
const MOST = 30

/**
 * Whitens dust wherever it lies, between the letters and upon them: patches of ink far smaller than the full stops of the page's own
 * type. An engine reads them as full stops, accents and broken letters. Returns the image itself when the page is clean.
 */
export function withoutDust({ image, level, ink, patches, letters }: Survey): Raster {
  const tiny = patches.filter((b) => b.x1 - b.x0 <= 2 * ink.cell && b.y1 - b.y0 <= 2 * ink.cell).length
  if (tiny < Math.max(FEW, DUSTY * letters.length)) return image
  const heights = letters.map((b) => b.y1 - b.y0).sort((a, b) => a - b)
  const capitals = heights[Math.floor(heights.length * 0.75)] ?? 0
  const largest = Math.min(MOST, Math.max(LEAST, Math.round((capitals / CAPITALS_TO_GRAIN) ** 2)))
  return withoutPatches(image, level, largest)
}

/** Whitens every connected patch of at most `largest` pixels darker than `level`, diagonal neighbours included. */
export function withoutPatches(image: Raster, level: number, largest: number): Raster {
  const { width, height } = image
  const runs = runsOf(image, level)
  const areas = new Int32Array(runs.count)
  const roots = new Int32Array(runs.count)
  for (let i = 0; i < runs.count; i++) {
    roots[i] = i
    areas[i] = (runs.to[i] as number) - (runs.from[i] as number)
  }
  const rootOf = (run: number) => {
    let at = run
    while (roots[at] !== at) {
      // Every step halves the way for the next.
      roots[at] = roots[roots[at] as number] as number
      at = roots[at] as number
    }
    return at
  }
  const join = (a: number, b: number) => {
    const [x, y] = [rootOf(a), rootOf(b)]
    if (x === y) return
    roots[y] = x
    areas[x] = (areas[x] as number) + (areas[y] as number)
  }
  for (let y = 1; y < height; y++) {
    let above = runs.rows[y - 1] as number
    for (let here = runs.rows[y] as number; here < (runs.rows[y + 1] as number); here++) {
      while (above < (runs.rows[y] as number) && (runs.to[above] as number) < (runs.from[here] as number)) above++
      for (let i = above; i < (runs.rows[y] as number) && (runs.from[i] as number) <= (runs.to[here] as number); i++)
        join(here, i)
    }
  }
  const data = Uint8Array.from(image.data)
  for (let y = 0; y < height; y++)
    for (let i = runs.rows[y] as number; i < (runs.rows[y + 1] as number); i++)
      if ((areas[rootOf(i)] as number) <= largest)
        data.fill(255, y * width + (runs.from[i] as number), y * width + (runs.to[i] as number))
  return { ...image, data }
}

/** Rows of dark pixels: where each begins and ends (excluded); `rows[y]` is the first of row y, `rows[height]` the count. */
function runsOf({ data, width, height }: Raster, level: number) {
  const rows = new Int32Array(height + 1)
  const [from, to]: [number[], number[]] = [[], []]
  for (let y = 0; y < height; y++) {
    rows[y] = from.length
    const end = (y + 1) * width
    for (let at = y * width; at < end; at++) {
      if ((data[at] as number) >= level) continue
      from.push(at - y * width)
      while (at < end && (data[at] as number) < level) at++
      to.push(at - y * width)
    }
  }
  rows[height] = from.length
  return { rows, from, to, count: from.length }
}
