// What a document and a page cost: the measured figures of docs/sizing.md, as a table.
//   npx tsx bench/sizing.ts          about three minutes; needs redis-server, PostgreSQL and tesseract
// Redis and PostgreSQL are servers of its own, started for the measurement. Records are those of the sample letters.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { CaseRecord } from '../src/model/index.ts'
import { openQueue } from '../src/queue/index.ts'
import { openStore, type Pending, type Store } from '../src/store/index.ts'
import { ensureBuilt } from '../test/fixtures/cli.ts'
import { startPostgres, startRedis } from '../test/fixtures/servers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = ensureBuilt()
const JOBS = 20_000
const DOCUMENTS = 2_000
const AT_ONCE = 8
const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const row = (what: string, value: number | string, unit: string) =>
  process.stdout.write(`| ${what} | ${typeof value === 'number' ? Math.round(value * 100) / 100 : value} | ${unit} |\n`)

process.stdout.write('| what | measured | unit |\n| --- | --- | --- |\n')
await redisBytes()
const records = sampleRecords()
await databaseBytes(records)
cpuSeconds()

/** Memory and append-only file of Redis for a document that waits. */
async function redisBytes(): Promise<void> {
  const server = await startRedis(['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'])
  const queue = openQueue({ url: server.url })
  const used = async () => Number(/used_memory:(\d+)/.exec(await queue.redis.info('memory'))?.[1])
  const written = async () => Number(/aof_current_size:(\d+)/.exec(await queue.redis.info('persistence'))?.[1])
  try {
    await queue.wake([waitingDocument(-1)])
    const [memory, file] = [await used(), await written()]
    const taken = await queue.wake(Array.from({ length: JOBS }, (_, i) => waitingDocument(i)))
    if (taken !== JOBS) throw new Error(`Redis took ${taken} of ${JOBS}`)
    row('Redis: memory of a waiting document', ((await used()) - memory) / JOBS, 'bytes')
    row('Redis: append-only file of a waiting document', ((await written()) - file) / JOBS, 'bytes')
    row('Redis: memory of an empty installation', memory / 1e6, 'MB')
  } finally {
    await queue.close()
    await server.remove()
  }
}

function waitingDocument(i: number): Pending {
  return { sha256: digest(`document ${i}`), stage: 'extract', priority: 100, due: null, abandoned: null }
}

/** The records of every sample letter, read now, each file's together. */
function sampleRecords(): readonly (readonly CaseRecord[])[] {
  const run = imr(['run', join(root, 'samples'), '--no-store', '--out', '-'])
  const byFile = new Map<string, CaseRecord[]>()
  for (const line of run.stdout.trim().split('\n')) {
    const record = JSON.parse(line) as CaseRecord
    byFile.set(record.document.sha256, [...(byFile.get(record.document.sha256) ?? []), record])
  }
  return [...byFile.values()]
}

/** What PostgreSQL holds and logs for a document that went all its way, with as many letters as the samples have. */
async function databaseBytes(files: readonly (readonly CaseRecord[])[]): Promise<void> {
  const server = await startPostgres()
  const data = mkdtempSync(join(tmpdir(), 'imr-sizing-'))
  const store = await openStore({ data, databaseUrl: server.url })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const one = async (sql: string) => Number((await client.query(sql)).rows[0].n)
  const log = () => one("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as n")
  const size = () => one('select pg_database_size(current_database()) as n')
  try {
    const [sizeBefore, logBefore] = [await size(), await log()]
    let letters = 0
    let pages = 0
    for (let at = 0; at < DOCUMENTS; at += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, DOCUMENTS - at) }, async (_, i) => {
          const of = files[(at + i) % files.length] ?? []
          letters += of.length
          pages += of[0]?.document.pageCount ?? 0
          await goThrough(store, at + i, of)
        }),
      )
    const logged = (await log()) - logBefore
    await client.query('vacuum analyze')
    row('documents · letters · pages put in', `${DOCUMENTS} · ${letters} · ${pages}`, '')
    const grown = (await size()) - sizeBefore
    row('PostgreSQL: database with indexes, a document', grown / DOCUMENTS, 'bytes')
    row('PostgreSQL: database with indexes, a letter', grown / letters, 'bytes')
    row('PostgreSQL: write-ahead log, a document', logged / DOCUMENTS, 'bytes')
    const { rows } = await client.query(
      `select relname as name, pg_total_relation_size(relid)::bigint as bytes, pg_indexes_size(relid)::bigint as indexes
       from pg_statio_user_tables where pg_total_relation_size(relid) > 100000 order by 2 desc`,
    )
    for (const { name, bytes, indexes } of rows)
      row(
        `PostgreSQL: table ${name}, a document (indexes of it)`,
        `${Math.round(bytes / DOCUMENTS)} (${Math.round(indexes / DOCUMENTS)})`,
        'bytes',
      )
    row('PostgreSQL: audit rows, a document', (await one('select count(*) as n from audit')) / DOCUMENTS, 'rows')
  } finally {
    await client.end()
    await store.close()
    await server.remove()
    rmSync(data, { recursive: true, force: true })
  }
}

