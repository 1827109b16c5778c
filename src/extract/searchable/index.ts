import { deflateSync } from 'node:zlib'
import { EncryptedPDFError, PDFArray, PDFDocument, PDFName, type PDFPage } from '@cantoo/pdf-lib'
import type { Page } from '../../model/index.ts'
import { pdfOfImage } from './images.ts'
import { InvisibleFonts } from './invisible-font.ts'
import { fontName, layerOf } from './layer.ts'
import { wordsLost } from './proof.ts'
import { NotSearchable, type SearchableHow } from './told.ts'

export { NotSearchable } from './told.ts'

/** A searchable copy was made and read back, and words lacked: it is not given out. */
export class WordsLost extends Error {
  override readonly name = 'WordsLost'
  constructor(readonly count: number) {
    super(`${count} words could not be found in the searchable copy: take the file as it came`)
  }
}

export type Searchable = {
  readonly bytes: Uint8Array
  readonly how: SearchableHow
  readonly words: number
}

type Words = Pick<Page, 'number' | 'source' | 'rotation' | 'lines'>

/**
 * A letter whose scanned pages can be searched and copied from: the words that were read lie invisible on their places. Pages that have a text of
 * their own stay as they are. What was made is read back before it is given out.
 * @throws {WordsLost} {NotSearchable}
 */
export async function searchablePdf(
  file: { readonly bytes: Uint8Array; readonly mediaType: string },
  pages: readonly Words[],
): Promise<Searchable> {
  const scanned = pages.filter(({ source, lines }) => source === 'ocr' && lines.length > 0)
  const isPdf = file.mediaType === 'application/pdf'
  const words = scanned.reduce((sum, page) => sum + page.lines.reduce((n, line) => n + line.words.length, 0), 0)
  if (isPdf && words === 0) return { bytes: file.bytes, how: 'as-it-came', words }
  const { pdf, how } = await opened(file, isPdf).catch((cause: unknown) => {
    throw new NotSearchable('the file is too damaged to be written to: take it as it came', { cause })
  })
  addWords(pdf, scanned)
  const bytes =
    how === 'appended' ? await pdf.commit() : await pdf.save({ updateFieldAppearances: false, addDefaultPage: false })
  const lost = await wordsLost(bytes, scanned)
  if (lost.length > 0) throw new WordsLost(lost.length)
  return { bytes, how, words }
}

async function opened(
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
  isPdf: boolean,
) {
  if (!isPdf) return { pdf: await pdfOfImage(bytes, mediaType), how: 'made' as const }
  try {
    return {
      pdf: await PDFDocument.load(bytes, { forIncrementalUpdate: true, updateMetadata: false }),
      how: 'appended' as const,
    }
  } catch (error) {
    if (!(error instanceof EncryptedPDFError)) throw error
    // What is encrypted with the empty password anybody can open; nothing can be appended to it.
    return { pdf: await PDFDocument.load(bytes, { password: '', updateMetadata: false }), how: 'rewritten' as const }
  }
}

function addWords(pdf: PDFDocument, pages: readonly Words[]): void {
  const fonts = new InvisibleFonts()
  const sheets = pdf.getPages()
  const layers = pages.flatMap((page) => {
    const sheet = sheets[page.number - 1]
    return sheet
      ? [{ sheet, layer: layerOf(page, { view: viewOf(sheet), rotate: sheet.getRotation().angle }, fonts) }]
      : []
  })
  const embedded = fonts.embed(pdf.context)
  for (const { sheet, layer } of layers) {
    for (const [i, font] of embedded.entries()) sheet.node.setFontDictionary(PDFName.of(fontName(i)), font)
    putFirst(sheet, pdf, layer)
  }
}

/** What viewers show of a page: its crop box, as far as it lies on the page. */
function viewOf(sheet: PDFPage): readonly number[] {
  const media = sheet.getMediaBox()
  const crop = sheet.getCropBox()
  const left = Math.max(media.x, crop.x)
  const bottom = Math.max(media.y, crop.y)
  const right = Math.min(media.x + media.width, crop.x + crop.width)
  const top = Math.min(media.y + media.height, crop.y + crop.height)
  return right > left && top > bottom
    ? [left, bottom, right, top]
    : [media.x, media.y, media.x + media.width, media.y + media.height]
}

/** Before what the page draws: however that leaves the state of drawing, ours begins with a clean one. */
function putFirst(sheet: PDFPage, pdf: PDFDocument, layer: string): void {
  const packed = deflateSync(Buffer.from(layer, 'latin1'), { level: 9 })
  const ours = pdf.context.register(pdf.context.stream(packed, { Filter: 'FlateDecode' }))
  const key = PDFName.of('Contents')
  const before = sheet.node.get(key)
  const looked = sheet.node.lookup(key)
  const theirs = looked instanceof PDFArray ? looked.asArray() : before === undefined ? [] : [before]
  sheet.node.set(key, pdf.context.obj([ours, ...theirs]))
}
