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

/** Grey below which a pixel is ink: midway between paper and ink by Otsu's method, held to 60..200. */
export function inkLevel(image: Raster): number {
  const histogram = new Float64Array(256)
  for (let i = 0; i < image.data.length; i += 3) {
    const value = image.data[i] ?? 255
    histogram[value] = (histogram[value] ?? 0) + 1
  }
  let total = 0
  let sum = 0
  for (let v = 0; v < 256; v++) {
    total += histogram[v] ?? 0
    sum += v * (histogram[v] ?? 0)
  }
  let dark = 0
  let darkSum = 0
  let best = 0
  let level = 128
  for (let v = 0; v < 256; v++) {
    dark += histogram[v] ?? 0
    darkSum += v * (histogram[v] ?? 0)
    if (dark === 0 || dark === total) continue
    const between = dark * (total - dark) * (darkSum / dark - (sum - darkSum) / (total - dark)) ** 2
    if (between > best) {
      best = between
      level = v
    }
  }
  return Math.min(200, Math.max(60, level + 1))
}

/** Lays the grid over the image: a cell has ink when at least an eighth of its pixels are darker than `level`. */
export function inkOf(image: Raster, level = inkLevel(image)): Ink {
  const cell = Math.max(1, Math.round((image.dpi ?? 200) / 100))
  const width = Math.floor(image.width / cell)
  const height = Math.floor(image.height / cell)
  const grid = new Uint8Array(width * height)
  const needed = Math.max(1, (cell * cell) / 8)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let dark = 0
      for (let dy = 0; dy < cell; dy++) {
        const from = (y * cell + dy) * image.width + x * cell
        for (let dx = 0; dx < cell; dx++) if ((image.data[from + dx] ?? 255) < level) dark++
      }
      if (dark >= needed) grid[y * width + x] = 1
    }
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
