import type { FailureCode, Issue, Page } from '../model/index.ts'
import type { OcrImage, OcrSettings, OcrWord } from './ocr/engine.ts'
import type { SearchableHow } from './searchable/told.ts'

export type MediaType = 'application/pdf' | 'image/tiff' | 'image/png' | 'image/jpeg'

/** What the parent asks of a reader process: one document at a time. */
export type ReadRequest = {
  readonly kind: 'read'
  /** Which program the parent is: a reader of another one refuses. */
  readonly program: string
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
  /** Whether a page that was read stands as it is when the engine fails over a remedy; else the document is given up, to be read later. */
  readonly lastTry: boolean
}

/** `thumb`: to tell pages apart; `small`: shown first; `full`: as fine as the scan is, to be zoomed into. */
export const imageSizes = ['thumb', 'small', 'full'] as const
export type ImageSize = (typeof imageSizes)[number]

/** A page to be looked at: upright, neither straightened nor mended. WebP in greys. */
export type DrawnImage = {
  readonly size: ImageSize
  readonly webp: Uint8Array
  readonly width: number
  readonly height: number
}

/** Asks for images of pages, turned clockwise by so many degrees. */
export type DrawRequest = Pick<ReadRequest, 'program' | 'path' | 'mediaType' | 'maxPixels'> & {
  readonly kind: 'draw'
  readonly pages: readonly { readonly number: number; readonly turned: 0 | 90 | 180 | 270 }[]
  readonly sizes: readonly ImageSize[]
}

/** Asks for a searchable copy, with the words that were read of its pages. */
export type CopyRequest = Pick<ReadRequest, 'program' | 'path' | 'mediaType' | 'maxPixels'> & {
  readonly kind: 'copy'
  readonly pages: readonly Pick<Page, 'number' | 'source' | 'rotation' | 'lines'>[]
}

/**
 * `room`: what was asked for by this number may begin, or come. `trouble`: the engine failed, and the parent knows why.
 */
export type ReaderAnswer =
  | { readonly kind: 'room'; readonly id: number }
  | { readonly kind: 'words'; readonly id: number; readonly words: readonly OcrWord[] }
  | { readonly kind: 'trouble'; readonly id: number }

export type ToReader = ReadRequest | DrawRequest | CopyRequest | ReaderAnswer

/** What was done to a page before its words were right; for progress and measurements, not for the record. */
export type PageReport = {
  readonly page: Page
  readonly issues: readonly Issue[]
  readonly remedies: readonly string[]
}

/** The rule of the issue that a page would have been read better had the engine not failed over a remedy: it is worth reading again. */
export const REMEDY_FAILED = 'extract.remedy-failed'

export type FromReader =
  | {
      readonly kind: 'opened'
      /** Which program the reader is. */
      readonly program: string
      readonly pageCount: number
      readonly issues: readonly Issue[]
    }
  /** A page is to be begun, when there is room for it. */
  | { readonly kind: 'begin'; readonly id: number }
  /** A page is a picture: its words will be asked for once it is mended. */
  | { readonly kind: 'picture' }
  /** An image of so many bytes is ready, and comes (`recognize`, under the same number) when there is room for it. */
  | { readonly kind: 'image'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'recognize'; readonly id: number; readonly image: OcrImage; readonly settings: OcrSettings }
  /** `begun`: the number that it was begun under. */
  | ({ readonly kind: 'page'; readonly begun: number } & PageReport)
  /** No images: the page cannot be made out. */
  | { readonly kind: 'drawn'; readonly number: number; readonly images: readonly DrawnImage[] }
  /** `bytes`: the copy, or what it has behind the file's own bytes where it keeps them. */
  | { readonly kind: 'copied'; readonly how: SearchableHow; readonly words: number; readonly bytes: Uint8Array }
  | { readonly kind: 'not-copied'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: ReaderFailure }
  | { readonly kind: 'done' }

/** Why a reader gave a document up. */
export type ReaderFailure =
  | { readonly kind: 'document'; readonly code: FailureCode; readonly message: string }
  /** The OCR engine failed over the request of this number. */
  | { readonly kind: 'engine'; readonly request: number }
  /** A fault of ours. What the error said may quote the document: it is for whoever debugs, not for the ledger. */
  | { readonly kind: 'unknown'; readonly error: string; readonly said: string }

/** Asks the parent's OCR engine for the words of an image. */
export type Recognize = ((image: OcrImage, settings: OcrSettings) => Promise<readonly OcrWord[]>) & {
  /** Says that an image is being made ready: the engine may get ready, too. */
  readonly expected: () => void
  readonly hasSecondModel: boolean
  readonly lastTry: boolean
}
