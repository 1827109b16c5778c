import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { Recognize } from '../../messages.ts'
import { limitTo } from '../../ocr/limit.ts'
import type { OpenDocument, OpenRequest } from '../open-document.ts'
import { emptyPage, layerPage, pageIssue, picturePage, truncatedIssue } from '../page/report.ts'
import { ofMachine, takingApart } from '../trouble.ts'
import { openPdf } from './open.ts'
import { pictureOf, sourceOf, straightFrom } from './source.ts'

/** pdfjs keeps the fonts of every page it has seen: after this many pages they are let go. */
const FONTS_KEPT_FOR = 50

/** Opens a PDF. @throws {DocumentFailure} as {@link openPdf}. */
export async function openPdfFile(request: OpenRequest, recognize: Recognize): Promise<OpenDocument> {
  const warnings = listen()
  const { pdf, objects, truncated, checkParts } = await openPdf(request.path)
  const straight = straightFrom(objects, request.maxPixels)
  const oneByOne = limitTo(1)
  let parsed = 0
  const withPage = <T>(number: number, work: (page: PDFPageProxy) => Promise<T>) =>
    // One page at a time is parsed, so that a warning can be laid at its page's door.
    oneByOne(async () => {
      warnings.length = 0
      if (++parsed % FONTS_KEPT_FOR === 0) await pdf.cleanup()
      const page = await takingApart('the PDF holds no such page', () => pdf.getPage(number))
      try {
        const made = await work(page)
        // pdfjs goes on without what it could not load, and without images for which there was no memory.
        checkParts()
        const trouble = ofMachine(warnings.join('\n'))
        if (trouble) throw trouble
        return made
      } finally {
        page.cleanup()
      }
    })
  return {
    pageCount: pdf.numPages,
    close: () => pdf.loadingTask.destroy(),
    issues: truncated ? [truncatedIssue()] : [],
    picture: (number) => withPage(number, (page) => pictureOf(page, straight)),
    read: async (number) => {
      const source = await withPage(number, (page) => sourceOf(page, warnings, straight))
      if (source.kind === 'layer') return layerPage(number, source.page)
      if (source.kind === 'picture') {
        recognize.expected()
        return picturePage(number, source.picture, recognize)
      }
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
