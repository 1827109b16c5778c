import type { Blot } from './ink.ts'
import { flatField, type Raster, resize } from './raster.ts'
import { FALLBACK_DPI, type Survey, survey } from './survey.ts'

/** `bare`: paper, holes, shadows of the edge, specks. `faint`: what is on it is hardly darker than the paper. */
export type Emptiness = 'bare' | 'faint' | 'inked'

/** More patches of the size of letters than this are never looked at: there is something on the page. */
const FEW = 120
/** Sizes in inches. Two marks in a row that are nearer than this are a word. */
const WITHIN_WORD = 0.12
const LARGEST_SPECK = 0.075
const HOLE = { least: 0.12, most: 0.5, filled: 0.55 }
/** How near the edge holes are punched. */
const MARGIN = 1
/** Dots an inch at which grain has averaged out and strokes have not. */
const COARSE_DPI = 100
/** How much darker than the paper faint ink is at least, in greys, and in typical deviations of the paper. */
const LEAST_CONTRAST = 8
const DEVIATIONS = 6
/** Patches of the size of letters or words, side by side, on a page with faint writing. */
const WRITING = 8

/** Whether there is anything on a page to be read. Nothing that could be a word is taken for a speck. */
export async function emptiness(seen: Survey): Promise<Emptiness> {
  if (!isBare(seen)) return 'inked'
  return (await hasFaintInk(seen.image)) ? 'faint' : 'bare'
}

function isBare({ image, patches, letters, ink }: Survey): boolean {
  if (letters.length > FEW) return false
  const dpi = image.dpi ?? FALLBACK_DPI
  const marks = patches.filter((b) => !isHole(b, image, dpi, ink.cell) && !isEdge(b, image, dpi))
  const largest = LARGEST_SPECK * dpi
  if (marks.some((b) => b.x1 - b.x0 > largest || b.y1 - b.y0 > largest)) return false
  const tall = marks.filter((b) => b.y1 - b.y0 >= 0.035 * dpi)
  return !tall.some((a) => tall.some((b) => b !== a && besideInRow(a, b, WITHIN_WORD * dpi)))
}

function besideInRow(a: Blot, b: Blot, reach: number): boolean {
  const overlap = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0)
  return b.x0 >= a.x0 && b.x0 - a.x1 <= reach && overlap >= 0.5 * Math.min(a.y1 - a.y0, b.y1 - b.y0)
}

/** A punched hole: round, filled, near the edge. */
function isHole(b: Blot, { width, height }: Raster, dpi: number, cell: number): boolean {
  const [wide, high] = [(b.x1 - b.x0) / dpi, (b.y1 - b.y0) / dpi]
  const round = wide >= HOLE.least && wide <= HOLE.most && Math.abs(wide - high) <= 0.25 * wide
  const filled = b.cells * cell * cell >= HOLE.filled * (b.x1 - b.x0) * (b.y1 - b.y0)
  const margin = MARGIN * dpi
  const near = b.x0 < margin || b.x1 > width - margin || b.y0 < margin || b.y1 > height - margin
  return round && filled && near
}

/** The shadow of the lid or of the sheet's edge: it touches the border, and is narrow or solid. */
function isEdge(b: Blot, { width, height }: Raster, dpi: number): boolean {
  const near = 0.04 * dpi
  const touches = b.x0 <= near || b.y0 <= near || b.x1 >= width - near || b.y1 >= height - near
  return touches && Math.min(b.x1 - b.x0, b.y1 - b.y0) <= 0.5 * dpi
}

/** Whether there is writing that only shows once the paper's own brightness is taken away and its grain averaged. */
async function hasFaintInk(image: Raster): Promise<boolean> {
  const even = await flatField(image)
  const by = COARSE_DPI / (image.dpi ?? FALLBACK_DPI)
  const coarse = await resize(even, Math.round(image.width * by), Math.round(image.height * by), COARSE_DPI)
  const greys = Uint8Array.from(coarse.data).sort()
  const paper = greys[greys.length >> 1] ?? 255
  const deviation = paper - (greys[Math.floor(greys.length * 0.16)] ?? paper)
  const level = paper - Math.max(LEAST_CONTRAST, DEVIATIONS * deviation)
  const { letters } = survey(coarse, Math.max(1, level))
  const marks = letters.filter((b) => !isHole(b, coarse, COARSE_DPI, 1) && !isEdge(b, coarse, COARSE_DPI))
  const reach = WITHIN_WORD * COARSE_DPI
  const inWords = marks.filter((a) =>
    marks.some((b) => a !== b && (besideInRow(a, b, reach) || besideInRow(b, a, reach))),
  )
  return inWords.length >= WRITING
}
