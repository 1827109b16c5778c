import { OPS, type PDFPageProxy, Util } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { takingApart } from '../trouble.ts'
import { type TextItem, type TextLayer, textLayer } from './text-layer.ts'

/** A picture on a page: where it stands, as fractions of the page as shown, and how it is turned. */
export type PlacedImage = {
  readonly id: string | null
  readonly mask: boolean
  readonly box: readonly [number, number, number, number]
  /** Degrees clockwise the picture's own pixels must be turned to look as shown; null for mirrored or slanted ones. */
  readonly turn: 0 | 90 | 180 | 270 | null
  /** Size as shown, in points, along the picture's own width and height. */
  readonly points: readonly [number, number]
}

export type PdfPage = {
  readonly layer: TextLayer
  readonly images: readonly PlacedImage[]
  /** Lines, fills and shadings: ink that is neither text nor picture. */
  readonly drawings: number
  /** Whether any of the text is printed: what OCR put under a scan is not. */
  readonly visibleText: boolean
  /** Size as shown (with the page's /Rotate), in points. */
  readonly width: number
  readonly height: number
}

type Matrix = readonly number[]

/** Looks at one page of a PDF: its text, where its pictures stand, what else is drawn. @throws {PageDefect} */
export async function inspect(page: PDFPageProxy): Promise<PdfPage> {
  const viewport = page.getViewport({ scale: 1 })
  const content = await takingApart('its text is damaged', () => page.getTextContent({ disableNormalization: false }))
  const items: TextItem[] = []
  for (const item of content.items) {
    if (!('str' in item) || item.str === '') continue
    items.push({
      text: item.str,
      matrix: Util.transform(viewport.transform, item.transform) as number[],
      width: item.width,
    })
  }
  const layer = textLayer(items, viewport.width, viewport.height)
  const { images, drawings, visibleText } = await walk(page, viewport.transform, viewport.width, viewport.height)
  return { layer, images, drawings, visibleText, width: viewport.width, height: viewport.height }
}

/** Neither filled nor stroked (ISO 32000-1, 9.3.6). */
const INVISIBLE = 3

async function walk(page: PDFPageProxy, toPage: Matrix, width: number, height: number) {
  const { fnArray, argsArray } = await takingApart('its content is damaged', () => page.getOperatorList())
  const images: PlacedImage[] = []
  let drawings = 0
  let visibleText = false
  let isInvisible = false
  let matrix: Matrix = toPage
  const saved: Matrix[] = []
  const multiply = (by: unknown) => {
    if (Array.isArray(by) || ArrayBuffer.isView(by))
      matrix = Util.transform(matrix as number[], Array.from(by as number[])) as number[]
  }
  for (const [i, operation] of fnArray.entries()) {
    const args: readonly unknown[] = argsArray[i] ?? []
    switch (operation) {
      case OPS.save:
        saved.push(matrix)
        break
      case OPS.restore:
      case OPS.paintFormXObjectEnd:
        matrix = saved.pop() ?? toPage
        break
      case OPS.transform:
        multiply(args)
        break
      case OPS.paintFormXObjectBegin:
        saved.push(matrix)
        multiply(args[0])
        break
      case OPS.paintImageXObject:
        images.push(placed(typeof args[0] === 'string' ? args[0] : null, false, matrix, width, height))
        break
      case OPS.paintInlineImageXObject:
      case OPS.paintInlineImageXObjectGroup:
      case OPS.paintImageXObjectRepeat:
        images.push(placed(null, false, matrix, width, height))
        break
      case OPS.paintImageMaskXObject:
      case OPS.paintImageMaskXObjectGroup:
      case OPS.paintImageMaskXObjectRepeat:
        images.push(placed(null, true, matrix, width, height))
        break
      case OPS.setTextRenderingMode:
        isInvisible = args[0] === INVISIBLE
        break
      case OPS.showText:
        visibleText ||= !isInvisible
        break
      case OPS.constructPath:
      case OPS.shadingFill:
        drawings++
        break
    }
  }
  return { images, drawings, visibleText }
}

/** Where a page's lone picture stands; `matrix` is the content's own. */
export function placeOnPage(page: PDFPageProxy, id: string | null, matrix: Matrix): PlacedImage {
  const { transform, width, height } = page.getViewport({ scale: 1 })
  return placed(id, false, Util.transform(transform, matrix as number[]) as number[], width, height)
}

/** The unit square of a picture, set on the page by `matrix`; its top left is (0, 1) of that square. */
function placed(id: string | null, mask: boolean, matrix: Matrix, width: number, height: number): PlacedImage {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = matrix
  const xs = [e, e + a, e + c, e + a + c].map((x) => x / width)
  const ys = [f, f + b, f + d, f + b + d].map((y) => y / height)
  return {
    id,
    mask,
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    turn: turnOf(a, b, -c, -d),
    points: [Math.hypot(a, b), Math.hypot(c, d)],
  }
}

/** `right` and `down` are where the picture's own axes point on the page, y down. */
function turnOf(rightX: number, rightY: number, downX: number, downY: number): 0 | 90 | 180 | 270 | null {
  const flat = (x: number, y: number) => Math.abs(y) < 0.01 * Math.abs(x)
  if (flat(rightX, rightY) && flat(downY, downX)) {
    if (rightX > 0 && downY > 0) return 0
    if (rightX < 0 && downY < 0) return 180
  }
  if (flat(rightY, rightX) && flat(downX, downY)) {
    if (rightY > 0 && downX < 0) return 90
    if (rightY < 0 && downX > 0) return 270
  }
  return null
}
