// The queue worker: what `imr worker` runs. Composition only: which engine, store, queue and server work together, and how it all ends.
import { once } from 'node:events'
import { Registry } from 'prom-client'
import { type EngineChoice, fitnessOf, openDoors, openEngine, readByOf, readPart } from '../src/extract/index.ts'
import { loadGuidelines } from '../src/guidelines.ts'
import { startProbes } from '../src/http/index.ts'
import { takeFolder } from '../src/intake/index.ts'
import { decideCase } from '../src/pipeline.ts'
import {
  errorFields,
  observe,
  openLog,
  openQueue,
  type QueueOptions,
  type RunningWorker,
  standardWorkLimits,
  startReconciler,
  startWorker,
  workerMetrics,
} from '../src/queue/index.ts'
import { startScheduler } from '../src/queue/schedule/index.ts'
import { startRetention } from '../src/retention/index.ts'
import type { Store } from '../src/store/index.ts'
import { version } from '../src/version.ts'
import { watching } from './watching.ts'

export type QueueWorkerOptions = {
  readonly store: Store
  readonly redis: QueueOptions
  readonly engine: EngineChoice
  /** OCR processes; default: cores. */
  readonly jobs?: number | undefined
  /** Documents in hand at once; default: OCR processes + 1. */
  readonly documents?: number | undefined
  /** How long documents in hand may take once it is to end, in milliseconds. */
  readonly graceMs: number
  /** Where metrics and health are served; null: nowhere. */
  readonly probes: { readonly host: string; readonly port: number } | null
}

/**
 * Works until SIGINT or SIGTERM: takes no more then, ends what is in hand within the grace period, gives back the rest. A second
 * signal ends the process at once. Closes the store.
 * @throws {OcrFailure} when the engine cannot be had or does not read here, {ServerRefused} when the port is taken; when another version
 * was put in the place of this one.
 */
export async function runQueueWorker(options: QueueWorkerOptions): Promise<void> {
  const { store, redis, graceMs } = options
  const log = openLog('imr-worker')
  const registry = new Registry()
  const observer = observe(log, workerMetrics(registry))
  const guidelines = loadGuidelines()
  const engine = await openEngine(options.engine, options.jobs === undefined ? {} : { jobs: options.jobs })
  const fitness = fitnessOf(engine)
  await fitness.check().catch(async (error) => {
    await Promise.all([engine.close(), store.close()])
    throw error
  })
  // First: a port that is taken ends it before anything is begun.
  const probes = options.probes
    ? await startProbes({
        ...options.probes,
        registry,
        checks: [
          { name: 'store', needed: true, check: () => store.check() },
          { name: 'ocr', needed: true, check: () => fitness.check() },
        ],
      })
    : null
  const queue = openQueue(redis)
  // Every document would fail from now on: whoever watches over this process starts the version that is there now.
  const replaced = new AbortController()
  const restWhileUnfit = async () => {
    let told = ''
    await worker.rest(async () => {
      fitness.doubt()
      await fitness.check().catch((error: Error) => {
        observer.trouble('ocr', error)
        if (error.message !== told) log.error({ reason: error.message }, 'cannot read here: takes nothing until it can')
        told = error.message
        throw error
      })
    })
    if (told !== '') log.info('reads again')
  }
  const worker: RunningWorker = startWorker({
    redis,
    documents: options.documents ?? engine.concurrency + 1,
    store,
    queue,
    observer: watching(observer, (cause) => {
      if (cause === 'ocr-unavailable') void restWhileUnfit()
      if (cause === 'program-replaced') replaced.abort()
    }),
    read: (file, options) => readPart(file, { engine, ...options }),
    decide: (record) => decideCase(record, guidelines),
    readBy: () => readByOf(engine),
    limits: standardWorkLimits,
  })
  const reconciler = startReconciler({ store, queue, observer, prefix: redis.prefix })
  const scheduler = startScheduler({
    store,
    queue,
    observer,
    // Hurry would be no use: the documents wait in the ledger until the schedule lets them go.
    takeIn: (folder, signal) => takeFolder(folder, { store, queue: null, urgency: 'backlog' }, signal),
  })
  const retention = startRetention({ store, observer })
  log.info({ version, engine: engine.name, jobs: engine.concurrency }, 'started')
  void openDoors().then(
    (open) => {
      if (open.length > 0)
        log.warn({ open }, 'processes that open received files are not shut off from all that they could be')
    },
    (error) =>
      log.warn(errorFields(error), 'it is not known what processes that open received files are shut off from'),
  )

  const asked = await Promise.race([
    signalled(),
    once(replaced.signal, 'abort').then(() => 'program-replaced' as const),
  ])
  log.info({ signal: asked, graceSeconds: graceMs / 1000 }, 'stopping')
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  await Promise.all([worker.stop(graceMs), scheduler.stop(), retention.stop()])
  await reconciler.stop()
  await queue.close()
  await engine.close()
  await store.close()
  await probes?.stop()
  log.info('stopped')
  if (replaced.signal.aborted)
    throw new Error(
      'another version was put in the place of this program while it ran: start it again; nothing is lost',
    )
}

function signalled(): Promise<NodeJS.Signals> {
  return Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => signal as NodeJS.Signals)),
  )
}
