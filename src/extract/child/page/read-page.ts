import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { type Issue, type Line, makeBox, type Page, unionBox, type Word } from '../../../model/index.ts'
import { type PageReport, REMEDY_FAILED, type Recognize } from '../../messages.ts'
import { ownImage, type PagePicture, pictured, render, scannedImage, soleImage } from '../pdf/image.ts'
import type { PdfObjects } from '../pdf/objects.ts'
import { inspect, type PdfPage, placeOnPage } from '../pdf/page.ts'
import { isContentLost, scannedPage } from '../pdf/scanned-page.ts'
import { plausibility } from '../pdf/text-layer.ts'
import { blots, covered, inkOf, textLike } from './ink.ts'
import { type Reading, readImage } from './ladder.ts'
import { linesOf } from './layout.ts'
import type { Raster } from './raster.ts'

/** Pictures over this much of a page mean that it may be a scan, and that its text may be what a scanner made of it. */
const SCANNED = 0.3
const PLAUSIBLE = 0.7

/** What a page of a PDF gives: its good text layer, or a picture to be read. */
export type Source =
  | { readonly kind: 'layer'; readonly page: PdfPage }
  | { readonly kind: 'picture'; readonly picture: PagePicture }
  | { readonly kind: 'blank' }
  | { readonly kind: 'undecodable' }

/** What the file's own bytes tell of a page, without pdfjs. */
export type StraightFromFile = {
  /** The picture of a page that is nothing but a scan; null for any other page. */
  readonly scan: (page: PDFPageProxy) => Promise<Source | null>
  /** Whether a page has content that cannot be found. */
  readonly isLost: (page: PDFPageProxy) => boolean
}

/** Looks into the file's own bytes; `objects` is null where they are too unusual. */
export function straightFrom(objects: PdfObjects | null, maxPixels: number): StraightFromFile {
  return {
    scan: async (page) => {
      const scanned = objects && scannedPage(objects, page, maxPixels)
      if (!scanned) return null
      const picture = await scannedImage(scanned, placeOnPage(page, 'scan', scanned.matrix), maxPixels)
      return picture && { kind: 'picture', picture }
    },
    isLost: (page) => objects !== null && isContentLost(objects, page),
  }
}

/**
 * Decides for one page: the text layer when its text is plausible and, where a scan lies under it, agrees with the ink;
 * otherwise the page's own image, or a rendering. `warnings` collects what pdfjs complains about meanwhile.
 */
export async function sourceOf(
  page: PDFPageProxy,
  warnings: readonly string[],
  straight: StraightFromFile,
): Promise<Source> {
  const scanned = await straight.scan(page)
  if (scanned) return scanned
  const looked = await inspect(page)
  const texts = looked.layer.words.map((w) => w.text)
  const scan = pictured(looked)
  const plausible = plausibility(texts) >= PLAUSIBLE
  if (plausible && scan < SCANNED) return { kind: 'layer', page: looked }
  const lost = () => warnings.some((w) => /image|JBIG2|JPX|Jpeg|CCITT/i.test(w))
  if (texts.length === 0 && looked.images.length === 0 && looked.drawings === 0) {
    return { kind: lost() || straight.isLost(page) ? 'undecodable' : 'blank' }
  }
  const sole = soleImage(looked)
  // Text that is printed over a scan (a stamp set by a program) is only on the page as a whole.
  const picture = sole && !looked.visibleText ? await ownImage(page, sole) : null
  if (sole && !picture && !looked.visibleText && texts.length === 0) return { kind: 'undecodable' }
  const drawn = picture ?? (await render(page, looked))
  if (plausible && agrees(looked, drawn)) return { kind: 'layer', page: looked }
  if (!picture && lost() && isWhite(drawn.raster)) return { kind: 'undecodable' }
  return { kind: 'picture', picture: drawn }
}

/** A layer over a scan is taken only when its words lie on the ink and leave little of it out. */
function agrees({ layer, width, height }: PdfPage, { raster, place }: PagePicture): boolean {
  if (layer.rotation !== 0 || layer.words.length < 30) return false
  const [x0, y0, x1, y1] = place
  const across = raster.width / ((x1 - x0) * width)
  const down = raster.height / ((y1 - y0) * height)
  const boxes = layer.words.map(({ box }) => {
    const [a, b, c, d] = box
    return [
      (a - x0 * width) * across,
      (b - y0 * height) * down,
      (c - x0 * width) * across,
      (d - y0 * height) * down,
    ] as const
  })
  const letters = textLike(blots(inkOf(raster)), raster.dpi ?? 200)
  return covered(letters, boxes, raster) >= 0.8
}

