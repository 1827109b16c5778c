// What hands do to a letter before it is scanned: they stamp it, write on it, mark it, clip it and stick labels on it. Each kind
// is one function from sheet to sheet; where things go, how dark they are and how askew comes from the seed. The scan is grey,
// 200 dpi.
import { chance } from './chance.ts'
import { lettering } from './lettering.ts'
import { each, image, inked, type Sheet, scaled, sheetOf } from './sheet.ts'

/** A mail room's stamp as one seed strikes it. */
export type Stamp = {
  /** Its ink on white paper, 0 black to 255. */
  readonly grey: number
  /** Degrees clockwise. */
  readonly tilt: number
  /** Of the word, in points. */
  readonly size: number
  /** Of its middle: part of the sheet's width, and inches below the top of the header. */
  readonly across: number
  readonly below: number
  readonly date: string
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const draw = (next: () => number, from: number, to: number) => from + next() * (to - from)
const two = (n: number) => String(n).padStart(2, '0')

/** The stamp that a seed strikes: 0.6 light to nearly black, 0 to 45 degrees askew either way, somewhere on the header. */
export function stampOf(seed: number): Stamp {
  const next = chance(seed)
  // Small numbers that follow each other begin alike.
  next()
  const month = months[Math.floor(next() * 12)] ?? 'JAN'
  return {
    grey: Math.round(draw(next, 20, 153)),
    tilt: Math.round(draw(next, -45, 45)),
    size: draw(next, 20, 34),
    across: draw(next, 0.2, 0.8),
    below: draw(next, 0, 0.8),
    date: `${month} ${two(1 + Math.floor(next() * 28))} ${2014 + Math.floor(next() * 4)}`,
  }
}

/** The row of pixels where a sheet's header begins: the first that has print at the left. */
function topOfPrint({ data, width, height }: Sheet): number {
  for (let y = 0; y < height; y++)
    for (let x = Math.round(width * 0.08); x < width * 0.3; x++) if ((data[y * width + x] ?? 255) < 100) return y
  return 0
}

/** What an office scanner makes of it: 200 dpi, grey, a little grain. */
async function scannedGrey(sheet: Sheet, seed: number): Promise<Sheet> {
  const next = chance(seed + 77)
  const small = await scaled(sheet, 200, 200)
  return each(small, (v) => Math.min(252, v) + (next() - 0.5) * 12)
}

/** RECEIVED and a date in a frame, across the header. */
export async function stampedHeader(sheet: Sheet, seed: number): Promise<Sheet> {
  const { grey, tilt, size, across, below, date } = stampOf(seed)
  const dpi = sheet.dpiX
  const [word, day] = [await lettering('RECEIVED', size, dpi), await lettering(date, size * 0.5, dpi)]
  const [margin, line] = [Math.round(size * 0.006 * dpi), Math.max(3, Math.round(size * 0.0009 * dpi))]
  const width = word.width + 2 * margin
  const height = word.height + day.height + 3 * margin
  const blank: Sheet = { ...sheet, width, height, data: new Uint8Array(width * height).fill(255) }
  const framed = each(blank, (_, x, y) => (Math.min(x, y, width - 1 - x, height - 1 - y) < line ? 0 : 255))
  const set = inked(inked(framed, word, margin, margin), day, (width - day.width) >> 1, word.height + 2 * margin)
  const turned = await sheetOf(image(set).rotate(tilt, { background: '#fff' }), set)
  // A pad inks rubber unevenly.
  const next = chance(seed + 5)
  const [phase, slant] = [draw(next, 0, 6), draw(next, -1, 1)]
  const pale = each(turned, (v, x, y) => {
    const uneven = 1 + 0.07 * Math.sin(phase + (x + slant * y) / (0.25 * dpi))
    return 255 - (255 - v) * Math.min(1, ((255 - grey) / 255) * uneven)
  })
  const middle = topOfPrint(sheet) + below * sheet.dpiY
  const at = [Math.round(across * sheet.width - turned.width / 2), Math.round(middle - turned.height / 2)] as const
  return scannedGrey(inked(sheet, pale, ...at), seed)
}

/** Draws a pen's line through points (pixels) on a sheet's own pixels. */
function pen(sheet: Sheet, points: readonly (readonly [number, number])[], thick: number, grey: number): void {
  const data = sheet.data
  const dot = (cx: number, cy: number) => {
    for (let y = Math.floor(cy - thick / 2); y <= cy + thick / 2; y++) {
      for (let x = Math.floor(cx - thick / 2); x <= cx + thick / 2; x++) {
        if (x < 0 || y < 0 || x >= sheet.width || y >= sheet.height) continue
        if ((x - cx) ** 2 + (y - cy) ** 2 > (thick / 2) ** 2) continue
        const at = y * sheet.width + x
        data[at] = Math.min(data[at] ?? 255, grey)
      }
    }
  }
  for (const [i, [x1, y1]] of points.entries()) {
    const [x0, y0] = points[i - 1] ?? [x1, y1]
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0)))
    for (let s = 0; s <= steps; s++) dot(x0 + ((x1 - x0) * s) / steps, y0 + ((y1 - y0) * s) / steps)
  }
}

/** A word or initials as a hand writes them: loops that run to the right. `high` and `wide` in pixels. */
function scrawl(next: () => number, left: number, middle: number, wide: number, high: number) {
  const loops = Math.max(2, Math.round(wide / (high * 0.6)))
  const [slope, lean] = [draw(next, -0.12, 0.12), draw(next, 0.2, 0.9)]
  const heights = Array.from({ length: loops + 1 }, () => draw(next, 0.35, 1))
  return Array.from({ length: loops * 16 + 1 }, (_, i) => {
    const turn = (i / 16) * 2 * Math.PI
    const x = left + (i / (loops * 16)) * wide + Math.cos(turn) * high * 0.22 * lean
    const reach = (heights[Math.floor(i / 16)] ?? 0.5) * (high / 2)
    return [x, middle + slope * (x - left) + Math.sin(turn) * reach] as const
  })
}

