import type { Raster } from './raster.ts'
import { type Survey, survey } from './survey.ts'

/** What the mean patch of letters is wide, as a share of the height of capitals, on pages whose letters are whole: 0.69 and more, even when typewritten. */
const WHOLE_LETTERS = 0.58
/** Fewer patches than this say nothing of the type. */
const ENOUGH = 60
/** Greys between these are neither paper nor ink. */
const [BLACK, WHITE] = [8, 247]
/** A page with fewer greys than this for each pixel of ink is black and white. */
const GREY = 0.3
/** Every so many pixels are looked at. */
const SAMPLE = 7

/**
 * Whether letters have fallen into pieces though there is more of them, in grey: a copy of a copy, whose thin strokes are pale. 0.46 of the height of
 * capitals on those, 0.69 and more on all other kinds of damage.
 */
export function isFrayed({ image, level, letters }: Survey): boolean {
  if (letters.length < ENOUGH) return false
  const heights = letters.map((b) => b.y1 - b.y0).sort((a, b) => a - b)
  const capitals = heights[Math.floor(heights.length * 0.75)] ?? 0
  const width = letters.reduce((sum, b) => sum + b.x1 - b.x0, 0) / letters.length
  if (width > WHOLE_LETTERS * capitals) return false
  return share(image, BLACK, WHITE) > GREY * share(image, 0, level)
}

/** Between the level of ink and the paper: what shines through is darker than this part of the way. */
const PALE = 0.45
/** The paper is the grey that so much of a page does not reach. */
const PAPER = 0.6
/** Pale pixels for each pixel of ink: the grey rims of letters are 0.2. */
const MANY_PALE = 0.38
/** Pale patches that are nothing but pale, for each patch of print: 0.35 and more when the other side shines through, else 0.01. */
const MANY_GHOSTS = 0.15

/** Patches of the size of letters that are pale throughout, when there are many of them: the other side shining through, or pale print. */
export function paleLetters({ image, level, ink, letters }: Survey): Survey['letters'] {
  const paper = quantile(image, PAPER)
  const pale = Math.round(level + PALE * (paper - level))
  if (pale <= level || share(image, level, pale) < MANY_PALE * share(image, 0, level)) return []
  const hasInk = ({ x0, y0, x1, y1 }: Survey['letters'][number]) => {
    for (let y = y0 / ink.cell; y < Math.min(ink.height, y1 / ink.cell); y++)
      for (let x = x0 / ink.cell; x < Math.min(ink.width, x1 / ink.cell); x++)
        if (ink.grid[y * ink.width + x] === 1) return true
    return false
  }
  const ghosts = survey(image, pale).letters.filter((b) => !hasInk(b))
  return ghosts.length > Math.max(ENOUGH, MANY_GHOSTS * letters.length) ? ghosts : []
}

/** Share of the pixels that are at least `from` and below `to`. */
function share({ data }: Raster, from: number, to: number): number {
  let count = 0
  for (let i = 0; i < data.length; i += SAMPLE) if ((data[i] as number) >= from && (data[i] as number) < to) count++
  return count / Math.ceil(data.length / SAMPLE)
}

function quantile({ data }: Raster, part: number): number {
  const counts = new Int32Array(256)
  for (let i = 0; i < data.length; i += SAMPLE) counts[data[i] as number] = (counts[data[i] as number] as number) + 1
  let left = part * Math.ceil(data.length / SAMPLE)
  return counts.findIndex((n) => {
    left -= n
    return left <= 0
  })
}
