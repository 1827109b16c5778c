import { describe, expect, it } from 'vitest'
import { emptiness } from '../../../../src/extract/child/page/emptiness.ts'
import type { Raster } from '../../../../src/extract/child/page/raster.ts'
import { survey } from '../../../../src/extract/child/page/survey.ts'
import { typeset } from '../../paper.ts'

const DPI = 200
const [WIDTH, HEIGHT] = [1700, 2200]

/** The same grains in every run. */
function grains(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31 - 0.5
  }
}

/** A sheet whose paper is `paper(x, y)` with `grain` greys of noise; `rows` are printed `contrast` greys darker. */
function sheet({
  paper,
  grain = 0,
  rows = [],
  contrast = 200,
}: {
  readonly paper: (x: number, y: number) => number
  readonly grain?: number
  readonly rows?: readonly string[]
  readonly contrast?: number
}): Raster {
  const noise = grains(5)
  const print = typeset(rows, DPI)
  const ink = print.getContext('2d').getImageData(0, 0, WIDTH, HEIGHT).data
  const data = new Uint8Array(WIDTH * HEIGHT)
  for (let i = 0; i < data.length; i++) {
    const darkness = (255 - (ink[i * 4] ?? 255)) / 255
    const value = paper(i % WIDTH, Math.floor(i / WIDTH)) + grain * noise() * 2 - contrast * darkness
    data[i] = Math.max(0, Math.min(255, Math.round(value)))
  }
  return { data, width: WIDTH, height: HEIGHT, dpi: DPI }
}

function dot(image: Raster, x: number, y: number, radius: number): void {
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      if (dx * dx + dy * dy <= radius * radius) (image.data as Uint8Array)[(y + dy) * image.width + x + dx] = 15
}

const white = () => 255
const shaded = (x: number, y: number) => 205 + (35 * x) / WIDTH + (15 * (HEIGHT - y)) / HEIGHT
const words = ['The request for twelve visits of physical', 'therapy is not medically necessary.']

describe('an empty sheet', () => {
  it.each([
    ['white', sheet({ paper: white })],
    ['grey', sheet({ paper: () => 170 })],
    ['shaded from one edge to the other', sheet({ paper: shaded })],
    ['grainy', sheet({ paper: () => 225, grain: 18 })],
    ['shaded and grainy', sheet({ paper: shaded, grain: 20 })],
  ])('that is %s is bare, with holes and specks too', async (_, image) => {
    expect(await emptiness(survey(image))).toBe('bare')
    for (const y of [400, 1100, 1800]) dot(image, 60, y, 28)
    const place = grains(9)
    for (let i = 0; i < 40; i++) dot(image, Math.round(850 + 1500 * place()), Math.round(1100 + 2000 * place()), 3)
    expect(await emptiness(survey(image))).toBe('bare')
  })
})

describe('a sheet with writing on it', () => {
  it.each([
    ['black', 200],
    ['grey', 60],
    ['faint', 30],
    ['hardly visible', 16],
  ])('that is %s is never bare', async (_, contrast) => {
    for (const [paper, grain] of [
      [white, 0],
      [() => 240, 4],
      [shaded, 3],
    ] as const)
      expect(await emptiness(survey(sheet({ paper, grain, rows: words, contrast })))).not.toBe('bare')
  })

  it('is never bare when all it says is one short word', async () => {
    for (const row of ['Page 4', 'no', '12'])
      expect(await emptiness(survey(sheet({ paper: shaded, grain: 6, rows: [row] })))).toBe('inked')
  })

  it('is never bare when somebody drew on it', async () => {
    const image = sheet({ paper: white })
    for (let x = 500; x < 900; x++) dot(image, x, Math.round(1000 + 60 * Math.sin(x / 30)), 3)
    expect(await emptiness(survey(image))).toBe('inked')
  })
})
