import type { Recognize } from '../../messages.ts'
import type { OcrSettings, OcrWord } from '../../ocr/engine.ts'
import type { Blot } from '../page/ink.ts'
import { type Raster, tiff } from '../page/raster.ts'
import { FALLBACK_DPI } from '../page/survey.ts'

/** Sizes in inches. A row of text is this high; scraps that are shorter than a short word are left. */
const LOWEST = 0.05
const HIGHEST = 0.3
const SHORTEST = 0.2
/** Patches this near to each other belong to one scrap. */
const NEAR = 0.15
const MARGIN = 0.05
/** More scraps than this are no lost words but a page that could not be read. */
const MOST = 40
/** Words of a scrap are taken from this confidence on: what looks like text to nobody else must be clear. */
const CLEAR = 0.6

/** A piece of a page, in pixels. */
export type Scrap = { x0: number; y0: number; x1: number; y1: number }

/**
 * Reads what a reading left out: the engines pass over words that stand apart in wide gaps (the left column of a letter's
 * header). Patches of ink that no word covers are cut out, set under each other on one small sheet and read once. Gives the
 * words found, boxes in pixels of `image`; none, at no cost, when nothing was left out.
 */
export async function readLeftOut(
  image: Raster,
  letters: readonly Blot[],
  words: readonly Pick<OcrWord, 'box'>[],
  recognize: Recognize,
): Promise<readonly OcrWord[]> {
  const dpi = image.dpi ?? FALLBACK_DPI
  const scraps = scrapsOf(
    letters.filter((b) => !isCovered(b, words)),
    dpi,
  )
  if (scraps.length === 0 || scraps.length > MOST) return []
  const read = await readScraps(image, scraps, { psm: 6 }, recognize)
  return read.flat().filter((word) => word.confidence >= CLEAR && /[A-Za-z0-9]{2}/.test(word.text))
}

/** So many of the longest pieces are judged, and are print when so much of them is read surely. */
const JUDGED = 8
const PRINT = 0.5
const SURE = 0.8

/** Whether patches of a page, which look like words, can be read: by some of them, on one small sheet. null when they do not even look so. */
export async function isPrint(image: Raster, patches: readonly Blot[], recognize: Recognize): Promise<boolean | null> {
  const longest = scrapsOf(patches, image.dpi ?? FALLBACK_DPI)
    .sort((a, b) => b.x1 - b.x0 - (a.x1 - a.x0))
    .slice(0, JUDGED)
  if (longest.length < JUDGED) return null
  const read = await readScraps(image, longest, { psm: 6 }, recognize)
  const isRead = (words: readonly OcrWord[]) => words.some((w) => w.confidence >= SURE && /[A-Za-z]{3}/.test(w.text))
  return read.filter(isRead).length >= PRINT * longest.length
}

/** Reads pieces of a page, set under each other on one small sheet, in one go. Words of each, boxes in pixels of `image`. */
export async function readScraps(
  image: Raster,
  scraps: readonly Scrap[],
  settings: OcrSettings,
  recognize: Recognize,
): Promise<readonly (readonly OcrWord[])[]> {
  const dpi = image.dpi ?? FALLBACK_DPI
  const { raster, places } = sheetOf(image, scraps, Math.round(MARGIN * dpi))
  const read = await recognize({ data: tiff(raster), width: raster.width, height: raster.height, dpi }, settings)
  return places.map(({ top, bottom, dx, dy }) =>
    read.flatMap((word) => {
      const [x0, y0, x1, y1] = word.box
      const middle = (y0 + y1) / 2
      return middle < top || middle >= bottom ? [] : [{ ...word, box: [x0 + dx, y0 + dy, x1 + dx, y1 + dy] as const }]
    }),
  )
}

function isCovered({ x0, y0, x1, y1 }: Blot, words: readonly Pick<OcrWord, 'box'>[]): boolean {
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2]
  return words.some(({ box }) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3])
}

/** Patches side by side put together, those as high as text and as long as a word. */
function scrapsOf(lost: readonly Blot[], dpi: number): Scrap[] {
  const rows: Scrap[] = []
  for (const blot of [...lost].sort((a, b) => a.x0 - b.x0)) {
    if (blot.y1 - blot.y0 > HIGHEST * dpi) continue
    const row = rows.find(
      (r) =>
        blot.x0 - r.x1 <= NEAR * dpi &&
        Math.min(blot.y1, r.y1) - Math.max(blot.y0, r.y0) > 0.3 * Math.min(blot.y1 - blot.y0, r.y1 - r.y0),
    )
    if (!row) rows.push({ x0: blot.x0, y0: blot.y0, x1: blot.x1, y1: blot.y1 })
    else {
      row.x1 = Math.max(row.x1, blot.x1)
      row.y0 = Math.min(row.y0, blot.y0)
      row.y1 = Math.max(row.y1, blot.y1)
    }
  }
  return rows
    .filter((r) => r.y1 - r.y0 >= LOWEST * dpi && r.y1 - r.y0 <= HIGHEST * dpi && r.x1 - r.x0 >= SHORTEST * dpi)
    .sort((a, b) => a.y0 - b.y0 || a.x0 - b.x0)
}

/** The scraps under each other on white, and how far each was moved. */
function sheetOf(image: Raster, scraps: readonly Scrap[], margin: number) {
  const gap = 3 * margin
  const width = Math.max(...scraps.map((s) => s.x1 - s.x0)) + 2 * gap
  const height = scraps.reduce((sum, s) => sum + (s.y1 - s.y0) + gap, gap)
  const data = Buffer.alloc(width * height, 255)
  let top = gap
  const places = scraps.map((s) => {
    const [left, upper] = [Math.max(0, s.x0 - margin), Math.max(0, s.y0 - margin)]
    const [right, lower] = [Math.min(image.width, s.x1 + margin), Math.min(image.height, s.y1 + margin)]
    for (let y = upper; y < lower; y++) {
      const row = image.data.subarray(y * image.width + left, y * image.width + right)
      data.set(row, (top + y - s.y0) * width + gap + left - s.x0)
    }
    const place = { top: top - gap / 2, bottom: top + (s.y1 - s.y0) + gap / 2, dx: s.x0 - gap, dy: s.y0 - top }
    top += s.y1 - s.y0 + gap
    return place
  })
  return { raster: { ...image, width, height, data }, places }
}
