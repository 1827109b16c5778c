/** Which program read a document, and with what: same bytes, same `ReadBy`, same words. */
export type ReadBy = {
  /** Version of the product. */
  readonly imr: string
  /** OCR engine and its version: `tesseract 5.3.0`; null when none was asked. */
  readonly engine: string | null
  /** The engine's language models, each with the first twelve hex digits of its file's sha256: `eng 7d4322bd2a77`. */
  readonly model: string | null
}

export function sameReader(a: ReadBy, b: ReadBy): boolean {
  return a.imr === b.imr && a.engine === b.engine && a.model === b.model
}
