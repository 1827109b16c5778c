import { describe, expect, it } from 'vitest'
import type { Raster } from '../../../../src/extract/child/page/raster.ts'
import { survey } from '../../../../src/extract/child/page/survey.ts'
import { withoutOverlay } from '../../../../src/extract/child/remedies/overlay.ts'

const DPI = 200
const [WIDTH, HEIGHT] = [1200, 1100]

/** A page of lines of thin upright strokes, as body print has them, and what else is drawn on it. Ink on ink multiplies. */
function page(draw: (ink: (x: number, y: number, w: number, h: number, tone: number) => void) => void): Raster {
  const data = new Uint8Array(WIDTH * HEIGHT).fill(250)
  const ink = (x: number, y: number, w: number, h: number, tone: number) => {
    for (let row = y; row < y + h; row++)
      for (let column = x; column < x + w; column++) {
        const at = row * WIDTH + column
        data[at] = Math.round(((data[at] as number) * tone) / 255)
      }
  }
  for (let line = 0; line < 22; line++)
    for (let stroke = 0; stroke < 70; stroke++) ink(100 + stroke * 14, 300 + line * 34, 3, 20, 20)
  draw(ink)
  return { data, width: WIDTH, height: HEIGHT, dpi: DPI }
}

/** Letters of wide strokes on one line. */
const heading = (tone: number) =>
  page((ink) => {
    for (let letter = 0; letter < 24; letter++) {
      ink(100 + letter * 38, 120, 9, 44, tone)
      ink(100 + letter * 38, 120, 26, 9, tone)
    }
  })

const darkIn = ({ data }: Raster, y0: number, y1: number) =>
  data.subarray(y0 * WIDTH, y1 * WIDTH).reduce((count, v) => count + (v < 170 ? 1 : 0), 0)

describe('what is paler than the print', () => {
  it.each([90, 119, 140])('stays where it covers none: a heading in grey or in a colour, tone %i', (tone) => {
    const image = heading(tone)
    expect(withoutOverlay(survey(image)) === image).toBe(true)
  })

  it('stays where it is a bar into which a heading is set white', () => {
    const image = page((ink) => ink(100, 110, 900, 70, 122))
    for (let letter = 0; letter < 20; letter++)
      for (let y = 125; y < 165; y++) image.data.fill(250, y * WIDTH + 140 + letter * 40, y * WIDTH + 148 + letter * 40)
    expect(withoutOverlay(survey(image)) === image).toBe(true)
  })

  it.each([90, 120, 150])('is taken off where it lies over print, and the print stays, tone %i', (tone) => {
    const plain = page(() => {})
    const stamped = page((ink) => {
      for (let row = 0; row < 4; row++) ink(250, 420 + row * 60, 520, 14, tone)
      for (let column = 0; column < 6; column++) ink(250 + column * 100, 420, 14, 200, tone)
    })
    const clean = withoutOverlay(survey(stamped))
    expect(darkIn(stamped, 400, 640)).toBeGreaterThan(darkIn(plain, 400, 640) * 1.3)
    expect(Math.abs(darkIn(clean, 400, 640) / darkIn(plain, 400, 640) - 1)).toBeLessThan(0.15)
  })

  it('is taken off at one place and stays at another', () => {
    const image = heading(119)
    for (let y = 700; y < 720; y++)
      for (let x = 300; x < 800; x++)
        image.data[y * WIDTH + x] = Math.round(((image.data[y * WIDTH + x] as number) * 120) / 255)
    const clean = withoutOverlay(survey(image))
    expect(darkIn(clean, 110, 170)).toBe(darkIn(image, 110, 170))
    expect(darkIn(clean, 700, 720)).toBeLessThan(darkIn(image, 700, 720) / 2)
  })
})
