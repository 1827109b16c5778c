import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '../fixtures/servers.ts'
import { aProvider, CLIENT, SECRET } from '../fixtures/sign-on-provider.ts'
import { aDesk, aWindow, faults } from './a-desk.ts'
import { chromiumPath, openChromium } from './chromium.ts'

describe.skipIf(chromiumPath === null || inject('redisUrl') === null)('signing in elsewhere', () => {
  let browser: Browser
  let desk: Awaited<ReturnType<typeof aDesk>>
  let provider: Awaited<ReturnType<typeof aProvider>>
  beforeAll(async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    provider = await aProvider(`${url}/api/v1/sign-on/callback`)
    desk = await aDesk(await mkdtemp(join(tmpdir(), 'imr-desk-')), inject('redisUrl') ?? '', [], {
      ...{ port, publicUrl: url },
      signOn: {
        ...{ issuer: provider.issuer, clientId: CLIENT, secret: SECRET, scope: 'openid profile', roles: null },
        ...{ nameClaim: 'preferred_username', label: 'the clinic' },
      },
    })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
    await provider?.stop()
  })

  it('leads there and back from another site with a session, says in words why somebody is not let in, and has no fault', async () => {
    const { page, wrong, close } = await aWindow(browser, desk.url)
    provider.state.accounts.set('ria', { preferred_username: 'nobody-here' })
    const way = page.getByRole('link', { name: 'Sign in with the clinic' })
    await way.click()
    await page.getByText('You are known there, but have no role here').waitFor()
    expect(await faults(page)).toEqual([])
    provider.state.accounts.set('ria', { preferred_username: 'ria' })
    await way.click()
    await page.getByRole('button', { name: /^Start/ }).waitFor()
    expect(page.url()).not.toContain('code=')
    expect(wrong).toEqual([])
    await close()
  })

  it('opens a covered page again by a window of its own, and what lay under the cover is still there', async () => {
    const { page, wrong, close } = await aWindow(browser, desk.url)
    await page.getByRole('link', { name: 'Sign in with the clinic' }).click()
    await page.getByRole('button', { name: /^Start/ }).waitFor()
    await page.evaluate(() => ((globalThis as { mark?: string }).mark = 'still here'))
    await page.getByRole('link', { name: 'Records' }).click()
    const [search] = [page.getByRole('searchbox').or(page.getByRole('textbox'))]
    await search.first().fill('a name that was being typed')
    await desk.store.endSessionsOf('ria', 'test')
    await search.first().press('Enter')
    await page.getByRole('heading', { name: 'Locked' }).waitFor()
    expect(await faults(page)).toEqual([])
    const [other] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Sign in with the clinic' }).click(),
    ])
    await other.getByRole('button', { name: /^Start/ }).waitFor()
    await other.close()
    await page.bringToFront()
    // A browser without a screen gives the focus to all of its windows.
    await page.evaluate(`dispatchEvent(new Event('focus'))`)
    await page.getByRole('heading', { name: 'Locked' }).waitFor({ state: 'detached' })
    expect(await search.first().inputValue()).toBe('a name that was being typed')
    expect(await page.evaluate(() => (globalThis as { mark?: string }).mark)).toBe('still here')
    expect(wrong).toEqual([])
    await close()
  })
})
