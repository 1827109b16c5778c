import { hostname } from 'node:os'
import type { DocumentPart } from '../extract/index.ts'
import type { CaseRecord, FailureCode } from '../model/index.ts'
import type { Stage } from '../store/index.ts'
import { errorFields, type Logger } from './log.ts'
import type { Step, WorkerMetrics } from './metrics.ts'

/** Hears what a worker does: for logs and metrics. Nothing it is told holds a word of a document, or its file's name. */
export type Observer = {
  timed<T>(step: Step, task: () => Promise<T>): Promise<T>
  pages(part: DocumentPart): void
  done(sha256: string, records: readonly CaseRecord[]): void
  /** A failure that may pass. */
  postponed(sha256: string, cause: FailureCode): void
  failed(stage: Stage, sha256: string, cause: FailureCode, error?: unknown): void
  /** Another worker has it now. */
  lost(sha256: string): void
  /** The worker's own trouble: Redis, the store. With the document that was in hand, if it was with one. */
  trouble(where: string, error: unknown, sha256?: string): void
  /** So many living workers elsewhere go by this host's name. */
  namesakes(count: number): void
  /** What the reconciler did. */
  reconciled(woken: number): void
}

/** How often the same trouble is written to the log, in milliseconds: a Redis that is away says so ten times a second. */
const SAME_TROUBLE_MS = 10_000
/** So many different troubles are remembered. */
const MOST_TROUBLES = 1_000

/** Writes what a worker does to log and metrics. */
export function observe(log: Logger, metrics: WorkerMetrics): Observer {
  const told = new Map<string, number>()
  return {
    async timed(step, task) {
      const start = performance.now()
      try {
        return await task()
      } finally {
        metrics.seconds(step, (performance.now() - start) / 1000)
      }
    },
    pages: ({ reports }) => {
      for (const { page, remedies } of reports) metrics.page(page.status, page.source, remedies)
    },
    done: (document, records) => {
      metrics.done(records.length)
      log.info({ document, letters: records.length, pages: records[0]?.document.pageCount ?? 0 }, 'done')
    },
    postponed: (document, cause) => {
      metrics.postponed(cause)
      log.warn({ document, cause }, 'postponed')
    },
    failed: (stage, document, cause, error) => {
      metrics.failed(stage, cause)
      log.warn({ document, stage, cause, ...(error === undefined ? {} : errorFields(error)) }, 'failed')
    },
    lost: (document) => {
      metrics.lost()
      log.info({ document }, 'taken over by another worker')
    },
    trouble: (where, error, document) => {
      metrics.trouble(where)
      const fields = { where, ...errorFields(error), ...(document === undefined ? {} : { document }) }
      const key = JSON.stringify(fields)
      if (performance.now() - (told.get(key) ?? -Infinity) < SAME_TROUBLE_MS) return
      if (told.size >= MOST_TROUBLES) told.clear()
      told.set(key, performance.now())
      log.error(fields, 'trouble')
    },
    namesakes: (count) =>
      log.warn(
        { host: hostname(), others: count },
        "other hosts or containers go by this host's name: nothing is lost by that, but log and audit cannot tell them apart; give each a name of its own",
      ),
    reconciled: (woken) => {
      metrics.woken(woken)
      log.info({ woken }, 'woken')
    },
  }
}
