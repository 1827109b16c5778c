import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { growingTiff, type Write, written } from '../../fixtures/growing-tiff.ts'
import { zipOf } from '../../fixtures/zip.ts'
import { filesBelow, pdf, received, until, untilWorked, type Watched, watched } from './watched.ts'

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const picture = sharp({
  create: {
    width: 200,
    height: 150,
    channels: 3,
    background: 'white',
    noise: { type: 'gaussian', mean: 128, sigma: 50 },
  },
})
const thumbnail = async () => (await picture.clone().resize(40).jpeg({ quality: 10 }).toBuffer()).toString('latin1')

/** A file whose last page is written as the first ones are: one after the other, with the file kept open. */
async function writer(w: Watched, path: string): Promise<(writes: readonly Write[]) => Promise<void>> {
  const file: FileHandle = await open(join(w.folder, path), 'w')
  onTestFinished(() => file.close())
  return async (writes) => {
    for (const { at, bytes } of writes) await file.write(bytes, 0, bytes.length, at)
  }
}

/** One write after the other from front to back, as a copying program has it. */
function copied(bytes: Buffer, cuts: readonly number[]): readonly Write[] {
  const places = [0, ...cuts, bytes.length]
  return places.slice(1).map((end, i) => ({ at: places[i] ?? 0, bytes: bytes.subarray(places[i], end) }))
}

const kinds: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['a PDF', async () => Buffer.from(pdf('x'.repeat(5000)))],
  ['a JPEG', () => picture.clone().jpeg().toBuffer()],
  ['a progressive JPEG', () => picture.clone().jpeg({ progressive: true }).toBuffer()],
  [
    'a JPEG with a thumbnail',
    async () =>
      picture
        .clone()
        .jpeg()
        .withExif({ IFD0: { ImageDescription: await thumbnail() } })
        .toBuffer(),
  ],
  ['a PNG', () => picture.clone().png().toBuffer()],
  ['a TIFF', () => picture.clone().tiff({ compression: 'lzw' }).toBuffer()],
  ['a TIFF of two pages', async () => written(growingTiff([10, 200]).flat())],
  ['a BigTIFF of two pages', async () => written(growingTiff([10, 200], { big: true }).flat())],
  [
    'a zip archive that holds another',
    async () =>
      zipOf({ 'in.zip': await zipOf({ 'a.pdf': pdf('a') }), 'b.pdf': pdf('b'.repeat(400)) }, { compress: false }),
  ],
]

describe('a watched folder, with a slow writer', () => {
  it.each(kinds)('takes %s only when it is whole, whatever pauses it is written with', async (kind, make) => {
    const w = await watched()
    const bytes = await make()
    await w.watch({ everyMs: 10, stillMs: 20, endMs: 600_000 })
    const write = await writer(w, 'scan')
    const cuts = [
      1,
      100,
      Math.round(bytes.length * 0.3),
      Math.round(bytes.length * 0.7),
      bytes.length - 60,
      bytes.length - 3,
    ]
    const writes = copied(bytes, cuts)
    for (const one of writes.slice(0, -1)) {
      await write([one])
      // Several times as long as a file has to stand still; six times that for a TIFF.
      await sleep(200)
      expect(await received(w.store)).toBe(0)
      expect(await filesBelow(w.folder)).toEqual(['scan'])
    }
    await write(writes.slice(-1))
    await until(async () => (await w.work()) > 0)
    // An archive in an archive is not taken apart.
    const home = kind.includes('archive') ? 'failed' : 'done'
    await until(async () => (await filesBelow(w.folder))[0] === join(home, 'scan'))
    expect((await readFile(join(w.folder, home, 'scan'))).equals(bytes)).toBe(true)
    if (home === 'done') expect(await w.store.find(sha256(bytes))).toMatchObject({ state: 'done' })
  })

  it('gives a TIFF more time than others to get another page', async () => {
    const w = await watched()
    await w.watch()
    await w.put('a.tif', written(growingTiff([10]).flat()))
    await w.put('b.png', await picture.clone().png().toBuffer())
    await until(() => w.events.length === 2)
    expect(w.events.map((e) => 'path' in e && e.path)).toEqual(['b.png', 'a.tif'])
  })

  it('takes a TIFF anew that got another page after it was taken, before it was moved away', async () => {
    const w = await watched()
    await w.watch()
    const [one = [], two = []] = growingTiff([10, 200])
    const write = await writer(w, 'scan.tif')
    await write(one)
    await until(() => w.events.some((e) => e.kind === 'taken'))
    await write(two)
    await w.work()
    await until(() => w.events.some((e) => e.kind === 'again'))
    await untilWorked(w, async () => (await filesBelow(w.folder))[0] === 'done/scan.tif')
    await expectAllKnown(w)
    expect(await w.store.find(sha256(written([...one, ...two])))).toMatchObject({ state: 'done' })
  })

  it('takes a TIFF anew that got another page when it lay in done/ already: its writer has it open there, too', async () => {
    const w = await watched()
    await w.watch({ endMs: 600_000 })
    const [one = [], two = [], three = []] = growingTiff([10, 100, 200])
    const write = await writer(w, 'sub.tif')
    const whole = [...one]
    await write(one)
    for (const page of [two, three]) {
      await untilWorked(w, async () => (await filesBelow(w.folder))[0] === 'done/sub.tif')
      await write(page)
      whole.push(...page)
      const bytes = written(whole)
      await untilWorked(w, async () => (await w.store.find(sha256(bytes)))?.state === 'done')
    }
    await until(async () => (await filesBelow(w.folder)).join() === 'done/sub.tif')
    await expectAllKnown(w)
    expect(w.events.filter((e) => e.kind === 'again')).toHaveLength(2)
  })

  it('takes a file that never gets its end as it is, after a long time, and says before that it waits', async () => {
    const w = await watched()
    await w.watch({ stillMs: 30, endMs: 1_500 })
    const bytes = (await picture.clone().jpeg().toBuffer()).subarray(0, -50)
    await w.put('cut.jpg', bytes)
    await until(() => w.events.length > 0)
    expect(w.events).toMatchObject([{ kind: 'waiting', path: 'cut.jpg', reason: expect.stringContaining('2 s') }])
    expect(await received(w.store)).toBe(0)
    await until(async () => (await w.work()) === 1)
    await until(async () => (await filesBelow(w.folder))[0] === 'done/cut.jpg')
    await expectAllKnown(w)
  })
})

/** Nothing lies in done/ that was not taken. */
async function expectAllKnown({ folder, store }: Watched): Promise<void> {
  for (const path of await filesBelow(join(folder, 'done')))
    expect(await store.find(sha256(await readFile(join(folder, 'done', path))))).toMatchObject({ state: 'done' })
}
