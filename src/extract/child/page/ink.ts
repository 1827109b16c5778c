import type { Raster } from './raster.ts'

/** One connected patch of ink on a grid of `cell` pixels a side; box in pixels of the image, right and bottom excluded. */
export type Blot = {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  /** Cells with ink. */
  readonly cells: number
}

/** Where a page has ink, on a coarse grid (about 100 cells to the inch). */
export type Ink = {
  readonly cell: number
  readonly width: number
  readonly height: number
  /** 1 where a cell holds ink. */
  readonly grid: Uint8Array
}

/** Every so many pixels are looked at to find the level of ink. Odd, so that no raster of the scanner stays hidden. */
const SAMPLE = 7

/**
 * Grey below which a pixel is ink: midway between paper and ink by Otsu's method, held to 60..200. On an empty sheet that method
 * parts the shaded half of the paper from the other, or its grain: there, ink is what is far darker than all of the paper.
 */
export function inkLevel(image: Raster): number {
  const histogram = histogramOf(image)
  const { level, share, contrast } = otsu(histogram)
  const isPaper = share > MOST_INK && contrast < LEAST_CONTRAST
  return Math.min(200, Math.max(60, isPaper ? belowPaper(histogram) : level))
}

/** No page of a letter has more than this share of its pixels inked. */
const MOST_INK = 0.2
/** Two greys nearer than this are shades of one paper, when neither is rare. */
const LEAST_CONTRAST = 64

function histogramOf({ data }: Raster): Int32Array {
  const histogram = new Int32Array(256)
  for (let i = 0; i < data.length; i += SAMPLE) {
    const value = data[i] as number
    histogram[value] = (histogram[value] as number) + 1
  }
  return histogram
}

/** The level that parts the greys best, the share of those below it, and how far the means of both sides are apart. */
function otsu(histogram: Int32Array): { readonly level: number; readonly share: number; readonly contrast: number } {
  let total = 0
  let sum = 0
  for (let v = 0; v < 256; v++) {
    total += histogram[v] ?? 0
    sum += v * (histogram[v] ?? 0)
  }
  let dark = 0
  let darkSum = 0
  let best = 0
  let found = { level: 129, share: 0, contrast: 255 }
  for (let v = 0; v < 256; v++) {
    dark += histogram[v] ?? 0
    darkSum += v * (histogram[v] ?? 0)
    if (dark === 0 || dark === total) continue
    const contrast = (sum - darkSum) / (total - dark) - darkSum / dark
    const between = dark * (total - dark) * contrast ** 2
    if (between > best) {
      best = between
      found = { level: v + 1, share: dark / total, contrast }
    }
  }
  return found
}

/** Darker than the paper by four times the distance from its middle grey to its darker quarter. */
function belowPaper(histogram: Int32Array): number {
  const total = histogram.reduce((a, b) => a + b, 0)
  const quantile = (share: number) => {
    let count = 0
    return histogram.findIndex((n) => {
      count += n
      return count >= total * share
    })
  }
  return quantile(0.5) - 4 * (quantile(0.5) - quantile(0.25))
}

/** Lays the grid over the image: a cell has ink when at least an eighth of its pixels are darker than `level`. */
export function inkOf(image: Raster, level = inkLevel(image)): Ink {
  const { data } = image
  const cell = Math.max(1, Math.round((image.dpi ?? 200) / 100))
  const width = Math.floor(image.width / cell)
  const height = Math.floor(image.height / cell)
  const grid = new Uint8Array(width * height)
  const needed = Math.max(1, Math.ceil((cell * cell) / 8))
  const dark = new Uint16Array(width)
  // Row by row as the pixels lie in memory: this runs over every pixel of every page.
  for (let y = 0; y < height; y++) {
    dark.fill(0)
    for (let dy = 0; dy < cell; dy++) {
      let at = (y * cell + dy) * image.width
      for (let x = 0; x < width; x++) {
        for (let dx = 0; dx < cell; dx++) if ((data[at++] as number) < level) dark[x] = (dark[x] as number) + 1
      }
    }
    const row = y * width
    for (let x = 0; x < width; x++) if ((dark[x] as number) >= needed) grid[row + x] = 1
  }
  return { cell, width, height, grid }
}

/** The connected patches of ink, diagonal neighbours included. */
export function blots(ink: Ink): readonly Blot[] {
  const { width, height, grid, cell } = ink
  const seen = new Uint8Array(grid.length)
  const stack = new Int32Array(grid.length)
  const found: Blot[] = []
  for (let start = 0; start < grid.length; start++) {
    if (grid[start] !== 1 || seen[start] === 1) continue
    let x0 = width
    let y0 = height
    let x1 = 0
    let y1 = 0
    let cells = 0
    let depth = 0
    stack[depth++] = start
    seen[start] = 1
    while (depth > 0) {
      const at = stack[--depth] ?? 0
      const x = at % width
      const y = (at - x) / width
      cells++
      if (x < x0) x0 = x
      if (x > x1) x1 = x
      if (y < y0) y0 = y
      if (y > y1) y1 = y
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx
          if (grid[next] === 1 && seen[next] === 0) {
            seen[next] = 1
            stack[depth++] = next
          }
        }
      }
    }
    found.push({ x0: x0 * cell, y0: y0 * cell, x1: (x1 + 1) * cell, y1: (y1 + 1) * cell, cells })
  }
  return found
}

/** Patches that may be letters or words: neither specks nor rules, frames, punch holes, shadows of an edge. Sizes in inches. */
export function textLike(all: readonly Blot[], dpi: number): readonly Blot[] {
  return all.filter((b) => {
    const wide = (b.x1 - b.x0) / dpi
    const high = (b.y1 - b.y0) / dpi
    if (high > 0.4 || wide > 3 || high < 0.035) return false
    return !(wide > 1 && high < 0.06)
  })
}

type PixelBox = readonly [number, number, number, number]

/** Share (0..1) of the text-like ink that lies inside one of `boxes` (pixels of the image); 1 when there is no such ink. */
export function covered(letters: readonly Blot[], boxes: readonly PixelBox[], image: Raster): number {
  const step = 8
  const width = Math.ceil(image.width / step)
  const height = Math.ceil(image.height / step)
  const inside = new Uint8Array(width * height)
  for (const [x0, y0, x1, y1] of boxes) {
    for (let y = Math.max(0, Math.floor(y0 / step)); y <= Math.min(height - 1, Math.floor(y1 / step)); y++) {
      inside.fill(1, y * width + Math.max(0, Math.floor(x0 / step)), y * width + Math.min(width, Math.ceil(x1 / step)))
    }
  }
  let all = 0
  let hit = 0
  for (const b of letters) {
    const x = Math.floor((b.x0 + b.x1) / 2 / step)
    const y = Math.floor((b.y0 + b.y1) / 2 / step)
    all += b.cells
    if (inside[y * width + x] === 1) hit += b.cells
  }
  return all === 0 ? 1 : hit / all
}
