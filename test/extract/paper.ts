import { fileURLToPath } from 'node:url'
import { type Canvas, createCanvas, GlobalFonts } from '@napi-rs/canvas'
import sharp from 'sharp'

/** The face that pdfjs-dist ships, so that a machine without fonts makes the same pages. */
const FACE = 'Paper Sans'
GlobalFonts.registerFromPath(
  fileURLToPath(new URL('../../node_modules/pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf', import.meta.url)),
  FACE,
)

/** A page of an invented letter. */
export const letterText = [
  'Claim Review Office',
  'Case Number: QX77-0004321',
  'Date Assigned: 03/14/2015',
  'The worker is a 52 year old carpenter who fell from a low ladder.',
  'He has pain in the lower back and in the left knee since the fall.',
  'The doctor asked for twelve visits of physical therapy in six weeks.',
  'The request was refused because no change in function was shown.',
  'Earlier treatment was rest, ice, ibuprofen 600 mg and a knee brace.',
  'On 04/02/2015 the left knee bent to 110 degrees without much pain.',
  'A second opinion was asked for and was given on 05/19/2015.',
] as const

/** Letter paper at `dpi` with `rows` of 11 point type, black on white. */
export function typeset(rows: readonly string[] = letterText, dpi = 150): Canvas {
  const canvas = createCanvas(Math.round(8.5 * dpi), 11 * dpi)
  const context = canvas.getContext('2d')
  context.fillStyle = 'white'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = 'black'
  const size = (11 / 72) * dpi
  context.font = `${size}px "${FACE}"`
  rows.forEach((row, i) => {
    context.fillText(row, dpi, dpi + i * size * 1.6)
  })
  return canvas
}

/** The page as a PNG file that states its resolution. */
export function png(canvas: Canvas, dpi = 150): Promise<Buffer> {
  return sharp(canvas.toBuffer('image/png')).greyscale().withMetadata({ density: dpi }).png().toBuffer()
}

/** Share of the words of `rows` that are among `words`. */
export function found(words: readonly string[], rows: readonly string[] = letterText): number {
  const all = rows.flatMap((row) => row.split(' '))
  const read = new Set(words)
  return all.filter((word) => read.has(word)).length / all.length
}

/** What is on a canvas in grey. */
export function raster(canvas: Canvas, dpi: number) {
  const { width, height } = canvas
  const rgba = canvas.getContext('2d').getImageData(0, 0, width, height).data
  return { data: Uint8Array.from({ length: width * height }, (_, i) => rgba[i * 4] ?? 255), width, height, dpi }
}
