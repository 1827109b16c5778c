import type { Recognize } from '../../messages.ts'
import type { PageSegmentation } from '../../ocr/engine.ts'
import { withoutDust } from '../remedies/dust.ts'
import { withoutOverlay } from '../remedies/overlay.ts'
import { withoutRuledLines } from '../remedies/ruled-lines.ts'
import { secondOpinion } from '../remedies/second-opinion.ts'
import { withoutSpecks } from '../remedies/specks.ts'
import { readLeftOut } from '../remedies/sweep.ts'
import { PageDefect } from '../trouble.ts'
import { emptiness } from './emptiness.ts'
import { type Blot, covered, inkLevel } from './ink.ts'
import {
  clearPaper,
  flatField,
  isShaded,
  LONGEST_SIDE,
  type Raster,
  soften,
  strengthen,
  tiff,
  tilt,
  turn,
} from './raster.ts'
import { type GivenUp, remedies as remediesFor } from './remedy.ts'
import { liesOnSide, skewOf } from './skew.ts'
import { atReadingSize, blackOnWhite, FALLBACK_DPI, type Survey, survey } from './survey.ts'

/** A word where it stands on the upright page as it came, and where it stood once the page was straight; boxes in pixels. */
export type PlacedWord = {
  readonly text: string
  readonly box: readonly [number, number, number, number]
  readonly straight: readonly [number, number, number, number]
  readonly confidence: number
}

export type Reading = {
  readonly words: readonly PlacedWord[]
  readonly width: number
  readonly height: number
  /** Size of the straightened image. */
  readonly straight: { readonly width: number; readonly height: number }
  readonly rotation: 0 | 90 | 180 | 270
  readonly skew: number
  readonly status: 'ok' | 'blank' | 'unreadable'
  readonly remedies: readonly string[]
  /** Share of the text-like ink inside the words' boxes. */
  readonly coverage: number
  /** The remedy over which the engine failed, on the last try; null: everything was done that there is to do. */
  readonly givenUp: GivenUp['name'] | null
}

/** One upright, straight image and how to get back from it. */
type Prepared = {
  readonly image: Raster
  readonly upright: { readonly width: number; readonly height: number }
  readonly rotation: 0 | 90 | 180 | 270
  readonly skew: number
  readonly letters: readonly Blot[]
}

type Attempt = {
  readonly words: readonly PlacedWord[]
  readonly confidence: number
  readonly coverage: number
  readonly prepared: Prepared
  readonly remedies: readonly string[]
}

/** A page whose words are surer than this and hold this much of its ink is taken as it is. Clean pages have 0.9 and 0.95. */
const SURE = 0.82
const WHOLE = 0.85
/** Upside-down pages had 0.37-0.39, every other page 0.72 and more. */
const TURNED = 0.6
/** Pages whose thin strokes are whole have 0.94 and more. */
const FINE = 0.93
const DESKEW_ABOVE = 0.15
const MOST_TRIES = 6

/** An image with fewer pixels on a side can hold no letter. */
const SHORTEST_SIDE = 5

/**
 * Reads a page image: once as it is, then, when the words are unsure or leave ink unread, with one remedy after another;
 * the best reading is kept. Boxes are those of the upright page before it was straightened.
 * @throws {PageDefect} when it has no shape that a page can have; {EngineTrouble} when the engine fails before there is a reading, or over a remedy while there will be another try.
 */
