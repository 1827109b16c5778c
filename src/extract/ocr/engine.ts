/**
 * A page image for recognition. `data` is a TIFF or PNG file that states its resolution; `width` and `height` are its pixels.
 */
export type OcrImage = {
  readonly data: Buffer
  readonly width: number
  readonly height: number
  /** Dots per inch, as far as known: engines size their search for text by it. */
  readonly dpi: number
}

/** Tesseract's page segmentation: 3 finds columns and blocks itself, 4 one column, 6 one block, 11 sparse text. */
export type PageSegmentation = 3 | 4 | 6 | 11

export type OcrSettings = {
  readonly psm: PageSegmentation
  /** How grey becomes black and white: over the whole page (Otsu), or by the neighbourhood (Sauvola). Default `otsu`. */
  readonly thresholding?: 'otsu' | 'sauvola'
  /** `second`: by a model that was trained otherwise and is wrong in other places; an engine that has one model reads by that. */
  readonly model?: 'second'
}

/** A word as an engine saw it. `box` is `[x0, y0, x1, y1]` in pixels of the image, origin top-left; `confidence` 0..1. */
export type OcrWord = {
  readonly text: string
  readonly box: readonly [number, number, number, number]
  readonly confidence: number
}

export type OcrResult = { readonly words: readonly OcrWord[] }

/** One OCR engine, whatever runs behind it. Safe to call concurrently: it works on `concurrency` images and queues the rest. */
export type OcrEngine = {
  readonly name: string
  readonly version: string
  /**
   * Its language models, each with a digest of its data: same name, version and models, same image, same settings give the same
   * words. It is looked up anew each time, so that a model which is exchanged meanwhile is noticed.
   */
  readonly model: () => Promise<string>
  readonly concurrency: number
  /** Whether a page may be read by a second model. */
  readonly hasSecondModel: boolean
  /**
   * Reads one image. Words come in the engine's own order; an image without text gives none.
   * A process or thread that fails over an image costs it a second try by another one.
   * @throws {OcrFailure} when that failed too, or at once {OcrTooLate} when it took longer than the engine's limit.
   */
  recognize(image: OcrImage, settings: OcrSettings, signal?: AbortSignal): Promise<OcrResult>
  /**
   * An image with these settings will come soon: what reads it may be started, and load its model, meanwhile. Says nothing of
   * what goes wrong: {@link recognize} will.
   */
  prepare(settings: OcrSettings): void
  /** @throws {OcrFailure} when there is no room for a page's image on its way to the engine. */
  checkRoom(): void
  /** Ends all processes and threads. Recognitions under way are refused. */
  close(): Promise<void>
}

/**
 * The engine could not read an image: it cannot be started, it died, the temporary folder is full … Images are made by us, so that
 * it is never the page's fault: the document is read again later. `message` says what is wrong and what to do, in our words.
 */
export class OcrFailure extends Error {
  override readonly name: string = 'OcrFailure'
}

/** Time ran out before the engine was done with an image. */
export class OcrTooLate extends OcrFailure {
  override readonly name = 'OcrTooLate'

  constructor(limitMs: number) {
    super(
      `the OCR engine was not done with a page after ${limitMs / 1000} s: the machine is too busy, or the page is beyond it; use fewer --jobs`,
    )
  }
}

/** An image asked for more memory than an OCR process may take. */
export class OcrOutgrown extends OcrFailure {
  override readonly name = 'OcrOutgrown'

  constructor(cause: Error) {
    super(
      'a page is too large for the OCR engine: scan it at 300 dpi; if it is no larger, the machine is short of memory, use fewer --jobs',
      { cause },
    )
  }
}
