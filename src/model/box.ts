/**
 * A box on a page: `[x0, y0, x1, y1]`, fractions (0..1) of the upright page's width and height, origin top-left.
 * A box whose right lies left of its left, or whose bottom lies above its top, cannot exist.
 */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number]

const PLACES = 1e5
const tidy = (v: number) => Math.round(Math.min(1, Math.max(0, v)) * PLACES) / PLACES

/**
 * Makes a box from fractions of the page, clamped to the page and rounded to 1e-5 (0.1 mm on letter paper is 4.6e-4).
 * @throws {RangeError} when a value is not finite, right < left or bottom < top.
 */
export function makeBox(x0: number, y0: number, x1: number, y1: number): Box {
  if (![x0, y0, x1, y1].every(Number.isFinite))
    throw new RangeError(`box with a value that is not a number: ${[x0, y0, x1, y1]}`)
  if (x1 < x0 || y1 < y0) throw new RangeError(`box with right < left or bottom < top: ${[x0, y0, x1, y1]}`)
  return [tidy(x0), tidy(y0), tidy(x1), tidy(y1)]
}

/** The smallest box around all of `boxes`. @throws {RangeError} when there are none. */
export function unionBox(boxes: readonly Box[]): Box {
  if (boxes.length === 0) throw new RangeError('union of no boxes')
  return makeBox(
    Math.min(...boxes.map((b) => b[0])),
    Math.min(...boxes.map((b) => b[1])),
    Math.max(...boxes.map((b) => b[2])),
    Math.max(...boxes.map((b) => b[3])),
  )
}