export async function readImage(page: Raster, recognize: Recognize): Promise<Reading> {
  if (Math.min(page.width, page.height) < SHORTEST_SIDE)
    throw new PageDefect(`its image has ${page.width} × ${page.height} pixels: scan or request it again`)
  const first = survey(page)
  const asCame = blackOnWhite(first)
  const paper = asCame.image
  const empty = await emptiness(asCame)
  if (empty === 'bare') return nothing(page, 'blank')
  const even = empty === 'faint' || isShaded(paper) ? await flatField(paper) : paper
  const lit = even === paper ? asCame : survey(empty === 'faint' ? await soften(even) : even)
  const dusted = withoutDust(lit)
  const visible = dusted === lit.image ? lit : survey(dusted, lit.level)
  const full = await sized(visible)
  const bare = withoutOverlay(full)
  const seen = bare === full.image ? full : survey(bare, full.level)
  const upright = await prepare(seen, 0)
  if (upright.letters.length === 0) return nothing(page, 'unreadable')
  const start = liesOnSide(upright.letters, seen.ink) ? await prepare(seen, 90) : upright
  const begun = [
    ...(asCame === first ? [] : ['negative']),
    ...(even === paper ? [] : ['flat field']),
    ...(empty === 'faint' ? ['soften'] : []),
    ...(visible === lit ? [] : ['dust off']),
    ...(seen === full ? [] : ['overlay off']),
  ]
  let best = await attempt(start, 6, recognize, start.rotation === 0 ? begun : [...begun, 'turn 90'])
  let tries = 1

  const { attempt: mend, givenUp } = remediesFor(recognize.lastTry)
  const take = (next: Attempt | null) => {
    if (next && worth(next) > worth(best)) best = next
  }
  const consider = async (name: string, make: () => Promise<Attempt>) => {
    if (good(best) || tries >= MOST_TRIES) return
    tries++
    take(await mend(name, make))
  }

  if (best.confidence < TURNED) {
    const turns = ([180, 90, 270] as const).map((by) => ((start.rotation + by) % 360) as 0 | 90 | 180 | 270)
    for (const rotation of turns) {
      if (best.confidence >= TURNED) break
      const turned = `turn ${rotation}`
      await consider(turned, async () => attempt(await prepare(seen, rotation), 6, recognize, [turned]))
    }
  }
  // Of a page that may be upside down nothing is read yet that could stand.
  const turnless = givenUp()
  if (turnless) throw turnless.trouble
  const { prepared, remedies } = best
  await consider('clear paper', () => {
    const image = clearPaper(prepared.image, inkLevel(prepared.image))
    return attempt({ ...prepared, image }, 6, recognize, [...remedies, 'clear paper'])
  })
  await consider('psm 3', () => attempt(prepared, 3, recognize, [...remedies, 'psm 3']))
  await consider('flat field', async () => {
    // From the beginning: under a shadow neither letters nor ruled lines were seen for what they are.
    const again = await sized(survey(await flatField(visible.image)))
    return attempt(await prepare(again, prepared.rotation), 6, recognize, [...remedies, 'flat field'])
  })
  await consider('sauvola', () => attempt(prepared, 6, recognize, [...remedies, 'sauvola'], 'sauvola'))
  await consider('soften', async () => {
    const image = await soften(prepared.image)
    return attempt({ ...prepared, image }, 6, recognize, [...remedies, 'soften'])
  })

  if (best.confidence < FINE && tries < MOST_TRIES) {
    const { prepared, remedies } = best
    const darker = { ...prepared, image: strengthen(prepared.image) }
    take(await mend('strengthen', () => attempt(darker, 6, recognize, [...remedies, 'strengthen'])))
  }

  const wordless = best.words.length === 0 ? givenUp() : null
  if (wordless) throw wordless.trouble
  if (best.words.length === 0) return nothing(page, 'unreadable', best.remedies)
  best = (await mend('sweep', () => swept(best, recognize))) ?? best
  best = (await mend('second opinion', () => settled(best, recognize))) ?? best
  const { rotation, skew, image } = best.prepared
  const left = givenUp()
  const done = left ? [...best.remedies, `${left.name} failed`] : best.remedies
  return {
    words: best.words,
    ...best.prepared.upright,
    straight: { width: image.width, height: image.height },
    rotation,
    skew,
    status: 'ok',
    remedies: skew === 0 ? done : ['deskew', ...done],
    coverage: best.coverage,
    givenUp: left?.name ?? null,
  }
}

