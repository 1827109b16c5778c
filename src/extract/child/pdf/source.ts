import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { blots, covered, inkOf, textLike } from '../page/ink.ts'
import type { PagePicture } from '../page/picture.ts'
import type { Raster } from '../page/raster.ts'
import { ownImage, pictured, render, scannedImage, soleImage } from './image.ts'
import type { PdfObjects } from './objects.ts'
import { inspect, type PdfPage, placeOnPage } from './page.ts'
import { isContentLost, scannedPage } from './scanned-page.ts'
import { plausibility } from './text-layer.ts'

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

/**
 * A page as it is shown, to be looked at: its own image where that is all there is on it, otherwise a rendering, with the words and lines that lie
 * over a scan.
 */
export async function pictureOf(page: PDFPageProxy, straight: StraightFromFile): Promise<PagePicture> {
  const scanned = await straight.scan(page)
  if (scanned?.kind === 'picture') return scanned.picture
  const looked = await inspect(page)
  const sole = looked.visibleText || looked.drawings > 0 ? null : soleImage(looked)
  return (sole && (await ownImage(page, sole))) ?? (await render(page, looked))
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
