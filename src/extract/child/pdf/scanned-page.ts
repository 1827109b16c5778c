import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import {
  type Dictionary,
  dictionary,
  integer,
  listOf,
  Name,
  Odd,
  Parser,
  type PdfObjects,
  type PdfValue,
  Ref,
  Stream,
  unpacked,
} from './objects.ts'

/** A page that shows one picture and nothing else. */
export type ScannedPage = {
  /** A JPEG file as it lies in the PDF, or unpacked samples (rows of whole bytes, from the top). */
  readonly picture:
    | { readonly kind: 'jpeg'; readonly file: Buffer }
    | {
        readonly kind: 'samples'
        readonly data: Buffer
        readonly bits: 1 | 8
        readonly colours: 1 | 3
        readonly inverted: boolean
      }
  readonly width: number
  readonly height: number
  /** Where the page's content puts the unit square of the picture: a, b, c, d, e, f. */
  readonly matrix: readonly number[]
}

/** More content than this is no lone picture, in bytes. */
const MOST_CONTENT = 64_000
/** Parents of a page, in a sane tree of pages. */
const DEEPEST = 32

/** Operators that draw nothing and lay nothing over the picture; they may stand around it. */
const silent = new Set(
  'g G rg RG k K cs CS sc SC scn SCN w J j M d ri i gs BMC EMC BDC MP DP n W W* re BX EX'.split(' '),
)

/**
 * The scan that a page is, taken from the file as it is: pdfjs would unpack a JPEG in half a second and more, to hand it over in
 * three colours. null for every other page, and for whatever is unusual (fax and JPEG 2000 codings too): what pdfjs makes of it
 * then counts. No more than `maxPixels` are unpacked.
 */
export function scannedPage(objects: PdfObjects, page: PDFPageProxy, maxPixels: number): ScannedPage | null {
  return unlessOdd(() => {
    const found = pageObject(objects, page)
    return found && lonePicture(objects, found, maxPixels)
  })
}

/** Whether a page names content that is not there (as pdfjs sees it, such a page is empty). false when nobody can tell. */
export function isContentLost(objects: PdfObjects, page: PDFPageProxy): boolean {
  const contents = unlessOdd(() => pageObject(objects, page))?.get('Contents')
  if (contents === undefined) return false
  const lost = unlessOdd(() => {
    const parts = objects.resolve(contents)
    return parts === null || listOf(parts).some((part) => !(objects.resolve(part) instanceof Stream))
  })
  return lost ?? true
}

function pageObject({ resolve }: PdfObjects, page: PDFPageProxy): Dictionary | null {
  // pdfjs keeps to itself which object a page is, but for this.
  const { ref } = page as unknown as { readonly ref?: { readonly num: number } | null }
  return ref ? dictionary(resolve(new Ref(ref.num))) : null
}

function unlessOdd<T>(look: () => T): T | null {
  try {
    return look()
  } catch (error) {
    if (error instanceof Odd) return null
    throw error
  }
}

function lonePicture({ resolve }: PdfObjects, page: Dictionary, maxPixels: number): ScannedPage | null {
  if (page.has('UserUnit') || listOf(resolve(page.get('Annots'))).length > 0) return null
  const resources = dictionary(resolve(inherited(page, 'Resources', resolve)))
  const pictures = dictionary(resolve(resources.get('XObject')))
  const shown = drawn(contentOf(page, resolve))
  if (!shown) return null
  const stream = resolve(pictures.get(shown.name))
  if (!(stream instanceof Stream)) return null
  const [width = 0, height = 0] = ['Width', 'Height'].map((key) => integer(resolve(stream.dictionary.get(key))))
  if (width === 0 || height === 0 || width * height > maxPixels) return null
  const picture = pictureOf(stream, width, height, resolve)
  return picture && { picture, width, height, matrix: shown.matrix }
}

function inherited(page: Dictionary, key: string, resolve: PdfObjects['resolve']): PdfValue | undefined {
  let at = page
  for (let i = 0; i < DEEPEST; i++) {
    if (at.has(key)) return at.get(key)
    const parent = resolve(at.get('Parent'))
    if (parent === null) return undefined
    at = dictionary(parent)
  }
  throw new Odd('a page tree without root')
}

