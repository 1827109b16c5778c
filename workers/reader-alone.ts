// What reads uploads in the server's own process where there is no Redis. Composition only.
import { Registry } from 'prom-client'
import { type EngineChoice, fitnessOf, openEngine, readByOf, readPart } from '../src/extract/index.ts'
import { loadGuidelines } from '../src/guidelines.ts'
import { takeFolder } from '../src/intake/index.ts'
import { decideCase } from '../src/pipeline.ts'
import {
  type Logger,
  observe,
  type ReadingAlone,
  standardWorkLimits,
  startAlone,
  workerMetrics,
} from '../src/queue/index.ts'
import { startScheduler } from '../src/queue/schedule/index.ts'
import { startRetention } from '../src/retention/index.ts'
import type { Store } from '../src/store/index.ts'
import { watching } from './watching.ts'

export type ReaderAlone = ReadingAlone & {
  /** Resolves while pages can be read here. */
  readonly check: () => Promise<void>
  /** Fires when another version was put in the place of this program: every document would fail from now on. */
  readonly replaced: AbortSignal
}

/** Begins to read what is in the store and what comes in; follows schedules and the retention policy, too. @throws {OcrFailure} when there is no engine. */
export async function startReaderAlone(options: {
  readonly store: Store
  readonly log: Logger
  readonly engine: EngineChoice
  /** OCR processes; default: cores. */
  readonly jobs?: number | undefined
}): Promise<ReaderAlone> {
  const { store, log, jobs } = options
  const engine = await openEngine(options.engine, jobs === undefined ? {} : { jobs })
  const fitness = fitnessOf(engine)
  const guidelines = loadGuidelines()
  const observer = observe(log, workerMetrics(new Registry()))
  const replaced = new AbortController()
  let told = ''
  const alone = startAlone(
    {
      store,
      observer: watching(observer, (cause) => {
        if (cause === 'ocr-unavailable') fitness.doubt()
        if (cause === 'program-replaced') replaced.abort()
      }),
      read: (file, how) => readPart(file, { engine, ...how }),
      decide: (record) => decideCase(record, guidelines),
      readBy: () => readByOf(engine),
      limits: standardWorkLimits,
    },
    {
      documents: engine.concurrency + 1,
      isFit: async () => {
        try {
          await fitness.check()
          told = ''
          return true
        } catch (error) {
          fitness.doubt()
          const reason = error instanceof Error ? error.message : String(error)
          if (reason !== told) log.error({ reason }, 'cannot read here: takes nothing until it can')
          told = reason
          return false
        }
      },
    },
  )
  const scheduler = startScheduler({
    store,
    queue: alone.queue,
    observer,
    takeIn: (folder, signal) => takeFolder(folder, { store, queue: null, urgency: 'backlog' }, signal),
  })
  const retention = startRetention({ store, observer })
  return {
    queue: alone.queue,
    check: () => fitness.check(),
    replaced: replaced.signal,
    async stop(graceMs) {
      await Promise.all([alone.stop(graceMs), scheduler.stop(), retention.stop()])
      await engine.close()
    },
  }
}
