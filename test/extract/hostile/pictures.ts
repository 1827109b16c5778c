import { crc32, deflateSync } from 'node:zlib'
import { png, typeset } from '../paper.ts'
import type { HostileFile } from './hostile-file.ts'
import { jpegOf, packedOften } from './pdf-bombs.ts'

const RUNS_OUT = ['time-limit', 'memory-limit'] as const

type Entry = readonly [tag: number, value: number]

/** A TIFF directory in little-endian order: LONG values, and where the next one stands. */
function directory(entries: readonly Entry[], next: number): Buffer {
  const bytes = Buffer.alloc(2 + 12 * entries.length + 4)
  bytes.writeUInt16LE(entries.length)
  for (const [i, [tag, value]] of entries.entries()) {
    const at = 2 + 12 * i
    bytes.writeUInt16LE(tag, at)
    bytes.writeUInt16LE(4, at + 2)
    bytes.writeUInt32LE(1, at + 4)
    bytes.writeUInt32LE(value, at + 8)
  }
  bytes.writeUInt32LE(next, bytes.length - 4)
  return bytes
}

/** Tags of a picture of one strip at `at` (TIFF 6.0): 1 uncompressed, 4 Group 4, 8 deflate. */
const picture = (
  width: number,
  height: number,
  compression: number,
  bits: number,
  at: number,
  length: number,
): Entry[] => [
  [256, width],
  [257, height],
  [258, bits],
  [259, compression],
  [262, 1],
  [273, at],
  [277, 1],
  [278, height],
  [279, length],
]
const HEADER = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])
const DIRECTORY = 2 + 12 * 9 + 4

/** A TIFF of `count` pages that all show the same strip. `last` is what follows the last page: 0 for nothing. */
function tiffOf(
  count: number,
  last: number,
  [width, height, compression, bits]: readonly [number, number, number, number],
  strip: Buffer,
): Buffer {
  const at = 8 + DIRECTORY * count
  const pages = Array.from({ length: count }, (_, i) =>
    directory(
      picture(width, height, compression, bits, at, strip.length),
      i < count - 1 ? 8 + DIRECTORY * (i + 1) : last,
    ),
  )
  return Buffer.concat([HEADER, ...pages, strip])
}

