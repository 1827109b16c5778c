import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { aDesk, aWindow, signIn } from '../test/browser/a-desk.ts'

// How long a reviewer waits, by the marks that the page itself sets: npx tsx bench/review-page.ts REDIS_URL
const files = [
  '02-fine-fax.pdf',
  '03-photocopy.pdf',
  '06-stamped.pdf',
  '07-run-together.pdf',
  '09-drugs.tif',
  '16-worn.pdf',
]
const executablePath = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.trim()
const folder = await mkdtemp(join(tmpdir(), 'imr-bench-'))
const desk = await aDesk(
  folder,
  process.argv[2] ?? 'redis://127.0.0.1:6379',
  files.map((file) => ({ file })),
)
const browser = await chromium.launch({ executablePath })

type Mark = { readonly name: string; readonly at: number }
/** Milliseconds from each mark of one name to the first of another that follows it before the next of its own. */
const spans = (marks: readonly Mark[], from: string, to: string) =>
  marks.flatMap(({ name, at }, i) => {
    if (name !== from) return []
    const rest = marks.slice(i + 1)
    const again = rest.findIndex((m) => m.name === from)
    const found = rest.slice(0, again < 0 ? rest.length : again).find((m) => m.name === to)
    return found ? [found.at - at] : []
  })
const told = (what: string, ms: readonly number[]) => {
  const sorted = [...ms].sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
  process.stdout.write(`${what}: n ${sorted.length}, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms\n`)
}

try {
  const { page } = await aWindow(browser, desk.url)
  await signIn(page, 'ria')
  await page.locator('.start:focus').press('Enter')
  for (let letter = 0; letter < files.length - 1; letter++) {
    await page.locator('.sheet img').waitFor()
    // A person looks at a letter for some seconds: meanwhile the next is loaded.
    await sleep(3_000)
    const box = await page.locator('.frame').boundingBox()
    for (let i = 0; i < 12 && box; i++) {
      await page.mouse.click(box.x + 100 + i * 40, box.y + box.height / 2)
      await page.keyboard.press('Escape')
    }
    await page.locator('.row.here').focus()
    for (let key = 0; key < 30 && (await page.locator('.row.doubtful').count()) > 0; key++) {
      await page.keyboard.press('Enter')
      await sleep(100)
    }
    await page.keyboard.press('Enter')
    await sleep(700)
  }
  const marks: readonly Mark[] = (await page.evaluate(
    "performance.getEntriesByType('mark').map(({ name, startTime }) => ({ name, at: startTime }))",
  )) as readonly Mark[]
  told('next letter, image painted', spans(marks, 'imr:next', 'imr:painted').slice(1))
  told('field accepted, next one zoomed', spans(marks, 'imr:accepted', 'imr:zoomed'))
  told('pointer down, field filled', spans(marks, 'imr:pointed', 'imr:filled'))
} finally {
  await browser.close()
  await desk.close()
}