/** A document's whole way through the ledger, as worker processes take it. */
async function goThrough(store: Store, i: number, sample: readonly CaseRecord[]): Promise<void> {
  const bytes = Readable.from([Buffer.from(`document ${i}`)])
  const fileName = `${sample[0]?.document.fileName} ${i}`
  const { sha256 } = await store.receive({ path: `/srv/scans/done/${fileName}`, fileName, bytes })
  const records = sample.map((record, n) => ({
    ...record,
    caseId: `${sha256}-${n + 1}`,
    document: { ...record.document, sha256, fileName },
  }))
  const reading = await store.claim(sha256, { stage: 'extract' })
  if (!reading) throw new Error('the document was not free')
  await store.extracted(reading, { records: records.map((r) => ({ ...r, proposals: [] })) })
  const deciding = await store.claim(sha256, { stage: 'decide' })
  if (!deciding) throw new Error('the document was not free')
  await store.finish(deciding, { records, failure: null })
}

/** CPU time of all processes for a page: unlike the time on the clock it does not depend on what else the machine does. */
function cpuSeconds(): void {
  const kinds = [
    ['office scan', ['01-office-scan.pdf']],
    ['bad copy or fax', ['02-fine-fax.pdf', '03-photocopy.pdf', '04-skewed.pdf', '05-turned.pdf']],
    ['born digital', ['12-born-digital.pdf']],
  ] as const
  for (const [kind, names] of kinds) {
    const paths = names.map((name) => join(root, 'samples', name))
    const { stdout, cpu } = imr(['run', ...paths, '--no-store', '--out', '-', '--jobs', '1', '--engine', 'tesseract'])
    const { cpu: starting } = imr(['--version'])
    const pages = stdout
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + (JSON.parse(line) as CaseRecord).document.pages.length, 0)
    const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
    row(`CPU, a page (${kind}; ${pages} pages, less the start)`, (cpu - starting) / pages, 'CPU seconds')
    row(`file, a page (${kind})`, bytes / pages / 1000, 'kB')
  }
}

/** Runs the built product; `cpu`: seconds of it and of all its children. */
function imr(args: readonly string[]): { readonly stdout: string; readonly cpu: number } {
  const times = join(mkdtempSync(join(tmpdir(), 'imr-times-')), 'times')
  const run = spawnSync(
    'bash',
    ['-c', 'out=$1; shift; "$@"; code=$?; times >"$out"; exit $code', 'bash', times, process.execPath, main, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1e9,
    },
  )
  if (run.status !== 0) throw new Error(`imr ${args[0]} ended with ${run.status}: ${run.stderr.slice(-500)}`)
  // bash: the second line is of the children, "0m1.234s 0m0.567s".
  const children = readFileSync(times, 'utf8').split('\n')[1] ?? ''
  rmSync(join(times, '..'), { recursive: true })
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, m) => sum + 60 * Number(m[1]) + Number(m[2]), 0)
  return { stdout: run.stdout, cpu }
}
