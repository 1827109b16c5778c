import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { jsonLine } from '../../src/export/index.ts'
import { openQueue, type Queue } from '../../src/queue/index.ts'
import { type DocumentEntry, openStore, type Store, type StoreLocation } from '../../src/store/index.ts'
import { startImr } from '../fixtures/cli.ts'

type Running = ReturnType<typeof startImr>

/**
 * An installation to be disturbed: a store, a queue, and worker processes of the built product that are started again when
 * they end, as a service manager would.
 */
export type Plant = {
  readonly store: Store
  readonly queue: Queue
  readonly location: StoreLocation
  /** Hands files in and wakes the workers, as `imr enqueue` does. */
  readonly submit: (paths: readonly string[]) => Promise<readonly DocumentEntry[]>
  /** The worker processes that run now. */
  readonly workers: () => readonly Running[]
  /** Kills a worker at once; gives its number and the moment. Another one is started. */
  readonly killWorker: () => { readonly pid: number; readonly at: number }
  /** Resolves when every document is done or failed. @throws after `seconds`. */
  readonly drained: (seconds: number) => Promise<void>
  /** Ends workers, queue and store. Gives what the workers wrote to their logs. */
  readonly end: () => Promise<string>
}

export async function startPlant(given: {
  readonly location: StoreLocation
  readonly redisUrl: string
  readonly workers?: number
  readonly args?: readonly string[]
  /** Queue prefixes, one for each worker in turn: two prefixes deliver every document twice. */
  readonly prefixes?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Starts every worker in a process group of its own, as a terminal does. */
  readonly group?: boolean
}): Promise<Plant> {
  const { location, redisUrl } = given
  const prefixes = given.prefixes ?? ['imr']
  const store = await openStore(location)
  const queues = prefixes.map((prefix) => openQueue({ url: redisUrl, prefix }))
  const [queue] = queues as [Queue, ...Queue[]]
  let log = ''
  let open = true
  const running = new Set<Running>()
  const start = (number: number) => {
    const worker = startImr(['worker', '--data', location.data, '--jobs', '1', ...(given.args ?? [])], {
      group: given.group ?? false,
      env: {
        REDIS_URL: redisUrl,
        DATABASE_URL: location.databaseUrl ?? '',
        IMR_FILES: location.files ?? '',
        IMR_QUEUE_PREFIX: prefixes[number % prefixes.length] ?? '',
        ...given.env,
      },
    })
    running.add(worker)
    void worker.ended.then(({ stderr, stdout }) => {
      log += stderr + stdout
      running.delete(worker)
      if (open) start(number)
    })
  }
  for (let i = 0; i < (given.workers ?? 2); i++) start(i)

  return {
    store,
    queue,
    location,
    workers: () => [...running],

    async submit(paths) {
      const entries: DocumentEntry[] = []
      for (const path of paths) {
        const entry = await store.receive({ path, fileName: path.split('/').at(-1) ?? path })
        entries.push(entry)
        const { sha256, priority, due } = entry
        for (const q of queues) await q.wake([{ sha256, stage: 'extract', priority, due, abandoned: null }])
      }
      return entries
    },

    killWorker() {
      const all = [...running]
      const worker = all[Math.floor(Math.random() * all.length)] as Running
      worker.process.kill('SIGKILL')
      return { pid: worker.process.pid ?? 0, at: Date.now() }
    },

    async drained(seconds) {
      const until = Date.now() + seconds * 1000
      for (;;) {
        const { documents } = await store.status()
        const { done, failed, ...open } = documents
        if (Object.values(open).every((n) => n === 0) && done + failed > 0) return
        if (Date.now() > until) throw new Error(`not drained after ${seconds} s: ${JSON.stringify(documents)}\n${log}`)
        await sleep(250)
      }
    },

    async end() {
      open = false
      for (const { process: child } of running) child.kill('SIGCONT')
      for (const { process: child } of running) child.kill('SIGTERM')
      await Promise.all([...running].map((r) => r.ended))
      await Promise.all(queues.map((q) => q.close()))
      await store.close()
      return log
    },
  }
}

/** What must hold after any disturbance, beside what was read. */
export type Aftermath = {
  /** Documents that are neither done nor failed, or not there. */
  readonly lost: number
  /** Documents finished more than once, and cases more than one a letter. */
  readonly duplicated: number
  /** Case ids whose record differs from the quiet run's. */
  readonly different: readonly string[]
  readonly temporaryFiles: readonly string[]
}

/** Compares what a plant made of its documents with a quiet run's records, by case id. */
export async function aftermath(
  plant: Pick<Plant, 'store' | 'location'>,
  documents: readonly Pick<DocumentEntry, 'sha256'>[],
  quiet: ReadonlyMap<string, string>,
): Promise<Aftermath> {
  const { store, location } = plant
  let lost = 0
  let duplicated = 0
  for (const sha256 of new Set(documents.map((d) => d.sha256))) {
    const entry = await store.find(sha256)
    if (entry?.state !== 'done' && entry?.state !== 'failed') lost++
    const finished = (await store.auditOf(sha256)).filter((a) => a.to_state === 'done' || a.to_state === 'failed')
    if (finished.length > 1) duplicated++
  }
  const records = new Map<string, string>()
  for await (const record of store.allRecords()) {
    if (records.has(record.caseId)) duplicated++
    records.set(record.caseId, jsonLine(record))
  }
  const ids = new Set([...quiet.keys(), ...records.keys()])
  const incoming = await readdir(join(location.files ?? join(location.data, 'files'), 'incoming'))
  return {
    lost,
    duplicated,
    different: [...ids].filter((id) => records.get(id) !== quiet.get(id)),
    temporaryFiles: incoming,
  }
}

/** Records of a run's JSON Lines, by case id. */
export function recordsById(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => [(JSON.parse(line) as { caseId: string }).caseId, `${line}\n`]),
  )
}

/**
 * Resolves when no process is left that was started, directly or not, with this mark in its environment. Its name begins with `LC_`: these reach
 * the processes that open strangers' files, too. @throws when one stays.
 */
export async function noneMarked(mark: Readonly<Record<string, string>>): Promise<void> {
  const [[name, value] = []] = Object.entries(mark)
  const isMarked = (pid: string) =>
    readFile(`/proc/${pid}/environ`, 'utf8').then(
      (text) => text.split('\0').includes(`${name}=${value}`),
      () => false,
    )
  for (let i = 0; i < 200; i++) {
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
    const marked = await Promise.all(pids.map(isMarked))
    if (!marked.includes(true)) return
    await sleep(100)
  }
  throw new Error(`a process is left that was started with ${name}=${value}`)
}

/**
 * Seconds from each kill until the documents that the killed worker had in hand were with another one; the longest of them.
 * null when it had none.
 */
export async function secondsToRecover(
  store: Store,
  documents: readonly Pick<DocumentEntry, 'sha256'>[],
  kill: { readonly pid: number; readonly at: number },
): Promise<number | null> {
  let longest: number | null = null
  for (const { sha256 } of documents) {
    const audit = await store.auditOf(sha256)
    const taken = audit.findIndex(
      (a, i) =>
        a.action === 'taken-over' && Date.parse(a.at) >= kill.at && audit[i - 1]?.actor.split(' ')[1] === `${kill.pid}`,
    )
    if (taken < 0) continue
    const seconds = (Date.parse(audit[taken]?.at ?? '') - kill.at) / 1000
    longest = Math.max(longest ?? 0, seconds)
  }
  return longest
}
