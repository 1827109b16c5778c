import type { Page } from '../../model/index.ts'
import { DESCENT, type InvisibleFonts, WIDTH } from './invisible-font.ts'
import { type Run, runOf, type Sheet, toSheet } from './place.ts'

/** The name of a font in a page's resources. */
export const fontName = (font: number): string => `ImrF${font}`

/** Words of a row stand on its line when they are so near to it, in points: a quarter of a millimetre and less is not seen, and a row is a fraction of the size. */
const NEAR = 2
/** Whole points, half ones for the size of type, and the stretch in steps of 2 %: a file grows by what it says. All of it is well below 1 % of a page. */
const whole = (n: number) => Math.round(n) || 0
const half = (n: number) => Math.max(0.5, Math.round(n * 2) / 2)
const even = (n: number) => Math.max(2, Math.round(n / 2) * 2)

/**
 * The drawing of a page's words as text that is neither filled nor stroked. Each word is set by itself: as long and as high as its box. It ends with a
 * blank, by which readers of PDFs know that it ends.
 */
export function layerOf(
  { rotation, lines }: Pick<Page, 'rotation' | 'lines'>,
  sheet: Sheet,
  fonts: InvisibleFonts,
): string {
  const onSheet = toSheet(rotation, sheet)
  const drawn: string[] = []
  let set = ''
  let stretched = 0
  for (const { words } of lines) {
    const row = words.map(({ text, box }) => ({ text, ...runOf(box, onSheet) }))
    const usual = half(middle(row.map((word) => word.height)))
    const line = middle(row.map((word) => across(word)))
    for (const word of row) {
      const { text, along, corner, length, height } = word
      const [x, y] = along
      const size = Math.abs(height - usual) <= NEAR ? usual : half(height)
      const foot = Math.abs(across(word) - line) <= NEAR ? line : across(word)
      // The baseline: up from the foot, at a right angle to the line.
      const up = foot + (size * DESCENT) / 1000
      const start = corner[0] * x + corner[1] * y
      const matrix = [x, y, -y, x, start * x - up * y, start * y + up * x].map(whole).join(' ')
      const stretch = even((100 * length) / ((size * WIDTH * [...text].length) / 1000))
      drawn.push(`${stretch === stretched ? '' : `${stretch} Tz `}${matrix} Tm`)
      stretched = stretch
      const runs = runsOf(text, fonts)
      for (const [i, run] of runs.entries()) {
        const wanted = `/${fontName(run.font)} ${size} Tf`
        const blank = i === runs.length - 1 ? [32] : []
        drawn.push(`${wanted === set ? '' : `${wanted} `}${literal([...run.codes, ...blank])}Tj`)
        set = wanted
      }
    }
  }
  return `q BT 3 Tr\n${drawn.join('\n')}\nET Q\n`
}

/** How far a word's foot lies from the origin, at a right angle to its line. */
const across = ({ along: [x, y], corner }: Pick<Run, 'along' | 'corner'>) => corner[1] * x - corner[0] * y
const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

type Codes = { readonly font: number; readonly codes: readonly number[] }

/** The characters of a word, as far as they are in one font. */
function runsOf(text: string, fonts: InvisibleFonts): readonly Codes[] {
  const runs: { font: number; codes: number[] }[] = []
  for (const character of text) {
    const { font, code } = fonts.place(character)
    const last = runs.at(-1)
    if (last?.font === font) last.codes.push(code)
    else runs.push({ font, codes: [code] })
  }
  return runs
}

/** A string of a content stream (ISO 32000-1, 7.3.4.2), one byte a code. */
const literal = (codes: readonly number[]) =>
  `(${codes.map((code) => (code > 126 ? `\\${code.toString(8)}` : String.fromCharCode(code).replace(/[()\\]/, '\\$&'))).join('')})`
