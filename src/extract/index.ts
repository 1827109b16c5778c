import { type Document, DocumentFailure, type Issue } from '../model/index.ts'
import { type Limits, standardLimits } from './limits.ts'
import type { OcrEngine } from './ocr/engine.ts'
import { mediaTypeOf } from './open.ts'
import type { PageReport } from './reader/messages.ts'
import { readPages } from './reader-process.ts'

export type { Limits } from './limits.ts'
export { standardLimits } from './limits.ts'
export { type EngineChoice, openEngine } from './ocr/choose.ts'
export type { OcrEngine, OcrImage, OcrResult, OcrSettings, OcrWord } from './ocr/engine.ts'
export { OcrFailure } from './ocr/engine.ts'
export type { PageReport } from './reader/messages.ts'

export type ReadOptions = {
  readonly engine: OcrEngine
  readonly limits?: Partial<Limits> | undefined
  readonly signal?: AbortSignal | undefined
  /** Called as each page is done, in the order they finish: for progress, not for results. */
  readonly onPage?: ((report: PageReport, pageCount: number) => void) | undefined
}

/**
 * Reads a file into pages of words with boxes, in the file's order. The type is told by the bytes, not by the name.
 * A page that cannot be read is an issue of the document; the same bytes and engine give the same document.
 * @throws {DocumentFailure} when the file cannot be opened at all, or goes beyond the limits.
 */
export async function readDocument(
  file: { readonly path: string; readonly fileName: string; readonly sha256: string },
  options: ReadOptions,
): Promise<Document> {
  const limits = { ...standardLimits, ...options.limits }
  const mediaType = await mediaTypeOf(file.path, limits.fileBytes)
  const reports = new Map<number, PageReport>()
  const issues: Issue[] = []
  let pageCount = 0
  await readPages({
    path: file.path,
    mediaType,
    engine: options.engine,
    limits,
    skip: [],
    pagesAtOnce: options.engine.concurrency + 1,
    signal: options.signal,
    onOpened: (count, found) => {
      pageCount = count
      issues.push(...found)
    },
    onStarted: () => undefined,
    onPage: (report) => {
      reports.set(report.page.number, report)
      options.onPage?.(report, pageCount)
    },
  })
  const inOrder = [...reports.values()].sort((a, b) => a.page.number - b.page.number)
  if (inOrder.length === 0) throw new DocumentFailure('no-pages', 'the file has no pages: scan or request it again')
  return {
    fileName: file.fileName,
    sha256: file.sha256,
    mediaType,
    pageCount,
    pages: inOrder.map((r) => r.page),
    issues: [...issues, ...inOrder.flatMap((r) => r.issues)],
  }
}
