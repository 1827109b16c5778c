import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openEngine, readDocument } from '../../src/extract/index.ts'
import { loadGuidelines } from '../../src/guidelines.ts'
import { type ServerOptions, startServer } from '../../src/http/index.ts'
import type { CaseRecord, Role } from '../../src/model/index.ts'
import { understand } from '../../src/pipeline.ts'
import { openLog, openQueue } from '../../src/queue/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { startReaderAlone } from '../../workers/reader-alone.ts'

process.env.IMR_LOG = 'silent'
export const PASSWORD = 'correct horse battery staple'
const samples = fileURLToPath(new URL('../../samples/', import.meta.url))

/** People of the tests. */
const people = {
  ria: ['reviewer'],
  sam: ['reviewer'],
  lea: ['lead', 'reviewer'],
  olga: ['operator'],
  boss: ['admin'],
} satisfies Record<string, Role[]>
export type Person = keyof typeof people

export type Kept = {
  readonly assignee?: Person
  /** A sample by its name, or the path of another file. */
  readonly file: string
  readonly change?: (record: CaseRecord) => CaseRecord
}

/**
 * The real server on the real embedded store, in a folder of its own, with the page as it is built, and samples read into it. `reads`: without Redis, it
 * reads itself what comes in, as `imr serve` alone does.
 */
export async function aDesk(
  folder: string,
  redisUrl: string,
  kept: readonly Kept[],
  { reads = false, ...given }: Partial<ServerOptions> & { readonly reads?: boolean } = {},
) {
  await mkdir(folder, { recursive: true })
  const page = join(folder, 'page')
  const { putPage } = (await import(new URL('../../scripts/page.mjs', import.meta.url).href)) as {
    putPage: (outdir: string) => unknown
  }
  putPage(page)
  const data = join(folder, 'data')
  const store = await openStore({ data }, { passwordCost: 10 })
  for (const [name, roles] of Object.entries(people)) await store.addUser({ name, roles, password: PASSWORD }, 'test')
  if (kept.length > 0) await readSamples(store, kept)
  const log = openLog('test')
  const reader = reads ? await startReaderAlone({ store, log, engine: 'auto', jobs: 1 }) : null
  const queue = reader ? null : openQueue({ url: redisUrl, prefix: `b${Math.random().toString(36).slice(2)}` })
  const server = await startServer({
    ...{ store, queue, log, page, host: '127.0.0.1', port: 0, token: null, operatorPassword: null },
    spool: join(data, 'uploads'),
    ...(reader ? { reader } : {}),
    ...given,
  })
  return {
    url: server.url,
    store,
    data,
    close: async () => {
      await server.stop()
      await reader?.stop(0)
      await queue?.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function readSamples(store: Store, kept: readonly Kept[]): Promise<void> {
  const [engine, guidelines] = [await openEngine('auto', { jobs: 2 }), await loadGuidelines()]
  try {
    for (const { file, assignee, change = (record: CaseRecord) => record } of kept) {
      const given = { path: resolve(samples, file), fileName: basename(file) }
      const { sha256 } = await store.receive(given)
      const lease = await store.claim(sha256)
      if (!lease) throw new Error(`${file} is in hand`)
      const document = await readDocument({ ...given, sha256 }, { engine })
      const records = (await understand(document, { guidelines })).map(change)
      await store.finish(lease, { records, failure: null, pages: document.pages })
      const [first] = await store.letters({ text: given.fileName, limit: 1 })
      if (first && assignee) await store.assign(first.letterId, 'test', assignee)
    }
  } finally {
    await engine.close()
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds wrong on the page as it is now: rule and place of each. */
export async function faults(page: Page): Promise<readonly string[]> {
  // By the debugger's door, past the policy that refuses scripts of others.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<Found> } }).axe.run()
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
    )
  })
}
type Found = { violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }

/** A window of somebody's own; scripts that the policy refused and errors of the page are in `wrong`. */
export async function aWindow(browser: Browser, url: string, options: Parameters<Browser['newContext']>[0] = {}) {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // What moves is where it will be.
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && wrong.push(message.text()))
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  await page.goto(url)
  return { page, wrong, close: () => context.close() }
}

export async function signIn(page: Page, name: Person): Promise<void> {
  await giveName(page, name)
  await page.getByRole('button', { name: /^Start/ }).waitFor()
}

/** As {@link signIn}, of whoever may begin elsewhere, or has to show more. */
export async function giveName(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
}