const chunk = (type: string, body: Buffer) => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** A grey PNG of 1 bit or 8 bits that says it has `width` × `height` pixels. */
function pngOf(width: number, height: number, bits: number, data: Buffer, before: readonly Buffer[] = []): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head[8] = bits
  const start = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1')
  return Buffer.concat([start, chunk('IHDR', head), ...before, chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

const page = () => png(typeset())
const stripes = Buffer.alloc(200, 0x55)

/** Pictures that lie about their size, loop, unpack without end or stop half-way. */
export const lyingPictures: readonly HostileFile[] = [
  {
    name: 'png-2e31.png',
    what: 'a PNG that says it has 2,147,483,647 pixels a side',
    bytes: () => pngOf(2147483647, 2147483647, 8, deflateSync(stripes)),
    ends: ['damaged', 'unreadable'],
  },
  {
    name: 'png-30000.png',
    what: 'a PNG of 30,000 × 30,000 pixels in 900 kB',
    bytes: () => pngOf(30_000, 30_000, 8, packedOften(Buffer.alloc(30_001 * 30, 0), 1000)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'png-more-data.png',
    what: 'a PNG of 1,000 × 1,000 pixels whose data unpack to 500 MB',
    bytes: () => pngOf(1000, 1000, 8, packedOften(Buffer.alloc(1e6, 0), 500)),
    ends: ['ok', 'unreadable'],
  },
  {
    name: 'png-text-bomb.png',
    what: 'a PNG with a comment that unpacks to 400 MB',
    bytes: () => {
      const comment = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packedOften(Buffer.alloc(1e6, 65), 400)])
      return pngOf(400, 4, 8, deflateSync(Buffer.alloc(1604, 0)), [chunk('zTXt', comment)])
    },
    ends: ['unreadable', 'damaged', ...RUNS_OUT],
  },
  {
    name: 'png-half.png',
    what: 'the first half of a PNG',
    bytes: async () => {
      const whole = await page()
      return whole.subarray(0, whole.length >> 1)
    },
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'png-header-only.png',
    what: 'a PNG of 24 bytes',
    bytes: async () => (await page()).subarray(0, 24),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'jpeg-65500.jpg',
    what: 'a JPEG of 65,500 × 65,500 pixels in 250 bytes',
    bytes: () => jpegOf(65_500),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'jpeg-scans.jpg',
    what: 'a progressive JPEG of 10,000 × 10,000 pixels with 2,000 scans',
    bytes: () => jpegOf(10_000, 2000),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'jpeg-half.jpg',
    what: 'the first half of a JPEG',
    bytes: async () => {
      const { default: sharp } = await import('sharp')
      const whole = await sharp(await page())
        .jpeg()
        .toBuffer()
      return whole.subarray(0, whole.length >> 1)
    },
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'tiff-loop.tif',
    what: 'a TIFF whose page names itself as the next one',
    bytes: () => tiffOf(1, 8, [400, 4, 1, 8], Buffer.alloc(1600, 0)),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'tiff-far-loop.tif',
    what: 'a TIFF of 1,000 pages whose last names the first as the next one',
    bytes: () => tiffOf(1000, 8, [400, 4, 1, 8], Buffer.alloc(1600, 0)),
    ends: ['ok', 'unreadable', 'time-limit'],
  },
  {
    name: 'tiff-60000-pages.tif',
    what: 'a TIFF of 60,000 pages that all show one strip',
    bytes: () => tiffOf(60_000, 0, [400, 4, 1, 8], Buffer.alloc(1600, 0)),
    ends: ['too-large'],
  },
  {
    name: 'tiff-100000.tif',
    what: 'a TIFF of 100,000 × 100,000 pixels in 300 bytes',
    bytes: () => tiffOf(1, 0, [100_000, 100_000, 1, 8], stripes),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'tiff-deflate-bomb.tif',
    what: 'a TIFF of 14,000 × 14,000 pixels (just allowed) in 190 kB',
    bytes: () => tiffOf(1, 0, [14_000, 14_000, 8, 8], packedOften(Buffer.alloc(1e6, 0x55), 196)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'tiff-bombs.tif',
    what: 'a TIFF of 300 pages, each the same 14,000 × 14,000 pixels, in 220 kB',
    bytes: () => tiffOf(300, 0, [14_000, 14_000, 8, 8], packedOften(Buffer.alloc(1e6, 0x55), 196)),
    ends: ['unreadable', ...RUNS_OUT],
  },
  {
    name: 'tiff-strip-outside.tif',
    what: 'a TIFF whose strip lies behind the end of the file',
    bytes: () => Buffer.concat([HEADER, directory(picture(1700, 2200, 1, 8, 900_000_000, 3_740_000), 0)]),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'tiff-no-directory.tif',
    what: 'a TIFF whose first page lies behind the end of the file',
    bytes: () => Buffer.from([0x49, 0x49, 42, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]),
    ends: ['damaged'],
  },
  {
    name: 'tiff-one-broken.tif',
    what: 'a TIFF of two pages; the strip of the second lies behind the end of the file',
    bytes: () => {
      const good = directory(picture(400, 4, 1, 8, 8 + 2 * DIRECTORY, 1600), 8 + DIRECTORY)
      const bad = directory(picture(1700, 2200, 1, 8, 900_000_000, 3_740_000), 0)
      return Buffer.concat([HEADER, good, bad, Buffer.alloc(1600, 0)])
    },
    ends: ['unreadable'],
  },
  {
    name: 'png-named.pdf',
    what: 'a harmless PNG that is named .pdf',
    bytes: page,
    ends: ['ok'],
  },
  {
    name: 'program.pdf',
    what: 'a program that is named .pdf',
    bytes: () => Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(5000)]),
    ends: ['unsupported-type'],
  },
  {
    name: 'archive.tif',
    what: 'a ZIP archive that is named .tif',
    bytes: () => Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(5000)]),
    ends: ['unsupported-type'],
  },
  {
    name: 'header-only.pdf',
    what: 'a PDF of 9 bytes',
    bytes: () => Buffer.from('%PDF-1.7\n'),
    ends: ['damaged'],
  },
  {
    name: 'empty.pdf',
    what: 'no bytes',
    bytes: () => Buffer.alloc(0),
    ends: ['empty-file'],
  },
]
