import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { getDocument, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { Sheet } from './sheet.ts'

type Target = NonNullable<Parameters<PDFPageProxy['render']>[0]['canvas']>

const pdfjs = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))

/** Prints a PDF: its pages as grey pictures. The fonts come with pdfjs, so that every machine prints the same. */
export async function print(pdf: Uint8Array, dpi: number): Promise<readonly Sheet[]> {
  const task = getDocument({
    data: Uint8Array.from(pdf),
    standardFontDataUrl: `${join(pdfjs, 'standard_fonts')}/`,
    useSystemFonts: false,
    disableFontFace: true,
    verbosity: 0,
  })
  const document = await task.promise
  const sheets: Sheet[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const viewport = page.getViewport({ scale: dpi / 72 })
    const [width, height] = [Math.round(viewport.width), Math.round(viewport.height)]
    const canvas = createCanvas(width, height)
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    // pdfjs draws on any canvas; its types know the browser's only.
    await page.render({ canvas: canvas as unknown as Target, viewport }).promise
    const pixels = context.getImageData(0, 0, width, height).data
    const data = new Uint8Array(width * height)
    for (let i = 0; i < data.length; i++) {
      data[i] = Math.round(
        0.299 * (pixels[4 * i] ?? 255) + 0.587 * (pixels[4 * i + 1] ?? 255) + 0.114 * (pixels[4 * i + 2] ?? 255),
      )
    }
    sheets.push({ width, height, data, dpiX: dpi, dpiY: dpi })
  }
  await task.destroy()
  return sheets
}
