import { expect, it } from 'vitest'
import { moved, nearer, onto, placeOf, whole } from '../../../src/review/page/zoom.ts'

const window = { width: 800, height: 600 }
const ratio = 11 / 8.5

it('shows all of the page, in the middle', () => {
  const lie = whole(window, ratio)
  expect(lie.scale * window.width * ratio).toBeCloseTo(600)
  expect(lie.x).toBeCloseTo((800 - lie.scale * 800) / 2)
})

it('brings evidence into view, wherever on the page it lies, and shows no edge of the window without page', () => {
  for (const box of [
    [0.4, 0.5, 0.5, 0.52],
    [0, 0, 0.05, 0.01],
    [0.9, 0.97, 1, 1],
    [0.05, 0.1, 0.95, 0.9],
  ] as const) {
    const { scale, x, y } = onto(window, ratio, box)
    const middle = [((box[0] + box[2]) / 2) * 800 * scale + x, ((box[1] + box[3]) / 2) * 800 * ratio * scale + y]
    expect(middle[0]).toBeGreaterThanOrEqual(0)
    expect(middle[0]).toBeLessThanOrEqual(800)
    expect(middle[1]).toBeGreaterThanOrEqual(0)
    expect(middle[1]).toBeLessThanOrEqual(600)
    expect(x).toBeLessThanOrEqual(0.001)
    expect(x + 800 * scale).toBeGreaterThanOrEqual(799.9)
  }
})

it('keeps the place under the pointer where it is', () => {
  const lie = onto(window, ratio, [0.4, 0.5, 0.5, 0.52])
  const closer = nearer(lie, 1.3, { x: 300, y: 200 }, window, ratio)
  expect((300 - closer.x) / closer.scale).toBeCloseTo((300 - lie.x) / lie.scale)
  expect(moved(lie, 1e6, 1e6, window, ratio)).toMatchObject({ x: 0, y: 0 })
})

it('takes the evidence of the page where it begins', () => {
  const at = (page: number, x: number) => ({ page, box: [x, 0.1, x + 0.1, 0.2] as const, text: 'x' })
  expect(placeOf([at(2, 0.1), at(2, 0.5), at(3, 0.9)])).toEqual({ page: 2, box: [0.1, 0.1, 0.6, 0.2] })
  expect(placeOf([])).toBeNull()
})
