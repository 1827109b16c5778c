import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { CaseRecord, LetterId } from '../../src/model/index.ts'
import { openLetter } from '../../src/review/index.ts'
import { letterPdf } from '../fixtures/letter-files.ts'
import { aDesk, aWindow, faults, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const NUMBERS = ['CM88-1000001', 'CM88-1000002', 'CM88-1000003', 'CM88-1000004']

const doubtful = (record: CaseRecord): CaseRecord => ({
  ...record,
  header: { ...record.header, decisionDate: { ...record.header.decisionDate, confidence: 0.3 } },
  review: { state: 'needs-review', reasons: ['r'], vouched: [] },
})

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the page of one field of many letters', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imr-sheet-'))
    const files = NUMBERS.map((number) => join(folder, `${number}.pdf`))
    for (const [i, file] of files.entries()) await writeFile(file, await letterPdf(NUMBERS[i]))
    desk = await aDesk(
      folder,
      inject('redisUrl') ?? '',
      files.map((file) => ({ file, change: doubtful })),
    )
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  async function at(name: Person, options: Parameters<typeof aWindow>[2] = {}) {
    const window = await aWindow(browser, desk.url, options)
    await signIn(window.page, name)
    return window
  }
  const cards = (page: Page) => page.locator('.card').count()
  const inSight = (page: Page) => expect.poll(() => page.locator('.card .crop').count())
  async function idOf(number: string): Promise<LetterId> {
    const [found] = await desk.store.letters({ text: number, limit: 1 })
    return found?.letterId ?? ('' as LetterId)
  }
  const decision = async (number: string) =>
    (await openLetter(desk.store, await idOf(number), 'ria')).record.header.decisionDate.status

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await at('lea', { colorScheme, viewport: { width, height } })
    await page.getByRole('link', { name: 'One field of many letters' }).press('Enter')
    await inSight(page).toBe(4)
    await page.locator('.card:focus').waitFor()
    await page.keyboard.press('Space')
    expect(await page.locator('.card[aria-pressed="true"]').count()).toBe(1)
    expect(await faults(page)).toEqual([])
    expect(wrong).toEqual([])
    await close()
  })

  it('accepts by keys alone all that is not marked; what is marked, or taken in hand meanwhile, is left to its letter; undo', async () => {
    const { page, wrong, close } = await at('ria')
    await page.goto(`${desk.url}/#/sheet/header.decisionDate`)
    await inSight(page).toBe(4)
    await page.locator('.card:focus').waitFor()
    const names = (await page.locator('.card').allInnerTexts()).map((text) => /CM88-\d+/.exec(text)?.[0] ?? '')
    const [first, second, third, fourth] = names as [string, string, string, string]
    expect([...names].sort()).toEqual(NUMBERS)
    // One alone, and back.
    await page.keyboard.press('Shift+Enter')
    await expect.poll(() => cards(page)).toBe(3)
    expect(await decision(first)).toBe('confirmed')
    await page.locator('.card:focus').waitFor()
    await page.keyboard.press('Control+z')
    await expect.poll(() => cards(page)).toBe(4)
    expect(await decision(first)).not.toBe('confirmed')

    await page.locator('.card:focus').waitFor()
    for (const key of ['ArrowRight', 'd']) await page.keyboard.press(key)
    await desk.store.lock(await idOf(third), 'sam', null)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Left to their letters' }).waitFor()
    const left = (await page.locator('.crops li').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
    expect(left.toSorted()).toEqual([`${second} marked as doubtful`, `${third} sam has this letter in hand`].toSorted())
    expect(await cards(page)).toBe(0)
    expect([await decision(first), await decision(fourth)]).toEqual(['confirmed', 'confirmed'])
    expect(await decision(second)).not.toBe('confirmed')

    await page.getByRole('link', { name: second }).press('Enter')
    await page.locator('.row.here[data-path="header.decisionDate"]').waitFor()
    expect(wrong).toEqual([])
    await close()
  })
})
