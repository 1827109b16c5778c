/** Where a thing stands among others, in pixels: the upper left corner. */
export type Spot = { readonly x: number; readonly y: number }
export type Way = 'left' | 'right' | 'up' | 'down'

/** Where an arrow leads from one of several things that stand in rows: to its neighbour, or to the nearest of the next row. At the edge it stays. */
export function stepFrom(at: number, spots: readonly Spot[], way: Way): number {
  const from = spots[at]
  if (!from) return 0
  if (way === 'left') return Math.max(0, at - 1)
  if (way === 'right') return Math.min(spots.length - 1, at + 1)
  const sign = way === 'down' ? 1 : -1
  const beyond = spots.filter(({ y }) => sign * (y - from.y) > 1)
  if (beyond.length === 0) return at
  const row = sign * Math.min(...beyond.map(({ y }) => sign * y))
  const near = beyond.filter(({ y }) => Math.abs(y - row) <= 1)
  const nearest = near.reduce((best, one) => (Math.abs(one.x - from.x) < Math.abs(best.x - from.x) ? one : best))
  return spots.indexOf(nearest)
}

/** Where elements stand in what scrolls them. */
export const spotsOf = (elements: readonly { getBoundingClientRect(): Spot }[]): readonly Spot[] =>
  elements.map((one) => one.getBoundingClientRect())
