import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { CaseRecord, LetterId, PageWords } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { aDesk, aWindow, faults, PASSWORD, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'
import { payloads } from './payloads.ts'

/** Every text of a record that a page shows in its place: what OCR may have read there. */
function poisoned(record: CaseRecord): CaseRecord {
  let next = 0
  const kept = new Set([
    'sha256',
    'caseId',
    'status',
    'rule',
    'severity',
    'path',
    'mediaType',
    'source',
    'kind',
    'system',
  ])
  const poison = (at: unknown, key = ''): unknown => {
    if (Array.isArray(at)) return at.map((one) => poison(one, key))
    if (typeof at === 'object' && at !== null) {
      const { value, evidence } = at as { value?: unknown; evidence?: unknown }
      const isText = evidence !== undefined && typeof value === 'string' && !/^\d{4}-\d\d-\d\d$|^[a-z-]+$/.test(value)
      const entries = Object.entries(at).map(([name, inside]) => [
        name,
        (name === 'raw' || name === 'text' || name === 'expanded' || (name === 'value' && isText)) &&
        typeof inside === 'string' &&
        inside !== ''
          ? payloads[next++ % payloads.length]
          : kept.has(name)
            ? inside
            : poison(inside, name),
      ])
      return Object.fromEntries(entries)
    }
    return at
  }
  const { header, diagnoses, services, clinicalSummary, ...rest } = record
  return {
    ...rest,
    ...(poison({ header, diagnoses, services, clinicalSummary }) as Pick<
      CaseRecord,
      'header' | 'diagnoses' | 'services' | 'clinicalSummary'
    >),
  }
}

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the review page', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imr-desk-'))
    desk = await aDesk(folder, inject('redisUrl') ?? '', [
      { file: '03-photocopy.pdf' },
      { file: '06-stamped.pdf' },
      { file: '07-run-together.pdf' },
      { file: '12-born-digital.pdf', change: poisoned, assignee: 'lea' },
    ])
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  const at = (page: Page) => page.locator('.row.here')
  const nameOf = (page: Page) => page.locator('.letter-head h1').innerText()
  const left = async (page: Page) => page.locator('.row.doubtful').count()
  const saved = (page: Page) => page.getByText('saving …').waitFor({ state: 'detached' })
  /** A field, its section unfolded. */
  async function field(page: Page, path: string) {
    const row = page.locator(`.row[data-path="${path}"]`)
    const folded = page.locator('.fields details:not([open])', { has: row })
    if ((await folded.count()) > 0) await folded.locator('summary').click()
    return row
  }
  async function aReviewer(name: Person, options: Parameters<typeof aWindow>[2] = {}) {
    const window = await aWindow(browser, desk.url, options)
    await signIn(window.page, name)
    return window
  }
  async function open(page: Page, file: string) {
    const [found] = await desk.store.letters({ text: file, limit: 1 })
    await page.goto(`${desk.url}/#/letter/${found?.letterId}`)
    await page.locator('.sheet img').waitFor()
    return found?.letterId ?? ''
  }

  it('tells a wrong password, opens to the right one, and accepts a letter with k right doubtful fields by k + 1 keys', async () => {
    const { page, wrong, close } = await aWindow(browser, desk.url)
    await page.getByLabel('Name').fill('ria')
    await page.getByLabel('Password').fill('something else')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('do not go together')
    await signIn(page, 'ria')
    await page.locator('.start:focus').waitFor()
    await page.keyboard.press('Enter')
    for (const _ of ['one letter', 'and the next']) {
      await page.locator('.sheet img').waitFor()
      const [name, k] = [await nameOf(page), await left(page)]
      for (let key = 0; key < k; key++) {
        expect(await at(page).getAttribute('class')).toContain('doubtful')
        await page.keyboard.press('Enter')
      }
      expect(await left(page)).toBe(0)
      await page.keyboard.press('Enter')
      await expect.poll(() => nameOf(page)).not.toBe(name)
    }
    await expect.poll(async () => (await desk.store.letters({ state: 'completed', limit: 9 })).length).toBe(2)
    expect(wrong).toEqual([])
    // Across letters: the one that was finished comes back, open.
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await desk.store.letters({ state: 'completed', limit: 9 })).length).toBe(1)
    await close()
  })

  it('corrects a wrong field by words of the page in six keys or two clicks, and takes it back', async () => {
    const { page, wrong, close } = await aReviewer('sam')
    const id = await open(page, '07-run-together.pdf')
    const date = await field(page, 'header.dateOfInjury')
    await date.click()
    const before = await date.locator('.value').innerText()
    await expect.poll(() => page.locator('.row.here .crop').count()).toBe(1)
    for (const key of ['w', '3', '/', 'Enter']) await page.keyboard.press(key)
    await expect.poll(() => page.locator('.editor input').inputValue()).toMatch(/^3\//)
    await expect.poll(() => page.locator('.editor .problem').innerText()).toBe('')
    await page.waitForLoadState('networkidle')
    await page.keyboard.press('Enter')
    await expect.poll(() => date.locator('.value').innerText()).toMatch(/^03\//)
    await saved(page)
    await page.keyboard.press('Control+z')
    await expect.poll(() => date.locator('.value').innerText()).toBe(before)
    await saved(page)

    await date.click()
    await page.keyboard.press('z')
    const sheet = await page.locator('.sheet').boundingBox()
    const [, sha = ''] = /letter\/(\w+)-p/.exec(page.url()) ?? []
    const { rows } = (await (
      await page.request.get(`${desk.url}/api/v1/documents/${sha}/pages/1/words`)
    ).json()) as PageWords
    const [, x0, y0, x1, y1] = rows.flatMap((r) => r.words).find(([text]) => /^3\/\d+\/\d+/.test(text)) ?? [
      '',
      0,
      0,
      0,
      0,
    ]
    const place = sheet && { x: sheet.x + ((x0 + x1) / 2) * sheet.width, y: sheet.y + ((y0 + y1) / 2) * sheet.height }
    await page.mouse.click(place?.x ?? 0, place?.y ?? 0)
    await page.waitForLoadState('networkidle')
    await page.getByRole('button', { name: 'Take', exact: true }).click()
    await expect.poll(() => date.locator('.value').innerText()).toMatch(/^03\//)
    await saved(page)
    expect(wrong).toEqual([])
    // The letter is free as soon as its window is closed.
    await close()
    await expect.poll(async () => (await desk.store.letter(id as LetterId))?.lock ?? null).toBeNull()
  })

  it('shows whatever was read, named and said as text: nothing of 60 payloads runs', async () => {
    const { page, wrong, close } = await aReviewer('lea')
    const id = await open(page, '12-born-digital.pdf')
    for (const text of payloads) {
      await page.evaluate(
        async ([letter, comment]) => {
          await fetch(`/api/v1/cases/${letter}/comments`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ text: comment }),
          })
        },
        [id, text] as const,
      )
    }
    await page.reload()
    await page.locator('.sheet img').waitFor()
    const folded = page.locator('.fields details:not([open]) > summary')
    while ((await folded.count()) > 0) await folded.first().click()
    for (const row of (await page.locator('.row').all()).slice(0, 30)) await row.click()
    await page.keyboard.press('F2')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Records' }).click()
    await page.getByRole('table').waitFor()
    expect(await page.evaluate(() => (globalThis as { ran?: number }).ran ?? null)).toBeNull()
    expect(wrong).toEqual([])
    await close()
  })

  it('lets no two people write to one letter, and says who has it; a lost lock keeps what was typed', async () => {
    const [ria, lea] = [await aReviewer('ria'), await aReviewer('lea')]
    const id = await open(ria.page, '07-run-together.pdf')
    await open(lea.page, '07-run-together.pdf')
    await expect.poll(() => lea.page.locator('.letter-head').innerText()).toContain('ria has this letter in hand')
    await lea.page.keyboard.press('m')
    await expect.poll(() => lea.page.locator('.notice').innerText()).toContain('ria has this letter')
    // Another window of her own takes it over.
    await (await field(ria.page, 'header.dateOfInjury')).click()
    await ria.page.keyboard.press('F2')
    const lock = `${desk.url}/api/v1/work/${id}/lock`
    const headers = { origin: desk.url }
    const { token } = await (await ria.page.request.put(lock, { headers })).json()
    await ria.page.keyboard.press('Control+a')
    await ria.page.keyboard.insertText('02/03/2012')
    await ria.page.keyboard.press('Enter')
    await ria.page.getByText('Not written.').waitFor()
    expect([...ria.wrong, ...lea.wrong]).toEqual([])
    await ria.page.request.delete(lock, { headers: { ...headers, 'lock-token': token } })
    await Promise.all([ria.close(), lea.close()])
  })

  it('frees a letter when its window is closed, and lets it run out in a minute when the plug was pulled', async () => {
    /** The store as at one moment: what is free then was given back, and has not run out. */
    const storeAt = (ms: number) => openStore({ data: desk.data }, { now: () => new Date(ms) })
    const [ria, sam] = [await aReviewer('ria'), await aReviewer('sam')]
    const id = (await open(ria.page, '07-run-together.pdf')) as LetterId
    const then = await storeAt(Date.now())
    const holder = async () => (await then.letter(id))?.lock?.by ?? null
    expect(await holder()).toBe('ria')
    await ria.page.close({ runBeforeUnload: true })
    await expect.poll(holder).toBeNull()
    await open(sam.page, '07-run-together.pdf')
    expect(await holder()).toBe('sam')
    await sam.page.context().setOffline(true)
    await sam.page.close({ runBeforeUnload: true })
    const later = await storeAt(Date.now() + 60_000)
    expect(await holder()).toBe('sam')
    const { token } = await later.lock(id, 'lea', null)
    expect(await later.unlock(id, token)).toBe(true)
    await Promise.all([then.close(), later.close(), ria.close(), sam.close()])
  })

  it('covers itself when the session ends, and has kept what was typed and what was taken', async () => {
    const { page, wrong, close } = await aReviewer('sam')
    const id = await open(page, '07-run-together.pdf')
    await (await field(page, 'header.dateOfInjury')).click()
    await page.keyboard.press('F2')
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('02/04/2012')
    await desk.store.endSessionsOf('sam', 'test')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Locked' }).waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Locked' }).waitFor({ state: 'detached' })
    const kept = async () => (await desk.store.letter(id as LetterId))?.edits.at(-1)?.edit
    await expect.poll(kept, { timeout: 30_000 }).toMatchObject({ action: 'correct', value: '2012-02-04' })
    expect(wrong).toEqual([])
    await close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds on any screen: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await aWindow(browser, desk.url, {
      colorScheme,
      viewport: { width, height },
      reducedMotion: 'reduce',
    })
    await page.getByLabel('Name').waitFor()
    expect(await faults(page)).toEqual([])
    await signIn(page, 'ria')
    expect(await faults(page)).toEqual([])
    await open(page, '03-photocopy.pdf')
    expect(await faults(page)).toEqual([])
    await at(page).focus()
    for (const [open, end] of [
      ['F2', 'Escape'],
      ['h', 'Escape'],
      ['Shift+?', 'Escape'],
      ['w', 'Escape'],
    ] as const) {
      await page.keyboard.press(open)
      expect(await faults(page)).toEqual([])
      await page.keyboard.press(end)
    }
    await page.getByRole('link', { name: 'Records' }).click()
    await page.getByRole('table').waitFor()
    expect(await faults(page)).toEqual([])
    expect(wrong).toEqual([])
    await close()
  })
})
