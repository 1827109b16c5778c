import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PDFDocument } from '@cantoo/pdf-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OcrEngine, openEngine, readDocument } from '../../src/extract/index.ts'
import { searchablePdf } from '../../src/extract/searchable/index.ts'
import { wordsLost } from '../../src/extract/searchable/proof.ts'
import type { Page } from '../../src/model/index.ts'
import { testFolder } from '../fixtures/folder.ts'

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url))
const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined

/** Words by pdftotext, an independent reader of PDFs: by page, boxes in fractions of the page as shown. */
async function byPdftotext(bytes: Uint8Array) {
  const path = join(await testFolder(), 'searchable.pdf')
  await writeFile(path, bytes)
  const { stdout } = spawnSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8', maxBuffer: 1e8 })
  const plain = (text: string) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&')
  return stdout
    .split('<page ')
    .slice(1)
    .map((page) => {
      const [, width = '1', height = '1'] = /width="([\d.]+)" height="([\d.]+)"/.exec(page) ?? []
      return [
        ...page.matchAll(/<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<\/word>/g),
      ].map(([, x0, y0, x1, y1, text = '']) => ({
        text: plain(text),
        box: [Number(x0) / +width, Number(y0) / +height, Number(x1) / +width, Number(y1) / +height] as const,
      }))
    })
}

/** A box of the upright page on the page as it is shown. */
function shown([x0, y0, x1, y1]: readonly [number, number, number, number], rotation: Page['rotation']) {
  if (rotation === 90) return [y0, 1 - x1, y1, 1 - x0] as const
  if (rotation === 180) return [1 - x1, 1 - y1, 1 - x0, 1 - y0] as const
  return rotation === 270 ? ([1 - y1, x0, 1 - y0, x1] as const) : ([x0, y0, x1, y1] as const)
}

const near = (a: readonly number[], b: readonly number[]) => a.every((v, i) => Math.abs(v - (b[i] ?? 9)) <= 0.01)

describe('a searchable PDF', () => {
  let engine: OcrEngine
  beforeAll(async () => {
    engine = await openEngine('auto', { jobs: 1 })
  })
  afterAll(() => engine.close())

  async function read(name: string) {
    const path = sample(name)
    const document = await readDocument({ path, fileName: name, sha256: 'a'.repeat(64) }, { engine })
    return { document, bytes: new Uint8Array(await readFile(path)) }
  }

  it.each([
    ['02-fine-fax.pdf', 'appended'],
    ['05-turned.pdf', 'appended'],
    ['09-drugs.tif', 'made'],
  ] as const)(
    'of %s holds every word on its place, as pdftotext finds them; what came stays as it came',
    async (name, how) => {
      const { document, bytes } = await read(name)
      const made = await searchablePdf({ bytes, mediaType: document.mediaType }, document.pages)
      expect(made.how).toBe(how)
      if (how === 'appended') {
        expect(Buffer.from(made.bytes.subarray(0, bytes.length)).equals(bytes)).toBe(true)
        expect(made.bytes.length / bytes.length).toBeLessThanOrEqual(1.14)
      }
      expect(made.words).toBeGreaterThan(300)
      if (!hasPoppler) return
      const found = await byPdftotext(made.bytes)
      const lost = document.pages.flatMap(({ number, rotation, lines }) =>
        lines
          .flatMap((line) => line.words)
          .filter(
            ({ text, box }) => !found[number - 1]?.some((w) => w.text === text && near(w.box, shown(box, rotation))),
          )
          .map(({ text }) => text),
      )
      expect(lost).toEqual([])
    },
  )

  it('leaves pages alone that have a text of their own', async () => {
    const { document, bytes } = await read('12-born-digital.pdf')
    const made = await searchablePdf({ bytes, mediaType: document.mediaType }, document.pages)
    expect(made).toEqual({ bytes, how: 'as-it-came', words: 0 })
  })

  /** An empty page of letter paper, and words that are said to be on it. */
  const page = (
    words: readonly string[],
    rotation: Page['rotation'] = 0,
  ): Pick<Page, 'number' | 'source' | 'rotation' | 'lines'> => ({
    number: 1,
    source: 'ocr',
    rotation,
    lines: words.map((text, i) => ({
      box: [0.1, 0.1 + i * 0.03, 0.4, 0.12 + i * 0.03] as const,
      paragraph: 0,
      words: [{ text, box: [0.1, 0.1 + i * 0.03, 0.4, 0.12 + i * 0.03] as const, confidence: 1 }],
    })),
  })
  async function blank(turn = 0, password?: string) {
    const pdf = await PDFDocument.create()
    pdf.addPage([612, 792]).setRotation({ type: 'degrees', angle: turn } as never)
    if (password !== undefined) pdf.encrypt({ userPassword: password, ownerPassword: 'owner' })
    return { bytes: await pdf.save({ useObjectStreams: false }), mediaType: 'application/pdf' }
  }

  it('holds words in any script, and as many characters as there are', async () => {
    const many = Array.from({ length: 20 }, (_, i) =>
      String.fromCodePoint(...Array.from({ length: 20 }, (_, k) => 0x4e00 + i * 20 + k)),
    )
    const words = ['(a\\b)', '≥5', 'naïve', '\u{1D400}', 'ﬁ', ...many]
    const made = await searchablePdf(await blank(), [page(words)])
    expect(made.words).toBe(words.length)
  })

  it.each([0, 90, 180, 270])('turns words with a page that is shown turned by %i°', async (turn) => {
    for (const rotation of [0, 90, 180, 270] as const) {
      const made = await searchablePdf(await blank(turn), [page(['right', 'place'], rotation)])
      expect(made.how).toBe('appended')
    }
  })

  it('rewrites a file that is encrypted with the empty password', async () => {
    const made = await searchablePdf(await blank(0, ''), [page(['locked', 'letter'])])
    expect(made.how).toBe('rewritten')
  })

  it('finds a word that lacks, says something else or stands elsewhere', async () => {
    const { bytes } = await searchablePdf(await blank(), [page(['one', 'two'])])
    expect(await wordsLost(bytes, [page(['one', 'two'])])).toEqual([])
    expect(await wordsLost(bytes, [page(['one', 'other'])])).toEqual([{ page: 1, word: 1 }])
    expect(await wordsLost(bytes, [page(['one', 'two', 'three'])])).toEqual([{ page: 1, word: 2 }])
    expect(await wordsLost(bytes, [page(['one', 'two'], 180)])).toHaveLength(2)
  })
})
