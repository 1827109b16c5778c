import { constants, deflateRawSync, deflateSync } from 'node:zlib'
import { stream } from '../files.ts'
import { HELVETICA, type HostileFile, harmless, onePage, picturePage } from './hostile-file.ts'

const packed = (bytes: Buffer) => deflateSync(bytes, { level: 9 })
const FLATE = '/Filter/FlateDecode'
const PAGE_PIXELS = '/Width 1700/Height 2200/BitsPerComponent 8/ColorSpace/DeviceGray'
const RUNS_OUT = ['time-limit', 'memory-limit'] as const

/** What `packed` would make of a piece `times` over, made without going through all of them (RFC 1950). */
export function packedOften(piece: Buffer, times: number): Buffer {
  const block = deflateRawSync(piece, { level: 9, finishFlush: constants.Z_FULL_FLUSH })
  const sum = packed(piece).subarray(-4).readUInt32BE()
  const [low, high] = [sum & 0xffff, sum >>> 16]
  let [a, b] = [1, 0]
  for (let i = 0; i < times; i++) {
    b = (b + high + piece.length * (a - 1)) % ADLER
    a = (a + low - 1) % ADLER
  }
  // Z_FULL_FLUSH ends a block where another may follow; the last one is empty.
  const body = Array.from({ length: times }, () => block)
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...body, Buffer.from([3, 0]), u32(b * 65_536 + a)])
}
/** What the sums of Adler-32 are taken modulo. */
const ADLER = 65_521

/** Bits written out as 0 and 1, packed into bytes. */
const bits = (written: string) =>
  Buffer.from((written.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)))

/** Group 4 fax: a first row with a bar of 64 black pixels, and `rows` rows like it at three bits each (ITU-T T.6). */
function faxRows(rows: number): Buffer {
  const [horizontal, white64, white0, black64, black0] = ['001', '11011', '00110101', '0000001111', '0000110111']
  return bits(`${horizontal}${white64}${white0}${black64}${black0}1${'111'.repeat(rows - 1)}`)
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A JPEG 2000 codestream of one tile, `side` × `side`, that has a header and no data (ISO 15444-1, annex A). */
function jpxOf(side: number): Buffer {
  const size = [u16(0), u32(side), u32(side), u32(0), u32(0), u32(side), u32(side), u32(0), u32(0), u16(1)]
  const siz = Buffer.concat([...size, Buffer.from([7, 1, 1])])
  const marker = (code: number, body: Buffer) => Buffer.concat([u16(code), u16(body.length + 2), body])
  return Buffer.concat([
    u16(0xff4f),
    marker(0xff51, siz),
    marker(0xff52, Buffer.from([0, 0, 0, 1, 0, 5, 4, 4, 0, 1])),
    marker(0xff5c, Buffer.from([0x40, ...Array.from({ length: 16 }, () => 0x48)])),
    marker(0xff90, Buffer.concat([u16(0), u32(14), Buffer.from([0, 1])])),
    u16(0xff93),
    u16(0xffd9),
  ])
}

/** JBIG2 segments of a PDF: a page of `width` × `height`, and a generic region as large, made of almost no bytes (T.88, 7.2). */
function jbig2Of(width: number, height: number): Buffer {
  const segment = (number: number, type: number, data: Buffer) =>
    Buffer.concat([u32(number), Buffer.from([type, 0, 1]), u32(data.length), data])
  const pageInfo = Buffer.concat([u32(width), u32(height), u32(0), u32(0), Buffer.from([0, 0, 0])])
  const region = Buffer.concat([u32(width), u32(height), u32(0), u32(0), Buffer.from([0])])
  const template = Buffer.from([0, 3, 0xff, 0xfd, 0xff, 2, 0xfe, 0xfe, 0xfe])
  return Buffer.concat([
    segment(0, 48, pageInfo),
    segment(1, 38, Buffer.concat([region, template, Buffer.alloc(64, 0x5a)])),
  ])
}

/** A JPEG frame of `side` × `side` grey pixels and a scan of almost no bytes. */
export function jpegOf(side: number, scans = 1): Buffer {
  const marker = (code: number, body: Buffer) => Buffer.concat([u16(code), u16(body.length + 2), body])
  const counts = Buffer.alloc(16)
  counts[0] = 1
  const table = (id: number) => marker(0xffc4, Buffer.concat([Buffer.from([id]), counts, Buffer.from([0])]))
  const progressive = scans > 1
  const scan = Buffer.concat([
    marker(0xffda, Buffer.from([1, 1, 0, ...(progressive ? [1, 63, 0] : [0, 63, 0])])),
    Buffer.alloc(16),
  ])
  const direct = marker(0xffda, Buffer.from([1, 1, 0, 0, 0, 0]))
  return Buffer.concat([
    u16(0xffd8),
    marker(0xffdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])),
    marker(
      progressive ? 0xffc2 : 0xffc0,
      Buffer.concat([Buffer.from([8]), u16(side), u16(side), Buffer.from([1, 1, 0x11, 0])]),
    ),
    table(0x00),
    table(0x10),
    ...(progressive ? [direct, Buffer.alloc(16)] : []),
    ...Array.from({ length: scans }, () => scan),
    u16(0xffd9),
  ])
}

