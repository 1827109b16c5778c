import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { aDesk, aWindow, faults, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const LETTER = '12-born-digital.pdf'

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the page of who leads', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imr-leads-'))
    desk = await aDesk(folder, inject('redisUrl') ?? '', [{ file: LETTER }, { file: '14-expedited.png' }])
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
  const letterOf = async (file: string) => {
    const [found] = await desk.store.letters({ text: file, limit: 1 })
    if (!found) throw new Error(`${file} has no letter`)
    return found
  }
  const rows = async (page: Page, heading: string) => {
    const section = page.getByRole('heading', { name: heading }).locator('..')
    return section.locator('tbody tr').allInnerTexts()
  }

  it('has the history of a letter, from it by a key and from the list: who did what, who saw it by name for a lead alone', async () => {
    const { letterId } = await letterOf(LETTER)
    const { page, wrong, close } = await at('ria')
    await page.goto(`${desk.url}/#/letter/${letterId}`)
    await page.locator('.sheet img').waitFor()
    await page.locator('.row.here').focus()
    for (const key of ['m', 'y']) await page.keyboard.press(key)
    await page.getByRole('heading', { name: /^History of / }).waitFor()
    await expect.poll(() => rows(page, 'Who had to do with it')).not.toEqual([])
    expect((await rows(page, 'What was done to it')).map((row) => row.split('\t').slice(1))).toEqual([
      ['ria', expect.stringMatching(/: the letter does not say$/)],
      ['imr', 'read'],
      ['imr', 'came in'],
    ])
    expect((await rows(page, 'Who had to do with it')).join()).toContain('ria\tchanged it\t1')
    // The way back to the letter has the focus.
    await page.keyboard.press('Enter')
    await page.locator('.sheet img').waitFor()
    await close()

    const lea = await at('lea')
    await lea.page.getByRole('link', { name: 'Records' }).click()
    await lea.page.getByRole('row').filter({ hasText: 'open' }).first().waitFor()
    await lea.page.locator(`a[href="#/history/${letterId}"]`).click()
    await expect.poll(() => rows(lea.page, 'Who had to do with it')).not.toEqual([])
    const seen = (await rows(lea.page, 'Who had to do with it')).map((row) => row.split('\t').slice(0, 2).join(' '))
    expect(seen).toEqual(expect.arrayContaining(['ria changed it', 'lea saw it, or saw it in a list']))
    expect([...wrong, ...lea.wrong]).toEqual([])
    await lea.close()
    // Of others a reviewer learns that they did, not who they are.
    const sam = await at('sam')
    await sam.page.goto(`${desk.url}/#/history/${letterId}`)
    await expect.poll(() => rows(sam.page, 'Who had to do with it')).not.toEqual([])
    const others = (await rows(sam.page, 'Who had to do with it')).join()
    expect(others).toContain('one other\tchanged it')
    expect(others).not.toMatch(/ria|lea/)
    await sam.close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await at('lea', { colorScheme, viewport: { width, height } })
    await page.goto(`${desk.url}/#/history/${(await letterOf(LETTER)).letterId}`)
    await expect.poll(() => rows(page, 'Who had to do with it')).not.toEqual([])
    expect(await faults(page)).toEqual([])
    await page.getByRole('link', { name: 'Records' }).first().click()
    await page.locator('a[href^="#/history/"]').first().waitFor()
    expect(await faults(page)).toEqual([])
    expect(wrong).toEqual([])
    await close()
  })
})
