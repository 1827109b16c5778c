import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { FailureCode } from '../model/index.ts'
import type { Stage } from '../store/index.ts'

/** Parts of the work that are timed. */
export type Step = 'read' | 'normalize' | 'decide'

/** Upper bounds of the classes in which seconds are counted: a born-digital letter takes tenths, a hundred bad pages minutes. */
const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300]

/** What one worker process counts since it started. Labels are stages, causes and remedies: closed lists, nothing of a document. */
export type WorkerMetrics = {
  readonly seconds: (step: Step, seconds: number) => void
  readonly page: (status: string, source: string, remedies: readonly string[]) => void
  readonly done: (letters: number) => void
  readonly failed: (stage: Stage, cause: FailureCode) => void
  readonly postponed: (cause: FailureCode) => void
  readonly lost: () => void
  readonly woken: (documents: number) => void
  readonly trouble: (where: string) => void
}

export function workerMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'imr_step_seconds',
    help: 'Seconds that a step took for one document (or part)',
    labelNames: ['step'],
    buckets: SECONDS,
    registers,
  })
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const pages = counter('imr_pages_total', 'Pages read', ['status', 'source'])
  const remedies = counter('imr_remedies_total', 'Remedies that made a page readable', ['remedy'])
  const documents = counter('imr_documents_total', 'Documents done', [])
  const letters = counter('imr_letters_total', 'Letters of documents that are done', [])
  const failures = counter('imr_failures_total', 'Documents that failed', ['stage', 'cause'])
  const postponements = counter('imr_postponed_total', 'Failures that may pass: tried again later', ['cause'])
  const leases = counter('imr_leases_lost_total', 'Documents that another worker took over', [])
  const wakeUps = counter('imr_woken_total', 'Documents that the reconciler woke', [])
  const troubles = counter('imr_troubles_total', 'Trouble with Redis, the database or the files', ['where'])
  new Gauge({ name: 'imr_worker_up', help: '1 while the worker runs', registers }).set(1)
  return {
    seconds: (step, took) => seconds.observe({ step }, took),
    page: (status, source, won) => {
      pages.inc({ status, source })
      for (const remedy of won) remedies.inc({ remedy })
    },
    done: (count) => {
      documents.inc()
      letters.inc(count)
    },
    failed: (stage, cause) => failures.inc({ stage, cause }),
    postponed: (cause) => postponements.inc({ cause }),
    lost: () => leases.inc(),
    woken: (count) => wakeUps.inc(count),
    trouble: (where) => troubles.inc({ where }),
  }
}
