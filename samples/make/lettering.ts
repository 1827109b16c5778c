import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib'
import { print } from './render.ts'
import type { Sheet } from './sheet.ts'

/** One row of words as a stamp or a fax machine sets it: black on white, cropped to the row. `size` in points. */
export async function lettering(text: string, size: number, dpi: number, bold = true): Promise<Sheet> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const font = await pdf.embedFont(bold ? StandardFonts.HelveticaBold : StandardFonts.Courier)
  const page = pdf.addPage([font.widthOfTextAtSize(text, size) + size * 0.2, size])
  page.drawText(text, { x: size * 0.1, y: size * 0.24, size, font })
  const [sheet] = await print(await pdf.save({ useObjectStreams: false }), dpi)
  if (!sheet) throw new Error('lettering made no page')
  return sheet
}
