import type { Ink } from '../page/ink.ts'
import type { Raster } from '../page/raster.ts'

/** Shortest ruled line, in inches: no letter is as wide or as tall as that. */
const SHORTEST_ACROSS = 0.6
const SHORTEST_DOWN = 0.4
/** Thickest ruled line, in inches. */
const THICKEST = 0.035
/** Breaks that scanning makes in a line, in inches. */
const BREAK = 0.015
/** Longest piece without a break that a line must have, in inches: a row of serifs has none. */
const SOLID = 0.25
/** Share of a run that must be thin: a run through a black edge or a shaded cell is no line. */
const THIN = 0.6
/** How far a line's ragged ends may go on beyond its longest unbroken run, in inches. */
const RAGGED = 0.4

/** Breaks of a line on the grid of ink, in cells: a cell that holds too little of the line is empty. */
const GRID_BREAK = 3

/**
 * A way to walk over the pixels: `along` steps of `step` pixels, `rows` times, `across` pixels from row to row; `isCandidate`
 * tells which rows may hold a line at all.
 */
type Sweep = {
  readonly along: number
  readonly step: number
  readonly rows: number
  readonly across: number
  readonly isCandidate: (row: number) => boolean
}

/** A ruled line, in the sweep's own coordinates: where it runs, the band of rows that it takes up, and the steps that it goes in. */
type Ruled = { start: number; last: number; top: number; bottom: number; readonly steps: Step[] }
type Step = { readonly row: number; readonly start: number; readonly last: number }

/**
 * Whitens long thin lines (table borders, underlines, fold and fax lines): beside them the engines lose words and whole rows.
 * Ink that reaches out of a line's own band is a letter that touches it, and stays. `ink` was laid over `image` at `level`.
 * Returns the image itself when it has no such line.
 */
export function withoutRuledLines(image: Raster, ink: Ink, level: number): Raster {
  const { width, height } = image
  const dpi = image.dpi ?? 200
  const thickest = Math.max(3, Math.round(THICKEST * dpi))
  const [across, down] = [SHORTEST_ACROSS * dpi, SHORTEST_DOWN * dpi]
  const rows = longRuns(ink, 'across', across)
  const columns = longRuns(ink, 'down', down)
  if (!rows.includes(1) && !columns.includes(1)) return image
  const clean = Uint8Array.from(image.data)
  // Looks at what is left: once the lines across are gone, the lines down are thin where the two crossed.
  const isInk = (at: number) => (clean[at] as number) < level
  const at = (runs: Uint8Array) => (row: number) => runs[Math.floor(row / ink.cell)] === 1
  let whitened = false

  for (const [sweep, shortest] of [
    [{ along: width, step: 1, rows: height, across: width, isCandidate: at(rows) }, across],
    [{ along: height, step: width, rows: width, across: 1, isCandidate: at(columns) }, down],
  ] as const) {
    for (const line of ruledLines(sweep, shortest, thickest, dpi, isInk)) {
      whitened = true
      erase(line, sweep, thickest, Math.round(RAGGED * dpi), isInk, clean)
    }
  }
  return whitened ? { ...image, data: clean } : image
}

/** 1 for each row (or column) of the grid with a run of ink nearly `shortest` pixels long: most pages have few of them. */
function longRuns({ grid, width, height, cell }: Ink, way: 'across' | 'down', shortest: number): Uint8Array {
  const [lanes, along, lane, step] = way === 'across' ? [height, width, width, 1] : [width, height, 1, width]
  const least = (0.9 * shortest) / cell - 2
  const found = new Uint8Array(lanes)
  for (let i = 0; i < lanes; i++) {
    let start = -1
    let last = -1
    for (let k = 0, p = i * lane; k < along; k++, p += step) {
      if (grid[p] !== 1) continue
      if (start < 0 || k - last > GRID_BREAK + 1) start = k
      last = k
      if (last - start >= least) {
        found[i] = 1
        break
      }
    }
  }
  return found
}

type IsInk = (at: number) => boolean

