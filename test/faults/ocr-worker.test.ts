import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { installedTesseract } from '../../src/extract/ocr/tesseract/installed.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putScans } from '../fixtures/letter-files.ts'
import { eventually } from '../fixtures/processes.ts'
import { freePort } from '../fixtures/servers.ts'
import { aftermath, noneMarked, type Plant, recordsById, startPlant } from './plant.ts'
import { busyEngine, busyReader, engines, type Struck, signal, whenever } from './struck.ts'

const full = process.env.IMR_FAULTS === 'full'
const MINUTES = 60_000
const FILES = 8

const redisUrl = inject('redisUrl')
const ready = redisUrl !== null && (await installedTesseract()) !== null
const unharmed = { lost: 0, duplicated: 0, different: [], temporaryFiles: [] }

let scans: readonly string[] = []
const quiet = new Map<string, ReadonlyMap<string, string>>()

beforeAll(async () => {
  if (!ready) return
  ensureBuilt()
  const folder = await mkdtemp(join(tmpdir(), 'imr-ocr-worker-'))
  scans = await putScans(folder, FILES)
  for (const engine of full ? ['tesseract', 'tesseract.js'] : ['tesseract']) {
    const { stdout } = await imr(['run', folder, '--no-store', '--out', '-', '--engine', engine])
    quiet.set(engine, recordsById(stdout))
  }
  return () => rm(folder, { recursive: true, force: true })
}, 10 * MINUTES)

/** A worker under a terminal or a service manager, which starts another one when it ends. */
async function aWorker(engine: string, args: readonly string[] = []) {
  const folder = await testFolder()
  const [data, images] = [join(folder, 'data'), join(folder, 'images')]
  await mkdir(images)
  const plant = await startPlant({
    location: { data },
    redisUrl: redisUrl ?? '',
    workers: 1,
    args: ['--engine', engine, ...args],
    prefixes: [`o${Math.random().toString(36).slice(2)}`],
    env: { IMR_TMP: images, LC_PLANT: data },
    group: true,
  })
  let log: string | null = null
  const end = async () => {
    log ??= await plant.end()
    return log
  }
  onTestFinished(async () => void (await end()))
  const struck = (): Struck => {
    const [worker] = plant.workers()
    if (!worker) throw new Error('no worker runs')
    return { pid: worker.process.pid ?? 0, hasEnded: () => !plant.workers().includes(worker) }
  }
  return { plant: { ...plant, end }, images, struck }
}

/** All is read as on a quiet machine; nothing is left over. Gives what the workers logged, and what was done to the documents. */
async function expectUnharmed(plant: Plant, documents: Awaited<ReturnType<Plant['submit']>>, engine: string) {
  await plant.drained(240)
  expect(await aftermath(plant, documents, quiet.get(engine) ?? new Map())).toEqual(unharmed)
  const audit = (await Promise.all(documents.map((d) => plant.store.auditOf(d.sha256)))).flat()
  const log = await plant.end()
  await noneMarked({ LC_PLANT: plant.location.data })
  return { log, actions: audit.map((a) => a.action) }
}

describe.skipIf(!ready)('a worker that reads scans', () => {
  it.each(full ? ['tesseract', 'tesseract.js'] : ['tesseract'])(
    'ends at Ctrl-C what it has in hand, and no page of it is lost (%s)',
    async (engine) => {
      const { plant, struck } = await aWorker(engine)
      const documents = await plant.submit(scans)
      const worker = struck()
      expect(await busyReader(worker)).not.toBeNull()
      // As a terminal does: to the worker, and to whatever it has started in its group.
      signal(-worker.pid, 'SIGINT')
      const { log, actions } = await expectUnharmed(plant, documents, engine)
      expect(log).toContain('"signal":"SIGINT"')
      expect(actions.filter((a) => ['postponed', 'released', 'taken-over'].includes(a))).toEqual([])
    },
    10 * MINUTES,
  )

  it(
    'takes nothing while it cannot read, says so, and goes on by itself once it can',
    async () => {
      const port = await freePort()
      const { plant, images, struck } = await aWorker('tesseract', ['--metrics', `${port}`])
      const health = () =>
        fetch(`http://127.0.0.1:${port}/health/ready`).then(
          async (answer) => ((await answer.json()) as { readonly ocr?: string }).ocr ?? '',
          () => '',
        )
      let standing = ''
      const look = setInterval(async () => {
        standing = await health()
      }, 100)
      onTestFinished(() => clearInterval(look))
      await eventually(() => standing === 'ok', 120)
      rmSync(images, { recursive: true })
      // One that runs has its file already.
      for (const { pid } of engines(struck())) signal(pid, 'SIGKILL')
      const documents = await plant.submit(scans)
      await eventually(() => standing === 'unavailable', 120)
      await mkdir(images)
      const { log, actions } = await expectUnharmed(plant, documents, 'tesseract')
      expect(log).toMatch(/"reason":"[^"]*IMR_TMP.*cannot read here/)
      expect(log).toContain('reads again')
      // Those in hand were given back; the others were not even begun.
      const postponed = actions.filter((a) => a === 'postponed').length
      expect(postponed).toBeGreaterThan(0)
      expect(postponed).toBeLessThanOrEqual(4)
    },
    10 * MINUTES,
  )

  it.skipIf(!full)(
    'loses nothing when it is told twice to end, and another one goes on',
    async () => {
      const { plant, struck } = await aWorker('tesseract')
      const documents = await plant.submit(scans)
      const worker = struck()
      expect(await busyEngine(worker)).not.toBeNull()
      signal(-worker.pid, 'SIGINT')
      await eventually(() => {
        signal(-worker.pid, 'SIGINT')
        return worker.hasEnded()
      })
      await expectUnharmed(plant, documents, 'tesseract')
    },
    10 * MINUTES,
  )

  it.skipIf(!full)(
    'loses nothing when its engines are killed again and again for a while',
    async () => {
      const { plant, struck } = await aWorker('tesseract')
      const documents = await plant.submit(scans)
      const worker = struck()
      const until = Date.now() + 8_000
      const calm = { ...worker, hasEnded: () => worker.hasEnded() || Date.now() > until }
      const killed = await whenever(
        calm,
        () => engines(worker),
        (pid) => signal(pid, 'SIGKILL'),
      )
      expect(killed).toBeGreaterThan(1)
      await expectUnharmed(plant, documents, 'tesseract')
    },
    10 * MINUTES,
  )
})
