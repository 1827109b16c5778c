// What mail does to paper, each kind as one function from sheet to sheet. Chance comes from a seed: the same sheet, damage
// and seed give the same pixels. `npm run samples` uses them, and the bench does on pages of its own.
import { chance } from './chance.ts'
import { clipped, highlighted, notesInMargin, stampedHeader } from './handled.ts'
import { lettering } from './lettering.ts'
import { blackAndWhite, each, image, inked, type Sheet, scaled, sheetOf } from './sheet.ts'

/** What happens to a sheet on its way. `seed` makes chance repeatable. */
export type Damage = (sheet: Sheet, seed: number) => Promise<Sheet>

/** A good office scanner: 200 dpi, black and white, hardly any dust. */
const office: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 200, 200)
  return blackAndWhite(
    each(small, (v) => v + (next() - 0.5) * 60 - (next() < 0.00002 ? 255 : 0)),
    150,
  )
}

/** Fine fax: 204 × 196, black and white, rough edges, specks. */
const fineFax: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 204, 196)
  return blackAndWhite(
    each(small, (v) => v + (next() - 0.5) * 130 - (next() < 0.0003 ? 255 : 0)),
    140,
  )
}

/** Standard fax: 204 × 98, pixels twice as high as wide. */
const standardFax: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 204, 98)
  return blackAndWhite(
    each(small, (v) => v + (next() - 0.5) * 50),
    165,
  )
}

/** What a fax machine sets at the top of the page that has this seed. */
export function faxRow(seed: number): string {
  const page = Math.max(1, Math.floor(seed / 1000))
  return `APR 22 2015  09:41  FROM: CLAIMS FAX            TO: INTAKE            P. ${page}`
}

/** The row of type that a fax machine sets at the top of what it sends. */
const faxHeader: Damage = async (sheet, seed) => {
  const row = await lettering(faxRow(seed), 9, sheet.dpiX, false)
  return inked(sheet, row, Math.round(sheet.width * 0.06), Math.round(sheet.dpiY * 0.12))
}

/** Photocopy: grey paper, one side darker, punch holes, toner dust. */
const photocopy: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 200, 200)
  const blurred = await sheetOf(image(small).blur(0.6), small)
  const { width, height } = blurred
  const holes = [0.18, 0.5, 0.82].map((y) => ({ x: width * 0.035, y: height * y }))
  return each(blurred, (v, x, y) => {
    if (holes.some((h) => (x - h.x) ** 2 + (y - h.y) ** 2 < (width * 0.014) ** 2)) return 20
    const light = 238 - 45 * (x / width) ** 2 - 12 * (y / height)
    return (v / 255) * light + 20 * (1 - v / 255) + (next() - 0.5) * 13 - (next() < 0.0002 ? 150 : 0)
  })
}

/** A copy of a copy of a copy: strokes thicken, holes close, dust adds up. */
const thirdCopy: Damage = async (sheet, seed) => {
  let copy = await scaled(sheet, 200, 200)
  for (let generation = 0; generation < 3; generation++) {
    const next = chance(seed + generation)
    copy = each(
      await sheetOf(image(copy).blur(0.75), copy),
      (v) => (v - 128) * 1.7 + 135 + (next() - 0.5) * 40 - (next() < 0.00008 ? 200 : 0),
    )
  }
  return copy
}

/** Toner running out: stripes of grey print. */
const faint: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 200, 200)
  return each(small, (v, x) => 252 - (255 - v) * (0.42 + 0.14 * Math.sin(x / 60)) + (next() - 0.5) * 14)
}

/** Turned a little, as paper goes into a feeder: white where it leaves the glass. Degrees clockwise. */
async function askew(sheet: Sheet, degrees: number): Promise<Sheet> {
  const turned = await sheetOf(image(sheet).rotate(degrees, { background: '#fff' }), sheet)
  const [left, top] = [(turned.width - sheet.width) >> 1, (turned.height - sheet.height) >> 1]
  return sheetOf(image(turned).extract({ left, top, width: sheet.width, height: sheet.height }), sheet)
}

/** Fed askew: 2.3 degrees clockwise. */
const skewed: Damage = (sheet) => askew(sheet, 2.3)

/** Fed askew the other way, the pages not alike: 1.5 to 3 degrees. */
const skewedBack: Damage = (sheet, seed) => askew(sheet, -1.5 - 1.5 * chance(seed)())

