import { type Document, DocumentFailure, type Issue, type ReadBy, sameReader } from '../model/index.ts'
import { version } from '../version.ts'
import { type CopyRequest, type DrawnImage, type DrawRequest, type PageReport, REMEDY_FAILED } from './messages.ts'
import type { OcrEngine } from './ocr/engine.ts'
import { copySearchable as copy, type SearchableCopy } from './parent/copy.ts'
import { drawPages as draw } from './parent/draw.ts'
import type { ImageMemory } from './parent/image-memory.ts'
import { type Limits, standardLimits } from './parent/limits.ts'
import { mediaTypeOf } from './parent/media-type.ts'
import { readPages } from './parent/session.ts'

export { type DrawnImage, type ImageSize, imageSizes, type PageReport } from './messages.ts'
export { type EngineChoice, openEngine } from './ocr/choose.ts'
export type { OcrEngine, OcrImage, OcrResult, OcrSettings, OcrWord } from './ocr/engine.ts'
export { OcrFailure } from './ocr/engine.ts'
export type { SearchableCopy } from './parent/copy.ts'
export type { Limits } from './parent/limits.ts'
export { standardLimits } from './parent/limits.ts'
export { mayBecomeDocument, mediaTypeOfHead } from './parent/media-type.ts'
export { type Door, openDoors } from './parent/open-doors.ts'
export { NotSearchable } from './searchable/told.ts'
export { type Fitness, fitnessOf, selfTest } from './self-test.ts'
export { endOf, type FileEnd } from './whole-file/index.ts'

export type ReadOptions = {
  readonly engine: OcrEngine
  readonly limits?: Partial<Limits> | undefined
  readonly signal?: AbortSignal | undefined
  /**
   * Whether what is read stands when the engine fails over a remedy (default): with an issue, {@link isWorthRereading}. false: the document is given
   * up with the cause ocr-unavailable, for it is read again later.
   */
  readonly lastTry?: boolean | undefined
  /** What page images take their room from; default: that of the process (`IMR_IMAGE_MEMORY`), which all documents share. */
  readonly imageMemory?: ImageMemory | undefined
  /** Called as each page is done, in the order they finish: for progress, not for results. */
  readonly onPage?: ((report: PageReport, pageCount: number) => void) | undefined
}

/** Some pages of a document, as they were read. Plain JSON. */
export type DocumentPart = {
  readonly mediaType: string
  /** Of the whole document. */
  readonly pageCount: number
  readonly reports: readonly PageReport[]
  /** Of the document as a whole; those of pages are in their reports. */
  readonly issues: readonly Issue[]
  readonly readBy: ReadBy
}

/** What reads a document with this engine. */
export async function readByOf(engine: OcrEngine): Promise<ReadBy> {
  return { imr: version, engine: `${engine.name} ${engine.version}`, model: await engine.model() }
}

type NamedFile = { readonly path: string; readonly fileName: string; readonly sha256: string }

/**
 * Reads a file into pages of words with boxes, in the file's order. The type is told by the bytes, not by the name.
 * A page whose bytes are broken is an issue of the document; the same bytes and engine give the same document.
 * @throws {DocumentFailure} when the file cannot be opened at all, goes beyond the limits, or the engine or the machine fails.
 */
export async function readDocument(file: NamedFile, options: ReadOptions): Promise<Document> {
  return assembleDocument(file, [await readPart(file, options)])
}

/**
 * Reads `pages` (from 1, both ends included; default: all) of a file. A file of more than `maxPages` pages is only opened: the
 * part then has no reports.
 * @throws {DocumentFailure} as {@link readDocument}.
 */
export async function readPart(
  file: { readonly path: string },
  options: ReadOptions & { readonly pages?: readonly [number, number]; readonly maxPages?: number },
): Promise<DocumentPart> {
  const limits = { ...standardLimits, ...options.limits }
  const mediaType = await mediaTypeOf(file.path, limits.fileBytes)
  const readBy = readByOf(options.engine)
  let reports: PageReport[] = []
  let issues: readonly Issue[] = []
  let pageCount = 0
  await readPages({
    path: file.path,
    mediaType,
    engine: options.engine,
    limits,
    pages: options.pages ?? null,
    maxPages: options.maxPages ?? null,
    pagesAtOnce: options.engine.concurrency + 1,
    lastTry: options.lastTry ?? true,
    imageMemory: options.imageMemory,
    signal: options.signal,
    // More than once when a reader was killed: then it begins again.
    onOpened: (count, found) => {
      reports = []
      pageCount = count
      issues = found
    },
    onPage: ({ page, issues: ofPage, remedies }) => {
      const report = { page, issues: ofPage, remedies }
      reports.push(report)
      options.onPage?.(report, pageCount)
    },
  })
  if (pageCount === 0) throw new DocumentFailure('no-pages', 'the file has no pages: scan or request it again')
  reports.sort((a, b) => a.page.number - b.page.number)
  return { mediaType, pageCount, reports, issues, readBy: await readBy }
}

/**
 * Draws pages of a file as they came, turned upright: images to be looked at, on which the boxes of words lie. `onDrawn` hears of each page, of one that
 * cannot be made out without images. @throws {DocumentFailure} as {@link readDocument}.
 */
export async function drawPages(
  file: { readonly path: string },
  options: Pick<DrawRequest, 'pages' | 'sizes'> & {
    readonly limits?: Partial<Limits> | undefined
    readonly signal?: AbortSignal | undefined
    readonly onDrawn: (number: number, images: readonly DrawnImage[]) => void
  },
): Promise<void> {
  const limits = { ...standardLimits, ...options.limits }
  const mediaType = await mediaTypeOf(file.path, limits.fileBytes)
  await draw({ ...options, path: file.path, mediaType, limits })
}

/**
 * A copy of a file whose scanned pages can be searched and copied from, by the words that were read of them.
 * @throws {NotSearchable} when none can be made; {DocumentFailure} as {@link readDocument}.
 */
export async function searchableCopy(
  file: { readonly path: string },
  options: Pick<CopyRequest, 'pages'> & {
    readonly limits?: Partial<Limits> | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<SearchableCopy> {
  const limits = { ...standardLimits, ...options.limits }
  const mediaType = await mediaTypeOf(file.path, limits.fileBytes)
  return copy({ path: file.path, mediaType, limits, pages: options.pages, signal: options.signal })
}

/** Whether issues tell of a page that would have been read better had the OCR engine not failed. */
export const isWorthRereading = (issues: readonly Issue[]): boolean => issues.some((i) => i.rule === REMEDY_FAILED)

/**
 * Puts the parts of a document, in their order, together: the same document as if it had been read in one go.
 * @throws {Error} when they were not all read by the same program: what one made of the pages before is no base for the other.
 */
export function assembleDocument(
  file: Pick<NamedFile, 'fileName' | 'sha256'>,
  parts: readonly [DocumentPart, ...DocumentPart[]],
): Document {
  const reports = parts.flatMap((p) => p.reports)
  const [{ mediaType, pageCount, issues, readBy }] = parts
  if (!parts.every((p) => sameReader(p.readBy, readBy)))
    throw new Error('the parts of a document were read by two versions')
  return {
    fileName: file.fileName,
    sha256: file.sha256,
    mediaType,
    pageCount,
    pages: reports.map((r) => r.page),
    issues: [...issues, ...reports.flatMap((r) => r.issues)],
    readBy,
  }
}