async function sized(seen: Survey): Promise<Survey> {
  const fit = await atReadingSize(seen)
  return fit === seen.image ? seen : survey(fit)
}

/** A reading with the words that it had left out. */
async function swept(read: Attempt, recognize: Recognize): Promise<Attempt> {
  const { prepared } = read
  const straight = read.words.map((w) => ({ box: w.straight }))
  const found = await readLeftOut(prepared.image, prepared.letters, straight, recognize)
  if (found.length === 0) return read
  const words = [...read.words, ...found.map((w) => ({ ...w, straight: w.box, box: untilt(w.box, prepared) }))]
  return { ...read, words, remedies: [...read.remedies, 'sweep'] }
}

/** A reading whose doubtful numbers were read again by the other model. */
async function settled(read: Attempt, recognize: Recognize): Promise<Attempt> {
  if (!recognize.hasSecondModel) return read
  const again = await secondOpinion(
    read.prepared.image,
    read.words.map((w) => ({ ...w, box: w.straight, placed: w })),
    recognize,
  )
  if (again.size === 0) return read
  const settledWords = new Map([...again].map(([{ placed }, word]) => [placed, word]))
  const words = read.words.map((w) => ({ ...w, ...settledWords.get(w) }))
  return { ...read, words, remedies: [...read.remedies, 'second opinion'] }
}

const good = (a: Attempt) => a.confidence >= SURE && a.coverage >= WHOLE

/** How much was read, weighed by how surely: letters of words above chance, times the share of ink they explain. */
function worth(a: Attempt): number {
  let sum = 0
  for (const w of a.words) sum += w.text.length * Math.max(0, w.confidence - 0.3)
  return sum * (0.5 + a.coverage / 2)
}

async function prepare(seen: Survey, rotation: 0 | 90 | 180 | 270): Promise<Prepared> {
  const upright = rotation === 0 ? seen : survey(await turn(seen.image, rotation), seen.level)
  const measured = skewOf(upright.letters, upright.ink)
  const skew = Math.abs(measured) > DESKEW_ABOVE ? measured : 0
  const straight = skew === 0 ? upright : survey(await tilt(upright.image, -skew))
  const unruled = withoutRuledLines(straight.image, straight.ink, straight.level)
  const rest = unruled === straight.image ? straight : survey(unruled, straight.level)
  const image = withoutSpecks(rest.image, rest.ink, rest.patches)
  const { width, height } = upright.image
  return { image, upright: { width, height }, rotation, skew, letters: rest.letters }
}

async function attempt(
  prepared: Prepared,
  psm: PageSegmentation,
  recognize: Recognize,
  remedies: readonly string[],
  thresholding?: 'sauvola',
): Promise<Attempt> {
  const { image } = prepared
  if (Math.max(image.width, image.height) > LONGEST_SIDE)
    throw new PageDefect(`it has ${image.width} × ${image.height} pixels, which is longer than any sheet of paper`)
  const read = await recognize(
    { data: tiff(image), width: image.width, height: image.height, dpi: image.dpi ?? FALLBACK_DPI },
    thresholding ? { psm, thresholding } : { psm },
  )
  const coverage = covered(
    prepared.letters,
    read.map((w) => w.box),
    image,
  )
  let weight = 0
  let sum = 0
  for (const w of read) {
    weight += w.text.length
    sum += w.text.length * w.confidence
  }
  const words = read.map((w) => ({ ...w, straight: w.box, box: untilt(w.box, prepared) }))
  return { words, confidence: weight === 0 ? 0 : sum / weight, coverage, prepared, remedies }
}

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

function nothing({ width, height }: Raster, status: 'blank' | 'unreadable', remedies: readonly string[] = []): Reading {
  const size = { width, height }
  return { words: [], ...size, straight: size, rotation: 0, skew: 0, status, remedies, coverage: 0, givenUp: null }
}