function isWhite(raster: Raster): boolean {
  return raster.data.every((v) => v > 250)
}

/** A page of a good text layer: every word certain. */
export function layerPage(number: number, { layer }: PdfPage): PageReport {
  const words = layer.words.map(({ text, box: [x0, y0, x1, y1] }) => ({
    text,
    box: makeBox(x0 / layer.width, y0 / layer.height, Math.max(x0, x1) / layer.width, y1 / layer.height),
    confidence: 1,
  }))
  const lines = linesOf(words, layer.height / layer.width)
  const page = { number, source: 'text-layer', rotation: layer.rotation, skew: 0, dpi: null } as const
  return { page: { ...page, confidence: 1, status: 'ok', lines }, issues: [], remedies: [] }
}

/** A page read from its picture; boxes are fractions of the upright page. */
export async function picturePage(
  number: number,
  { raster, place }: PagePicture,
  recognize: Recognize,
): Promise<PageReport> {
  const reading = await readImage(raster, recognize)
  const lines = pageLines(reading, turnPlace(place, reading.rotation))
  const status = reading.status === 'ok' && lines.length === 0 ? 'unreadable' : reading.status
  const issues: Issue[] = []
  if (status === 'unreadable')
    issues.push(
      pageIssue(
        'extract.page-unreadable',
        'error',
        'the page has ink but no text could be read from it: look at the page, scan it again',
        number,
      ),
    )
  if (reading.givenUp !== null)
    issues.push(
      pageIssue(
        REMEDY_FAILED,
        'error',
        `the page was read, but not as well as it can be: the OCR engine failed over “${reading.givenUp}”; have the document read again (imr run, imr reread)`,
        number,
      ),
    )
  return {
    page: { ...summary(number, raster, reading), status, confidence: meanConfidence(lines), lines },
    issues,
    remedies: reading.remedies,
  }
}

function summary(
  number: number,
  raster: Raster,
  { rotation, skew }: Reading,
): Omit<Page, 'status' | 'confidence' | 'lines'> {
  return {
    number,
    source: 'ocr',
    rotation,
    skew,
    dpi: raster.dpi === null ? null : Math.max(1, Math.round(raster.dpi)),
  }
}

/** A page without words, and why. */
export function emptyPage(number: number, status: 'blank' | 'unreadable', issue: Issue | null): PageReport {
  const page = { number, source: 'ocr', rotation: 0, skew: 0, dpi: null, confidence: 0, status, lines: [] } as const
  return { page, issues: issue ? [issue] : [], remedies: [] }
}

export function pageIssue(rule: string, severity: Issue['severity'], message: string, page: number | null): Issue {
  return { rule, severity, message, path: null, page }
}

/** Of a file without its end. */
export function truncatedIssue(): Issue {
  const message = 'the file stops before its end: pages may be missing, request it again'
  return pageIssue('extract.truncated', 'error', message, null)
}

/** Rows are found on the straightened page, where a row is level; the boxes are those of the page as it came. */
function pageLines(reading: Reading, [px0, py0, px1, py1]: PagePicture['place']): readonly Line[] {
  const x = (v: number) => px0 + (v / reading.width) * (px1 - px0)
  const y = (v: number) => py0 + (v / reading.height) * (py1 - py0)
  const { width, height } = reading.straight
  const asCame = new Map<Word, Word>()
  for (const { text, box, straight, confidence } of reading.words) {
    const sure = Math.round(confidence * 1000) / 1000
    const level = makeBox(straight[0] / width, straight[1] / height, straight[2] / width, straight[3] / height)
    asCame.set(
      { text, box: level, confidence: sure },
      { text, box: makeBox(x(box[0]), y(box[1]), x(box[2]), y(box[3])), confidence: sure },
    )
  }
  return linesOf([...asCame.keys()], height / width).map(({ paragraph, words }) => {
    const inRow = words.map((w) => asCame.get(w) ?? w)
    return { box: unionBox(inRow.map((w) => w.box)), paragraph, words: inRow }
  })
}

function turnPlace([x0, y0, x1, y1]: PagePicture['place'], by: number): PagePicture['place'] {
  if (by === 90) return [1 - y1, x0, 1 - y0, x1]
  if (by === 180) return [1 - x1, 1 - y1, 1 - x0, 1 - y0]
  if (by === 270) return [y0, 1 - x1, y1, 1 - x0]
  return [x0, y0, x1, y1]
}

function meanConfidence(lines: readonly Line[]): number {
  const all = lines.flatMap((l) => l.words.map((w) => w.confidence))
  return all.length === 0 ? 0 : Math.round((1000 * all.reduce((a, b) => a + b, 0)) / all.length) / 1000
}