function ruledLines(sweep: Sweep, shortest: number, thickest: number, dpi: number, isInk: IsInk): readonly Ruled[] {
  const gap = Math.max(1, Math.round(BREAK * dpi))
  const lines: Ruled[] = []
  const add = (row: number, start: number, last: number, solid: number) => {
    if (last - start < shortest || solid < SOLID * dpi || !isThin(sweep, row, start, last, thickest, isInk)) return
    // Rows come in order: a slightly sloping line goes on a row or two below, further along.
    const near = lines.find((l) => row - l.bottom <= 2 && start <= l.last + dpi && last >= l.start - dpi)
    if (!near) return void lines.push({ start, last, top: row, bottom: row, steps: [{ row, start, last }] })
    Object.assign(near, { start: Math.min(near.start, start), last: Math.max(near.last, last), bottom: row })
    near.steps.push({ row, start, last })
  }
  for (let row = 0; row < sweep.rows; row++) {
    if (!sweep.isCandidate(row)) continue
    let [start, last, piece, solid] = [-1, -1, 0, 0]
    for (let i = 0; i < sweep.along; i++) {
      if (!isInk(row * sweep.across + i * sweep.step)) continue
      if (start >= 0 && i - last > gap) {
        add(row, start, last, solid)
        start = -1
      }
      if (start < 0) [start, solid] = [i, 0]
      piece = i === last + 1 ? piece + 1 : 1
      solid = Math.max(solid, piece)
      last = i
    }
    if (start >= 0) add(row, start, last, solid)
  }
  return lines
}

function isThin(sweep: Sweep, row: number, start: number, last: number, thickest: number, isInk: IsInk): boolean {
  let thin = 0
  let inked = 0
  for (let i = start; i <= last; i += 3) {
    if (!isInk(row * sweep.across + i * sweep.step)) continue
    inked++
    const [top, bottom] = reach(sweep, row, i, thickest, isInk)
    if (bottom - top < thickest) thin++
  }
  return thin >= inked * THIN
}

/** First and last row of the ink across a line at place `i`, followed no further than `most` rows each way. */
function reach(sweep: Sweep, row: number, i: number, most: number, isInk: IsInk): readonly [number, number] {
  const at = (r: number) => r * sweep.across + i * sweep.step
  let top = row
  let bottom = row
  while (top > 0 && row - top <= most && isInk(at(top - 1))) top--
  while (bottom < sweep.rows - 1 && bottom - row <= most && isInk(at(bottom + 1))) bottom++
  return [top, bottom]
}

/** The rows that a line takes up at each place along it: those of its steps there, or of the step before. */
function bandsOf({ start, last, steps }: Ruled): readonly { readonly top: number; readonly bottom: number }[] {
  const bands: { top: number; bottom: number }[] = new Array(last - start + 1)
  for (const step of steps) {
    for (let i = step.start; i <= step.last; i++) {
      const band = bands[i - start]
      // Rows come in order.
      if (band) band.bottom = step.row
      else bands[i - start] = { top: step.row, bottom: step.row }
    }
  }
  let before = bands.find(Boolean)
  for (let i = 0; i < bands.length; i++) {
    before = bands[i] ?? before
    if (before) bands[i] = before
  }
  return bands
}

function erase(line: Ruled, sweep: Sweep, thickest: number, ragged: number, isInk: IsInk, clean: Uint8Array): void {
  const from = Math.max(0, line.start - ragged)
  const to = Math.min(sweep.along - 1, line.last + ragged)
  const bands = bandsOf(line)
  for (let i = from; i <= to; i++) {
    const within = i >= line.start && i <= line.last
    const own = bands[Math.min(line.last, Math.max(line.start, i)) - line.start] ?? line
    const top = Math.max(0, own.top - 1)
    const bottom = Math.min(sweep.rows - 1, own.bottom + 1)
    for (let row = top; row <= bottom; row++) {
      if (!isInk(row * sweep.across + i * sweep.step)) continue
      const [first, final] = reach(sweep, row, i, thickest, isInk)
      const inBand = first >= top && final <= bottom
      // A letter that stands on the line is kept whole but for the line's own rows; one that goes through it is kept as it is.
      const touches = within && row >= own.top && row <= own.bottom && final - first < thickest
      const goesThrough = first < top && final > bottom
      // The grey rim of the line goes with it.
      const [upper, lower] = inBand ? [first - 1, final + 1] : [Math.max(first, own.top), Math.min(final, own.bottom)]
      if (inBand || (touches && !goesThrough))
        for (let r = Math.max(0, upper); r <= Math.min(sweep.rows - 1, lower); r++)
          clean[r * sweep.across + i * sweep.step] = 255
      row = Math.max(row, final)
    }
  }
}
