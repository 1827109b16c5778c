/** What one document may cost. A document that goes beyond is given up, so that it cannot hold up the others. */
export type Limits = {
  /** Milliseconds of processor time that the reader process may work without a sign of life. Waiting for OCR does not count. */
  readonly silenceMs: number
  /** Milliseconds of processor time that the reader process may work on one document in all. Waiting for OCR does not count. */
  readonly documentMs: number
  /** Resident memory of the reader process, in bytes. */
  readonly memoryBytes: number
  /** Size of a file, in bytes. */
  readonly fileBytes: number
  /** Pages of one file. */
  readonly pages: number
  /** Pixels of one image. */
  readonly maxPixels: number
}

export const standardLimits: Limits = {
  silenceMs: 60_000,
  documentMs: 600_000,
  memoryBytes: 1.5e9,
  fileBytes: 500e6,
  pages: 20_000,
  maxPixels: 200e6,
}
