import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { aDesk, aWindow, faults, giveName, PASSWORD } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

const FRESH = 'seven lamps and a canoe'

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('the page of who runs the place', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  beforeAll(async () => {
    desk = await aDesk(await mkdtemp(join(tmpdir(), 'imr-offices-')), inject('redisUrl') ?? '', [])
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  const bar = (page: Page) => page.getByRole('navigation', { name: 'Screens' })
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
  async function own(page: Page, name: string, item: RegExp) {
    await press(page, new RegExp(`^${name}`))
    await press(page, item)
  }
  async function aPerson(name: string, password = PASSWORD) {
    const window = await aWindow(browser, desk.url)
    await giveName(window.page, name, password)
    await bar(window.page).waitFor()
    return window
  }
  const usersOf = async (name: string) => (await desk.store.users()).find((user) => user.name === name)

  it('shows an admin no letter, lets them add and change users, and tells what is refused where it was asked for', async () => {
    const { page, wrong, close } = await aPerson('boss')
    expect(await bar(page).innerText()).toBe('Administration')
    await press(page, 'Add a user')
    await page.getByLabel('Name, one word').fill('nia')
    await page.getByLabel(/^First password/).fill('nia')
    await press(page, 'Add')
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toContainEqual(expect.stringContaining('12 to'))
    await page.getByLabel(/^First password/).fill(PASSWORD)
    await press(page, 'Add')
    await press(page, 'Change nia')
    await page.getByLabel(/^lead/).check()
    await press(page, 'Give these roles')
    await expect.poll(async () => (await usersOf('nia'))?.roles).toEqual(['lead', 'reviewer'])
    await press(page, 'Disable')
    expect((await usersOf('nia'))?.disabled).toBe(false)
    await press(page, 'Shut them out, end sessions')
    await expect.poll(async () => (await usersOf('nia'))?.disabled).toBe(true)
    // The buttons stand still again.
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    await press(page, 'Close')
    await press(page, 'Change boss')
    await page.getByLabel(/^admin/).uncheck()
    await page.getByLabel(/^lead/).check()
    await press(page, 'Give these roles')
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(expect.stringContaining('last user'))
    expect(wrong).toEqual([])
    await close()
  })

  it('makes a token that is shown once and is good until it is revoked', async () => {
    const { page, wrong, close } = await aPerson('boss')
    await page.getByRole('link', { name: 'Tokens' }).click()
    await press(page, 'Make a token')
    await page.getByLabel('Name of the program').fill('reports')
    await page.getByLabel(/^read/).check()
    await press(page, 'Make it')
    const token = await page.getByLabel('Token', { exact: true }).inputValue()
    const asked = () => fetch(`${desk.url}/api/v1/cases`, { headers: { authorization: `Bearer ${token}` } })
    expect((await asked()).status).toBe(200)
    await press(page, 'I have kept it')
    await page.getByRole('row', { name: /reports/ }).waitFor()
    expect(await page.content()).not.toContain(token)
    await press(page, 'Revoke')
    await press(page, 'Revoke it for good')
    await page.getByText('revoked').first().waitFor()
    expect((await asked()).status).toBe(401)
    expect(wrong).toEqual([])
    await close()
  })

  it('lists the trail by who and what, tells who had to do with a case, verifies it, and shows the root of a new seal', async () => {
    const letter = `${'ab'.repeat(32)}-p1`
    for (const actor of ['ria', 'sam', 'ria']) await desk.store.noteAct({ actor, action: 'seen', subject: letter })
    const { page, wrong, close } = await aPerson('boss')
    await page.getByRole('link', { name: 'Audit' }).click()
    const rows = page.locator('tbody tr')
    await page.getByLabel('By whom').fill('ria')
    await page.getByLabel('What', { exact: true }).fill('seen')
    await press(page, 'Show')
    await expect.poll(async () => (await rows.allInnerTexts()).map((row) => row.split('\t')[1])).toEqual(['ria', 'ria'])
    await page.getByLabel(/by its id/).fill(letter)
    await press(page, 'Who had to do with it')
    await expect
      .poll(async () => (await rows.allInnerTexts()).map((row) => row.split('\t').slice(0, 3).join(' ')))
      .toEqual(['ria seen 2', 'sam seen 1'])
    await press(page, 'Seal now')
    const root = await page.getByLabel('Root of the seal').inputValue()
    expect(root).toBe((await desk.store.seals()).at(-1)?.root)
    await press(page, 'I have kept it')
    await press(page, 'Verify')
    await page.getByText('are as they were sealed').waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  it('places a hold that keeps a document from being forgotten, releases it, and forgets the document with what is left to delete', async () => {
    const path = join(desk.data, 'quill.pdf')
    await writeFile(path, 'a letter')
    const { sha256 } = await desk.store.receive({ path, fileName: 'quill.pdf' })
    await desk.store.placeHold({ claim: 'WC-17' }, 'in court', 'boss')
    const { page, wrong, close } = await aPerson('boss')
    await page.getByRole('link', { name: 'Retention' }).click()
    await press(page, 'Place a hold')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox').selectOption('document')
    await dialog.getByLabel('Document or letter, by its id').fill(`${sha256}-p1`)
    await dialog.getByLabel('Why').fill('a subpoena')
    await press(page, 'Place it')
    const hold = page.getByRole('row', { name: /a subpoena/ })
    await hold.waitFor()
    const ask = async () => {
      await page.getByLabel('Document or letter, by its id').fill(sha256)
      await press(page, 'Look what would go')
    }
    await ask()
    await page.getByText('A legal hold keeps it.').waitFor()
    expect(await page.getByRole('button', { name: 'Forget it' }).count()).toBe(0)
    await hold.getByRole('button', { name: 'Release' }).click()
    await hold.getByRole('button', { name: /^Release it/ }).click()
    await page.getByText('released by boss').waitFor()
    await ask()
    await page.getByLabel('Why').selectOption('order')
    await press(page, 'Forget it')
    expect(await desk.store.find(sha256)).not.toBeNull()
    await press(page, /^Its bytes, words and records go/)
    expect(await page.getByLabel('Files with the same bytes').inputValue()).toBe(path)
    expect(await desk.store.find(sha256)).toBeNull()
    await press(page, 'I have kept it')
    await page.getByRole('row', { name: /order.*boss/ }).waitFor()
    // An admin is shown no name of a file, but for those that are theirs to delete.
    expect(await page.content()).not.toContain('quill')
    expect(wrong).toEqual([])
    await close()
  })

  it('lets somebody change their password, set a second factor and sign in with it; a wrong one covers nothing', async () => {
    const { page, wrong, close } = await aPerson('sam')
    await own(page, 'sam', /^Password/)
    await page.getByLabel('As it is now').fill('something else')
    await page.getByLabel(/^The new one:/).fill(FRESH)
    await page.getByLabel('The new one again').fill(FRESH)
    await press(page, 'Change it')
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('not your password')
    await page.getByLabel('As it is now').fill(PASSWORD)
    await press(page, 'Change it')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await own(page, 'sam', /^Second factor/)
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue()
    const code = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) }).generate()
    await page.getByLabel('Code that the app shows').fill(code)
    await press(page, 'Use it from now on')
    const codes = (await page.getByLabel('Recovery codes').inputValue()).split('\n')
    expect(new Set(codes).size).toBe(10)
    await press(page, 'I have kept them')
    expect(await page.content()).not.toContain(codes[0] ?? '')

    await own(page, 'sam', /^Sign out/)
    await giveName(page, 'sam', FRESH)
    await page.getByLabel('Code of your second factor').fill(codes[0] ?? '')
    await page.keyboard.press('Enter')
    await bar(page).waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  it('takes a role by break-glass, with a band over every screen and what the role opens, even when the session was locked meanwhile', async () => {
    const { page, wrong, close } = await aPerson('boss')
    await own(page, 'boss', /^Break glass/)
    await page.getByLabel('Role').selectOption('reviewer')
    await page.getByLabel(/^Somebody complains/).check()
    await press(page, /^Take the role/)
    await page.getByText('you have the role reviewer until').waitFor()
    await bar(page).getByRole('link', { name: 'Records' }).click()
    await page.getByLabel('Case number or file name').waitFor()
    expect(await desk.store.trail({ action: 'break-glass', limit: 9 })).toMatchObject([
      { actor: 'boss', detail: expect.stringMatching(/^reviewer, complaint, until /) },
    ])
    await page.evaluate(() => fetch('/api/v1/session/lock', { method: 'POST' }))
    // Not typed: the page may have learnt of the lock already, and what is typed under its cover reaches no field.
    await page.getByLabel('Case number or file name').evaluate((field) => {
      Object.assign(field, { value: 'x' })
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
    await page.getByRole('heading', { name: 'Locked' }).waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Locked' }).waitFor({ state: 'detached' })
    expect(await page.getByLabel('Case number or file name').inputValue()).toBe('x')
    await page.getByText('you have the role reviewer until').waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 820, 1180],
  ] as const)('has no fault that axe-core finds: %s, %i px wide', async (colorScheme, width, height) => {
    const { page, wrong, close } = await aWindow(browser, desk.url, { colorScheme, viewport: { width, height } })
    const isRight = async () => expect(await faults(page)).toEqual([])
    await giveName(page, 'boss')
    for (const [tab, opens] of [
      ['Users', 'Add a user'],
      ['Users', 'Change ria'],
      ['Sessions', null],
      ['Tokens', 'Make a token'],
      ['Audit', 'Verify'],
      ['Retention', 'Place a hold'],
    ] as const) {
      await page.getByRole('link', { name: tab }).click()
      if (tab !== 'Tokens') await page.locator('tbody tr').first().waitFor()
      await isRight()
      if (opens === null) continue
      await page.getByRole('button', { name: opens }).click()
      if (opens === 'Verify') await page.getByText('as they were sealed').waitFor()
      else await page.getByRole('dialog').waitFor()
      await isRight()
      await page.keyboard.press('Escape')
    }
    for (const item of [/^Password/, /^Second/, /^Break/, /^Keys/]) {
      await press(page, /^boss/)
      await isRight()
      await press(page, item)
      await page.getByRole('dialog').waitFor()
      await isRight()
      await page.keyboard.press('Escape')
    }
    expect(wrong).toEqual([])
    await close()
  })
})
