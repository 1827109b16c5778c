import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DrawnImage, drawPages, type OcrEngine, readDocument } from '../../src/extract/index.ts'
import { openEngine } from '../../src/extract/ocr/choose.ts'
import type { Box, Page } from '../../src/model/index.ts'
import { aFolder, type Folder, scanPdf, textPdf } from './files.ts'
import { letterText, png, typeset } from './paper.ts'

const boxesOf = (page: Page): readonly Box[] => page.lines.flatMap((l) => l.words.map((w) => w.box))

/** Share of an image's ink that lies in boxes, let out by a hair, and how many of the boxes have ink. */
async function inkIn(webp: Uint8Array, boxes: readonly Box[]) {
  const { data, info } = await sharp(webp).greyscale().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const inside = new Uint8Array(width * height)
  let inked = 0
  for (const [x0, y0, x1, y1] of boxes) {
    let ink = 0
    for (let y = Math.max(0, Math.floor(y0 * height) - 1); y < Math.min(height, y1 * height + 1); y++)
      for (let x = Math.max(0, Math.floor(x0 * width) - 1); x < Math.min(width, x1 * width + 1); x++) {
        inside[y * width + x] = 1
        if ((data[y * width + x] as number) < 128) ink++
      }
    if (ink > 0) inked++
  }
  let [all, covered] = [0, 0]
  for (let i = 0; i < data.length; i++)
    if ((data[i] as number) < 128) {
      all++
      covered += inside[i] as number
    }
  return { covered: covered / all, inked }
}

describe('images of pages', () => {
  let folder: Folder
  let engine: OcrEngine
  let scan: Buffer
  beforeAll(async () => {
    folder = await aFolder()
    engine = await openEngine('auto', { jobs: 2 })
    scan = await png(typeset(letterText, 200), 200)
  })
  afterAll(async () => {
    await engine.close()
    await folder.remove()
  })

  const read = async (name: string, bytes: Uint8Array) => {
    const file = await folder.put(name, bytes)
    return { file, pages: (await readDocument(file, { engine })).pages }
  }
  const drawn = async (file: { readonly path: string }, pages: readonly Page[], sizes = ['small', 'full'] as const) => {
    const found = new Map<number, readonly DrawnImage[]>()
    await drawPages(file, {
      pages: pages.map(({ number, rotation }) => ({ number, turned: rotation })),
      sizes,
      onDrawn: (number, images) => found.set(number, images),
    })
    return found
  }
  const turned = (degrees: number) => sharp(scan).rotate(degrees, { background: 'white' })

  async function expectBoxesOnInk(name: string, bytes: Uint8Array, rotation: number) {
    const { file, pages } = await read(name, bytes)
    const images = await drawn(file, pages)
    for (const page of pages) {
      const boxes = boxesOf(page)
      expect(boxes.length).toBeGreaterThan(80)
      expect(page.rotation).toBe(rotation)
      const [small, full] = images.get(page.number) ?? []
      expect([small?.width, full?.size]).toEqual([1200, 'full'])
      if (!small || !full) throw new Error('an image lacks')
      for (const { width, height } of [small, full]) expect(width / height).toBeCloseTo(page.aspect ?? 0, 2)
      const { covered, inked } = await inkIn(small.webp, boxes)
      expect(covered).toBeGreaterThan(0.93)
      expect(inked).toBe(boxes.length)
      // A row further down they would not lie on it.
      const astray = boxes.map(([x0, y0, x1, y1]): Box => [x0, y0 + 0.012, x1, y1 + 0.012])
      expect((await inkIn(small.webp, astray)).covered).toBeLessThan(0.6)
    }
  }

  it('of a born-digital page lie under its words, lying on its side or not', async () => {
    await expectBoxesOnInk('digital.pdf', await (await textPdf([letterText])).save(), 0)
    await expectBoxesOnInk('side.pdf', await (await textPdf([letterText], { turn: 90 })).save(), 270)
  })

  it('of a PDF that is encrypted without a password are like any other', async () => {
    const pdf = await textPdf([letterText])
    pdf.encrypt({ ownerPassword: 'owner', userPassword: '' })
    await expectBoxesOnInk('encrypted.pdf', await pdf.save(), 0)
  })

  it('of a scan lie under its words: turned upright, and not straightened', async () => {
    await expectBoxesOnInk('scan.pdf', await (await scanPdf([scan])).save(), 0)
    await expectBoxesOnInk('turned.png', await turned(180).png().toBuffer(), 180)
    await expectBoxesOnInk('side.jpg', await turned(90).jpeg({ quality: 90 }).toBuffer(), 270)
    await expectBoxesOnInk('skewed.png', await turned(2.5).png().toBuffer(), 0)
  })

  it('are made of every page of a TIFF', async () => {
    const [first, second] = await Promise.all([
      turned(0).raw().toBuffer({ resolveWithObject: true }),
      turned(0).raw().toBuffer(),
    ])
    const { width, height, channels } = first.info
    const tiff = await sharp(Buffer.concat([first.data, second]), {
      raw: { width, height: 2 * height, channels, pageHeight: height },
    })
      .tiff()
      .toBuffer()
    await expectBoxesOnInk('pages.tif', tiff, 0)
  })

  it('are none of a page that cannot be made out or is not there, and a failure of a file that cannot be opened', async () => {
    const { file, pages } = await read('cut.png', scan.subarray(0, 0.4 * scan.length))
    expect(pages[0]?.status).toBe('unreadable')
    expect((await drawn(file, pages)).get(1)).toEqual([])
    const good = await read('one.pdf', await (await textPdf([letterText])).save())
    const missing = good.pages.map((p) => ({ ...p, number: 7 }))
    expect(await drawn(good.file, missing)).toEqual(new Map([[7, []]]))
    const locked = await textPdf([letterText])
    locked.encrypt({ ownerPassword: 'owner', userPassword: 'secret' })
    const file2 = await folder.put('locked.pdf', await locked.save())
    await expect(drawn(file2, good.pages)).rejects.toMatchObject({ code: 'encrypted' })
  })

  it('are given up with a file that takes too much work, and with whoever asked', async () => {
    const { file } = await read('again.pdf', await (await textPdf([letterText])).save())
    const ask = { pages: [{ number: 1, turned: 0 }], sizes: ['full'], onDrawn: () => {} } as const
    await expect(drawPages(file, { ...ask, limits: { documentMs: 1 } })).rejects.toMatchObject({ code: 'time-limit' })
    const gone = AbortSignal.abort(new Error('nobody waits for it'))
    await expect(drawPages(file, { ...ask, signal: gone })).rejects.toThrow('nobody waits')
  })
})
