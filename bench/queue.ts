// Speed of the queue: against imr run on the same scans, two workers against one (also with a core of its own for each, as a
// second machine would bring it), with pages that were read before, and what a crate of files costs to hand in.
//   npm run bench:queue [-- runs replay memory crate]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openEngine, readPart } from '../src/extract/index.ts'
import { openStore, type Store } from '../src/store/index.ts'
import { ensureBuilt, imr, startImr } from '../test/fixtures/cli.ts'
import { newDatabase, startPostgres, startRedis } from '../test/fixtures/servers.ts'

const samples = fileURLToPath(new URL('../samples/', import.meta.url))
const scans = ['01-office-scan', '02-fine-fax', '04-skewed', '05-turned', '07-run-together', '08-split-request']
const REPEATS = 3
const DEPTHS = [1_000, 10_000, 100_000]
const WINDOW_S = 30
/** Documents through one worker process, to see whether it grows; files handed in at once. */
const MANY = 10_000

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const say = (text: string) => process.stdout.write(`${text}\n`)

ensureBuilt()
const folder = await mkdtemp(join(tmpdir(), 'imr-bench-'))
const redis = await startRedis(['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'])
const postgres = await startPostgres()
try {
  const parts = process.argv.slice(2)
  if (parts.length === 0 || parts.includes('runs')) await compareRuns()
  if (parts.length === 0 || parts.includes('replay')) await replay()
  if (parts.length === 0 || parts.includes('memory')) await memory()
  if (parts.length === 0 || parts.includes('crate')) await crate()
} finally {
  await redis.remove()
  await postgres.remove()
  await rm(folder, { recursive: true, force: true })
}

/** Copies of the samples that differ in a few bytes behind their end: other documents with the same pages. */
async function copies(count: number): Promise<string> {
  const inbox = await mkdtemp(join(folder, 'scans-'))
  for (let i = 0; i < count; i++)
    for (const name of scans) {
      const bytes = await readFile(join(samples, `${name}.pdf`))
      await writeFile(join(inbox, `${name} ${i}.pdf`), Buffer.concat([bytes, Buffer.from(`\n% ${i}\n`)]))
    }
  return inbox
}

async function drained(store: Store, count: number): Promise<void> {
  for (;;) {
    const { documents } = await store.status()
    if (documents.done + documents.failed >= count) return
    await sleep(50)
  }
}

/** Seconds from the start of the workers until all files of a folder are done. `pinned`: each worker has one core, its own. */
async function queued(inbox: string, workers: number, args: readonly string[], pinned = false): Promise<number> {
  const location = { data: await mkdtemp(join(folder, 'data-')), databaseUrl: await newDatabase(postgres.url) }
  const env = {
    REDIS_URL: redis.url,
    DATABASE_URL: location.databaseUrl,
    IMR_DATA: location.data,
    IMR_QUEUE_PREFIX: `b${Math.random().toString(36).slice(2)}`,
  }
  await imr(['enqueue', inbox], { env })
  const store = await openStore(location)
  const start = performance.now()
  const running = Array.from({ length: workers }, () => startImr(['worker', ...args], { env }))
  if (pinned)
    for (const [core, { process: child }] of running.entries())
      spawnSync('taskset', ['-a', '-p', '-c', `${core}`, `${child.pid}`])
  await drained(store, (await readdir(inbox)).length)
  const seconds = (performance.now() - start) / 1000
  for (const { process: child } of running) child.kill('SIGTERM')
  await Promise.all(running.map((r) => r.ended))
  await store.close()
  return seconds
}

async function run(inbox: string): Promise<number> {
  const data = await mkdtemp(join(folder, 'run-'))
  const start = performance.now()
  await imr(['run', inbox, '--data', data, '--out', join(data, 'out.jsonl'), '--jobs', '2'])
  return (performance.now() - start) / 1000
}

async function compareRuns(): Promise<void> {
  const inbox = await copies(2)
  const single = ['--jobs', '1', '--documents', '1']
  const pairs: { direct: number; queue: number; one: number; two: number; oneCore: number; twoCores: number }[] = []
  for (let i = 0; i < REPEATS; i++) {
    pairs.push({
      direct: await run(inbox),
      queue: await queued(inbox, 1, ['--jobs', '2']),
      one: await queued(inbox, 1, single),
      two: await queued(inbox, 2, single),
      oneCore: await queued(inbox, 1, single, true),
      twoCores: await queued(inbox, 2, single, true),
    })
    say(JSON.stringify(pairs.at(-1)))
  }
  say(`speed through the queue ÷ imr run: ${median(pairs.map((p) => p.direct / p.queue)).toFixed(2)}`)
  say(`speed of two workers ÷ one: ${median(pairs.map((p) => p.one / p.two)).toFixed(2)}`)
  say(`the same, each worker with one core of its own: ${median(pairs.map((p) => p.oneCore / p.twoCores)).toFixed(2)}`)
}

