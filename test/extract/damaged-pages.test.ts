import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { damages } from '../../samples/make/damage.ts'
import { sources } from '../../samples/make/main.ts'
import { asPdf } from '../../samples/make/pack.ts'
import { print } from '../../samples/make/render.ts'
import { each, type Sheet, scaled, turned } from '../../samples/make/sheet.ts'
import { typeset } from '../../samples/make/typeset.ts'
import { secondOpinion } from '../../src/extract/child/remedies/second-opinion.ts'
import { type OcrEngine, openEngine, readPart } from '../../src/extract/index.ts'
import type { Recognize } from '../../src/extract/messages.ts'
import { aFolder, type Folder } from './files.ts'

const wordsIn = (lines: readonly { readonly words: readonly { readonly text: string }[] }[]) =>
  lines.flatMap((l) => l.words.map((w) => w.text))

/** Share of the words with digits of `truth` that are among `read`, each counted once. */
function digitsRight(truth: readonly string[], read: readonly string[]): number {
  const left = new Map<string, number>()
  for (const word of read) left.set(word, (left.get(word) ?? 0) + 1)
  const numbers = truth.filter((w) => /\d/.test(w))
  const right = numbers.filter((word) => {
    const count = left.get(word) ?? 0
    left.set(word, count - 1)
    return count > 0
  })
  return right.length / numbers.length
}

describe('a damaged page', () => {
  let folder: Folder
  let engine: OcrEngine
  let sheet: Awaited<ReturnType<typeof print>>[number]
  let truth: readonly string[]
  beforeAll(async () => {
    folder = await aFolder()
    engine = await openEngine('auto', { jobs: 1 })
    const [first] = sources()
    if (!first) throw new Error('no samples')
    const bytes = await typeset(first)
    const [report] = (await readPart(await folder.put('truth.pdf', bytes), { engine })).reports
    truth = wordsIn(report?.page.lines ?? [])
    const [printed] = await print(bytes, 300)
    if (!printed) throw new Error('no page')
    sheet = printed
  })
  afterAll(async () => {
    await engine.close()
    await folder.remove()
  })

  /** `passes`: what was recognised, in pages of the first reading's size. */
  const read = async (damaged: Sheet) => {
    const file = await folder.put('damaged.pdf', await asPdf([damaged]))
    const pixels: number[] = []
    const counting: OcrEngine = {
      ...engine,
      recognize: (image, ...rest) => {
        pixels.push(image.width * image.height)
        return engine.recognize(image, ...rest)
      },
    }
    const [report] = (await readPart(file, { engine: counting })).reports
    if (!report) throw new Error('no page')
    const passes = pixels.reduce((sum, n) => sum + n, 0) / Math.max(...pixels)
    return { remedies: report.remedies, words: wordsIn(report.page.lines), passes }
  }

  it.each([
    ['speckled', 'dust off', 0.9],
    ['third-copy', 'strengthen', 0.85],
    ['uneven', 'flat field', 0.97],
    ['negative', 'negative', 0.97],
    ['shine-through', 'clear paper', 0.97],
    ['stamped-header', 'overlay off', 0.97],
    ['highlighted', 'overlay off', 0.95],
    ['notes-in-margin', null, 0.95],
    ['scratched', null, 0.97],
    ['standard-fax', null, 0.9],
    ['fine-fax', null, 0.95],
    ['office', null, 0.95],
    ['upside-down', 'turn 180', 0.97],
    ['stamped', 'overlay off', 0.9],
  ] as const)(
    'keeps its dates and numbers, and is read once: %s, mended by %s (null: no remedy needed)',
    async (kind, remedy, share) => {
      // The stamp of this seed is grey, and lies across case number and dates.
      const seed = kind === 'stamped-header' ? 2000 : 1000
      const damaged =
        kind === 'upside-down' ? turned(await damages.office(sheet, seed), 180) : damages[kind](sheet, seed)
      const { remedies, words, passes } = await read(await damaged)
      expect(digitsRight(truth, words)).toBeGreaterThanOrEqual(share)
      if (remedy) expect(remedies).toContain(remedy)
      // Dust off takes full stops and the dots of letters with it where there is no dust.
      // What lies over the print is looked for by its tone: print alone has nothing of the kind.
      else expect(remedies.filter((r) => r === 'dust off' || r === 'overlay off')).toEqual([])
      // What is read again are rows: those of doubtful numbers, or words that were left out.
      expect(passes).toBeLessThan(1.6)
    },
  )

  it('keeps its pale print beside the black', async () => {
    const half = each(await scaled(sheet, 200, 200), (v, _, y) => (y > 1000 ? 255 - (255 - v) * 0.25 : v))
    const { remedies, words } = await read(half)
    expect(remedies).toContain('strengthen')
    expect(remedies).not.toContain('clear paper')
    const left = new Set(words)
    expect(truth.filter((w) => left.has(w)).length / truth.length).toBeGreaterThan(0.95)
  })
})

describe('a second opinion', () => {
  const answering = (answer: (...asked: Parameters<Recognize>) => ReturnType<Recognize>): Recognize =>
    Object.assign(answer, { expected: () => {}, hasSecondModel: true, lastTry: true })
  const image = { data: new Uint8Array(500 * 100).fill(255), width: 500, height: 100, dpi: 200 }
  const word = (text: string, x: number, confidence: number) => ({
    text,
    confidence,
    box: [x, 40, x + 80, 60] as const,
  })

  it('is not asked for where every number is sure, nor for words that hold none', async () => {
    const settled = await secondOpinion(
      image,
      [word('2014', 0, 0.95), word('knee', 100, 0.4)],
      answering(() => {
        throw new Error('asked')
      }),
    )
    expect(settled.size).toBe(0)
  })

  it('gives the surer or the whole one of two readings, doubtful where they differ and surer where they agree', async () => {
    const [wrong, right, alike] = [word('2O14', 0, 0.6), word('#60', 100, 0.85), word('4/17/14', 200, 0.8)]
    const merged = word('11/30/2016', 300, 0.4)
    const faded = word('01/04/2017', 400, 0.4)
    const settled = await secondOpinion(
      image,
      [wrong, right, alike, merged, faded],
      answering(async ({ height }, settings) => {
        expect(settings.model).toBe('second')
        // The row lies in the middle of its sheet.
        const at = (text: string, x: number, confidence: number) => ({
          text,
          confidence,
          box: [x + 30, height / 2 - 10, x + 110, height / 2 + 10] as const,
        })
        return [
          at('2014', 0, 0.9),
          at('#6O', 100, 0.55),
          at('4/17/14', 200, 0.85),
          at('1/30/2016', 300, 0.8),
          at('01042017', 400, 0.8),
        ]
      }),
    )
    expect(settled.get(wrong)).toEqual({ text: '2014', confidence: expect.closeTo(0.63, 2) })
    expect(settled.get(right)).toEqual({ text: '#60', confidence: expect.closeTo(0.595, 2) })
    expect(settled.get(alike)).toEqual({ text: '4/17/14', confidence: expect.closeTo(0.925, 2) })
    // Two strokes that touch are read as one: the longer reading is kept, however sure the shorter is.
    expect(settled.get(merged)).toEqual({ text: '11/30/2016', confidence: expect.closeTo(0.28, 2) })
    expect(settled.get(faded)).toEqual({ text: '01/04/2017', confidence: expect.closeTo(0.28, 2) })
  })
})
