import { inflateSync } from 'node:zlib'
import { ofMachine } from '../trouble.ts'

/**
 * The objects of a PDF whose structure is as the standard has it (ISO 32000-1, 7.3-7.5). It knows nothing of repair: whatever is
 * odd is refused, and the caller falls back on a reader that puts up with everything.
 */
export type PdfValue = null | boolean | number | Name | Text | Ref | Stream | readonly PdfValue[] | Dictionary
export type Dictionary = ReadonlyMap<string, PdfValue>
export class Name {
  constructor(readonly name: string) {}
}
/** A string; nobody here needs its characters. */
export class Text {}
export class Ref {
  constructor(readonly number: number) {}
}
export class Stream {
  constructor(
    readonly dictionary: Dictionary,
    /** As it lies in the file, still packed. */
    readonly bytes: Buffer,
  ) {}
}
/** The file is not as simple as this reader needs it. */
export class Odd extends Error {}

export type PdfObjects = {
  readonly trailer: Dictionary
  /** Follows references until something else is reached. @throws {Odd} */
  readonly resolve: (value: PdfValue | undefined) => PdfValue
}

type Place = { readonly at: number } | { readonly within: number; readonly index: number }

const DEEPEST = 40
const MOST_SECTIONS = 64
const MOST_OBJECTS = 500_000
const MOST_UNPACKED = 64e6

/** Opens a PDF by its cross-reference table or stream. @throws {Odd} when it is encrypted, damaged or unusual. */
export function openObjects(file: Buffer): PdfObjects {
  const places = new Map<number, Place>()
  const open = new Map<number, PdfValue>()
  const packs = new Map<number, readonly PdfValue[]>()
  let trailer: Dictionary | null = null

  const fetch = (number: number): PdfValue => {
    const known = open.get(number)
    if (known !== undefined) return known
    const place = places.get(number)
    if (!place) return null
    // An object that needs itself to be read finds nothing there.
    open.set(number, null)
    const value =
      'at' in place ? objectAt(file, place.at, number, resolve) : (packed(place.within)[place.index] ?? null)
    open.set(number, value)
    return value
  }
  const resolve = (value: PdfValue | undefined): PdfValue => {
    let at = value ?? null
    for (let i = 0; at instanceof Ref; i++) {
      if (i > DEEPEST) throw new Odd('references in a ring')
      at = fetch(at.number)
    }
    return at
  }
  const packed = (number: number): readonly PdfValue[] => {
    const known = packs.get(number)
    if (known) return known
    const place = places.get(number)
    if (!place || !('at' in place)) throw new Odd('an object stream in an object stream')
    packs.set(number, [])
    const stream = objectAt(file, place.at, number, resolve)
    if (!(stream instanceof Stream)) throw new Odd('no object stream')
    const bytes = unpacked(stream, resolve, MOST_UNPACKED)
    const [count, first] = [integer(stream.dictionary.get('N')), integer(stream.dictionary.get('First'))]
    if (count > MOST_OBJECTS) throw new Odd('too many objects')
    const head = new Parser(bytes, 0)
    const offsets = Array.from({ length: count }, () => {
      head.number()
      return first + head.number()
    })
    const values = offsets.map((at) => new Parser(bytes, at).value())
    packs.set(number, values)
    return values
  }

  const seen = new Set<number>()
  for (let at: number | null = startOf(file); at !== null; ) {
    if (seen.has(at) || seen.size > MOST_SECTIONS) throw new Odd('sections in a ring')
    seen.add(at)
    const section = sectionAt(file, at, places)
    if (section.has('Encrypt') || section.has('XRefStm')) throw new Odd('encrypted or hybrid')
    trailer ??= section
    const previous = section.get('Prev')
    at = previous === undefined ? null : integer(previous)
  }
  if (!trailer) throw new Odd('no trailer')
  return { trailer, resolve }
}

export function integer(value: PdfValue | undefined): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new Odd('no whole number')
  return value
}

export function dictionary(value: PdfValue): Dictionary {
  if (value instanceof Stream) return value.dictionary
  if (value instanceof Map) return value
  throw new Odd('no dictionary')
}

/** A stream's own bytes: as they lie there, or inflated. @throws {Odd} for other filters, or beyond `most` bytes. */
export function unpacked(stream: Stream, resolve: PdfObjects['resolve'], most: number): Buffer {
  const filters = listOf(resolve(stream.dictionary.get('Filter')))
  if (filters.length === 0) return stream.bytes
  const [only] = filters
  if (filters.length > 1 || !(only instanceof Name) || only.name !== 'FlateDecode') throw new Odd('another filter')
  let bytes: Buffer
  try {
    bytes = inflateSync(stream.bytes, { maxOutputLength: most })
  } catch (cause) {
    throw ofMachine(cause) ?? new Odd('not inflatable', { cause })
  }
  const [parameters = null] = listOf(resolve(stream.dictionary.get('DecodeParms')))
  return parameters === null ? bytes : unpredicted(bytes, dictionary(resolve(parameters)))
}

