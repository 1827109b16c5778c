import type { DocumentPart } from '../extract/index.ts'
import type { DocumentFailure, ReadBy } from '../model/index.ts'

/** What is known of pages that could not be read: that they are there, and why not. Never `blank`. */
export function unreadablePart(
  [first, last]: readonly [number, number],
  pageCount: number,
  failure: DocumentFailure,
  readBy: ReadBy,
): DocumentPart {
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  return {
    mediaType: 'application/pdf',
    pageCount,
    issues: [],
    readBy,
    reports: numbers.map((number) => ({
      page: {
        number,
        source: 'ocr',
        rotation: 0,
        skew: 0,
        dpi: null,
        confidence: 0,
        status: 'unreadable',
        lines: [],
      },
      issues: [
        {
          rule: 'extract.page-failed',
          severity: 'error',
          message: `the page could not be read (${failure.code}): ${failure.message}`,
          path: null,
          page: number,
        },
      ],
      remedies: [],
    })),
  }
}
