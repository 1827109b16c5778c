import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseRecord } from '../../src/model/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { aDesk, aWindow, faults, giveName, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const SCAN = '07-run-together.pdf'
const scan = fileURLToPath(new URL(`../../samples/${SCAN}`, import.meta.url))
const torn = { name: 'torn.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 and no more') }
const broken = { name: 'broken.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04 and no more') }

type Dropped = { readonly items: { add: (file: File) => unknown } }

describe.skipIf(chromiumPath === null)('the page of what comes in', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  beforeAll(async () => {
    ensureBuilt()
    desk = await aDesk(await mkdtemp(join(tmpdir(), 'imr-intake-')), '', [], { reads: true })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  async function at(name: Person, options: Parameters<typeof aWindow>[2] = {}) {
    const window = await aWindow(browser, desk.url, options)
    if (name === 'olga') await giveName(window.page, name)
    else {
      await signIn(window.page, name)
      await window.page.getByRole('link', { name: 'Intake' }).click()
    }
    await window.page.getByRole('heading', { name: 'What came in' }).waitFor()
    return window
  }
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
  const became = (page: Page, file: string) => page.locator('.handed li', { hasText: file }).locator('.state')
  const row = (page: Page, file: string) => page.getByRole('row').filter({ hasText: file })
  const failedFor = (page: Page) => page.getByRole('row').filter({ hasText: 'Read all again' })

  it('takes a scan, shows it being read, and leads to its letter: a date is corrected by its words and all accepted by keys alone; the export has it', async () => {
    const { page, wrong, close } = await at('ria')
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.getByLabel('Files', { exact: true }).setInputFiles(scan)
    await expect.poll(() => became(page, SCAN).innerText()).toBe('taken')
    await expect.poll(() => row(page, SCAN).innerText(), { timeout: 60_000 }).toMatch(/waits|being read/)
    const way = page.getByRole('link', { name: `Letter 1 of ${SCAN}` })
    await way.waitFor()
    expect(await row(page, SCAN).innerText()).toMatch(/\tread\t/)
    expect(asked.filter((url) => url.includes(SCAN))).toEqual([])

    await way.focus()
    await page.keyboard.press('Enter')
    await page.locator('.sheet img').waitFor()
    const here = page.locator('.row.here')
    const date = page.locator('.row[data-path="header.dateOfInjury"]')
    for (let key = 0; key < 80 && (await here.getAttribute('data-path')) !== 'header.dateOfInjury'; key++)
      await page.keyboard.press('ArrowDown')
    const left = () => page.locator('.row.doubtful').count()
    const before = await date.locator('.value').innerText()
    await expect.poll(() => page.locator('.row.here .crop').count()).toBe(1)
    for (const key of ['w', '3', '/', 'Enter']) await page.keyboard.press(key)
    await expect.poll(() => page.locator('.editor input').inputValue()).toMatch(/^3\//)
    await expect.poll(() => page.locator('.editor .problem').innerText()).toBe('')
    await page.waitForLoadState('networkidle')
    await page.keyboard.press('Enter')
    await expect.poll(() => date.locator('.value').innerText()).toMatch(/^03\//)
    const corrected = await date.locator('.value').innerText()
    expect(corrected).not.toBe(before)
    const k = await left()
    for (let key = 0; key < k; key++) await page.keyboard.press('Enter')
    await expect.poll(left).toBe(0)
    await page.keyboard.press('Enter')
    await page.getByText('Nothing more is waiting').waitFor()
    await expect.poll(async () => (await desk.store.letters({ state: 'completed', limit: 9 })).length).toBe(1)

    const { stdout, code } = await imr(['export', '--format', 'jsonl', '--data', desk.data])
    expect(code).toBe(0)
    const [record] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CaseRecord)
    expect(record?.header.dateOfInjury).toMatchObject({
      value: corrected.replace(/^(\d\d)\/(\d\d)\/(\d{4})$/, '$3-$1-$2'),
      status: 'corrected',
    })
    expect(record?.review.state).toBe('reviewed')
    expect(wrong).toEqual([])
    await close()
  })

  it('leads an operator there, takes files that are dropped, tells what became of each, and has read again what failed', async () => {
    const { page, wrong, close } = await at('olga')
    expect(await page.getByRole('navigation', { name: 'Screens' }).innerText()).toBe('Intake')
    const dropped = await page.evaluateHandle(
      ({ name, data, others }) => {
        const { DataTransfer } = globalThis as unknown as { DataTransfer: new () => Dropped }
        const transfer = new DataTransfer()
        transfer.items.add(new File([new Uint8Array(data)], name, { type: 'application/pdf' }))
        for (const [other, text] of others) transfer.items.add(new File([text], other))
        return transfer
      },
      {
        name: SCAN,
        data: [...(await readFile(scan))],
        others: [torn, broken].map((one) => [one.name, one.buffer.toString('latin1')] as const),
      },
    )
    await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
    await expect.poll(() => became(page, SCAN).innerText()).toBe('already here')
    await expect.poll(() => became(page, broken.name).innerText()).toMatch(/^refused: /)
    await expect.poll(() => became(page, torn.name).innerText()).toBe('taken')
    await expect.poll(() => row(page, torn.name).innerText(), { timeout: 60_000 }).toContain('damaged')
    // An operator sees that there are letters, and no way to them.
    expect(await page.getByRole('link', { name: /^Letter/ }).count()).toBe(0)
    const [{ documentId = '' } = {}] = await desk.store
      .documents({ cause: 'damaged', limit: 1 })
      .then((found) => found.map(({ sha256 }) => ({ documentId: sha256 })))
    const retried = async () => (await desk.store.auditOf(documentId)).filter(({ action }) => action === 'retried')
    await press(page, `Read again: ${torn.name}`)
    await expect.poll(retried).toMatchObject([{ actor: 'olga' }])
    await expect.poll(() => row(page, torn.name).innerText(), { timeout: 60_000 }).toContain('damaged')
    await expect.poll(() => failedFor(page).innerText()).toMatch(/^damaged\t1\t/)
    await press(page, 'Show: damaged')
    await expect.poll(() => row(page, SCAN).count()).toBe(0)
    await press(page, 'Read all again: damaged')
    await expect.poll(async () => (await retried()).length).toBe(2)
    expect(wrong).toEqual([])
    await close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await at('lea', { colorScheme, viewport: { width, height } })
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles([{ ...torn, name: SCAN, buffer: await readFile(scan) }, broken])
    await expect.poll(() => became(page, broken.name).innerText()).toMatch(/^refused: /)
    await row(page, SCAN).waitFor()
    expect(await faults(page)).toEqual([])
    expect(wrong).toEqual([])
    await close()
  })
})