/** A pen's notes beside the text, initials in the header, an underlined row: blue or black, which a grey scan keeps dark. */
export async function notesInMargin(sheet: Sheet, seed: number): Promise<Sheet> {
  const next = chance(seed)
  next()
  const written = { ...sheet, data: Uint8Array.from(sheet.data) }
  const dpi = sheet.dpiX
  const grey = Math.round(draw(next, 30, 110))
  const thick = draw(next, 0.012, 0.022) * dpi
  const top = topOfPrint(sheet)
  const write = (left: number, middle: number, wide: number, high: number) =>
    pen(written, scrawl(next, left, middle, wide, high), thick, grey)
  for (let note = 0; note < 5; note++) {
    const left = next() < 0.5 ? draw(next, 0.15, 0.35) * dpi : sheet.width - draw(next, 1, 1.15) * dpi
    const y = draw(next, 0.1, 0.92) * sheet.height
    for (let row = 0; row < 2; row++) write(left, y + row * 0.22 * dpi, draw(next, 0.4, 0.65) * dpi, 0.17 * dpi)
  }
  // Initials where there is room in the header, and sometimes there is none.
  write(draw(next, 0.3, 0.7) * sheet.width, top + draw(next, -0.1, 0.7) * dpi, 0.35 * dpi, 0.26 * dpi)
  const y = draw(next, 0.3, 0.8) * sheet.height
  const from = draw(next, 0.15, 0.4) * sheet.width
  const along = Array.from({ length: 12 }, (_, i) => [from + (i * 0.3 * dpi) / 2, y + draw(next, -3, 3)] as const)
  pen(written, along, thick, grey)
  return scannedGrey(written, seed)
}

/** Rows gone over with a marker: yellow is a light grey to a scanner, green and pink a darker one. */
export async function highlighted(sheet: Sheet, seed: number): Promise<Sheet> {
  const next = chance(seed)
  next()
  const dpi = sheet.dpiX
  const top = topOfPrint(sheet)
  const bands = Array.from({ length: 6 }, (_, i) => {
    const y = i < 2 ? top + draw(next, 0, 0.8) * dpi : draw(next, 0.25, 0.9) * sheet.height
    const from = draw(next, 0.1, 0.5) * sheet.width
    return {
      y,
      from,
      to: Math.min(0.92 * sheet.width, from + draw(next, 1, 5) * dpi),
      high: draw(next, 0.15, 0.24) * dpi,
      slope: draw(next, -0.02, 0.02),
      light: draw(next, 0.45, 0.88),
    }
  })
  const marked = each(sheet, (v, x, y) => {
    let light = 1
    for (const b of bands) {
      const off = y - b.y - b.slope * (x - b.from) + 3 * Math.sin(x / 40)
      // Where the marker went over twice it is darker, and at its ends too.
      if (x >= b.from && x <= b.to && Math.abs(off) <= b.high / 2)
        light *= x - b.from < 0.05 * dpi ? b.light ** 1.4 : b.light
    }
    return v * light
  })
  return scannedGrey(marked, seed)
}

/** A staple, punch holes at the top or the side, a label with a barcode that hides the print below it. */
export async function clipped(sheet: Sheet, seed: number): Promise<Sheet> {
  const next = chance(seed)
  next()
  const dpi = sheet.dpiX
  const top = topOfPrint(sheet)
  const clipped = { ...sheet, data: Uint8Array.from(sheet.data) }
  const [sx, sy, angle] = [draw(next, 0.25, 0.9) * dpi, draw(next, 0.25, 1.1) * dpi, draw(next, -1, 1)]
  const staple = [0, 1].map(
    (i) => [sx + i * 0.45 * dpi * Math.cos(angle), sy + i * 0.45 * dpi * Math.sin(angle)] as const,
  )
  pen(clipped, staple, 0.025 * dpi, 60)
  const atTop = next() < 0.5
  for (const place of atTop ? [0.34, 0.66] : [0.14, 0.5, 0.86]) {
    const middle = atTop ? [place * sheet.width, 0.42 * dpi] : [0.33 * dpi, place * sheet.height]
    pen(clipped, [middle as [number, number]], 0.27 * dpi, 15)
  }
  const number = `${100_000_000 + Math.floor(next() * 899_999_999)}`
  const digits = await lettering(number, 8, dpi, false)
  const [wide, high] = [Math.round(draw(next, 1.6, 2.4) * dpi), Math.round(0.55 * dpi)]
  const left = Math.round(draw(next, 0.35, 0.66) * sheet.width)
  // Above the header, at its upper edge, or upon it.
  const upper = Math.round(top + ([-0.75, -0.45, 0.1][Math.floor(next() * 3)] ?? 0) * dpi)
  for (let x = 0; x < wide && left + x < sheet.width; ) {
    const [bar, space] = [Math.ceil(draw(next, 0.008, 0.028) * dpi), Math.ceil(draw(next, 0.008, 0.028) * dpi)]
    for (let y = Math.max(0, upper); y < Math.min(sheet.height, upper + high); y++) {
      const row = y * sheet.width + left + x
      const inBars = y - upper < high - digits.height - 0.04 * dpi && x > 0.1 * dpi && x < wide - 0.1 * dpi
      clipped.data.fill(255, row, row + bar + space)
      if (inBars) clipped.data.fill(10, row, row + bar)
    }
    x += bar + space
  }
  const labelled = inked(clipped, digits, left + ((wide - digits.width) >> 1), upper + high - digits.height)
  return scannedGrey(labelled, seed)
}
