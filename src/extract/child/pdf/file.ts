import type { ReadRequest, Recognize } from '../../messages.ts'
import { limitTo } from '../../ocr/limit.ts'
import type { OpenDocument } from '../open-document.ts'
import { emptyPage, layerPage, pageIssue, picturePage, truncatedIssue } from '../page/report.ts'
import { ofMachine, takingApart } from '../trouble.ts'
import { openPdf } from './open.ts'
import { sourceOf, straightFrom } from './source.ts'

/** pdfjs keeps the fonts of every page it has seen: after this many pages they are let go. */
const FONTS_KEPT_FOR = 50

/** Opens a PDF. @throws {DocumentFailure} as {@link openPdf}. */
export async function openPdfFile(request: ReadRequest, recognize: Recognize): Promise<OpenDocument> {
  const warnings = listen()
  const { pdf, objects, truncated, checkParts } = await openPdf(request.path)
  const straight = straightFrom(objects, request.maxPixels)
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
