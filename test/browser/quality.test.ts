import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { CaseRecord } from '../../src/model/index.ts'
import { aDesk, aWindow, faults, type Person, signIn } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const accepted = (record: CaseRecord): CaseRecord => ({
  ...record,
  review: { state: 'auto-accepted', reasons: [], vouched: [] },
})

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the page of quality', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  let record: CaseRecord
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imr-quality-'))
    desk = await aDesk(folder, inject('redisUrl') ?? '', [{ file: '06-stamped.pdf', change: accepted }])
    for await (const one of desk.store.allRecords()) record = one
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  async function aPerson(name: Person) {
    const window = await aWindow(browser, desk.url)
    await signIn(window.page, name)
    await window.page.getByRole('link', { name: 'Quality' }).click()
    return window
  }
  const us = (date: string | null) => date?.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$2/$3/$1') ?? null
  /** Types what a letter says, field by field, by the keyboard alone; null: it does not state it. */
  async function answer(page: Page, said: Readonly<Record<string, string | null>>) {
    for (const [label, text] of Object.entries(said)) {
      const field = page.getByLabel(label, { exact: true })
      await field.focus()
      if (text !== null) {
        if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(text)
        else await page.keyboard.insertText(text)
        continue
      }
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
    }
  }
  function whatItSays() {
    const { header, patient, services, diagnoses } = record
    return {
      'Case number': header.caseNumber.value,
      'Date of injury': us(header.dateOfInjury.value),
      'UR decision date': us(header.urDecisionDate.value),
      'Decision date': us(header.decisionDate.value),
      'Application received': us(header.applicationReceived.value),
      Age: patient.age.value === null ? null : String(patient.age.value),
      Sex: patient.sex.value,
      'Diagnoses, one a line': diagnoses.map((d) => d.text.value).join('\n') || null,
      ...Object.fromEntries(
        services.flatMap((service, i) => {
          const { visits } = service.frequency
          const amount = visits === null ? 'none' : visits[0] === visits[1] ? `${visits[0]}` : visits.join('-')
          return [
            [`Wording as printed, service ${i + 1}`, service.request.value],
            [`Visits, service ${i + 1}`, amount],
            [`Outcome, service ${i + 1}`, service.outcome.value],
          ]
        }),
      ),
    }
  }
  async function addServices(page: Page) {
    for (let i = 1; i < record.services.length; i++) await page.getByRole('button', { name: 'Add a service' }).click()
  }

  it('draws a sample, has it answered blind by two people and settled by a third, and shows what came of it', async () => {
    const lea = await aPerson('lea')
    await lea.page.getByRole('button', { name: 'Draw a sample' }).click()
    await lea.page.getByLabel(/^Share that two people answer/).fill('100')
    expect(await faults(lea.page)).toEqual([])
    await lea.page.getByRole('button', { name: 'Draw', exact: true }).click()
    await lea.page.getByRole('row', { name: /1 of 1/ }).waitFor()

    const ria = await aPerson('ria')
    const told: string[] = []
    ria.page.on('response', async (response) => {
      if (/json/.test(response.headers()['content-type'] ?? '')) told.push(await response.text())
    })
    await ria.page.getByRole('link', { name: 'Answer' }).click()
    await ria.page.getByRole('img', { name: 'Page 1, as scanned' }).waitFor()
    expect(await faults(ria.page)).toEqual([])
    // Nothing typed is no answer.
    await ria.page.keyboard.press('Control+Enter')
    await expect.poll(() => ria.page.locator('[aria-invalid="true"]').count()).toBeGreaterThan(5)
    await addServices(ria.page)
    await answer(ria.page, whatItSays())
    const sight = () => ria.page.locator('.pages').evaluate((element) => element.scrollTop)
    const before = await sight()
    await ria.page.keyboard.press('PageDown')
    await expect.poll(sight).toBeGreaterThan(before)
    // Of what was read nothing came before it was answered.
    const hidden = [record.header.caseNumber.value, record.header.dateOfInjury.value, record.services[0]?.request.value]
    expect(told.length).toBeGreaterThan(0)
    for (const value of hidden) for (const text of told) expect(text).not.toContain(value)
    await ria.page.keyboard.press('Control+Enter')
    await ria.page.getByText('That was the last one for you').waitFor()

    const sam = await aPerson('sam')
    await sam.page.getByRole('link', { name: 'Answer' }).click()
    await sam.page.getByLabel('Case number', { exact: true }).waitFor()
    await addServices(sam.page)
    await answer(sam.page, { ...whatItSays(), Age: '99' })
    await sam.page.keyboard.press('Control+Enter')
    await sam.page.getByText('That was the last one for you').waitFor()

    await lea.page.getByRole('link', { name: 'Answer' }).click()
    await lea.page.getByRole('heading', { name: /^Two people part/ }).waitFor()
    expect(await faults(lea.page)).toEqual([])
    expect(await lea.page.locator('.question').count()).toBe(1)
    await lea.page
      .locator('.said')
      .getByRole('button')
      .and(lea.page.getByText(/^(?!99$)/))
      .first()
      .click()
    await lea.page.keyboard.press('Control+Enter')
    await lea.page.getByText('That was the last one for you').waitFor()

    await lea.page.getByRole('link', { name: 'What it shows' }).click()
    await lea.page.getByText('0 of 1', { exact: true }).first().waitFor()
    await lea.page.getByRole('heading', { name: 'By field' }).waitFor()
    const report = await lea.page.locator('main').innerText()
    expect(report).toContain('no two people differ')
    expect(report).toMatch(/Case number\s+0 of 1/)
    expect(await faults(lea.page)).toEqual([])
    expect([...lea.wrong, ...ria.wrong, ...sam.wrong]).toEqual([])
    await Promise.all([lea.close(), ria.close(), sam.close()])
  })

  it('shows a reviewer no report, and on a narrow dark page no fault', async () => {
    const { page, wrong, close } = await aWindow(browser, desk.url, {
      colorScheme: 'dark',
      viewport: { width: 820, height: 1180 },
      reducedMotion: 'reduce',
    })
    await signIn(page, 'ria')
    await page.getByRole('link', { name: 'Quality' }).click()
    await page.getByRole('row', { name: /1 of 1/ }).waitFor()
    expect(await page.getByRole('link', { name: 'What it shows' }).count()).toBe(0)
    expect(await faults(page)).toEqual([])
    await page.getByRole('link', { name: 'Answer' }).click()
    await page.getByText('None is left for you here.').waitFor()
    expect(wrong).toEqual([])
    await close()
  })
})
