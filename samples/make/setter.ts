import { type PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib'

/** Letter paper and its margins, in points. */
export const WIDTH = 612
export const HEIGHT = 792
export const LEFT = 72
const RIGHT = 540
const TOP = 716
const BOTTOM = 72
const SIZE = 12
export const LEADING = 13.8

export type Fonts = {
  readonly body: PDFFont
  readonly bold: PDFFont
  readonly sans: PDFFont
  readonly sansBold: PDFFont
}

export async function embedFonts(pdf: PDFDocument): Promise<Fonts> {
  return {
    body: await pdf.embedFont(StandardFonts.TimesRoman),
    bold: await pdf.embedFont(StandardFonts.TimesRomanBold),
    sans: await pdf.embedFont(StandardFonts.Helvetica),
    sansBold: await pdf.embedFont(StandardFonts.HelveticaBold),
  }
}

/** Sets rows of text from the top of a page to its bottom, and goes on to the next. */
export class Setter {
  readonly fonts: Fonts
  readonly #pdf: PDFDocument
  #page: PDFPage
  #y = TOP

  constructor(pdf: PDFDocument, fonts: Fonts) {
    this.#pdf = pdf
    this.fonts = fonts
    this.#page = pdf.addPage([WIDTH, HEIGHT])
  }

  /** A mark of nobody's where letters have a letterhead. */
  letterhead(): void {
    const ink = rgb(0.35, 0.4, 0.5)
    this.#page.drawCircle({ x: 462, y: 745, size: 9, borderWidth: 2, borderColor: ink })
    this.#page.drawLine({ start: { x: 458, y: 745 }, end: { x: 466, y: 745 }, thickness: 2, color: ink })
    this.#page.drawText('SPECIMEN', { x: 478, y: 744, size: 12, font: this.fonts.sans, color: ink })
    this.#page.drawText('Review of Treatment', { x: 478, y: 735, size: 6.5, font: this.fonts.sans })
  }

  paragraph(text: string, font: PDFFont = this.fonts.body): void {
    for (const row of rowsOf(text, font)) this.row(row, LEFT, font)
    this.space(LEADING)
  }

  heading(text: string): void {
    const width = this.fonts.bold.widthOfTextAtSize(text, SIZE)
    this.row(text, (WIDTH - width) / 2, this.fonts.bold)
    this.space(4)
  }

  row(text: string, x: number, font: PDFFont, size = SIZE): void {
    if (this.#y < BOTTOM) {
      this.#page = this.#pdf.addPage([WIDTH, HEIGHT])
      this.#y = TOP
    }
    this.#page.drawText(text, { x, y: this.#y, size, font })
    this.#y -= LEADING
  }

  space(points: number): void {
    this.#y -= points
  }

  /** Cells side by side with borders, labels on grey: `[label, value, label, value]` a row; a label may have two rows. */
  table(rows: readonly (readonly string[])[]): void {
    const edges = [66, 162, 300, 392, 546]
    for (const cells of rows) {
      const high = cells.some((c) => c.includes('\n')) ? 27 : 14
      for (const [i, cell] of cells.entries()) {
        const [x, next] = [edges[i] ?? 0, edges[i + 1] ?? 0]
        const label = i % 2 === 0
        const box = {
          x,
          y: this.#y - high + 10,
          width: next - x,
          height: high,
          borderWidth: 0.7,
          borderColor: rgb(0, 0, 0),
        }
        this.#page.drawRectangle(label ? { ...box, color: rgb(0.9, 0.9, 0.9) } : box)
        for (const [line, text] of cell.split('\n').entries()) {
          this.#page.drawText(text, {
            x: x + 5,
            y: this.#y - 1 - line * 12.5,
            size: 11,
            font: label ? this.fonts.sansBold : this.fonts.sans,
          })
        }
      }
      this.#y -= high
    }
    this.space(18)
  }
}

/** A day as `01/31/2016`; nothing for none. */
export const american = (date: string | undefined) =>
  date ? `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}` : ''
/** A day as `January 31, 2016`; nothing for none. */
export const spoken = (date: string | undefined) => {
  const months = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ]
  return date ? `${months[Number(date.slice(5, 7)) - 1]} ${Number(date.slice(8))}, ${date.slice(0, 4)}` : ''
}

/** As wide as a short name. */
const HOLE = ' '.repeat(6)

/** Breaks a text into rows. Two spaces after a sentence stay two; `~` becomes a hole. */
function rowsOf(text: string, font: PDFFont): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .split(' ')) {
    const piece = word === '~' ? HOLE : word
    const longer = row === '' ? piece : `${row} ${piece}`
    if (row !== '' && font.widthOfTextAtSize(longer, SIZE) > RIGHT - LEFT) {
      rows.push(row.trimEnd())
      row = piece
    } else row = longer
  }
  return row === '' ? rows : [...rows, row]
}
