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

  it('has a lead assign letters, see who has what and the questions, answer them, take letters back and open finished ones again', async () => {
    const { letterId } = await letterOf(LETTER)
    const now = async () => (await desk.store.letter(letterId)) ?? null
    const name = (await now())?.record.header.caseNumber.value ?? LETTER
    const [lea, sam] = [await at('lea'), await at('sam')]
    await lea.page.getByLabel(`Choose ${name}`).check()
    await lea.page.getByLabel('Assign what is chosen to').selectOption('sam')
    await lea.page.getByRole('button', { name: 'Assign 1 letter' }).click()
    await expect.poll(async () => (await now())?.assignee).toBe('sam')

    await sam.page.keyboard.press('Enter')
    await sam.page.locator('.sheet img').waitFor()
    expect(sam.page.url()).toContain(letterId)
    await lea.page.reload()
    const has = (who: string) =>
      lea.page.getByRole('row').filter({ has: lea.page.getByRole('cell', { name: who, exact: true }) })
    await expect
      .poll(() => has('sam').locator('li').allInnerTexts())
      .toEqual(
        expect.arrayContaining([
          name,
          `${name}
Take back`,
        ]),
      )
    await sam.page.keyboard.press('h')
    await sam.page.keyboard.type('Which of the two dates is meant?')
    await sam.page.keyboard.press('Enter')
    await expect.poll(async () => (await now())?.state).toBe('held')

    await lea.page.reload()
    await expect.poll(() => rows(lea.page, 'On hold')).toEqual([expect.stringContaining('Which of the two dates')])
    await lea.page.getByRole('button', { name: `Answer: ${name}` }).click()
    await lea.page.getByLabel('The answer').fill('The one on the first page.')
    await lea.page.getByRole('button', { name: /^Answer, and/ }).click()
    await expect.poll(async () => (await now())?.state).toBe('open')
    await lea.page.getByText('No letter waits for an answer').waitFor()
    expect((await now())?.events.map(({ event, by, text }) => [event, by, text])).toEqual([
      ['assigned', 'lea', 'sam'],
      ['held', 'sam', 'Which of the two dates is meant?'],
      ['comment', 'lea', 'The one on the first page.'],
      ['reopened', 'lea', 'answered'],
    ])
    await lea.page.getByRole('button', { name: `Take back: ${name} from sam` }).click()
    await expect.poll(async () => (await now())?.assignee).toBeNull()

    const kept = await now()
    const write = { by: 'sam', on: kept?.revision ?? 0, lock: null, key: 'reject', digest: 'd' }
    await desk.store.change(letterId, write, { from: ['open'], to: 'rejected', event: 'rejected', reason: 'no letter' })
    await lea.page.getByRole('link', { name: 'Records' }).click()
    await lea.page.getByRole('button', { name: `Open again: ${name}` }).click()
    await lea.page.getByText('It is rejected: no letter').waitFor()
    await lea.page.getByLabel('Why').fill('It is one.')
    await lea.page.getByRole('button', { name: 'Open it again' }).click()
    await expect.poll(async () => (await now())?.state).toBe('open')
    await lea.page.getByRole('button', { name: `Open again: ${name}` }).waitFor({ state: 'detached' })
    expect([...lea.wrong, ...sam.wrong]).toEqual([])
    for (const one of [lea, sam]) await one.close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await at('lea', { colorScheme, viewport: { width, height } })
    const lock = await desk.store.lock((await letterOf(LETTER)).letterId, 'sam', null)
    await page.reload()
    await page.getByRole('heading', { name: 'Who has what' }).waitFor()
    await page.getByRole('heading', { name: 'What waits, by due date' }).waitFor()
    expect(await faults(page)).toEqual([])
    await desk.store.unlock((await letterOf(LETTER)).letterId, lock.token)
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
