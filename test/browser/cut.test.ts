import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type LetterId, letterIdOf } from '../../src/model/index.ts'
import { type Content, cutDocument, editLetter, openCuts, openLetter } from '../../src/review/index.ts'
import { lettersPdf } from '../fixtures/letter-files.ts'
import { aDesk, aWindow, faults, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const FILE = 'both.pdf'
const AGE = 97

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the page on which files are cut', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  let sha = ''
  /** Its second letter, of whose patient a person has said how old they are. */
  let second: LetterId
  let begins = 0
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imr-cut-'))
    await writeFile(join(folder, FILE), await lettersPdf('CM88-1000001', 'CM88-1000002'))
    desk = await aDesk(folder, inject('redisUrl') ?? '', [{ file: join(folder, FILE) }])
    const { store } = desk
    const ids: LetterId[] = []
    for await (const record of store.allRecords()) ids.push(letterIdOf(record))
    second = ids[1] ?? ids[0] ?? ('' as LetterId)
    sha = second.slice(0, 64)
    begins = Number(second.split('-p')[1])
    const { token } = await store.lock(second, 'sam', null)
    const { fields, revision } = await openLetter(store, second, 'sam')
    const seen = fields.find(({ path }) => path === 'patient.age')?.seen ?? ''
    const edit = { action: 'correct', path: 'patient.age', seen, value: AGE, evidence: [] } as Content
    await editLetter(store, second, { by: 'sam', on: revision, lock: token, key: 'k', digest: 'd' }, [edit])
    await store.unlock(second, token)
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
  const parts = (page: Page) => page.locator('.part').count()
  const cursor = (page: Page) => page.locator('.thumb[aria-current]').getAttribute('aria-label')
  const records = async () => (await desk.store.records(sha)).length
  const age = async () => (await openLetter(desk.store, second, 'ria')).record.patient.age.value
  async function press(page: Page, ...keys: readonly string[]) {
    for (const key of keys) await page.keyboard.press(key)
  }

  it('joins the letters of a file and splits them again by keys alone, and what was corrected stays with its letter', async () => {
    const { page, wrong, close } = await at('ria')
    await page.getByRole('link', { name: 'Records' }).press('Enter')
    await page.getByRole('link', { name: /^Cut the file of CM88-1000002/ }).press('Enter')
    await page.getByRole('heading', { name: FILE }).waitFor()
    expect(page.url()).toBe(`${desk.url}/#/cut/${sha}`)
    await expect.poll(() => page.locator('.thumb:focus').getAttribute('aria-label')).toBe('Page 1')
    const painted = () =>
      page.locator('.thumb img').evaluateAll((all) => all.map((i) => 'naturalWidth' in i && i.naturalWidth))
    await expect.poll(painted).toEqual(Array(await page.locator('.thumb').count()).fill(200))
    expect(await parts(page)).toBe(2)

    await press(page, ...Array(begins - 1).fill('ArrowRight'))
    expect(await cursor(page)).toBe(`Page ${begins}`)
    await press(page, 'j')
    expect(await parts(page)).toBe(1)
    await press(page, 'Control+z', 'Control+Shift+z', 'Enter')
    await page.getByText('The file is cut: 1 letter.').waitFor()
    expect(await records()).toBe(1)
    await press(page, 's', 'Enter')
    await page.getByText('The file is cut: 2 letters.').waitFor()
    expect([await records(), await age()]).toEqual([2, AGE])

    // By a digit it is a cover, and no letter; taken back before it was kept, it is one.
    await press(page, '2')
    expect(await page.getByLabel('Kind of part 2').inputValue()).toBe('cover')
    await press(page, 'Escape')
    await page.getByText('Esc once more').waitFor()
    await press(page, 'Control+z', '?')
    await page.getByRole('heading', { name: 'On the pages of a file' }).waitFor()
    await press(page, 'Escape', 'Escape')
    await page.getByRole('table').waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  it('is come to from a letter by S and J, with the letter kept in hand, and leads back to it', async () => {
    const { page, wrong, close } = await at('ria')
    await page.goto(`${desk.url}/#/letter/${second}`)
    await page.locator('.sheet img').waitFor()
    await page.locator('.row.here').focus()
    await press(page, '[', 'j')
    await page.getByText('Not cut so yet: Enter').waitFor()
    expect([await parts(page), await cursor(page)]).toEqual([1, `Page ${begins}`])
    expect((await desk.store.letter(second))?.lock?.by).toBe('ria')
    await press(page, 'Escape', 'Escape')
    await page.locator('.sheet img').waitFor()
    expect([page.url(), await records()]).toEqual([`${desk.url}/#/letter/${second}`, 2])
    await page.locator('.row.here').focus()
    await press(page, '[', 'j')
    await page.getByText('Not cut so yet: Enter').waitFor()
    await page.locator('.thumb:focus').waitFor()
    await press(page, 'Enter')
    // Of one letter that both are now, the first.
    await expect.poll(() => page.url()).toBe(`${desk.url}/#/letter/${sha}-p1`)
    await page.locator('.sheet img').waitFor()
    expect(await records()).toBe(1)
    // What was said of the other is not lost, and not said of this one.
    const orphaned = page.locator('.orphaned')
    expect(await orphaned.innerText()).toContain(`Decided on a letter that began on page ${begins}`)
    expect(await orphaned.getByRole('listitem').allInnerTexts()).toEqual([`Age: corrected to ${AGE} (sam)`])
    expect(await faults(page)).toEqual([])
    await page.screenshot({ path: '/tmp/orphaned.png' })
    await page.locator('.row.here').focus()
    await press(page, ...Array(begins - 1).fill(']'), 's')
    await page.getByText('Not cut so yet: Enter').waitFor()
    await page.locator('.thumb:focus').waitFor()
    await press(page, 'Enter')
    await expect.poll(() => page.url()).toBe(`${desk.url}/#/letter/${second}`)
    await expect.poll(async () => [await records(), await age()]).toEqual([2, AGE])
    expect(await page.locator('.orphaned').count()).toBe(0)
    expect(wrong).toEqual([])
    await close()
  })

  it('shows who cut it otherwise meanwhile, and how; undo brings back what was wanted', async () => {
    const { page, wrong, close } = await at('ria')
    await page.goto(`${desk.url}/#/cut/${sha}`)
    await page.locator('.thumb:focus').waitFor()
    await press(page, '9')
    const { parts: now, revision } = (await openCuts(desk.store, sha)) ?? { parts: [], revision: 0 }
    const [first, ...others] = now
    const theirs = [
      { kind: 'imr-determination', pages: [1] },
      { kind: 'other', pages: first?.pages.slice(1) ?? [] },
    ] as const
    await cutDocument(desk.store, sha, { on: revision, by: 'lea', parts: [...theirs, ...others] })
    await press(page, 'Enter')
    const told = page.getByRole('alert').filter({ hasText: 'Not cut.' })
    expect(await told.innerText()).toContain('lea has cut this file meanwhile')
    expect(await told.getByRole('listitem').allInnerTexts()).toEqual(['cut before page 2', 'from page 2: other'])
    expect([await parts(page), (await openCuts(desk.store, sha))?.revision]).toEqual([3, revision + 1])
    await press(page, 'Control+z')
    expect(await parts(page)).toBe(2)
    await press(page, 'Control+z', 'Enter')
    await page.getByText('The file is cut: 2 letters.').waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await at('lea', { colorScheme, viewport: { width, height } })
    await page.goto(`${desk.url}/#/cut/${sha}`)
    await page.locator('.thumb:focus').waitFor()
    await press(page, '3')
    expect(await faults(page)).toEqual([])
    await press(page, 'F1')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    expect(await faults(page)).toEqual([])
    await press(page, 'Escape')
    expect(wrong).toEqual([])
    await close()
  })
})
