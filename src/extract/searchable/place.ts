import type { Box, Page } from '../../model/index.ts'

/** A page of a PDF as it lies: its visible box `[left, bottom, right, top]` in points, and the turn that viewers give it, degrees clockwise. */
export type Sheet = { readonly view: readonly number[]; readonly rotate: number }
type Point = readonly [x: number, y: number]

/**
 * From fractions of the upright page (origin top-left) to the PDF's own points (origin bottom-left): back through the turn that made the page stand
 * upright, and through the one that viewers give it.
 */
export function toSheet(rotation: Page['rotation'], { view, rotate }: Sheet): (u: number, v: number) => Point {
  const [left = 0, bottom = 0, right = 0, top = 0] = view
  return (u, v) => {
    const [s, t] = unturned(u, v, rotation)
    const [a, b] = unturned(s, t, rotate)
    return [left + a * (right - left), top - b * (top - bottom)]
  }
}

/** Where a point of a page stood before the page was turned clockwise by so many degrees. */
function unturned(u: number, v: number, degrees: number): Point {
  const turn = ((degrees % 360) + 360) % 360
  if (turn === 90) return [v, 1 - u]
  if (turn === 180) return [1 - u, 1 - v]
  return turn === 270 ? [1 - v, u] : [u, v]
}

/** Where a text of a box begins, in which direction it runs and how large it is, in points. */
export type Run = {
  /** Unit vector along the line. */
  readonly along: Point
  /** The lower left corner of the box, seen along the line. */
  readonly corner: Point
  readonly length: number
  readonly height: number
}

/** The sides of a box on the sheet. Every turn is a quarter, so boxes stay boxes. */
export function runOf([x0, y0, x1, y1]: Box, onSheet: (u: number, v: number) => Point): Run {
  const corner = onSheet(x0, y1)
  const end = onSheet(x1, y1)
  const above = onSheet(x0, y0)
  const length = Math.hypot(end[0] - corner[0], end[1] - corner[1])
  const height = Math.hypot(above[0] - corner[0], above[1] - corner[1])
  const [x, y] = length > 0 ? [(end[0] - corner[0]) / length, (end[1] - corner[1]) / length] : [1, 0]
  return { along: [x, y], corner, length, height }
}
