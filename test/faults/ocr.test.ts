import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { head, row, writeSection } from '../../bench/results-section.ts'
import { installedTesseract } from '../../src/extract/ocr/tesseract/installed.ts'
import { type Ended, ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { putScans } from '../fixtures/letter-files.ts'
import { type EngineName, faults, isRoot, type Site } from './ocr-table.ts'
import { noneMarked, recordsById } from './plant.ts'
import { NOBODY } from './struck.ts'

/** All faults, with every engine that they concern; else those of every day. */
const full = process.env.IMR_FAULTS === 'full'
const MINUTES = 60_000

const installed = await installedTesseract()
const hasCommand = installed?.languages.includes('eng') === true && installed.dataFolder !== null
const sample = fileURLToPath(new URL('../../samples/14-expedited.png', import.meta.url))

let inbox = ''
let model = ''
let cache = ''
let files = 0
const quiet = new Map<EngineName, Ended>()
const table: string[] = []

/** What every run of this file has in its environment. */
const environment = (site: Pick<Site, 'images' | 'cache' | 'model'>) => ({
  IMR_TMP: site.images,
  XDG_CACHE_HOME: site.cache,
  TESSDATA_PREFIX: site.model,
})
const run = (engine: EngineName) => ['run', inbox, '--engine', engine, '--jobs', '2', '--out', '-']

beforeAll(async () => {
  if (!hasCommand) return
  ensureBuilt()
  const home = await mkdtemp(join(tmpdir(), 'imr-ocr-faults-'))
  ;[inbox, model, cache] = ['inbox', 'model', 'cache'].map((name) => join(home, name)) as [string, string, string]
  for (const folder of [home, inbox, model, cache]) mkdirSync(folder, { recursive: true })
  await chmod(home, 0o755)
  await copyFile(join(installed?.dataFolder ?? '', 'eng.traineddata'), join(model, 'eng.traineddata'))
  // One page whose numbers are doubtful, so that the second model is asked, and some that are clean.
  await copyFile(sample, join(inbox, 'a doubtful page.png'))
  await putScans(inbox, full ? 4 : 2)
  files = readdirSync(inbox).length
  const images = join(home, 'images')
  mkdirSync(images)
  for (const engine of ['tesseract', 'tesseract.js'] as const) {
    const ended = await imr([...run(engine), '--no-store'], { env: environment({ images, cache, model }) })
    expect(ended).toMatchObject({ code: 0 })
    expect(recordsById(ended.stdout).size).toBe(files)
    quiet.set(engine, ended)
  }
  return () => rm(home, { recursive: true, force: true })
}, 10 * MINUTES)

async function aSite(): Promise<Site & { readonly data: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'imr-ocr-fault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [images, own, data, ownCache] = ['images', 'own', 'data', 'cache'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of [images, own, data, ownCache]) mkdirSync(path)
  // A command that runs as somebody else works here, too.
  for (const path of [folder, images, own, data]) chmodSync(path, 0o777)
  spawnSync('cp', ['-r', `${cache}/.`, ownCache])
  return { images, own, data, cache: ownCache, model }
}

/** Records that are stored as read, without those that say themselves that they can be read better. */
async function storedAsRead(data: string): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(join(data, 'imr.sqlite'))) return new Map()
  const { stdout } = await imr(['export', '--data', data])
  const all = [...recordsById(stdout)]
  return new Map(all.filter(([, line]) => !/"status":"failed"|extract\.remedy-failed/.test(line)))
}

const chosen = faults.flatMap((fault) =>
  fault.engines
    .filter((engine) => full || fault.daily?.includes(engine))
    .map((engine) => [fault.what, engine, fault] as const),
)

describe.skipIf(!hasCommand)('all documents are read in the end, as on a quiet machine, when', () => {
  it.each(chosen)(
    '%s (%s)',
    async (what, engine, fault) => {
      const undisturbed = quiet.get(engine)?.stdout ?? ''
      const expected = recordsById(undisturbed)
      const site = await aSite()
      const mark = { LC_FAULT: site.data }
      const changed = fault.before?.(site) ?? {}
      onTestFinished(() => fault.mend?.(site))
      if (changed === false) return void expect(fault.before).toBeDefined()

      const args = [...run(engine), '--data', site.data]
      const user = fault.asNobody && isRoot ? { user: NOBODY } : {}
      // The cache of one user is of no use to another.
      const env = { ...environment(site), ...mark, ...(user.user ? { XDG_CACHE_HOME: join(site.own, 'cache') } : {}) }
      const { process: child, ended } = startImr(args, { env: { ...env, ...changed }, group: true, ...user })
      let over = false
      void ended.then(() => {
        over = true
      })
      const struck = { pid: child.pid ?? 0, hasEnded: () => over }
      const blow = (await fault.strike?.(struck, site)) ?? 'hit'
      const disturbed = await ended
      await noneMarked(mark)
      expect(blow, 'the command ended before the blow fell').not.toBe('missed')
      if (blow === 'hit') {
        const { code, stdout } = disturbed
        const isWhole = code === 0 && stdout === undisturbed
        if (fault.costsNothing?.includes(engine)) expect(isWhole, disturbed.stderr).toBe(true)
        // Or nothing was disturbed.
        else if (!fault.mayMiss) expect(isWhole, disturbed.stderr).toBe(false)
      }
      const stored = await storedAsRead(site.data)
      expect([...stored].filter(([id, line]) => line !== expected.get(id)).map(([id]) => id)).toEqual([])

      fault.mend?.(site)
      const mended = await imr(args, { env, ...user })
      expect(mended.code, mended.stderr).toBe(0)
      // A difference is told by the letters that differ, not by all that they say.
      const again = recordsById(mended.stdout)
      expect([...expected].filter(([id, line]) => line !== again.get(id)).map(([id]) => id)).toEqual([])
      expect(mended.stdout === undisturbed).toBe(true)
      const status = JSON.parse((await imr(['status', '--json', '--data', site.data])).stdout) as {
        documents: Readonly<Record<string, number>>
      }
      expect(status.documents).toMatchObject({ done: files, failed: 0, received: 0, extracting: 0 })
      expect(readdirSync(site.images)).toEqual([])
      await noneMarked(mark)
      const ends = disturbed.code ?? disturbed.signal
      table.push(
        blow === 'impossible'
          ? row(what, engine, 'not possible here', '', '', '')
          : row(what, engine, `${ends}`, `${stored.size} of ${files}`, 0, 0),
      )
    },
    15 * MINUTES,
  )
})

afterAll(() => {
  if (!full || table.length === 0) return
  writeSection(
    'Faults around OCR',
    `\`npm run bench:faults\`: ${files} scanned files (one of them with doubtful numbers, for which the second model is asked) are read by \`imr run\`, which is disturbed;
then the machine is mended and the same command is run again. *Lost*: files that are not read then. *Different*: records that are not byte for byte those of a run
on a quiet machine; what the disturbed run itself has stored as read is compared, too. Exit code 2: some documents failed, each with a cause that passes.

${head('what happens', 'engine', 'the disturbed run ends with', 'it has read', 'lost', 'different')}${table.join('')}`,
  )
})
