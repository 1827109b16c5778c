import { beforeAll, describe, expect, it } from 'vitest'
import { type DamageName, damages } from '../../../../samples/make/damage.ts'
import { sources } from '../../../../samples/make/main.ts'
import { print } from '../../../../samples/make/render.ts'
import type { Sheet } from '../../../../samples/make/sheet.ts'
import { typeset } from '../../../../samples/make/typeset.ts'
import { isFrayed, paleLetters } from '../../../../src/extract/child/page/first-sight.ts'
import type { Raster } from '../../../../src/extract/child/page/raster.ts'
import { survey } from '../../../../src/extract/child/page/survey.ts'
import { sized } from '../../../../src/extract/child/page/upright.ts'

let sheet: Sheet
beforeAll(async () => {
  const [sample] = sources()
  const [printed] = sample ? await print(await typeset(sample), 300) : []
  if (!printed) throw new Error('no sample')
  sheet = printed
})
const seen = ({ data, width, height, dpiX }: Sheet) =>
  sized(survey({ data, width, height, dpi: dpiX } satisfies Raster))
const damaged = async (kind: DamageName) => seen(await damages[kind](sheet, 1000))
const whole: readonly DamageName[] = [
  ...(['office', 'fine-fax', 'photocopy', 'faint', 'scratched', 'speckled'] as const),
  ...(['stamped', 'stamped-header', 'highlighted', 'notes-in-margin'] as const),
]

describe('a look at a page', () => {
  it('tells letters that have fallen into pieces from whole ones', async () => {
    expect(isFrayed(await seen(sheet))).toBe(false)
    expect(isFrayed(await damaged('third-copy'))).toBe(true)
    for (const kind of whole) expect(isFrayed(await damaged(kind)), kind).toBe(false)
  })

  it('finds what shines through, and nothing pale on other pages', async () => {
    expect(paleLetters(await seen(sheet))).toHaveLength(0)
    expect(paleLetters(await damaged('shine-through')).length).toBeGreaterThan(100)
    for (const kind of whole) expect(paleLetters(await damaged(kind)), kind).toHaveLength(0)
  })
})
