// Makes the pictures of the documentation from the real page: `imr demo` on the samples, looked at in Debian's Chromium.
//   node scripts/pictures.mjs
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { root } from './checkout.mjs'

const executablePath = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.trim()
const out = join(root, 'docs', 'pictures')
mkdirSync(out, { recursive: true })
const data = mkdtempSync(join(tmpdir(), 'imr-pictures-'))
const demo = spawn(join(root, 'imr'), ['demo', '--data', data, '--port', '0'], {
  env: { ...process.env, IMR_LOG: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
/** What is seen, in 64 colours: a third of the bytes. */
async function picture(page, name) {
  const seen = await page.screenshot()
  await sharp(seen)
    .png({ palette: true, colours: 64, compressionLevel: 9 })
    .toFile(join(out, `${name}.png`))
}

try {
  let said = ''
  demo.stdout.on('data', (text) => {
    said += text
  })
  while (!/Ctrl-C/.test(said)) await sleep(100)
  const [, url] = /^(http\S+)/m.exec(said) ?? []
  const [, password] = /^ {2}reviewer +(\S+)$/m.exec(said) ?? []
  const browser = await chromium.launch({ executablePath })
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme, reducedMotion: 'reduce' })
    await page.goto(url)
    await page.getByLabel('Name').fill('reviewer')
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    // Letters are read meanwhile: the page is looked at anew until one waits.
    while ((await page.locator('.start:not(:disabled)').count()) === 0) {
      await sleep(2_000)
      await page.reload()
    }
    await picture(page, `work-${colorScheme}`)
    await page.locator('.start').press('Enter')
    await page.locator('.sheet img').waitFor()
    await page.locator('.crop').first().waitFor()
    await sleep(500)
    await picture(page, `letter-${colorScheme}`)
    await page.close()
  }
  await browser.close()
} finally {
  demo.kill('SIGINT')
  await new Promise((ended) => demo.once('exit', ended))
  rmSync(data, { recursive: true, force: true })
}
