// Speed of the queue: against imr run on the same scans, two workers against one, and with pages that were read before.
//   npm run bench:queue [-- runs replay]
import { type ChildProcess, spawn } from 'node:child_process'
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

/** Seconds from the start of the workers until all files of a folder are done. */
async function queued(inbox: string, workers: number, args: readonly string[]): Promise<number> {
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
  const pairs: { direct: number; queue: number; one: number; two: number }[] = []
  for (let i = 0; i < REPEATS; i++) {
    pairs.push({
      direct: await run(inbox),
      queue: await queued(inbox, 1, ['--jobs', '2']),
      one: await queued(inbox, 1, ['--jobs', '1', '--documents', '1']),
      two: await queued(inbox, 2, ['--jobs', '1', '--documents', '1']),
    })
    say(JSON.stringify(pairs.at(-1)))
  }
  say(`speed through the queue ÷ imr run: ${median(pairs.map((p) => p.direct / p.queue)).toFixed(2)}`)
  say(`speed of two workers ÷ one: ${median(pairs.map((p) => p.one / p.two)).toFixed(2)}`)
}

async function replay(): Promise<void> {
  const engine = await openEngine('auto', { jobs: 1 })
  const recording = join(folder, 'recording.json')
  const part = await readPart({ path: join(samples, '12-born-digital.pdf') } as never, { engine })
  await engine.close()
  await writeFile(recording, JSON.stringify(part))
  say('| queued | documents/s (two workers) | RSS of a worker at the start, at the end (MB) | documents done |')
  for (const depth of DEPTHS) {
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
      RECORDING: recording,
      IMR_LOG: 'error',
    }
    const workers = [1, 2].map(() =>
      spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('replay-worker.ts', import.meta.url))], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
    // Asked seldom and by index: to watch must not cost what is watched.
    const done = async () =>
      Number((await client.query("select count(*) from documents where state = 'done'")).rows[0].count)
    // Warm: modules are compiled, connections open.
    while ((await done()) < Math.min(300, depth / 4)) await sleep(500)
    const [from, start, before] = [await done(), performance.now(), await rss(workers[0])]
    const enough = depth * 0.95
    while ((await done()) < enough && performance.now() - start < WINDOW_S * 1000) await sleep(500)
    const [to, seconds] = [await done(), (performance.now() - start) / 1000]
    const after = await rss(workers[0])
    say(`| ${depth} | ${((to - from) / seconds).toFixed(0)} | ${before} → ${after} | ${to} |`)
    for (const worker of workers) worker.kill('SIGKILL')
    await client.end()
    await store.close()
  }
}

/** Resident memory in MB. */
async function rss(child: ChildProcess | undefined): Promise<number> {
  const statm = await readFile(`/proc/${child?.pid}/statm`, 'utf8')
  return Math.round((Number(statm.split(' ')[1]) * 4096) / 1e6)
}
