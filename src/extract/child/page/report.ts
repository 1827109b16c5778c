import { type Issue, type Line, makeBox, type Page, unionBox, type Word } from '../../../model/index.ts'
import { type PageReport, REMEDY_FAILED, type Recognize } from '../../messages.ts'
import type { TextLayer } from '../pdf/text-layer.ts'
import { type Reading, readImage } from './ladder.ts'
import { linesOf } from './layout.ts'
import type { PagePicture } from './picture.ts'
import type { Raster } from './raster.ts'

/** A page of a good text layer: every word certain. */
export function layerPage(number: number, { layer }: { readonly layer: TextLayer }): PageReport {
  const words = layer.words.map(({ text, box: [x0, y0, x1, y1] }) => ({
    text,
    box: makeBox(x0 / layer.width, y0 / layer.height, Math.max(x0, x1) / layer.width, y1 / layer.height),
    confidence: 1,
  }))
  const lines = linesOf(words, layer.height / layer.width)
  const page = { number, source: 'text-layer', rotation: layer.rotation, skew: 0, dpi: null } as const
  const aspect = shape(layer.width, layer.height)
  return { page: { ...page, confidence: 1, status: 'ok', aspect, lines }, issues: [], remedies: [] }
}

/** A page read from its picture; boxes are fractions of the upright page. */
export async function picturePage(
  number: number,
  { raster, place }: PagePicture,
  recognize: Recognize,
): Promise<PageReport> {
  const reading = await readImage(raster, recognize)
  const part = turnPlace(place, reading.rotation)
  const lines = pageLines(reading, part)
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
    page: {
      ...summary(number, raster, reading),
      status,
      confidence: meanConfidence(lines),
      aspect: shape(reading.width / (part[2] - part[0]), reading.height / (part[3] - part[1])),
      lines,
    },
    issues,
    remedies: reading.remedies,
  }
}

function summary(
  number: number,
  raster: Raster,
  { rotation, skew }: Reading,
): Omit<Page, 'status' | 'confidence' | 'aspect' | 'lines'> {
  return {
    number,
    source: 'ocr',
    rotation,
    skew,
    dpi: raster.dpi === null ? null : Math.max(1, Math.round(raster.dpi)),
  }
}

/** Width ÷ height, to a ten-thousandth. */
const shape = (width: number, height: number) => Math.round((width / height) * 1e4) / 1e4

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
