import { describe, expect, it } from 'vitest'
import type { Raster } from '../../../../src/extract/child/page/raster.ts'
import { turn } from '../../../../src/extract/child/page/raster.ts'
import { survey } from '../../../../src/extract/child/page/survey.ts'
import { isUpsideDown } from '../../../../src/extract/child/page/upside-down.ts'
import { letterText, raster, typeset } from '../../paper.ts'

const DPI = 150
const page = raster(typeset(letterText, DPI), DPI)
const standsOnItsHead = (image: Raster) => {
  const { letters, ink } = survey(image)
  return isUpsideDown(letters, ink, DPI)
}

describe('rows that stand on their heads', () => {
  it('are told from rows that stand on their feet', async () => {
    expect(standsOnItsHead(page)).toBe(false)
    expect(standsOnItsHead(await turn(page, 180))).toBe(true)
  })

  it('are not told by capitals alone, nor by few rows', async () => {
    const capitals = raster(
      typeset(
        letterText.map((row) => row.toUpperCase().replace(/[^A-Z ]/g, '')),
        DPI,
      ),
      DPI,
    )
    const few = raster(typeset(letterText.slice(0, 2), DPI), DPI)
    for (const image of [capitals, few]) {
      expect(standsOnItsHead(image)).toBe(false)
      expect(standsOnItsHead(await turn(image, 180))).toBe(false)
    }
  })
})
