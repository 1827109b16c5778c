import sharp, { type Sharp } from 'sharp'

/** A printed sheet: one byte a pixel, 0 black, rows from the top. Pixels need not be square: faxes have 204 × 98 to the inch. */
export type Sheet = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  readonly dpiX: number
  readonly dpiY: number
}

/** The sheet for sharp to work on. */
export const image = (s: Sheet): Sharp => sharp(s.data, { raw: { width: s.width, height: s.height, channels: 1 } })

/** What sharp made, as a sheet of the resolution of `like`. */
export async function sheetOf(pipeline: Sharp, like: Sheet): Promise<Sheet> {
  const { data, info } = await pipeline.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const grey = info.channels === 1 ? data : data.filter((_: number, i: number) => i % info.channels === 0)
  return { ...like, width: info.width, height: info.height, data: grey }
}

/** Every pixel (0..255) changed, knowing its place. */
export function each(sheet: Sheet, change: (value: number, x: number, y: number) => number): Sheet {
  const { width, height } = sheet
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      data[at] = Math.max(0, Math.min(255, Math.round(change(sheet.data[at] ?? 255, x, y))))
    }
  }
  return { ...sheet, data }
}

/** The same sheet at another resolution (dots to the inch, across and down). */
export async function scaled(sheet: Sheet, dpiX: number, dpiY: number): Promise<Sheet> {
  const [width, height] = [
    Math.round((sheet.width * dpiX) / sheet.dpiX),
    Math.round((sheet.height * dpiY) / sheet.dpiY),
  ]
  return { ...(await sheetOf(image(sheet).resize(width, height, { fit: 'fill' }), sheet)), dpiX, dpiY }
}

/** Black below `level`, white from it on. */
export const blackAndWhite = (sheet: Sheet, level: number): Sheet => each(sheet, (v) => (v < level ? 0 : 255))

export const isBlackAndWhite = (sheet: Sheet): boolean => sheet.data.every((v) => v === 0 || v === 255)

/** Puts a piece on the sheet as ink: `left` and `top` in pixels; what falls outside is lost. */
export function inked(sheet: Sheet, piece: Sheet, left: number, top: number): Sheet {
  const data = Uint8Array.from(sheet.data)
  for (let y = Math.max(0, -top); y < piece.height && y + top < sheet.height; y++) {
    for (let x = Math.max(0, -left); x < piece.width && x + left < sheet.width; x++) {
      const at = (y + top) * sheet.width + x + left
      data[at] = Math.round(((data[at] ?? 255) * (piece.data[y * piece.width + x] ?? 255)) / 255)
    }
  }
  return { ...sheet, data }
}

/** Turns a sheet clockwise by a quarter, a half or three quarters. */
export async function turned(sheet: Sheet, degrees: number): Promise<Sheet> {
  if (degrees % 360 === 0) return sheet
  const side = degrees % 180 !== 0
  const result = await sheetOf(image(sheet).rotate(degrees), sheet)
  return side ? { ...result, dpiX: sheet.dpiY, dpiY: sheet.dpiX } : result
}
