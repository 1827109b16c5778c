import type { Blot, Ink } from './ink.ts'

const LIMIT = 15
const COARSE = 0.5
const FINE = 0.05

/**
 * Degrees by which the lines of text slope, positive clockwise (they fall to the right), found where the rows of ink stand
 * out sharpest; 0 when nothing stands out. Looks ±15 degrees. `letters` are the text-like patches, so that rules and
 * shadows do not vote.
 */
export function skewOf(letters: readonly Blot[], ink: Ink): number {
  if (letters.length < 20) return 0
  const points = letters.map((b) => ({
    x: (b.x0 + b.x1) / 2 / ink.cell,
    y: b.y1 / ink.cell,
    weight: Math.min(b.cells, 200),
  }))
  let best = { angle: 0, score: sharpness(points, 0, ink) }
  const flat = best.score
  const look = (from: number, to: number, step: number) => {
    for (let angle = from; angle <= to + 1e-9; angle += step) {
      const score = sharpness(points, angle, ink)
      if (score > best.score) best = { angle, score }
    }
  }
  look(-LIMIT, LIMIT, COARSE)
  look(best.angle - COARSE, best.angle + COARSE, FINE)
  return best.score > flat * 1.03 ? Math.round(best.angle * 100) / 100 : 0
}

/** Sum of squares of how many foot points share a row once the page is turned back by `angle`. */
function sharpness(
  points: readonly { readonly x: number; readonly y: number; readonly weight: number }[],
  angle: number,
  ink: Ink,
): number {
  const slope = Math.tan((angle * Math.PI) / 180)
  const offset = Math.ceil(ink.width * Math.abs(Math.tan((LIMIT * Math.PI) / 180))) + 2
  const rows = new Float64Array(ink.height + 2 * offset + 2)
  for (const { x, y, weight } of points) {
    const at = y - x * slope + offset
    const row = Math.floor(at)
    const part = at - row
    rows[row] = (rows[row] ?? 0) + weight * (1 - part)
    rows[row + 1] = (rows[row + 1] ?? 0) + weight * part
  }
  let sum = 0
  for (const value of rows) sum += value * value
  return sum
}

/**
 * Whether the page lies on its side: words make wider patches than high ones, so on a page turned by 90 degrees the letters'
 * feet line up down the page and not across.
 */
export function liesOnSide(letters: readonly Blot[], ink: Ink): boolean {
  if (letters.length < 40) return false
  const across = letters.map((b) => ({ x: (b.x0 + b.x1) / 2 / ink.cell, y: b.y1 / ink.cell, weight: 1 }))
  const down = letters.map((b) => ({ x: (b.y0 + b.y1) / 2 / ink.cell, y: b.x1 / ink.cell, weight: 1 }))
  const turned = { ...ink, width: ink.height, height: ink.width }
  const best = (points: typeof across, on: Ink) =>
    Math.max(...[-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3].map((angle) => sharpness(points, angle, on) / on.width))
  return best(down, turned) > 1.3 * best(across, ink)
}