function contentOf(page: Dictionary, resolve: PdfObjects['resolve']): Buffer {
  const streams = listOf(resolve(page.get('Contents'))).map((part) => {
    const stream = resolve(part)
    if (!(stream instanceof Stream)) throw new Odd('content that is no stream')
    return unpacked(stream, resolve, MOST_CONTENT)
  })
  return Buffer.concat(streams.flatMap((s) => [s, Buffer.from('\n')]))
}

/** A picture in grey or colour without a mask; null for other codings. */
function pictureOf(
  stream: Stream,
  width: number,
  height: number,
  resolve: PdfObjects['resolve'],
): ScannedPage['picture'] | null {
  const about = stream.dictionary
  const nameOf = (value: PdfValue | undefined) => (value instanceof Name ? value.name : null)
  const filters = listOf(resolve(about.get('Filter')))
  if (nameOf(resolve(about.get('Subtype'))) !== 'Image' || filters.length > 1) return null
  if (['SMask', 'Mask', 'ImageMask', 'OC', 'Matte'].some((key) => about.has(key))) return null
  const colour = colourOf(resolve(about.get('ColorSpace')), resolve)
  const bits = integer(resolve(about.get('BitsPerComponent')))
  const scale = listOf(resolve(about.get('Decode'))).join(' ')
  if (colour === null) return null
  if (nameOf(filters[0]) === 'DCTDecode')
    return bits === 8 && scale === '' && !about.has('DecodeParms') ? { kind: 'jpeg', file: stream.bytes } : null
  if (nameOf(filters[0]) !== 'FlateDecode' || !(bits === 8 || (bits === 1 && colour === 1))) return null
  const inverted = colour === 1 && scale === '1 0'
  if (scale !== '' && !inverted && !/^0 1( 0 1 0 1)?$/.test(scale)) return null
  const row = Math.ceil((width * colour * bits) / 8)
  // A predictor puts a byte before each row.
  const data = unpacked(stream, resolve, (row + 1) * height + MOST_CONTENT)
  return data.length < row * height ? null : { kind: 'samples', data, bits, colours: colour, inverted }
}

/** How many colours a pixel has: grey or red, green and blue; null for palettes, printing inks and the like. */
function colourOf(space: PdfValue, resolve: PdfObjects['resolve']): 1 | 3 | null {
  const [kind, profile] = listOf(space)
  if (!(kind instanceof Name)) return null
  if (kind.name === 'DeviceGray' || kind.name === 'CalGray') return 1
  if (kind.name === 'DeviceRGB' || kind.name === 'CalRGB') return 3
  if (kind.name !== 'ICCBased') return null
  const components = resolve(dictionary(resolve(profile)).get('N'))
  return components === 1 ? 1 : components === 3 ? 3 : null
}

/** The name of the one picture that the content draws, and where; null when it draws anything else, or nothing. */
function drawn(content: Buffer): { readonly name: string; readonly matrix: readonly number[] } | null {
  const parser = new Parser(content, 0)
  let matrix: readonly number[] = [1, 0, 0, 1, 0, 0]
  const saved: (readonly number[])[] = []
  let found: { readonly name: string; readonly matrix: readonly number[] } | null = null
  let operands: PdfValue[] = []
  while (!parser.atEnd()) {
    const next = parser.valueOrWord()
    if (typeof next !== 'string') {
      operands.push(next)
      continue
    }
    if (next === 'q') saved.push(matrix)
    else if (next === 'Q') matrix = saved.pop() ?? matrix
    else if (next === 'cm') matrix = times(numbers(operands), matrix)
    else if (next === 'Do') {
      const [name] = operands
      if (found !== null || !(name instanceof Name)) return null
      found = { name: name.name, matrix }
    } else if (!silent.has(next)) return null
    operands = []
  }
  return found
}

function numbers(operands: readonly PdfValue[]): readonly number[] {
  const six = operands.filter((o): o is number => typeof o === 'number')
  if (six.length !== 6 || operands.length !== 6) throw new Odd('no matrix')
  return six
}

/** `first`, then `then`. */
function times(first: readonly number[], then: readonly number[]): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = first
  const [p = 0, q = 0, r = 0, s = 0, t = 0, u = 0] = then
  return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
}