export function listOf(value: PdfValue): readonly PdfValue[] {
  return value === null ? [] : Array.isArray(value) ? value : [value as PdfValue]
}

/** PNG's row predictors, of which cross-reference streams and scans make use. */
function unpredicted(bytes: Buffer, parameters: Dictionary): Buffer {
  const get = (key: string, otherwise: number) => (parameters.has(key) ? integer(parameters.get(key)) : otherwise)
  const predictor = get('Predictor', 1)
  if (predictor === 1) return bytes
  if (predictor < 10) throw new Odd('a TIFF predictor')
  const bits = get('Colors', 1) * get('BitsPerComponent', 8)
  const [step, width] = [Math.max(1, bits >> 3), (bits * get('Columns', 1) + 7) >> 3]
  const rows = Math.floor(bytes.length / (width + 1))
  const out = Buffer.alloc(rows * width)
  for (let y = 0; y < rows; y++) {
    const [from, to] = [y * (width + 1), y * width]
    const kind = bytes[from] as number
    for (let x = 0; x < width; x++) {
      const left = x >= step ? (out[to + x - step] as number) : 0
      const up = y > 0 ? (out[to + x - width] as number) : 0
      const corner = x >= step && y > 0 ? (out[to + x - width - step] as number) : 0
      const guess =
        kind === 0 ? 0 : kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, corner)
      out[to + x] = (bytes[from + 1 + x] as number) + guess
    }
  }
  return out
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

function startOf(file: Buffer): number {
  const tail = file.subarray(Math.max(0, file.length - 1100)).toString('latin1')
  const found = [...tail.matchAll(/startxref\s+(\d+)\s+%%EOF/g)].at(-1)?.[1]
  if (found === undefined) throw new Odd('no startxref')
  return Number(found)
}

/** Reads one cross-reference section into `places` (what is known stays) and gives its trailer. */
function sectionAt(file: Buffer, at: number, places: Map<number, Place>): Dictionary {
  const add = (number: number, place: Place) => {
    if (places.size > MOST_OBJECTS) throw new Odd('too many objects')
    if (!places.has(number)) places.set(number, place)
  }
  const parser = new Parser(file, at)
  if (!parser.skipWord('xref')) {
    const stream = objectAt(file, at, null, (v) => v ?? null)
    if (!(stream instanceof Stream)) throw new Odd('no cross-references')
    addFromStream(stream, add)
    return stream.dictionary
  }
  while (!parser.skipWord('trailer')) {
    const [first, count] = [parser.number(), parser.number()]
    if (count > MOST_OBJECTS) throw new Odd('too many objects')
    for (let i = 0; i < count; i++) {
      const offset = parser.number()
      parser.number()
      if (parser.skipWord('n')) add(first + i, { at: offset })
      else if (!parser.skipWord('f')) throw new Odd('a broken table')
    }
  }
  return dictionary(parser.value())
}

function addFromStream(stream: Stream, add: (number: number, place: Place) => void): void {
  const [w1 = 0, w2 = 0, w3 = 0] = listOf(stream.dictionary.get('W') ?? null).map(integer)
  const bytes = unpacked(stream, (v) => v ?? null, MOST_UNPACKED)
  const index = listOf(stream.dictionary.get('Index') ?? [0, integer(stream.dictionary.get('Size'))]).map(integer)
  let at = 0
  const field = (width: number, otherwise: number) => {
    if (width === 0) return otherwise
    if (width > 6 || at + width > bytes.length) throw new Odd('a broken cross-reference stream')
    const value = bytes.readUIntBE(at, width)
    at += width
    return value
  }
  for (let i = 0; i + 1 < index.length; i += 2) {
    for (let k = 0; k < (index[i + 1] ?? 0); k++) {
      const [kind, second, third] = [field(w1, 1), field(w2, 0), field(w3, 0)]
      if (kind === 1) add((index[i] ?? 0) + k, { at: second })
      if (kind === 2) add((index[i] ?? 0) + k, { within: second, index: third })
    }
  }
}