async function replay(): Promise<void> {
  const recording = await record()
  say('| queued | documents/s (two workers) | RSS of a worker at the start, at the end (MB) | documents done |')
  for (const depth of DEPTHS) {
    const { workers, done, end } = await replaying(recording, depth, 2)
    // Warm: modules are compiled, connections open.
    while ((await done()) < Math.min(300, depth / 4)) await sleep(500)
    const [from, start, before] = [await done(), performance.now(), await rss(workers[0])]
    const enough = depth * 0.95
    while ((await done()) < enough && performance.now() - start < WINDOW_S * 1000) await sleep(500)
    const [to, seconds] = [await done(), (performance.now() - start) / 1000]
    const after = await rss(workers[0])
    say(`| ${depth} | ${((to - from) / seconds).toFixed(0)} | ${before} → ${after} | ${to} |`)
    await end()
  }
}

/** Resident memory of one worker process while it goes through many documents. */
async function memory(): Promise<void> {
  const { workers, done, end } = await replaying(await record(), MANY, 1)
  const readings: { readonly documents: number; readonly mb: number }[] = []
  for (let next = 0; next <= MANY; ) {
    const documents = await done()
    if (documents >= next) {
      readings.push({ documents, mb: await rss(workers[0]) })
      next += MANY / 20
    } else await sleep(200)
  }
  say(`RSS of a worker, MB, by documents done: ${readings.map((r) => `${r.documents}: ${r.mb}`).join(', ')}`)
  const early = median(readings.slice(2, 8).map((r) => r.mb))
  const late = median(readings.slice(-6).map((r) => r.mb))
  say(`median of the last quarter ÷ median of the first (after warm-up): ${(late / early).toFixed(2)}`)
  await end()
}

/** Time and memory of `imr enqueue` on a folder of many different files. */
async function crate(): Promise<void> {
  const inbox = await mkdtemp(join(folder, 'crate-'))
  const bytes = await readFile(join(samples, '12-born-digital.pdf'))
  for (let i = 0; i < MANY; i++)
    await writeFile(join(inbox, `letter ${i}.pdf`), Buffer.concat([bytes, Buffer.from(`\n% ${i}\n`)]))
  for (const databaseUrl of [await newDatabase(postgres.url), undefined]) {
    const env = {
      REDIS_URL: redis.url,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      IMR_DATA: await mkdtemp(join(folder, 'data-')),
      IMR_QUEUE_PREFIX: `c${Math.random().toString(36).slice(2)}`,
    }
    const start = performance.now()
    const handing = startImr(['enqueue', inbox], { env })
    let peak = 0
    const watching = setInterval(async () => {
      peak = Math.max(peak, await rss(handing.process).catch(() => 0))
    }, 250)
    const { stderr } = await handing.ended
    clearInterval(watching)
    const seconds = (performance.now() - start) / 1000
    const ledger = databaseUrl === undefined ? 'SQLite' : 'PostgreSQL'
    say(`${MANY} files, ${ledger}: ${seconds.toFixed(0)} s, at most ${peak} MB; ${stderr.trim().split('\n').at(-1)}`)
  }
}

/** The pages of a born-digital letter, read once. */
async function record(): Promise<string> {
  const engine = await openEngine('auto', { jobs: 1 })
  const recording = join(folder, 'recording.json')
  const part = await readPart({ path: join(samples, '12-born-digital.pdf') } as never, { engine })
  await engine.close()
  await writeFile(recording, JSON.stringify(part))
  return recording
}

/** Workers that replay the recording for `depth` documents that wait in a database of their own. */
async function replaying(recording: string, depth: number, count: number) {
  const databaseUrl = await newDatabase(postgres.url)
  const data = await mkdtemp(join(folder, 'data-'))
  const store = await openStore({ data, databaseUrl })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `insert into documents (sha256, file_name, state, attempts, crashes, priority, held, lease_token, received_at, changed_at)
     select encode(sha256(i::text::bytea), 'hex'), 'letter ' || i || '.pdf', 'received', 0, 0, 100, 0, 0,
            to_char(timestamp '2026-01-01' + i * interval '1 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '2026-01-01T00:00:00.000Z'
     from generate_series(1, ${depth}) i`,
  )
  await client.query('analyze documents')
  const env = {
    ...process.env,
    REDIS_URL: redis.url,
    DATABASE_URL: databaseUrl,
    IMR_DATA: data,
    IMR_QUEUE_PREFIX: `r${Math.random().toString(36).slice(2)}`,
    RECORDING: recording,
    IMR_LOG: 'error',
  }
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('replay-worker.ts', import.meta.url))], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  return {
    workers,
    // Asked seldom and by index: to watch must not cost what is watched.
    done: async () => Number((await client.query("select count(*) from documents where state = 'done'")).rows[0].count),
    end: async () => {
      for (const worker of workers) worker.kill('SIGKILL')
      await client.end()
      await store.close()
    },
  }
}

/** Resident memory in MB. */
async function rss(child: ChildProcess | undefined): Promise<number> {
  const statm = await readFile(`/proc/${child?.pid}/statm`, 'utf8')
  return Math.round((Number(statm.split(' ')[1]) * 4096) / 1e6)
}
