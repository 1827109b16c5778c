import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lettering } from '../../../samples/make/lettering.ts'
import { asPdf } from '../../../samples/make/pack.ts'
import { inked, type Sheet } from '../../../samples/make/sheet.ts'
import { type OcrEngine, openEngine, readPart } from '../../../src/extract/index.ts'
import { type Recording, recordingEngine, replayEngine } from '../../../src/extract/ocr/replay.ts'
import { imageMemory, megabytesOf, sharedBytes } from '../../../src/extract/parent/image-memory.ts'
import { aFolder, type Folder } from '../files.ts'

const never = new AbortController().signal
/** Lets everything that is due be done. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('memory that is shared out in bytes', () => {
  it('is handed out first come first served, never more than there is', async () => {
    const memory = sharedBytes(10)
    const first = await memory.take(6, never)
    const order: string[] = []
    const large = memory.take(8, never).then((back) => {
      order.push('large')
      return back
    })
    // It would fit beside the first, but then the large one might wait for ever.
    const small = memory.take(2, never).then((back) => {
      order.push('small')
      return back
    })
    await settle()
    expect([order, memory.held()]).toEqual([[], 6])
    first()
    first()
    await Promise.all([large, small])
    expect([order, memory.held()]).toEqual([['large', 'small'], 10])
    ;(await large)()
    ;(await small)()
    expect(memory.held()).toBe(0)
  })

  it('gives what is larger than all of it to one alone', async () => {
    const memory = sharedBytes(10)
    const small = await memory.take(1, never)
    let isGiven = false
    const huge = memory.take(100, never).then((back) => {
      isGiven = true
      return back
    })
    await settle()
    expect(isGiven).toBe(false)
    small()
    ;(await huge)()
    expect(memory.held()).toBe(0)
  })

  it('is not waited for any longer by a document that was given up, and others go on', async () => {
    const memory = sharedBytes(10)
    const first = await memory.take(5, never)
    const unwanted = new AbortController()
    const large = memory.take(9, unwanted.signal)
    const small = memory.take(5, never)
    unwanted.abort(new Error('given up'))
    await expect(large).rejects.toThrow('given up')
    ;(await small)()
    first()
    await expect(memory.take(1, unwanted.signal)).rejects.toThrow('given up')
    expect(memory.held()).toBe(0)
  })

  it('is as large as IMR_IMAGE_MEMORY says, in megabytes', () => {
    expect([megabytesOf(undefined), megabytesOf(''), megabytesOf('64')]).toEqual([256, 256, 64])
    for (const odd of ['much', '0', '-1', '64MB']) expect(() => megabytesOf(odd)).toThrow(/how many megabytes/)
  })
})

describe('documents that are read at once, for sixteen OCR processes', () => {
  const [DOCUMENTS, PAGES, JOBS] = [5, 3, 16]
  /** Bytes of a page's image: letter paper, 300 dpi, too few letters to be made smaller. */
  const IMAGE = 2550 * 3300
  let folder: Folder
  let paths: readonly { readonly path: string }[]
  let recording: Recording
  let pageText: string
  beforeAll(async () => {
    folder = await aFolder()
    const blank: Sheet = { width: 2550, height: 3300, data: new Uint8Array(IMAGE).fill(255), dpiX: 300, dpiY: 300 }
    const sheet = inked(blank, await lettering('Treatment was asked for on 04/02/2015.', 12, 300), 300, 300)
    const bytes = await asPdf(Array.from({ length: PAGES }, () => sheet))
    paths = await Promise.all(Array.from({ length: DOCUMENTS }, (_, i) => folder.put(`${i}.pdf`, bytes)))
    const real = await openEngine('auto', { jobs: 1 })
    const recorder = recordingEngine(real)
    const [report] = (await readPart(paths[0] ?? { path: '' }, { engine: recorder.engine, pages: [1, 1] })).reports
    pageText = textOf(report?.page.lines ?? [])
    recording = await recorder.recording()
    await real.close()
  })
  afterAll(() => folder.remove())

  const textOf = (lines: readonly { readonly words: readonly { readonly text: string }[] }[]) =>
    lines.flatMap((l) => l.words.map((w) => w.text)).join(' ')

  /** Reads all documents at once; `answer` waits before an image is answered, told how many bytes of images are in hand. */
  async function readAll(bytes: number, answer: (inHand: () => number) => Promise<void>) {
    const replay = replayEngine(recording, { jobs: JOBS })
    let inHand = 0
    let most = 0
    const engine: OcrEngine = {
      ...replay,
      recognize: async (image, settings) => {
        inHand += image.data.length
        most = Math.max(most, inHand)
        await answer(() => inHand)
        inHand -= image.data.length
        return replay.recognize(image, settings)
      },
    }
    const memory = imageMemory(bytes)
    const parts = await Promise.all(paths.map((file) => readPart(file, { engine, imageMemory: memory })))
    return { most, left: memory.held(), texts: parts.flatMap((p) => p.reports.map((r) => textOf(r.page.lines))) }
  }

  it('hold no more bytes of page images than there are for all of them, and every page is read', async () => {
    expect(pageText).toContain('04/02/2015')
    const { most, left, texts } = await readAll(2.5 * IMAGE, async () => {
      for (let i = 0; i < 20; i++) await settle()
    })
    expect(most).toBeGreaterThanOrEqual(IMAGE)
    expect(most).toBeLessThanOrEqual(2.5 * IMAGE)
    expect(left).toBe(0)
    expect(texts).toEqual(new Array(DOCUMENTS * PAGES).fill(pageText))
  })

  it('would hold all that is ready where there is no end to memory', async () => {
    // Answers nothing before so many are in hand.
    const waiting: (() => void)[] = []
    const { most, texts } = await readAll(Number.POSITIVE_INFINITY, async (inHand) => {
      if (inHand() < 6 * IMAGE && waiting.length < 6) await new Promise<void>((resolve) => waiting.push(resolve))
      else for (const go of waiting) go()
    })
    expect(most).toBeGreaterThanOrEqual(6 * IMAGE)
    expect(texts).toHaveLength(DOCUMENTS * PAGES)
  })
})