/** A picture of 1 bit a pixel with a broad grey band across. */
function banded(side: number): Buffer {
  const row = side / 8
  const rows = Buffer.alloc(row * side, 0xff)
  rows.fill(0xaa, row * Math.round(side * 0.3), row * Math.round(side * 0.4))
  return rows
}

/** Small PDFs that unpack, repeat or draw without end. */
export const bombs: readonly HostileFile[] = [
  {
    name: 'flate-400-mb.pdf',
    what: 'page content of 400 MB in 389 kB',
    bytes: () => onePage(stream(FLATE, packedOften(Buffer.alloc(1e6, 'q '), 400))),
    ends: RUNS_OUT,
  },
  {
    name: 'flate-twice.pdf',
    what: 'page content of 1.5 GB, packed twice into 5 kB',
    bytes: () =>
      onePage(stream('/Filter[/FlateDecode/FlateDecode]', packed(packedOften(Buffer.alloc(1e6, ' '), 1500)))),
    ends: [...RUNS_OUT, 'unreadable'],
  },
  {
    name: 'content-repeated.pdf',
    what: 'a page that shows the same 1 MB of content 2,000 times',
    bytes: () => {
      const content = stream('', Buffer.from('0 0 m 9 9 l S '.repeat(70_000)))
      return onePage(Buffer.from(`[${'5 0 R '.repeat(2000)}]`), '', [content])
    },
    ends: [...RUNS_OUT, 'unreadable'],
  },
  {
    name: 'form-loop.pdf',
    what: 'a form that draws itself',
    bytes: () =>
      onePage(stream('', Buffer.from('/X Do')), '/XObject<</X 5 0 R>>', [
        stream(
          '/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X 5 0 R>>>>',
          Buffer.from('0 0 99 99 re f /X Do'),
        ),
      ]),
    ends: ['unreadable'],
  },
  {
    name: 'form-laughs.pdf',
    what: 'forms that each draw the next ten times, nine deep: 1,000,000,000 squares',
    bytes: () =>
      onePage(
        stream('', Buffer.from('/X Do')),
        '/XObject<</X 5 0 R>>',
        Array.from({ length: 10 }, (_, i) => {
          const next = i < 9 ? `/Resources<</XObject<</X ${i + 6} 0 R>>>>` : ''
          return stream(
            `/Type/XObject/Subtype/Form/BBox[0 0 612 792]${next}`,
            Buffer.from(i < 9 ? '/X Do '.repeat(10) : '0 0 9 9 re f'),
          )
        }),
      ),
    ends: [...RUNS_OUT, 'unreadable'],
  },
  {
    name: 'pattern-steps.pdf',
    what: 'a page filled with tiles a thousandth of a point apart',
    bytes: () =>
      onePage(stream('', Buffer.from('/Pattern cs /P scn 0 0 612 792 re f')), '/Pattern<</P 5 0 R>>', [
        stream(
          '/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>',
          Buffer.from('0 0 1 1 re f'),
        ),
      ]),
    ends: [...RUNS_OUT, 'unreadable'],
  },
  {
    name: 'pattern-vast.pdf',
    what: 'a pattern whose tile is 1e9 points a side',
    bytes: () =>
      onePage(stream('', Buffer.from('/Pattern cs /P scn 0 0 612 792 re f')), '/Pattern<</P 5 0 R>>', [
        stream(
          '/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1e9 1000000000]/XStep 1000000000/YStep 1000000000/Resources<<>>',
          Buffer.from('0 0 900000000 900000000 re f'),
        ),
      ]),
    ends: ['unreadable'],
  },
  {
    name: 'cmap-range.pdf',
    what: 'a font whose code table covers 4,294,967,295 codes in one row',
    bytes: () => {
      const map =
        '/CIDInit/ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00000000><FFFFFFFF> endcodespacerange 1 beginbfrange <00000000><FFFFFFFF><0041> endbfrange endcmap end end'
      const font = '/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>'
      const rows = harmless.map((row) => `(${row}) Tj T*`).join(' ')
      return onePage(stream('', Buffer.from(`BT /F 11 Tf 14 TL 72 720 Td ${rows} ET`)), font, [
        stream('', Buffer.from(map)),
      ])
    },
    ends: ['ok', 'unreadable', ...RUNS_OUT],
  },
  {
    name: 'text-endless.pdf',
    what: '3,000,000 words on one page',
    bytes: () =>
      onePage(stream(FLATE, packed(Buffer.from(`BT /F 1 Tf ${'1 1 Td (word ) Tj '.repeat(3_000_000)} ET`))), HELVETICA),
    ends: ['ok', 'unreadable', ...RUNS_OUT],
  },
  {
    name: 'image-30000.pdf',
    what: 'a 1-bit picture of 30,000 × 30,000 pixels in 110 kB',
    bytes: () =>
      picturePage(`/Width 30000/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray${FLATE}`, packed(banded(30_000))),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'image-2e31.pdf',
    what: 'a picture that says it has 2,147,483,647 × 2,147,483,647 pixels',
    bytes: () =>
      picturePage('/Width 2147483647/Height 2147483647/BitsPerComponent 8/ColorSpace/DeviceRGB', Buffer.alloc(99)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'image-flate-bomb.pdf',
    what: 'a picture of a page whose stream unpacks to 1 GB',
    bytes: () => picturePage(`${PAGE_PIXELS}${FLATE}`, packedOften(Buffer.alloc(1e6, 0x55), 1000)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'image-short.pdf',
    what: 'a picture whose data end after its first rows',
    bytes: () => picturePage(PAGE_PIXELS, Buffer.alloc(1700 * 9)),
    ends: ['unreadable'],
  },
  {
    name: 'ccitt-60000.pdf',
    what: 'a Group 4 fax of 60,000 × 60,000 pixels in 23 kB',
    bytes: () =>
      picturePage(
        '/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>',
        faxRows(60_000),
      ),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jbig2-60000.pdf',
    what: 'a JBIG2 picture of 60,000 × 60,000 pixels in 150 bytes',
    bytes: () =>
      picturePage(
        '/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode',
        jbig2Of(60_000, 60_000),
      ),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jbig2-hidden.pdf',
    what: 'a JBIG2 stream of 4,294,967,295 rows behind a picture said to be a page',
    bytes: () =>
      picturePage(
        '/Width 1700/Height 2200/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode',
        jbig2Of(65_535, 0xffff_fffe),
      ),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpx-60000.pdf',
    what: 'a JPEG 2000 picture of 60,000 × 60,000 pixels in 100 bytes',
    bytes: () => picturePage('/Width 60000/Height 60000/Filter/JPXDecode', jpxOf(60_000)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpx-hidden.pdf',
    what: 'a JPEG 2000 stream of 2,000,000,000 pixels a side behind a picture said to be a page',
    bytes: () => picturePage('/Width 1700/Height 2200/Filter/JPXDecode', jpxOf(2_000_000_000)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpeg-65500.pdf',
    what: 'a JPEG of 65,500 × 65,500 pixels in 250 bytes',
    bytes: () =>
      picturePage(
        '/Width 65500/Height 65500/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode',
        jpegOf(65_500),
      ),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpeg-hidden.pdf',
    what: 'the same JPEG behind a picture said to be a page',
    bytes: () => picturePage(`${PAGE_PIXELS}/Filter/DCTDecode`, jpegOf(65_500)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpeg-noise.pdf',
    what: 'a JPEG that is none',
    bytes: () => picturePage(`${PAGE_PIXELS}/Filter/DCTDecode`, Buffer.from('not a jpeg')),
    ends: ['unreadable'],
  },
  {
    name: 'mask-loop.pdf',
    what: 'a picture that is its own mask',
    bytes: () => picturePage(`${PAGE_PIXELS}/SMask 5 0 R${FLATE}`, packed(Buffer.alloc(1700 * 2200, 0x55))),
    // One even grey: there is nothing to be seen on it.
    ends: ['blank', 'unreadable', ...RUNS_OUT],
  },
  {
    name: 'unknown-filter.pdf',
    what: 'a picture in a coding that nobody knows',
    bytes: () => picturePage(`${PAGE_PIXELS}/Filter/NobodyDecode`, Buffer.alloc(5000, 0x55)),
    ends: ['unreadable'],
  },
]
