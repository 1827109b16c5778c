import sharp, { type Sharp } from 'sharp'

/** A printed sheet: one byte a pixel, 0 black, rows from the top. Pixels need not be square: faxes have 204 × 98 to the inch. */
export type Sheet = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  readonly dpiX: number
  readonly dpiY: number
}

/** What happens to a sheet on its way. `seed` makes chance repeatable. */
export type Damage = (sheet: Sheet, seed: number) => Promise<Sheet>

/** Numbers 0..1 from a seed (mulberry32): the same on every machine. */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const raw = (s: Sheet) => sharp(s.data, { raw: { width: s.width, height: s.height, channels: 1 } })

async function taken(pipeline: Sharp, like: Sheet): Promise<Sheet> {
  const { data, info } = await pipeline.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const grey = info.channels === 1 ? data : data.filter((_: number, i: number) => i % info.channels === 0)
  return { ...like, width: info.width, height: info.height, data: grey }
}

function each(sheet: Sheet, change: (value: number, x: number, y: number) => number): Sheet {
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

async function scaled(sheet: Sheet, dpiX: number, dpiY: number): Promise<Sheet> {
  const [width, height] = [
    Math.round((sheet.width * dpiX) / sheet.dpiX),
    Math.round((sheet.height * dpiY) / sheet.dpiY),
  ]
  return { ...(await taken(raw(sheet).resize(width, height, { fit: 'fill' }), sheet)), dpiX, dpiY }
}

const blackAndWhite = (sheet: Sheet, level: number) => each(sheet, (v) => (v < level ? 0 : 255))

/** Each kind of damage by name. */
export const damages: Readonly<Record<string, Damage>> = {
  /** A good office scanner: 200 dpi, black and white, hardly any dust. */
  office: async (sheet, seed) => {
    const next = chance(seed)
    const small = await scaled(sheet, 200, 200)
    return blackAndWhite(
      each(small, (v) => v + (next() - 0.5) * 60 - (next() < 0.00002 ? 255 : 0)),
      150,
    )
  },
  /** Fine fax: 204 × 196, black and white, rough edges, specks. */
  'fine-fax': async (sheet, seed) => {
    const next = chance(seed)
    const small = await scaled(sheet, 204, 196)
    return blackAndWhite(
      each(small, (v) => v + (next() - 0.5) * 130 - (next() < 0.0003 ? 255 : 0)),
      140,
    )
  },
  /** Standard fax: 204 × 98, pixels twice as high as wide. */
  'standard-fax': async (sheet, seed) => {
    const next = chance(seed)
    const small = await scaled(sheet, 204, 98)
    return blackAndWhite(
      each(small, (v) => v + (next() - 0.5) * 50),
      165,
    )
  },
  /** Photocopy: grey paper, one side darker, punch holes, toner dust. */
  photocopy: async (sheet, seed) => {
    const next = chance(seed)
    const blurred = await taken(raw(await scaled(sheet, 200, 200)).blur(0.6), { ...sheet, dpiX: 200, dpiY: 200 })
    const { width, height } = blurred
    const holes = [0.18, 0.5, 0.82].map((y) => ({ x: width * 0.035, y: height * y }))
    return each(blurred, (v, x, y) => {
      if (holes.some((h) => (x - h.x) ** 2 + (y - h.y) ** 2 < (width * 0.014) ** 2)) return 20
      const light = 238 - 45 * (x / width) ** 2 - 12 * (y / height)
      return (v / 255) * light + 20 * (1 - v / 255) + (next() - 0.5) * 20 - (next() < 0.0002 ? 150 : 0)
    })
  },
  /** A copy of a copy of a copy: strokes thicken, holes close, dust adds up. */
  'third-copy': async (sheet, seed) => {
    let copy = await scaled(sheet, 200, 200)
    for (let generation = 0; generation < 3; generation++) {
      const next = chance(seed + generation)
      copy = each(
        await taken(raw(copy).blur(0.75), copy),
        (v) => (v - 128) * 1.7 + 135 + (next() - 0.5) * 40 - (next() < 0.00008 ? 200 : 0),
      )
    }
    return copy
  },
  /** Fed askew: 2.3 degrees. */
  skewed: async (sheet) => {
    const turned = await taken(raw(sheet).rotate(2.3, { background: '#fff' }), sheet)
    const [left, top] = [(turned.width - sheet.width) >> 1, (turned.height - sheet.height) >> 1]
    return taken(raw(turned).extract({ left, top, width: sheet.width, height: sheet.height }), sheet)
  },
  /** A received-stamp across the text and two ruled lines from a pen. */
  stamped: async (sheet) => {
    const { width, height } = sheet
    const [w, h] = [Math.round(width * 0.3), Math.round(height * 0.075)]
    // Letters of the stamp are bars: a stamp with a font would look different on every machine.
    const bars = Array.from({ length: 8 }, (_, i) => `<rect x="${8 + i * 11}" y="12" width="6" height="12"/>`).join('')
    const stamp = Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 104 36"><g transform="rotate(-6 52 18)" fill="none" stroke="#555" stroke-width="2"><rect x="3" y="4" width="98" height="28"/></g><g transform="rotate(-6 52 18)" fill="#b4b4b4">${bars}</g></svg>`,
    )
    const rules = Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="M${width * 0.05} ${height * 0.505} L${width * 0.95} ${height * 0.508} M${width * 0.06} ${height * 0.02} L${width * 0.062} ${height * 0.97}" stroke="#222" stroke-width="3"/></svg>`,
    )
    const over = [
      { input: stamp, left: Math.round(width * 0.58), top: Math.round(height * 0.66), blend: 'multiply' as const },
      { input: rules, left: 0, top: 0, blend: 'multiply' as const },
    ]
    const marked = await raw(sheet).toColourspace('srgb').composite(over).png().toBuffer()
    return taken(sharp(marked).flatten({ background: '#fff' }).greyscale(), sheet)
  },
  /** Toner running out. */
  faint: async (sheet, seed) => {
    const next = chance(seed)
    return each(sheet, (v, x) => 255 - (255 - v) * (0.34 + 0.12 * Math.sin(x / 90)) + (next() - 0.5) * 22)
  },
}

/** Turns a sheet clockwise by a quarter, a half or three quarters. */
export async function turned(sheet: Sheet, degrees: number): Promise<Sheet> {
  if (degrees % 360 === 0) return sheet
  const side = degrees % 180 !== 0
  const result = await taken(raw(sheet).rotate(degrees), sheet)
  return side ? { ...result, dpiX: sheet.dpiY, dpiY: sheet.dpiX } : result
}
