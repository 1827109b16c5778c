import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, sep } from 'node:path'
import { getDocument, type PDFDocumentProxy, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'
// Its other half, which it would load with the first file.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs'
import { DocumentFailure } from '../../../model/index.ts'
import { endOf } from '../../whole-file/index.ts'
import { ofMachine, orFileFailure } from '../trouble.ts'
import { Odd, openObjects, type PdfObjects } from './objects.ts'

export type OpenPdf = {
  readonly pdf: PDFDocumentProxy
  /** The objects of a PDF that is built as the standard has it; null for any other one. */
  readonly objects: PdfObjects | null
  /** The file's end is missing: what was found may not be all. */
  readonly truncated: boolean
  /** pdfjs goes on without a part of its own that could not be loaded, and reads worse. @throws {DocumentFailure} when that was so. */
  readonly checkParts: () => void
}

/** Pixels a side of an image that is taken whole. */
const LARGEST_SIDE = 20_000

/**
 * pdfjs halves JPEG 2000 images of over 2048 pixels a side, without a word, unless a browser's canvas says that it can hold more. Here
 * no canvas holds them: they are decoded into plain memory. This answers the one question that pdfjs asks (may the last pixel be
 * painted), and is used for nothing else.
 */
class AskedOnly {
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}
  getContext() {
    const fits = this.width <= LARGEST_SIDE && this.height <= LARGEST_SIDE
    return { fillRect: () => undefined, getImageData: () => ({ data: [0, 0, 0, fits ? 255 : 0] }) }
  }
}
Object.assign(globalThis, { OffscreenCanvas: AskedOnly })

const home = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
const folder = (name: string) => join(home, name) + sep

/** Loads what pdfjs needs now and then: fonts, code tables, decoders. `check` throws when the machine did not give one. */
function partsOfPdfjs() {
  let trouble: DocumentFailure | null = null
  const Factory = class {
    constructor(readonly folders: Readonly<Record<string, string | undefined>>) {}
    async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
      try {
        return new Uint8Array(await readFile(join(this.folders[kind] ?? home, basename(filename))))
      } catch (error) {
        // What a file asks for and nobody has is the file's own affair.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) trouble ??= ofMachine(error)
        throw error
      }
    }
  }
  return {
    Factory,
    check: () => {
      if (trouble) throw trouble
    },
  }
}

/**
 * Opens a PDF; one encrypted with an empty user password opens like any other.
 * @throws {DocumentFailure} encrypted, damaged or no-pages; or what the machine has against it.
 */
export async function openPdf(path: string): Promise<OpenPdf> {
  const bytes = await orFileFailure(readFile(path))
  const truncated = (await orFileFailure(endOf(path, 'application/pdf'))) === 'missing'
  // pdfjs takes the bytes that it is given away. A large file is left to it alone: its bytes would lie in memory twice.
  const own = truncated || bytes.length > MOST_BYTES ? null : Buffer.from(bytes)
  const parts = partsOfPdfjs()
  const task = getDocument({
    data: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    // Without these three folders JPEG 2000 and JBIG2 images come out as null and unembedded fonts without widths.
    wasmUrl: folder('wasm'),
    standardFontDataUrl: folder('standard_fonts'),
    cMapUrl: folder('cmaps'),
    iccUrl: folder('iccs'),
    BinaryDataFactory: parts.Factory,
    cMapPacked: true,
    isEvalSupported: false,
    useSystemFonts: false,
    isOffscreenCanvasSupported: false,
    // Warnings tell of images that could not be decoded: the reader listens to them.
    verbosity: VerbosityLevel.WARNINGS,
  })
  let pdf: PDFDocumentProxy
  try {
    pdf = await task.promise
  } catch (cause) {
    throw ofMachine(cause) ?? translated(cause, truncated)
  }
  if (pdf.numPages === 0) throw noPages(truncated)
  if (!(await hasUsablePage(pdf))) {
    throw truncated
      ? noPages(truncated)
      : new DocumentFailure('damaged', 'the list of pages in the PDF is broken: scan or request it again')
  }
  return { pdf, objects: own && objectsIn(own), truncated, checkParts: parts.check }
}

/** Size of a file whose bytes may lie in memory twice. */
const MOST_BYTES = 256e6

function objectsIn(bytes: Buffer): PdfObjects | null {
  try {
    return openObjects(bytes)
  } catch (error) {
    if (error instanceof Odd) return null
    throw error
  }
}

/** A tree whose first pages are all broken is not searched any further: it may promise billions. */
const SEARCHED_PAGES = 1000

/** A repaired or looping page tree may promise pages that do not exist. Nearly always the first page settles it. */
async function hasUsablePage(pdf: PDFDocumentProxy): Promise<boolean> {
  for (let number = 1; number <= Math.min(pdf.numPages, SEARCHED_PAGES); number++) {
    const usable = await pdf.getPage(number).then(
      () => true,
      (error) => {
        const trouble = ofMachine(error)
        if (trouble) throw trouble
        return false
      },
    )
    if (usable) return true
  }
  return false
}

function noPages(truncated: boolean): DocumentFailure {
  return truncated
    ? new DocumentFailure(
        'damaged',
        'the file stops before its end and none of its pages is whole: scan or request it again',
      )
    : new DocumentFailure('no-pages', 'the PDF has no pages: scan or request it again')
}

function translated(cause: unknown, truncated: boolean): DocumentFailure {
  const { name, message } = cause instanceof Error ? cause : { name: '', message: `${cause}` }
  if (name === 'PasswordException') {
    return new DocumentFailure(
      'encrypted',
      'the PDF asks for a password: remove it (qpdf --decrypt --password=… in.pdf out.pdf) and hand the file in again',
      { cause },
    )
  }
  if (truncated) {
    return new DocumentFailure('damaged', 'the file stops before its end: scan or request it again', { cause })
  }
  if (/page tree|pages? dictionary|\/Pages|no pages/i.test(message)) return noPages(false)
  return new DocumentFailure('damaged', 'the PDF is damaged beyond repair: scan or request it again', { cause })
}
