import { getDocument, OPS, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { Page } from '../../model/index.ts'
import { ASCENT, DESCENT, WIDTH } from './invisible-font.ts'
import { runOf, toSheet } from './place.ts'

/** How far a word may stand from its box, as a share of the page. */
export const TOLERANCE = 0.01

/** A word that is not in the file, or not where it was read. `page` counts from 1. */
export type Lost = { readonly page: number; readonly word: number }

type Placed = { readonly text: string; readonly corners: readonly (readonly [number, number])[] }

/**
 * Reads a finished PDF back, by other code than wrote it, and compares its invisible words with those that it should hold: each with its text and
 * within {@link TOLERANCE} of its box.
 */
export async function wordsLost(
  bytes: Uint8Array,
  pages: readonly Pick<Page, 'number' | 'rotation' | 'lines'>[],
): Promise<readonly Lost[]> {
  const task = getDocument({
    data: new Uint8Array(bytes),
    isEvalSupported: false,
    useSystemFonts: false,
    disableFontFace: true,
    isOffscreenCanvasSupported: false,
    verbosity: VerbosityLevel.ERRORS,
  })
  try {
    const pdf = await task.promise
    const lost: Lost[] = []
    for (const { number, rotation, lines } of pages) {
      const page = await pdf.getPage(number)
      const found = placedWords(await page.getOperatorList())
      const [left = 0, bottom = 0, right = 0, top = 0] = page.view
      const onSheet = toSheet(rotation, page)
      const words = lines.flatMap((line) => line.words)
      for (const [i, { text, box }] of words.entries()) {
        const { along, corner, length, height } = runOf(box, onSheet)
        const [x, y] = along
        const wanted = [corner, [corner[0] + x * length - y * height, corner[1] + y * length + x * height]] as const
        const got = found[i]
        const isThere =
          got?.text === text &&
          wanted.every(([px, py], k) => {
            const [gx = Number.NaN, gy = Number.NaN] = got.corners[k] ?? []
            return Math.abs(gx - px) <= TOLERANCE * (right - left) && Math.abs(gy - py) <= TOLERANCE * (top - bottom)
          })
        if (!isThere) lost.push({ page: number, word: i })
      }
      page.cleanup()
    }
    return lost
  } finally {
    await task.destroy()
  }
}

type Operators = { readonly fnArray: readonly number[]; readonly argsArray: readonly unknown[] }
type Glyph = { readonly unicode: string }

/** The words of the first text object that is invisible: ours, for it is drawn before all else. */
function placedWords({ fnArray, argsArray }: Operators): readonly Placed[] {
  const words: { text: string; corners: (readonly [number, number])[] }[] = []
  let matrix: readonly number[] = [1, 0, 0, 1, 0, 0]
  let size = 0
  let stretch = 1
  let isInvisible = false
  let advance = 0
  for (const [i, fn] of fnArray.entries()) {
    const args = (argsArray[i] ?? []) as readonly unknown[]
    if (fn === OPS.setTextRenderingMode) isInvisible = args[0] === 3
    else if (fn === OPS.setFont) size = Number(args[1])
    else if (fn === OPS.setHScale) stretch = Number(args[0]) > 5 ? Number(args[0]) / 100 : Number(args[0])
    else if (fn === OPS.setTextMatrix) {
      matrix = Array.from((args.length === 1 ? args[0] : args) as ArrayLike<number>)
      advance = 0
      if (isInvisible) words.push({ text: '', corners: [] })
    } else if (fn === OPS.endText && isInvisible) return words
    else if (fn === OPS.showText && isInvisible) {
      const word = words.at(-1)
      if (!word) continue
      const text = (args[0] as readonly (Glyph | number | null)[])
        .map((g) => (g !== null && typeof g === 'object' ? g.unicode : ''))
        .join('')
        .replace(/ $/, '')
      word.text += text
      advance += ([...text].length * WIDTH * size * stretch) / 1000
      word.corners = [at(matrix, 0, (-DESCENT * size) / 1000), at(matrix, advance, (ASCENT * size) / 1000)]
    }
  }
  return words
}

const at = ([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: readonly number[], x: number, y: number) =>
  [a * x + c * y + e, b * x + d * y + f] as const
