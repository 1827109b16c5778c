import { type ConnectionOptions, type Job, WaitingError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Stage } from '../store/index.ts'
import type { Work } from './context.ts'
import { decideDocument, extractDocument, extractPart } from './extract-and-decide.ts'
import { warnOfNamesakes } from './namesakes.ts'
import { pause } from './pause.ts'
import { DEFAULT_PREFIX, type JobData, type QueueOptions, stages } from './queue.ts'

/**
 * A job whose worker went away is given to another one within lock + interval: 20 s. The lock is renewed twice in that time;
 * nothing on the event loop takes that long (pages are read in processes of their own, letters are normalised one by one).
 */
const LOCK_MS = 15_000
const STALLED_MS = 5_000
/** How long a blocking wait for a job lasts, in seconds. */
const DRAIN_DELAY_S = 5

export type WorkerOptions = Work & {
  readonly redis: QueueOptions
  /** Documents in hand at once. */
  readonly documents: number
}

export type RunningWorker = {
  /**
   * Takes no more documents, and waits until those in hand are done; after `graceMs` they are given back untouched.
   * Resolves when nothing runs any more.
   */
  stop(graceMs: number): Promise<void>
  /**
   * Takes no documents to read until `isFit` resolves; it is asked again and again. What is in hand goes on. So a machine that cannot read uses
   * up nobody's tries: the others read meanwhile.
   */
  rest(isFit: () => Promise<void>): Promise<void>
}

/** How long to wait before a machine that could not read is tried again, in milliseconds. */
const REST_MS = 5_000

/** Decisions take milliseconds: as many at once as keep the database busy. */
const DECISIONS = 4

/** Starts taking documents from the queues. Redis may be away, now or later: it is waited for. */
export function startWorker(options: WorkerOptions): RunningWorker {
  const { observer } = options
  const abort = new AbortController()
  const connections: Redis[] = []
  void warnOfNamesakes(options, abort.signal)

  const process = async (stage: Stage, job: Job<JobData>, token?: string) => {
    const { documentId, part } = job.data
    if (stage === 'decide') await decideDocument(options, documentId, abort.signal)
    else if (part === undefined) await extractDocument(options, documentId, abort.signal)
    else await extractPart(options, documentId, part, abort.signal)
    if (!abort.signal.aborted) return
    // Given back: another worker may have it at once.
    await job.moveToWait(token)
    throw new WaitingError()
  }

  const workers = stages.map((stage) => {
    const connection = new Redis(options.redis.url, { maxRetriesPerRequest: null })
    connection.on('error', (error) => observer.trouble('redis', error))
    connections.push(connection)
    const worker = new Worker<JobData>(
      stage,
      async (job, token) => {
        try {
          await process(stage, job, token)
        } catch (error) {
          if (error instanceof WaitingError) throw error
          observer.trouble(stage, error, job.data.documentId)
          // What reaches Redis of an error is its name: a message may quote what it was about.
          throw new Error(error instanceof Error ? error.name : 'error')
        }
      },
      {
        connection: connection as unknown as ConnectionOptions,
        prefix: options.redis.prefix ?? DEFAULT_PREFIX,
        concurrency: stage === 'extract' ? options.documents : DECISIONS,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_MS,
        // Who crashed how often is counted in the ledger.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        drainDelay: DRAIN_DELAY_S,
        skipVersionCheck: true,
      },
    )
    worker.on('error', (error) => observer.trouble('redis', error))
    return worker
  })

  let resting = false
  return {
    async rest(isFit) {
      if (resting) return
      resting = true
      const [reading] = workers
      await reading?.pause(true)
      while (
        !abort.signal.aborted &&
        !(await isFit().then(
          () => true,
          () => false,
        ))
      )
        await pause(REST_MS, abort.signal)
      resting = false
      if (!abort.signal.aborted) reading?.resume()
    },

    async stop(graceMs) {
      const closed = Promise.all(workers.map((w) => w.close()))
      const timer = setTimeout(() => abort.abort(), graceMs)
      // With Redis away a close never ends; what is in hand is then given back through the ledger alone.
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, graceMs + 10_000).unref())
      await Promise.race([closed, giveUp])
      clearTimeout(timer)
      abort.abort()
      for (const connection of connections) connection.disconnect()
    },
  }
}