/** A mail room's stamp with a date across the text, and two ruled lines from a pen. */
const stamped: Damage = async (sheet) => {
  const dpi = sheet.dpiX
  const at = (inches: number) => Math.round(inches * dpi)
  const [word, date] = [await lettering('RECEIVED', 26, dpi), await lettering('AUG 29 2014  MAIL ROOM', 10, dpi)]
  const blank: Sheet = { ...sheet, width: at(2.3), height: at(1.2), data: new Uint8Array(at(2.3) * at(1.2)).fill(255) }
  const framed = each(blank, (_, x, y) => {
    const [fromSide, fromEnd] = [Math.min(x, blank.width - x), Math.min(y, blank.height - y)]
    const edge = Math.min(fromSide - at(0.08), fromEnd - at(0.18))
    return edge >= 0 && edge < at(0.025) ? 0 : 255
  })
  const middle = (piece: Sheet) => (framed.width - piece.width) >> 1
  const set = inked(inked(framed, word, middle(word), at(0.28)), date, middle(date), at(0.72))
  const tilted = await sheetOf(image(set).rotate(-7, { background: '#fff' }), set)
  // Stamp ink is thinner than toner: text below it stays darker.
  const pale = each(tilted, (v) => 255 - (255 - v) * 0.62)
  const struck = inked(sheet, pale, Math.round(sheet.width * 0.56), Math.round(sheet.height * 0.655))
  return each(struck, (v, x, y) => {
    const across = Math.abs(y - sheet.height * (0.5105 + 0.003 * (x / sheet.width))) < 1.6 && x > sheet.width * 0.05
    const down = Math.abs(x - sheet.width * (0.06 + 0.002 * (y / sheet.height))) < 1.6
    return across || down ? Math.min(v, 34) : v
  })
}

/** Light from one corner, a dark fold down the middle: a book held open on the glass, a photograph of a page. */
const uneven: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = await scaled(sheet, 200, 200)
  return each(small, (v, x, y) => {
    const corner = 1 - 0.62 * Math.hypot(x / small.width, y / small.height) * 0.7
    const fold = 1 - 0.35 * Math.exp(-(((x / small.width - 0.5) / 0.05) ** 2))
    return (30 + (v / 255) * 215) * corner * fold + (next() - 0.5) * 10
  })
}

/** A dirty glass: one dark pixel in a hundred, in clots of one to three, black and white. */
const speckled: Damage = async (sheet, seed) => {
  const next = chance(seed)
  const small = blackAndWhite(await scaled(sheet, 200, 200), 150)
  const data = Uint8Array.from(small.data)
  for (let i = 0; i < data.length * 0.006; i++) {
    const [at, size] = [Math.floor(next() * data.length), 1 + Math.floor(next() * 3)]
    const value = next() < 0.85 ? 0 : 255
    for (let k = 0; k < size; k++) data[Math.min(data.length - 1, at + (k === 2 ? small.width : k))] = value
  }
  return { ...small, data }
}

/** White on black, as a film reader prints it. */
const negative: Damage = async (sheet) => each(await scaled(sheet, 200, 200), (v) => 255 - v)

/** Thin paper: what is printed on the other side shines through, a quarter as dark. */
const shineThrough: Damage = async (sheet) => {
  const small = await scaled(sheet, 200, 200)
  const behind = await sheetOf(image(small).flop(), small)
  return each(small, (v, x, y) => Math.min(v, 255 - (255 - (behind.data[y * small.width + x] ?? 255)) * 0.25))
}

/** Dirt on a scanner's glass draws lines down the page, through the letters; two folds lie across it, a little askew. */
const scratched: Damage = async (sheet) => {
  const small = await scaled(sheet, 200, 200)
  const { width, height } = small
  const columns = [0.18, 0.412, 0.4126, 0.707, 0.7076, 0.7082].map((part) => Math.round(part * width))
  return each(small, (v, x, y) => {
    const folded = Math.abs(y - height / 3 - x * 0.01) < 2 || Math.abs(y - (height * 2) / 3 + x * 0.005) < 2
    return columns.includes(x) ? Math.min(v, 20) : folded ? Math.min(v, 120) : v
  })
}

/** Each kind of damage by the name that sources and the bench call it. */
export const damages = {
  office,
  'fine-fax': fineFax,
  'standard-fax': standardFax,
  'fax-header': faxHeader,
  photocopy,
  'third-copy': thirdCopy,
  faint,
  skewed,
  'skewed-back': skewedBack,
  stamped,
  uneven,
  speckled,
  negative,
  'shine-through': shineThrough,
  scratched,
  'stamped-header': stampedHeader,
  'notes-in-margin': notesInMargin,
  highlighted,
  clipped,
} as const satisfies Readonly<Record<string, Damage>>

export type DamageName = keyof typeof damages
export const damageNames = Object.keys(damages) as readonly DamageName[]