/** The object `number` at a place in the file. */
function objectAt(file: Buffer, at: number, number: number | null, resolve: PdfObjects['resolve']): PdfValue {
  const parser = new Parser(file, at)
  const found = parser.number()
  parser.number()
  if ((number !== null && found !== number) || !parser.skipWord('obj')) throw new Odd('not where the table says')
  const value = parser.value()
  if (!(value instanceof Map) || !parser.skipWord('stream')) return value
  const start = parser.afterLineEnd()
  const length = integer(resolve(value.get('Length')))
  if (!new Parser(file, start + length).skipWord('endstream')) throw new Odd('a stream of another length')
  return new Stream(value, file.subarray(start, start + length))
}

const isSpace = (c: number | undefined) => c === 32 || c === 10 || c === 13 || c === 9 || c === 12 || c === 0
const isDelimiter = (c: number | undefined) =>
  c === undefined || isSpace(c) || '()<>[]{}/%'.includes(String.fromCharCode(c))

/** Reads values one after another. */
export class Parser {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {
    if (at > bytes.length) throw new Odd('beyond the end')
  }

  private space(): void {
    for (; this.at < this.bytes.length; this.at++) {
      if (this.bytes[this.at] === 0x25) while (this.at < this.bytes.length && !isLineEnd(this.bytes[this.at])) this.at++
      else if (!isSpace(this.bytes[this.at])) return
    }
  }

  /** The next run of regular characters; empty at the end or before a delimiter. */
  word(): string {
    this.space()
    const from = this.at
    while (!isDelimiter(this.bytes[this.at]) && this.at - from < 200) this.at++
    return this.bytes.toString('latin1', from, this.at)
  }

  skipWord(expected: string): boolean {
    this.space()
    if (this.bytes.toString('latin1', this.at, this.at + expected.length) !== expected) return false
    this.at += expected.length
    return true
  }

  number(): number {
    return integer(Number(this.word() || Number.NaN))
  }

  /** Where the bytes of a stream begin, once its keyword was read. */
  afterLineEnd(): number {
    if (this.bytes[this.at] === 13) this.at++
    if (this.bytes[this.at] !== 10) throw new Odd('a stream without line end')
    return this.at + 1
  }

  atEnd(): boolean {
    this.space()
    return this.at >= this.bytes.length
  }

  /** The next value. @throws {Odd} for anything else. */
  value(depth = 0): PdfValue {
    const value = this.valueOrWord(depth)
    if (typeof value === 'string') throw new Odd(`unexpected ${value}`)
    return value
  }

  /** The next value, or a word that is none: an operator of a page's content. */
  valueOrWord(depth = 0): PdfValue | string {
    if (depth > DEEPEST) throw new Odd('too deep')
    this.space()
    const c = this.bytes[this.at]
    if (c === 0x2f) {
      this.at++
      return new Name(this.regular())
    }
    if (c === 0x28) return this.literal()
    if (c === 0x5b) return this.list(depth)
    if (c === 0x3c) return this.bytes[this.at + 1] === 0x3c ? this.map(depth) : this.hexadecimal()
    const word = this.word()
    if (word === 'null') return null
    if (word === 'true' || word === 'false') return word === 'true'
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) {
      if (word === '') throw new Odd('nothing there')
      return word
    }
    return this.reference(Number(word)) ?? Number(word)
  }

  /** `12 0 R`; a number alone is put back. */
  private reference(number: number): Ref | null {
    const back = this.at
    if (Number.isInteger(number) && /^\d+$/.test(this.word()) && this.word() === 'R') return new Ref(number)
    this.at = back
    return null
  }

  private regular(): string {
    const from = this.at
    while (!isDelimiter(this.bytes[this.at])) this.at++
    return this.bytes
      .toString('latin1', from, this.at)
      .replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }

  private literal(): Text {
    let open = 0
    do {
      const c = this.bytes[this.at++]
      if (c === undefined) throw new Odd('a string without end')
      if (c === 0x5c) this.at++
      else if (c === 0x28) open++
      else if (c === 0x29) open--
    } while (open > 0)
    return new Text()
  }

  private hexadecimal(): Text {
    const end = this.bytes.indexOf(0x3e, this.at)
    if (end < 0) throw new Odd('a string without end')
    this.at = end + 1
    return new Text()
  }

  private list(depth: number): readonly PdfValue[] {
    this.at++
    const values: PdfValue[] = []
    for (this.space(); this.bytes[this.at] !== 0x5d; this.space()) values.push(this.value(depth + 1))
    this.at++
    return values
  }

  private map(depth: number): Dictionary {
    this.at += 2
    const map = new Map<string, PdfValue>()
    for (this.space(); this.bytes[this.at] !== 0x3e; this.space()) {
      const key = this.value(depth + 1)
      if (!(key instanceof Name)) throw new Odd('a key that is no name')
      map.set(key.name, this.value(depth + 1))
    }
    this.at += 2
    return map
  }
}

const isLineEnd = (c: number | undefined) => c === 10 || c === 13
