import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OcrEngine, OcrImage } from '../../src/extract/index.ts'
import { OcrFailure } from '../../src/extract/index.ts'
import { recordingEngine, replayEngine } from '../../src/extract/ocr/replay.ts'
import { nativeEngine } from '../../src/extract/ocr/tesseract/engine.ts'
import { installedTesseract } from '../../src/extract/ocr/tesseract/installed.ts'
import { tesseractJsEngine } from '../../src/extract/ocr/tesseract-js/engine.ts'
import { found, letterText, png, typeset } from '../extract/paper.ts'

const DPI = 150
const page = typeset()
const blank = typeset([])

async function image(canvas = page): Promise<OcrImage> {
  return { data: await png(canvas, DPI), width: canvas.width, height: canvas.height, dpi: DPI }
}

/** A replay of what the embedded engine said to the very images of this suite. */
async function replayed(): Promise<OcrEngine> {
  const { engine, recording } = recordingEngine(tesseractJsEngine({ jobs: 1 }))
  await engine.recognize(await image(), { psm: 6 })
  await engine.recognize(await image(), { psm: 3 })
  await engine.recognize(await image(), { psm: 6, thresholding: 'sauvola' })
  await engine.recognize(await image(), { psm: 6, model: 'second' })
  await engine.recognize(await image(blank), { psm: 6 })
  await engine.close()
  return replayEngine(JSON.parse(JSON.stringify(await recording())), { jobs: 2 })
}

const installed = await installedTesseract()
const native = installed?.languages.includes('eng') ?? false
const engines: readonly (readonly [string, boolean, () => OcrEngine | Promise<OcrEngine>])[] = [
  ['tesseract.js', true, () => tesseractJsEngine({ jobs: 2 })],
  [
    native ? 'tesseract' : 'tesseract (skipped: not installed here)',
    native,
    () => nativeEngine(installed, { jobs: 2 }),
  ],
  ['a replay', true, replayed],
]

for (const [name, available, open] of engines) {
  describe.runIf(available)(`the OCR engine ${name}`, () => {
    let engine: OcrEngine
    beforeAll(async () => {
      engine = await open()
    })
    afterAll(() => engine.close())

    it('reads the words of a clean page', async () => {
      const { words } = await engine.recognize(await image(), { psm: 6 })
      expect(found(words.map((w) => w.text))).toBeGreaterThan(0.97)
    })

    it('reads the same page in every segmentation, threshold and model it offers', async () => {
      for (const settings of [{ psm: 3 }, { psm: 6, thresholding: 'sauvola' }, { psm: 6, model: 'second' }] as const) {
        const { words } = await engine.recognize(await image(), settings)
        expect(found(words.map((w) => w.text))).toBeGreaterThan(0.95)
      }
    })

    it('puts every word in a box of pixels within the image, and is sure of clean words', async () => {
      const { words } = await engine.recognize(await image(), { psm: 6 })
      for (const { box, confidence } of words) {
        expect(box[0]).toBeGreaterThanOrEqual(0)
        expect(box[2]).toBeGreaterThan(box[0])
        expect(box[3]).toBeGreaterThan(box[1])
        expect(box[2]).toBeLessThanOrEqual(page.width)
        expect(box[3]).toBeLessThanOrEqual(page.height)
        expect(confidence).toBeGreaterThanOrEqual(0)
        expect(confidence).toBeLessThanOrEqual(1)
      }
      const mean = words.reduce((sum, w) => sum + w.confidence, 0) / words.length
      expect(mean).toBeGreaterThan(0.85)
    })

    it('places words where they stand on the page', async () => {
      const { words } = await engine.recognize(await image(), { psm: 6 })
      const number = words.find((w) => w.text === 'QX77-0004321')
      const [x0, y0] = number?.box ?? [0, 0]
      const size = (11 / 72) * DPI
      expect(Math.abs(y0 + size * 0.72 - (DPI + size * 1.6))).toBeLessThan(6)
      expect(x0).toBeGreaterThan(DPI + 5 * size)
      expect(x0).toBeLessThan(DPI + 9 * size)
    })

    it('gives the same words for the same image', async () => {
      const [a, b] = await Promise.all([
        engine.recognize(await image(), { psm: 6 }),
        engine.recognize(await image(), { psm: 6 }),
      ])
      expect(a).toEqual(b)
    })

    it('finds no words on a blank page', async () => {
      const { words } = await engine.recognize(await image(blank), { psm: 6 })
      expect(words.filter((w) => /[A-Za-z0-9]/.test(w.text))).toEqual([])
    })

    it('refuses bytes that are no image and works on', async () => {
      const bad = { data: Buffer.from('this is no image at all'), width: 10, height: 10, dpi: DPI }
      await expect(engine.recognize(bad, { psm: 6 })).rejects.toBeInstanceOf(OcrFailure)
      const { words } = await engine.recognize(await image(), { psm: 6 })
      expect(words.length).toBeGreaterThan(letterText.length)
    })

    it('does not start on what is no longer wanted', async () => {
      const gone = AbortSignal.abort(new Error('not wanted'))
      await expect(engine.recognize(await image(), { psm: 6 }, gone)).rejects.toThrow('not wanted')
    })

    it('names itself, its version and its models by their digests', async () => {
      expect(engine.name).toMatch(/^tesseract/)
      expect(engine.version).toMatch(/^\d+\.\d+/)
      expect(await engine.model()).toMatch(/^eng( [\w.]+)? [0-9a-f]{12}(, eng [\w.]+ [0-9a-f]{12})?$/)
      expect(engine.concurrency).toBeGreaterThan(0)
    })

    it('refuses to read once closed', async () => {
      const own = await open()
      await own.close()
      await expect(own.recognize(await image(), { psm: 6 })).rejects.toBeInstanceOf(OcrFailure)
    })
  })
}
