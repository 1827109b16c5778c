import { type ConnectionOptions, ErrorCode, Queue as Jobs } from 'bullmq'
import { Redis } from 'ioredis'
import { type Pending, rankOf, type Stage } from '../store/index.ts'

export const stages: readonly Stage[] = ['extract', 'decide']

/** What a job carries: which document, and for a long one which part. Never a word of it. */
export type JobData = { readonly documentId: string; readonly part?: number }

export type QueueOptions = {
  /** `redis://host:6379`, `rediss://…` */
  readonly url: string
  /** First part of every key: installations that share a Redis, or shards, have one each. */
  readonly prefix?: string
}

export const DEFAULT_PREFIX = 'imr'

/**
 * Wakes workers. The ledger is the truth: a wake-up that is lost (Redis down, full, emptied) is given again by the reconciler,
 * one that comes twice does no harm.
 */
export type Queue = {
  /**
   * Gives how many wake-ups Redis took; one that is there is moved forward when the document has become more urgent. Never throws for
   * Redis' sake; waits no longer than some seconds.
   */
  wake(documents: readonly Pending[]): Promise<number>
  /** A part of a long document; `abandoned` as for the document. */
  wakePart(document: Pending, part: number): Promise<boolean>
  /** Which of these have no job that waits or runs, or one that comes too late. @throws when Redis does not answer. */
  unwoken(documents: readonly Pending[]): Promise<readonly Pending[]>
  /** Jobs by state. @throws when Redis does not answer. */
  counts(): Promise<Readonly<Record<Stage, QueueCounts>>>
  /** The underlying queues, for a dashboard. */
  readonly jobs: Readonly<Record<Stage, Jobs<JobData>>>
  readonly redis: Redis
  close(): Promise<void>
}

export type QueueCounts = { readonly waiting: number; readonly active: number; readonly delayed: number }

/** How long a producer waits for Redis, in milliseconds: a frozen server answers nothing, and nothing is lost without it. */
const PATIENCE_MS = 5_000
/** Priority of what was in hand already when its worker went away: it has waited its turn. */
const FIRST = 1
/** Jobs handed over in one round trip. */
const AT_ONCE = 500

/** A job that there should be. */
type Wanted = { readonly document: Pending; readonly part?: number }

/**
 * Job options. Nothing ended is kept in Redis: results and failures are in the ledger, and the id of a kept job would swallow
 * its own repetition.
 */
const jobOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5_000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
} as const

/** Opens the queues. Connects in the background: without Redis everything else still works. */
export function openQueue({ url, prefix = DEFAULT_PREFIX }: QueueOptions): Queue {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true, connectTimeout: PATIENCE_MS })
  redis.on('error', () => {})
  const open = (stage: Stage) => {
    const jobs = new Jobs<JobData>(stage, {
      connection: redis as unknown as ConnectionOptions,
      prefix,
      skipVersionCheck: true,
    })
    jobs.on('error', () => {})
    return jobs
  }
  const jobs = { extract: open('extract'), decide: open('decide') }

  /** By what priority each has a job that waits or runs; null: it has none. @throws when Redis does not answer. */
  async function priorities(wanted: readonly Wanted[]): Promise<readonly (number | null)[]> {
    const pipeline = redis.pipeline()
    for (const { document, part } of wanted)
      pipeline.hget(`${prefix}:${document.stage}:${jobId(document, part)}`, 'priority')
    const found = (await within(pipeline.exec())) ?? []
    return wanted.map((_, i) => {
      const [error, priority] = found[i] ?? [new Error('Redis did not answer'), null]
      if (error) throw error
      return priority === null ? null : Number(priority)
    })
  }

  /** A job is found by its id: one that is there already is moved forward, where it now comes too late. */
  async function hand(stage: Stage, wanted: readonly Wanted[]): Promise<void> {
    const found = await priorities(wanted)
    const lacking = wanted.filter((_, i) => found[i] === null)
    if (lacking.length > 0) await within(jobs[stage].addBulk(lacking.map((w) => jobOf(w))))
    const late = wanted.filter((w, i) => comesLate(found[i] ?? null, w.document))
    await within(Promise.all(late.map((w) => hasten(stage, w))))
  }

  async function hasten(stage: Stage, { document, part }: Wanted): Promise<void> {
    const job = await jobs[stage].getJob(jobId(document, part))
    // It may have ended meanwhile: then there is nothing to be moved.
    await job?.changePriority({ priority: priorityOf(document) }).catch(ifGone)
  }

  async function add(wanted: readonly Wanted[]): Promise<number> {
    let taken = 0
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const some = wanted.slice(at, at + AT_ONCE)
      try {
        for (const stage of stages) {
          const ofStage = some.filter((w) => w.document.stage === stage)
          if (ofStage.length === 0) continue
          await hand(stage, ofStage)
          taken += ofStage.length
        }
      } catch {
        // Redis is away or full: the reconciler will find these in the ledger.
        return taken
      }
    }
    return taken
  }

  return {
    jobs,
    redis,
    wake: (documents) => add(documents.map((document) => ({ document }))),
    wakePart: async (document, part) => (await add([{ document, part }])) === 1,

    async unwoken(documents) {
      const asleep: Pending[] = []
      for (let at = 0; at < documents.length; at += AT_ONCE) {
        const some = documents.slice(at, at + AT_ONCE)
        const found = await priorities(some.map((document) => ({ document })))
        asleep.push(...some.filter((d, i) => found[i] === null || comesLate(found[i] ?? null, d)))
      }
      return asleep
    },

    async counts() {
      const of = async (stage: Stage): Promise<QueueCounts> => {
        const c = await within(jobs[stage].getJobCounts('wait', 'prioritized', 'active', 'delayed'))
        return {
          waiting: (c.wait ?? 0) + (c.prioritized ?? 0),
          active: c.active ?? 0,
          delayed: c.delayed ?? 0,
        }
      }
      return { extract: await of('extract'), decide: await of('decide') }
    },

    async close() {
      await Promise.allSettled([jobs.extract.close(), jobs.decide.close()])
      redis.disconnect()
    },
  }
}

/** By what priority a document's jobs (it, or its parts) are taken: its rank of today. */
const priorityOf = (document: Pending): number => (document.abandoned === null ? rankOf(document, new Date()) : FIRST)

const comesLate = (priority: number | null, document: Pending): boolean =>
  priority !== null && priority > priorityOf(document)

function ifGone(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === ErrorCode.JobNotExist)) throw error
}

function jobOf({ document, part }: Wanted) {
  return {
    name: document.stage,
    data: part === undefined ? { documentId: document.sha256 } : { documentId: document.sha256, part },
    // Without a priority it would run before all that have one.
    opts: {
      ...jobOptions,
      jobId: jobId(document, part),
      priority: priorityOf(document),
    },
  }
}

/**
 * One job a document and stage at a time. What was left behind by somebody who is gone gets a job of its own at once: the old
 * one counts as running until its lock is over, and does no harm when it comes back. BullMQ refuses `:` and integers as ids.
 */
function jobId({ sha256, abandoned }: Pick<Pending, 'sha256' | 'abandoned'>, part?: number): string {
  return [sha256, ...(part === undefined ? [] : [`p${part}`]), ...(abandoned === null ? [] : [`t${abandoned}`])].join(
    '-',
  )
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer for ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
