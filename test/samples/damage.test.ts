import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { chance } from '../../samples/make/chance.ts'
import { damageNames, damages } from '../../samples/make/damage.ts'
import { stampOf } from '../../samples/make/handled.ts'
import { lettering } from '../../samples/make/lettering.ts'
import { inked, isBlackAndWhite, type Sheet, turned } from '../../samples/make/sheet.ts'

const DPI = 300
const white = (width: number, height: number): Sheet => ({
  width,
  height,
  data: new Uint8Array(width * height).fill(255),
  dpiX: DPI,
  dpiY: DPI,
})
/** A quarter of a page with a row of type across its middle. */
const page = inked(white(1275, 825), await lettering('SENSATION INTACT', 18, DPI), 300, 380)
const digest = (sheet: Sheet) => createHash('sha256').update(sheet.data).digest('hex')
const darkness = (sheet: Sheet) => sheet.data.reduce((sum, v) => sum + 255 - v, 0) / sheet.data.length

describe('damage to a sheet', () => {
  it.each(damageNames)('is the same again from the same seed: %s', async (name) => {
    const [once, again] = [await damages[name](page, 7), await damages[name](page, 7)]
    expect(digest(again)).toBe(digest(once))
    expect(digest(once)).not.toBe(digest(page))
  })

  it.each(damageNames)('keeps the size of the paper: %s', async (name) => {
    const after = await damages[name](page, 7)
    expect(after.data).toHaveLength(after.width * after.height)
    expect(after.width / after.dpiX).toBeCloseTo(page.width / DPI, 1)
    expect(after.height / after.dpiY).toBeCloseTo(page.height / DPI, 1)
  })

  it('leaves scans and faxes black and white', async () => {
    for (const name of ['office', 'fine-fax', 'standard-fax'] as const)
      expect(isBlackAndWhite(await damages[name](page, 7)), name).toBe(true)
    expect(isBlackAndWhite(await damages.photocopy(page, 7))).toBe(false)
  })

  it('gives faxes their own resolutions, which are not square', async () => {
    const [fine, standard] = [await damages['fine-fax'](page, 7), await damages['standard-fax'](page, 7)]
    expect([fine.dpiX, fine.dpiY, standard.dpiX, standard.dpiY]).toEqual([204, 196, 204, 98])
  })

  it('makes a faint print lighter and a stamped one darker', async () => {
    expect(darkness(await damages.stamped(page, 7))).toBeGreaterThan(darkness(page))
    const faint = await damages.faint(page, 7)
    expect(faint.data.every((v) => v > 80)).toBe(true)
  })

  it('strikes stamps from light grey to nearly black, level and askew, each one on the print', async () => {
    const stamps = Array.from({ length: 200 }, (_, i) => stampOf(i))
    const [greys, tilts] = [stamps.map((s) => s.grey), stamps.map((s) => Math.abs(s.tilt))]
    expect(Math.min(...greys)).toBeLessThan(30)
    expect(Math.max(...greys)).toBeGreaterThan(140)
    expect(Math.min(...tilts)).toBeLessThan(3)
    expect(Math.max(...tilts)).toBeGreaterThan(40)
    const light = stamps.findIndex((s) => s.grey > 140)
    const after = await damages['stamped-header'](page, light)
    // Ink of the stamp's own tone, which neither the paper nor the print has.
    const near = (v: number) => Math.abs(v - (stamps[light]?.grey ?? 0)) < 25
    expect(after.data.filter(near).length).toBeGreaterThan(3 * page.data.filter(near).length)
  })

  it('is different on each page', async () => {
    expect(digest(await damages.office(page, 1000))).not.toBe(digest(await damages.office(page, 2000)))
  })
})

describe('turning a sheet', () => {
  it('comes back to itself after four quarters', async () => {
    let sheet = page
    for (let n = 0; n < 4; n++) sheet = await turned(sheet, 90)
    expect(digest(sheet)).toBe(digest(page))
  })

  it('turns the resolutions of a sheet with pixels that are not square', async () => {
    const fax = await damages['standard-fax'](page, 7)
    const side = await turned(fax, 90)
    expect([side.width, side.height, side.dpiX, side.dpiY]).toEqual([fax.height, fax.width, 98, 204])
  })
})

describe('chance', () => {
  it('is spread evenly over 0..1 and follows its seed', () => {
    const next = chance(1)
    const drawn = Array.from({ length: 10_000 }, next)
    expect(drawn.every((v) => v >= 0 && v < 1)).toBe(true)
    expect(drawn.reduce((a, b) => a + b) / drawn.length).toBeCloseTo(0.5, 1)
    expect(Array.from({ length: 5 }, chance(1))).toEqual(drawn.slice(0, 5))
  })
})
