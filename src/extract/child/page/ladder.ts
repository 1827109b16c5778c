import type { Recognize } from '../../messages.ts'
import type { OcrWord, PageSegmentation } from '../../ocr/engine.ts'
import { rereadRows } from '../remedies/doubtful-rows.ts'
import { secondOpinion } from '../remedies/second-opinion.ts'
import { readLeftOut } from '../remedies/sweep.ts'
import { PageDefect } from '../trouble.ts'
import { covered } from './ink.ts'
import { flatField, LONGEST_SIDE, type Raster, soften, strengthen, tiff } from './raster.ts'
import { cleared, madeReady } from './ready.ts'
import { type GivenUp, remedies as remediesFor } from './remedy.ts'
import { FALLBACK_DPI, survey } from './survey.ts'
import { type PlacedWord, type Prepared, placed, prepare, sized } from './upright.ts'

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
const MOST_TRIES = 6

/** An image with fewer pixels on a side can hold no letter. */
const SHORTEST_SIDE = 5

/**
 * Reads a page image: mended by what is seen on it, then, when the words are unsure or leave ink unread, with one remedy after another;
 * the best reading is kept. Boxes are those of the upright page before it was straightened.
 * @throws {PageDefect} when it has no shape that a page can have; {EngineTrouble} when the engine fails before there is a reading, or over a remedy while there will be another try.
 */
export async function readImage(page: Raster, recognize: Recognize): Promise<Reading> {
  if (Math.min(page.width, page.height) < SHORTEST_SIDE)
    throw new PageDefect(`its image has ${page.width} × ${page.height} pixels: scan or request it again`)
  const made = await madeReady(page, recognize)
  if (typeof made === 'string') return nothing(page, made)
  const { seen, ready, visible } = made
  let best = await attempt(ready, 6, recognize, made.remedies)
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
    const turns = ([180, 90, 270] as const).map((by) => ((ready.rotation + by) % 360) as 0 | 90 | 180 | 270)
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
  if (!remedies.includes('clear paper'))
    await consider('clear paper', () => attempt(cleared(prepared), 6, recognize, [...remedies, 'clear paper']))
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

  if (best.confidence < FINE && tries < MOST_TRIES && !best.remedies.includes('strengthen'))
    take(await mend('strengthen', () => strengthened(best, recognize)))

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

/** A reading whose doubtful rows, or all of it, were read again with the greys darkened. */
async function strengthened(read: Attempt, recognize: Recognize): Promise<Attempt> {
  const { prepared } = read
  const darker = { ...prepared, image: strengthen(prepared.image) }
  const remedies = [...read.remedies, 'strengthen']
  const surer = await rereadRows(darker.image, onStraight(read), recognize)
  return surer ? corrected(read, surer, remedies) : attempt(darker, 6, recognize, remedies)
}

/** A reading with the words that it had left out. */
async function swept(read: Attempt, recognize: Recognize): Promise<Attempt> {
  const { prepared } = read
  const straight = read.words.map((w) => ({ box: w.straight }))
  const found = await readLeftOut(prepared.image, prepared.seen.letters, straight, recognize)
  if (found.length === 0) return read
  const words = [...read.words, ...found.map((w) => placed(w, prepared))]
  return { ...read, words, remedies: [...read.remedies, 'sweep'] }
}

/** A reading whose doubtful numbers were read again by the other model. */
async function settled(read: Attempt, recognize: Recognize): Promise<Attempt> {
  if (!recognize.hasSecondModel) return read
  const again = await secondOpinion(read.prepared.image, onStraight(read), recognize)
  return corrected(read, again, [...read.remedies, 'second opinion'])
}

/** A word of a reading where it stands on the straight image, and the word itself. */
type StraightWord = OcrWord & { readonly placed: PlacedWord }

const onStraight = ({ words }: Attempt): readonly StraightWord[] =>
  words.map((w) => ({ ...w, box: w.straight, placed: w }))

/** A reading with some of its words as they were read elsewhere; the reading itself where there are none. */
function corrected(
  read: Attempt,
  by: ReadonlyMap<StraightWord, Pick<OcrWord, 'text' | 'confidence'>>,
  remedies: readonly string[],
): Attempt {
  if (by.size === 0) return read
  const correct = new Map([...by].map(([{ placed }, word]) => [placed, word]))
  const words = read.words.map((w) => ({ ...w, ...correct.get(w) }))
  return { ...read, words, confidence: confidenceOf(words), remedies }
}

const good = (a: Attempt) => a.confidence >= SURE && a.coverage >= WHOLE

/** How much was read, weighed by how surely: letters of words above chance, times the share of ink they explain. */
function worth(a: Attempt): number {
  let sum = 0
  for (const w of a.words) sum += w.text.length * Math.max(0, w.confidence - 0.3)
  return sum * (0.5 + a.coverage / 2)
}

/** How sure words are, weighed by their length. */
function confidenceOf(words: readonly Pick<OcrWord, 'text' | 'confidence'>[]): number {
  let [weight, sum] = [0, 0]
  for (const { text, confidence } of words) {
    weight += text.length
    sum += text.length * confidence
  }
  return weight === 0 ? 0 : sum / weight
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
    prepared.seen.letters,
    read.map((w) => w.box),
    image,
  )
  const words = read.map((w) => placed(w, prepared))
  return { words, confidence: confidenceOf(read), coverage, prepared, remedies }
}

function nothing({ width, height }: Raster, status: 'blank' | 'unreadable', remedies: readonly string[] = []): Reading {
  const size = { width, height }
  return { words: [], ...size, straight: size, rotation: 0, skew: 0, status, remedies, coverage: 0, givenUp: null }
}
