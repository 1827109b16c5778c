import type { FailureCode, Issue, Page } from '../model/index.ts'
import type { OcrImage, OcrSettings, OcrWord } from './ocr/engine.ts'

export type MediaType = 'application/pdf' | 'image/tiff' | 'image/png' | 'image/jpeg'

/** What the parent asks of a reader process: one document at a time. */
export type ReadRequest = {
  readonly kind: 'read'
  readonly path: string
  readonly mediaType: MediaType
  /** Pages read at once; keeps the OCR engine fed and bounds what lies in memory. */
  readonly pagesAtOnce: number
  readonly maxPixels: number
  /** Whether doubtful numbers may be read again by another model. */
  readonly hasSecondModel: boolean
  /** A file of more pages is refused. */
  readonly mostPages: number
  /** First and last page to be read (from 1); null: all. A document's long tail may be read elsewhere. */
  readonly pages: readonly [number, number] | null
  /** A document with more pages is only opened. */
  readonly maxPages: number | null
}

export type OcrAnswer = {
  readonly kind: 'words'
  readonly id: number
  readonly words: readonly OcrWord[] | null
  readonly error: string | null
}

export type ToReader = ReadRequest | OcrAnswer

/** What was done to a page before its words were right; for progress and measurements, not for the record. */
export type PageReport = {
  readonly page: Page
  readonly issues: readonly Issue[]
  readonly remedies: readonly string[]
}

export type FromReader =
  | { readonly kind: 'opened'; readonly pageCount: number; readonly issues: readonly Issue[] }
  | { readonly kind: 'started'; readonly page: number }
  | { readonly kind: 'recognize'; readonly id: number; readonly image: OcrImage; readonly settings: OcrSettings }
  | ({ readonly kind: 'page' } & PageReport)
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string }
  | { readonly kind: 'done' }

/** Asks the parent's OCR engine for the words of an image. */
export type Recognize = ((image: OcrImage, settings: OcrSettings) => Promise<readonly OcrWord[]>) & {
  readonly hasSecondModel: boolean
}
