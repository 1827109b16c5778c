import { DocumentFailure } from '../../model/index.ts'
import { program } from '../../version.ts'
import type { FromReader, PageReport, ReaderFailure, ReadRequest, Recognize, ToReader } from '../messages.ts'
import type { OcrWord } from '../ocr/engine.ts'
import { limitTo } from '../ocr/limit.ts'
import { programReplaced } from '../program-replaced.ts'
import { openImageFile } from './image-file.ts'
import type { OpenDocument } from './open-document.ts'
import {
  emptyPage,
  layerPage,
  pageIssue,
  picturePage,
  sourceOf,
  straightFrom,
  truncatedIssue,
} from './page/read-page.ts'
import { objectsOf, openPdf } from './pdf/open.ts'
import { EngineTrouble, ofMachine, PageDefect, takingApart } from './trouble.ts'

const waiting = new Map<number, { resolve: (words: readonly OcrWord[]) => void; reject: (error: Error) => void }>()
let asked = 0

const send = (message: FromReader) => void process.send?.(message)

const recognizer = ({ hasSecondModel, lastTry }: ReadRequest): Recognize =>
  Object.assign(
    (...[image, settings]: Parameters<Recognize>) =>
      new Promise<readonly OcrWord[]>((resolve, reject) => {
        const id = ++asked
        waiting.set(id, { resolve, reject })
        send({ kind: 'recognize', id, image, settings })
      }),
    { hasSecondModel, lastTry },
  )

/** Serves one document after another. Everything that touches a stranger's bytes happens in this process. */
export function serve(): void {
  process.on('message', (message: ToReader) => {
    if (message.kind === 'read') {
      void readAll(message).catch((error: unknown) => {
        const why = failureOf(error)
        // A parent of version 0.1 looks for a code and a message; from another one it is never asked.
        const asThen = why.kind === 'document' ? { code: why.code, message: why.message } : {}
        send({ kind: 'failed', why, ...asThen })
      })
      return
    }
    const answer = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'words') answer?.resolve(message.words)
    else answer?.reject(new EngineTrouble(message.id))
  })
}

function failureOf(error: unknown): ReaderFailure {
  if (error instanceof DocumentFailure) return { kind: 'document', code: error.code, message: error.message }
  if (error instanceof EngineTrouble) return { kind: 'engine', request: error.request }
  return error instanceof Error
    ? { kind: 'unknown', error: error.name, said: error.stack ?? error.message }
    : { kind: 'unknown', error: 'error', said: `${error}` }
}

async function readAll(request: ReadRequest): Promise<void> {
  if (request.program !== program) throw programReplaced(request.program, program)
  const recognize = recognizer(request)
  const document =
    request.mediaType === 'application/pdf'
      ? await openAsPdf(request, recognize)
      : await openImageFile(request, recognize)
  if (document.pageCount > request.mostPages) {
    await document.close()
    throw new DocumentFailure(
      'too-large',
      `the file says that it has ${document.pageCount} pages, more than the ${request.mostPages} allowed: split it`,
    )
  }
  send({ kind: 'opened', program, pageCount: document.pageCount, issues: document.issues })
  const inTurn = limitTo(request.pagesAtOnce)
  const [first, last] = request.pages ?? [1, document.pageCount]
  const tooLong = request.maxPages !== null && document.pageCount > request.maxPages
  const numbers = tooLong ? [] : span(first, Math.min(last, document.pageCount))
  await Promise.all(
    numbers.map((number) =>
      inTurn(async () => {
        send({ kind: 'page', ...(await settled(number, document.read)) })
      }),
    ),
  )
  await document.close()
  send({ kind: 'done' })
}

const span = (first: number, last: number) => Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)

/** A page whose bytes are broken is unreadable, and the others are read all the same. @throws whatever else goes wrong. */
async function settled(number: number, read: OpenDocument['read']): Promise<PageReport> {
  try {
    return await read(number)
  } catch (error) {
    if (!(error instanceof PageDefect)) throw error
    return emptyPage(
      number,
      'unreadable',
      pageIssue('extract.page-failed', 'error', `the page could not be read: ${error.message}`, number),
    )
  }
}

/** pdfjs keeps the fonts of every page it has seen: after this many pages they are let go. */
const FONTS_KEPT_FOR = 50

async function openAsPdf(request: ReadRequest, recognize: Recognize): Promise<OpenDocument> {
  const warnings = listen()
  const { pdf, truncated, checkParts } = await openPdf(request.path)
  const straight = straightFrom(truncated ? null : await objectsOf(request.path), request.maxPixels)
  const oneByOne = limitTo(1)
  let parsed = 0
  return {
    pageCount: pdf.numPages,
    close: () => pdf.loadingTask.destroy(),
    issues: truncated ? [truncatedIssue()] : [],
    read: async (number) => {
      // One page at a time is parsed, so that a warning can be laid at its page's door.
      const source = await oneByOne(async () => {
        warnings.length = 0
        if (++parsed % FONTS_KEPT_FOR === 0) await pdf.cleanup()
        const page = await takingApart('the PDF holds no such page', () => pdf.getPage(number))
        try {
          const source = await sourceOf(page, warnings, straight)
          // pdfjs goes on without what it could not load, and without images for which there was no memory.
          checkParts()
          const trouble = ofMachine(warnings.join('\n'))
          if (trouble) throw trouble
          return source
        } finally {
          page.cleanup()
        }
      })
      if (source.kind === 'layer') return layerPage(number, source.page)
      if (source.kind === 'picture') return picturePage(number, source.picture, recognize)
      if (source.kind === 'blank') return emptyPage(number, 'blank', null)
      return emptyPage(
        number,
        'unreadable',
        pageIssue(
          'extract.image-undecodable',
          'error',
          'the page holds an image that could not be decoded: scan or request it again',
          number,
        ),
      )
    },
  }
}

/** pdfjs reports lost images only on the console. */
function listen(): string[] {
  const heard: string[] = []
  const hear = (...parts: unknown[]) => void heard.push(parts.join(' '))
  console.log = hear
  console.warn = hear
  return heard
}
