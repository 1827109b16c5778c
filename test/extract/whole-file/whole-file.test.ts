import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type JpegOptions, type TiffOptions } from 'sharp'
import { describe, expect, it } from 'vitest'
import { endOf } from '../../../src/extract/whole-file/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { growingTiff, written } from '../../fixtures/growing-tiff.ts'
import { rawPdf } from '../files.ts'

type Kind = Parameters<typeof endOf>[1]

async function ending(bytes: Buffer, kind: Kind): Promise<string> {
  const path = join(await testFolder(), 'file')
  await writeFile(path, bytes)
  return endOf(path, kind)
}

/** What is said of every file that is cut off before its end, at some two hundred places; the last bytes one by one. */
async function whenCut(bytes: Buffer, kind: Kind): Promise<ReadonlySet<string>> {
  const path = join(await testFolder(), 'file')
  await writeFile(path, bytes)
  const said = new Set<string>()
  const step = Math.max(1, Math.floor(bytes.length / 200))
  for (let size = bytes.length - 1; size > 8; size -= bytes.length - size < 40 ? 1 : step) {
    await truncate(path, size)
    said.add(await endOf(path, kind))
  }
  return said
}

/** Noise, so that a picture's coded data is of some length and holds all sorts of bytes. */
const noise = sharp({
  create: {
    width: 300,
    height: 200,
    channels: 3,
    background: 'white',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
})
const jpeg = (options: JpegOptions = {}) => noise.clone().jpeg(options).toBuffer()

/** A segment of a JPEG file, put behind its first marker. */
function withSegment(bytes: Buffer, marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([bytes.subarray(0, 2), head, content, bytes.subarray(2)])
}

/** Two pictures in one file, as phones and scanners write them (CIPA DC-007): the first lists both. */
function multiPicture(first: Buffer, second: Buffer): Buffer {
  const list = Buffer.alloc(26 + 32)
  list.write('MM\0*\0\0\0\b\0\u0001', 'latin1')
  for (const [at, value] of [
    [12, 7],
    [14, 32],
    [18, 26],
  ] as const)
    at === 12 ? list.writeUInt16BE(value, at) : list.writeUInt32BE(value, at)
  list.writeUInt16BE(0xb002, 10)
  const whole = withSegment(first, 0xe2, Buffer.concat([Buffer.from('MPF\0'), list]))
  const origin = 2 + 4 + 4
  const place = origin + 26 + 16
  whole.writeUInt32BE(second.length, place + 4)
  whole.writeUInt32BE(whole.length - origin, place + 8)
  return Buffer.concat([whole, second])
}

describe('the end of a JPEG file', () => {
  it.each([
    ['baseline', { progressive: false }],
    ['progressive, in many scans', { progressive: true }],
    ['with restarts in its data', { optimiseScans: false, trellisQuantisation: false, quality: 30 }],
  ])('is seen in one that is %s, and missed wherever it is cut', async (_, options) => {
    const bytes = await jpeg(options)
    expect(await ending(bytes, 'image/jpeg')).toBe('there')
    expect(await whenCut(bytes, 'image/jpeg')).toEqual(new Set(['missing']))
  })

  it('is not that of a thumbnail within it', async () => {
    const bytes = withSegment(await jpeg(), 0xe1, Buffer.concat([Buffer.from('Exif\0\0'), await jpeg({ quality: 5 })]))
    expect(await ending(bytes, 'image/jpeg')).toBe('there')
    expect(await whenCut(bytes, 'image/jpeg')).toEqual(new Set(['missing']))
  })

  it('is not that of the first picture when it lists more', async () => {
    const bytes = multiPicture(await jpeg(), await jpeg({ quality: 20 }))
    expect(await ending(bytes, 'image/jpeg')).toBe('there')
    expect(await whenCut(bytes, 'image/jpeg')).toEqual(new Set(['missing']))
  })

  it('may be followed by anything', async () => {
    expect(
      await ending(Buffer.concat([await jpeg(), Buffer.from('from the maker'), Buffer.alloc(9000)]), 'image/jpeg'),
    ).toBe('there')
  })
})

describe('the end of a PNG file', () => {
  it('is its last chunk, whatever follows', async () => {
    const bytes = await noise.clone().png().toBuffer()
    expect(await ending(bytes, 'image/png')).toBe('there')
    expect(await ending(Buffer.concat([bytes, Buffer.alloc(5000, 1)]), 'image/png')).toBe('there')
    expect(await whenCut(bytes, 'image/png')).toEqual(new Set(['missing']))
  })
})

describe('the end of a TIFF file', () => {
  it.each([
    ['one page', 1, {}],
    ['three pages', 3, {}],
    ['three pages, tiled', 3, { tile: true }],
    ['three pages, BigTIFF', 3, { bigtiff: true }],
    ['a page coded as JPEG', 1, { compression: 'jpeg' }],
    ['a page of fax', 1, { compression: 'ccittfax4', bitdepth: 1 }],
  ] as const)('of %s is seen, but a page may follow; cut anywhere it is missed', async (_, pages, options) => {
    const page = await noise.clone().png().toBuffer()
    const picture = pages === 1 ? sharp(page) : sharp(Array(pages).fill(page), { join: { animated: true } })
    const bytes = await picture
      .toColourspace('b-w')
      .tiff(options as TiffOptions)
      .toBuffer()
    expect(await ending(bytes, 'image/tiff')).toBe('open')
    expect(await whenCut(bytes, 'image/tiff')).toEqual(new Set(['missing']))
  })

  it.each([false, true])(
    'is open after each page that libtiff writes, and not before it is written (BigTIFF: %s)',
    async (big) => {
      const pages = growingTiff([10, 100, 200], { big })
      expect((await sharp(written(pages.flat())).metadata()).pages).toBe(3)
      const said = pages.map(() => [] as string[])
      for (const [p, writes] of pages.entries())
        for (let n = 1; n <= writes.length; n++)
          said[p]?.push(await ending(written([...pages.slice(0, p).flat(), ...writes.slice(0, n)]), 'image/tiff'))
      expect(said.map((s) => s.at(-1))).toEqual(['open', 'open', 'open'])
      expect(new Set(said[0]?.slice(0, -1))).toEqual(new Set(['missing']))
      for (const later of said.slice(1)) expect(new Set(later.slice(0, -1))).toEqual(new Set(['begun']))
    },
  )

  it('that leads in circles or to endless lists is told in the time of its size', async () => {
    const [first = []] = growingTiff([10])
    const bytes = written(first)
    const directory = bytes.readUInt32LE(4)
    bytes.writeUInt32LE(directory, bytes.length - 4)
    expect(await ending(bytes, 'image/tiff')).toBe('open')
    const field = directory + 2 + 12 * 5
    bytes.writeUInt32LE(0xffffffff, field + 4)
    expect(await ending(bytes, 'image/tiff')).toBe('missing')
  })
})

describe('the end of a PDF file', () => {
  it('stands in its last two kilobytes', async () => {
    const bytes = rawPdf(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[]/Count 0>>'])
    expect(await ending(bytes, 'application/pdf')).toBe('there')
    expect(await ending(Buffer.concat([bytes, Buffer.alloc(1500)]), 'application/pdf')).toBe('there')
    expect(await ending(bytes.subarray(0, -7), 'application/pdf')).toBe('missing')
  })

  it('is not that of the first page of one that is made for the web', async () => {
    const first = Buffer.from('%PDF-1.4\n1 0 obj\n<</Linearized 1/L 9000>>\nendobj\nstartxref\n0\n%%EOF\n')
    expect(await ending(first, 'application/pdf')).toBe('missing')
    expect(await ending(Buffer.concat([first, Buffer.from('more\nstartxref\n216\n%%EOF\n')]), 'application/pdf')).toBe(
      'there',
    )
  })
})
