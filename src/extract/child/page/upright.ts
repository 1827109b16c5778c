import type { OcrWord } from '../../ocr/engine.ts'
import { withoutRuledLines } from '../remedies/ruled-lines.ts'
import { withoutSpecks } from '../remedies/specks.ts'
import { type Raster, tilt, turn } from './raster.ts'
import { liesOnSide, skewOf } from './skew.ts'
import { atReadingSize, FALLBACK_DPI, type Survey, survey } from './survey.ts'
import { isUpsideDown } from './upside-down.ts'

/** A word where it stands on the upright page as it came, and where it stood once the page was straight; boxes in pixels. */
export type PlacedWord = {
  readonly text: string
  readonly box: readonly [number, number, number, number]
  readonly straight: readonly [number, number, number, number]
  readonly confidence: number
}

/** One upright, straight image and how to get back from it. */
export type Prepared = {
  readonly image: Raster
  readonly upright: { readonly width: number; readonly height: number }
  readonly rotation: 0 | 90 | 180 | 270
  readonly skew: number
  /** What is seen on it, specks and all. */
  readonly seen: Survey
}

const DESKEW_ABOVE = 0.15

/** At the size at which it is read best. */
export async function sized(seen: Survey): Promise<Survey> {
  const fit = await atReadingSize(seen)
  return fit === seen.image ? seen : survey(fit)
}

/** Turned onto its feet, straight, without lines and specks. null when nothing on it looks like letters. */
export async function upright(seen: Survey): Promise<Prepared | null> {
  const asCame = await prepare(seen, 0)
  if (asCame.seen.letters.length === 0) return null
  const level = liesOnSide(asCame.seen.letters, seen.ink) ? await prepare(seen, 90) : asCame
  const { letters, ink, image } = level.seen
  if (!isUpsideDown(letters, ink, image.dpi ?? FALLBACK_DPI)) return level
  return prepare(seen, level.rotation === 0 ? 180 : 270)
}

/** Turned by `rotation`, and straight, without lines and specks. */
export async function prepare(seen: Survey, rotation: 0 | 90 | 180 | 270): Promise<Prepared> {
  const turned = rotation === 0 ? seen : survey(await turn(seen.image, rotation), seen.level)
  const measured = skewOf(turned.letters, turned.ink)
  const skew = Math.abs(measured) > DESKEW_ABOVE ? measured : 0
  const straight = skew === 0 ? turned : survey(await tilt(turned.image, -skew))
  const unruled = withoutRuledLines(straight.image, straight.ink, straight.level)
  const rest = unruled === straight.image ? straight : survey(unruled, straight.level)
  const image = withoutSpecks(rest.image, rest.ink, rest.patches)
  const { width, height } = turned.image
  return { image, upright: { width, height }, rotation, skew, seen: rest }
}

/** A word of the straight image as it stands on the upright page. */
export const placed = (word: OcrWord, prepared: Prepared): PlacedWord => ({
  ...word,
  straight: word.box,
  box: untilt(word.box, prepared),
})

/** Back from the straightened image to the upright page: the box around where the word's corners went. */
function untilt(
  box: readonly [number, number, number, number],
  { image, upright, skew }: Prepared,
): readonly [number, number, number, number] {
  if (skew === 0) return box
  const angle = (skew * Math.PI) / 180
  const back = (x: number, y: number) => {
    const dx = x - image.width / 2
    const dy = y - image.height / 2
    return [
      upright.width / 2 + dx * Math.cos(angle) - dy * Math.sin(angle),
      upright.height / 2 + dx * Math.sin(angle) + dy * Math.cos(angle),
    ] as const
  }
  const [x0, y0, x1, y1] = box
  const corners = [back(x0, y0), back(x1, y0), back(x0, y1), back(x1, y1)]
  const xs = corners.map((c) => c[0])
  const ys = corners.map((c) => c[1])
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}
