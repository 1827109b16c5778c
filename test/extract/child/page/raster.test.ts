import { describe, expect, it } from 'vitest'
import { flatField } from '../../../../src/extract/child/page/raster.ts'

const DPI = 200
const [WIDTH, HEIGHT] = [8 * DPI, 4 * DPI]

describe('a page on which light falls unevenly', () => {
  it('is evened out, and what is inked as broadly as a stamp’s frame or a hole stays ink', async () => {
    const [left, right, top, bottom] = [700, 756, 300, 356]
    const isInk = (x: number, y: number) => x >= left && x < right && y >= top && y < bottom
    const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)]
      return isInk(x, y) ? 20 : 240 - Math.round((120 * x) / WIDTH)
    })
    const even = await flatField({ data, width: WIDTH, height: HEIGHT, dpi: DPI })
    const at = (x: number, y: number) => even.data[y * WIDTH + x] as number
    expect(at((left + right) / 2, (top + bottom) / 2)).toBeLessThan(60)
    for (const x of [100, 400, 1000, 1500]) expect(at(x, 600)).toBeGreaterThan(230)
  })
})
