import type { Blot, Ink } from './ink.ts'

/** A page is looked at in so many strips from top to bottom: rows may slope a little, and columns have rows of their own. */
const STRIPS = 4
/** Height of a row of text, in inches, and the ink that its fullest line of cells has at least. */
const ROW = { least: 0.09, most: 0.35, inked: 15 }
/** The body of a row, between its base line and the height of an x, is where at least this share of its fullest line is inked. */
const BODY = 0.5
/** Rows that must be seen before they are believed. */
const ENOUGH = 12
/** More stands above the body of a row than below it: 2.3 to 5.9 times as much on all kinds of damage, turned 0.16 to 0.54. */
const TURNED = 0.6
/** Share of the ink that reaches out of the rows' bodies on the fuller side: 0.045 and more, of capitals less than 0.004. */
const REACHING = 0.02

/**
 * Whether straight rows of text stand on their heads: capitals, digits and letters such as b, d, h, l reach above the others, fewer (g, p, y) below.
 * Rows in capitals alone tell nothing. `ink` is the grid on which the letters were found.
 */
export function isUpsideDown(letters: readonly Blot[], ink: Ink, dpi: number): boolean {
  let [above, below, rows, all] = [0, 0, 0, 0]
  for (let strip = 0; strip < STRIPS; strip++) {
    const from = Math.floor((strip * ink.width) / STRIPS)
    const to = Math.floor(((strip + 1) * ink.width) / STRIPS)
    const lines = inkOfLines(letters, ink, from, to)
    for (let top = 0; top < lines.length; top++) {
      if (lines[top] === 0) continue
      let bottom = top
      while (bottom < lines.length && lines[bottom] !== 0) bottom++
      const row = lines.subarray(top, bottom)
      top = bottom
      const fullest = Math.max(...row)
      const height = (row.length * ink.cell) / dpi
      if (height < ROW.least || height > ROW.most || fullest < ROW.inked) continue
      const isBody = (inked: number) => inked >= BODY * fullest
      const sum = (part: Float64Array) => part.reduce((total, inked) => total + inked, 0)
      above += sum(row.subarray(0, row.findIndex(isBody)))
      below += sum(row.subarray(row.findLastIndex(isBody) + 1))
      rows++
      all += sum(row)
    }
  }
  return rows >= ENOUGH && below > REACHING * all && above < TURNED * below
}

/** How many cells of letters each line of cells has, between two columns. */
function inkOfLines(letters: readonly Blot[], ink: Ink, from: number, to: number): Float64Array {
  const lines = new Float64Array(ink.height)
  for (const { x0, y0, x1, y1 } of letters)
    for (let y = y0 / ink.cell; y < Math.min(ink.height, y1 / ink.cell); y++)
      for (let x = Math.max(from, x0 / ink.cell); x < Math.min(to, x1 / ink.cell); x++)
        if (ink.grid[y * ink.width + x] === 1) lines[y] = (lines[y] as number) + 1
  return lines
}
