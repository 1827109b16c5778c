import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, rmdir, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putLetters, putScans } from '../fixtures/letter-files.ts'
import { newDatabase, type Server, startPostgres, startRedis } from '../fixtures/servers.ts'
import { aftermath, noneMarked, type Plant, recordsById, secondsToRecover, startPlant } from './plant.ts'

/**
 * How hard the plant is disturbed. The tests of every day disturb it a few times; `IMR_FAULTS=full` as often as bench/RESULTS.md
 * tells of.
 */
const full = process.env.IMR_FAULTS === 'full'
const times = (everyDay: number, inFull: number) => (full ? inFull : everyDay)
/** Half of them scanned. */
const DOCUMENTS = times(8, 100)
const MINUTE = 60_000
const unharmed = { lost: 0, duplicated: 0, different: [], temporaryFiles: [] }

const redisUrl = inject('redisUrl')
const postgresUrl = inject('postgresUrl')
const ready = redisUrl !== null && postgresUrl !== null

let letters: readonly string[] = []
let quiet: ReadonlyMap<string, string> = new Map()

beforeAll(async () => {
  ensureBuilt()
  if (!ready) return
  const folder = await mkdtemp(join(tmpdir(), 'imr-faults-'))
  const [printed, scanned] = [await putLetters(folder, DOCUMENTS / 2), await putScans(folder, DOCUMENTS / 2)]
  // In turn: whatever is disturbed, and when, is in the midst of both kinds.
  letters = printed.flatMap((path, i) => [path, scanned[i] ?? ''])
  quiet = recordsById((await imr(['run', folder, '--no-store', '--out', '-'])).stdout)
  return () => rm(folder, { recursive: true, force: true })
}, 10 * MINUTE)

/** A plant on PostgreSQL whose servers are the shared ones, unless a test brings its own to be disturbed. */
async function aPlant(given: Partial<Parameters<typeof startPlant>[0]> & { postgres?: Server } = {}): Promise<Plant> {
  const data = join(await testFolder(), 'data')
  const databaseUrl = await newDatabase(given.postgres?.url ?? postgresUrl ?? '')
  const plant = await startPlant({
    location: { data, databaseUrl },
    redisUrl: redisUrl ?? '',
    prefixes: [`t${Math.random().toString(36).slice(2)}`],
    env: { LC_PLANT: data },
    ...given,
  })
  let ended = false
  onTestFinished(async () => {
    if (!ended) await plant.end()
  })
  const end = async () => {
    ended = true
    return plant.end()
  }
  return { ...plant, end }
}

async function own(server: Promise<Server>): Promise<Server> {
  const started = await server
  onTestFinished(() => started.remove())
  return started
}

/** All documents are read as in a quiet run, nothing is left over, and no process stays behind. */
async function expectUnharmed(plant: Plant, documents: Awaited<ReturnType<Plant['submit']>>): Promise<void> {
  expect(await aftermath(plant, documents, quiet)).toEqual(unharmed)
  await plant.end()
  await noneMarked({ LC_PLANT: plant.location.data })
}

/** What `npm run bench:faults` collects for bench/RESULTS.md. */
function report(fault: string, count: number, seconds: number | null): void {
  if (full) console.log(`| ${fault} | ${count} | ${letters.length} | 0 | 0 | ${seconds?.toFixed(0) ?? '–'} |`)
}

describe.skipIf(!ready)('every document ends once, and as in a quiet run,', () => {
  it(
    'when workers are killed at random moments',
    async () => {
      const plant = await aPlant()
      const documents = await plant.submit(letters)
      const kills: { pid: number; at: number }[] = []
      await sleep(1500)
      for (let i = 0; i < times(3, 50); i++) {
        await sleep(300 + Math.random() * times(900, 1700))
        kills.push(plant.killWorker())
      }
      await plant.drained(300)
      const recoveries = await Promise.all(kills.map((kill) => secondsToRecover(plant.store, documents, kill)))
      const longest = Math.max(0, ...recoveries.map((s) => s ?? 0))
      report('kill -9 of a worker', kills.length, longest)
      await expectUnharmed(plant, documents)
    },
    20 * MINUTE,
  )

  it.each([
    ['with its log on disk', ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '']],
    ['without', ['--appendonly', 'no', '--save', '']],
  ])(
    'when Redis is killed, %s',
    async (how, settings) => {
      const redis = await own(startRedis(settings))
      const plant = await aPlant({ redisUrl: redis.url })
      const documents = await plant.submit(letters)
      const count = times(1, 3)
      let last = 0
      for (let i = 0; i < count; i++) {
        await sleep(1000 + Math.random() * 1000)
        await redis.kill()
        await sleep(500)
        await redis.start()
        last = Date.now()
      }
      await plant.drained(240)
      report(`kill -9 of Redis, ${how}`, count, (Date.now() - last) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when Redis is emptied',
    async () => {
      const redis = await own(startRedis())
      const plant = await aPlant({ redisUrl: redis.url })
      const documents = await plant.submit(letters)
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      const count = times(1, 3)
      for (let i = 0; i < count; i++) {
        await sleep(1500)
        await client.flushall()
      }
      const last = Date.now()
      await plant.drained(240)
      report('Redis emptied', count, (Date.now() - last) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when Redis is down for a while, and files come in meanwhile',
    async () => {
      const redis = await own(startRedis())
      const plant = await aPlant({ redisUrl: redis.url })
      const half = Math.floor(letters.length / 2)
      const before = await plant.submit(letters.slice(0, half))
      await sleep(1000)
      await redis.kill()
      const meanwhile = await Promise.all(
        letters.slice(half).map((path) => plant.store.receive({ path, fileName: path.split('/').at(-1) ?? '' })),
      )
      await sleep(times(3_000, 60_000))
      await redis.start()
      const back = Date.now()
      await plant.drained(240)
      report(`Redis down for ${times(3, 60)} s`, 1, (Date.now() - back) / 1000)
      await expectUnharmed(plant, [...before, ...meanwhile])
    },
    15 * MINUTE,
  )

  it(
    'when Redis is full',
    async () => {
      const redis = await own(startRedis())
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      const plant = await aPlant({ redisUrl: redis.url })
      await sleep(1500)
      await client.config('SET', 'maxmemory', '1mb')
      const documents = await plant.submit(letters)
      await sleep(times(2_000, 20_000))
      await client.config('SET', 'maxmemory', '0')
      const back = Date.now()
      await plant.drained(240)
      report('Redis full', 1, (Date.now() - back) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when PostgreSQL is restarted',
    async () => {
      const postgres = await own(startPostgres())
      const plant = await aPlant({ postgres })
      const documents = await plant.submit(letters)
      const count = times(2, 10)
      let last = 0
      for (let i = 0; i < count; i++) {
        await sleep(500 + Math.random() * 1500)
        await (i % 2 === 0 ? postgres.stop() : postgres.kill())
        await sleep(300)
        await postgres.start()
        last = Date.now()
      }
      await plant.drained(240)
      report('PostgreSQL stopped or killed, and started', count, (Date.now() - last) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when a worker is frozen past its lease and thaws',
    async () => {
      const plant = await aPlant()
      const documents = await plant.submit(letters)
      await sleep(2500)
      const [frozen] = plant.workers()
      frozen?.process.kill('SIGSTOP')
      await plant.drained(240)
      frozen?.process.kill('SIGCONT')
      await sleep(3000)
      report('worker frozen past its lease', 1, null)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when every job is delivered twice at once',
    async () => {
      const twice = [`a${Math.random().toString(36).slice(2)}`, `b${Math.random().toString(36).slice(2)}`]
      const plant = await aPlant({ prefixes: twice })
      const documents = await plant.submit(letters)
      await plant.drained(240)
      report('every job delivered twice at once', letters.length, null)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'when the same file is handed in fifty times in parallel',
    async () => {
      const plant = await aPlant()
      const [wanted = ''] = letters
      const same = await Promise.all(Array.from({ length: 50 }, () => plant.submit([wanted])))
      expect(new Set(same.flat().map((d) => d.sha256)).size).toBe(1)
      const documents = await plant.submit(letters)
      await plant.drained(240)
      report('the same file 50 times in parallel', 50, null)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )
})

/** A file system of a few megabytes, where the system lets us have one. */
function smallDisk(path: string, megabytes: number): boolean {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path]).status === 0
  if (mounted) onTestFinished(() => void spawnSync('umount', ['-l', path]))
  return mounted
}

describe.skipIf(!ready)('a full disk', () => {
  it(
    'under the files refuses what does not fit, keeps what did, and all is read once there is room',
    async ({ skip }) => {
      const files = join(await testFolder(), 'files')
      await mkdir(files)
      if (!smallDisk(files, 1)) skip('no file system can be mounted here')
      const data = join(await testFolder(), 'data')
      const location = { data, databaseUrl: await newDatabase(postgresUrl ?? ''), files }
      const plant = await aPlant({ location })
      const ballast = join(files, 'ballast')
      await writeFile(ballast, Buffer.alloc(1_000_000)).catch(() => {})
      await expect(plant.submit(letters)).rejects.toMatchObject({ code: 'ENOSPC' })
      expect(await readdir(join(files, 'incoming'))).toEqual([])
      spawnSync('mount', ['-o', 'remount,size=64m', files])
      const documents = await plant.submit(letters)
      await plant.drained(240)
      report('disk full under the files', 1, null)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'under PostgreSQL loses nothing: all is read once there is room',
    async ({ skip }) => {
      // PostgreSQL's own user must come as far as its folder.
      const disk = await mkdtemp(join(tmpdir(), 'imr-disk-'))
      onTestFinished(() => rmdir(disk))
      if (!smallDisk(disk, 120)) skip('no file system can be mounted here')
      await mkdir(join(disk, 'server'))
      const postgres = await own(startPostgres(join(disk, 'server')))
      const plant = await aPlant({ postgres })
      const documents = await plant.submit(letters)
      await writeFile(join(disk, 'ballast'), Buffer.alloc(120_000_000)).catch(() => {})
      expect((await statfs(disk)).bavail).toBe(0)
      await sleep(times(4_000, 30_000))
      spawnSync('mount', ['-o', 'remount,size=1g', disk])
      const room = Date.now()
      // Where its log had no room it ended, and its service manager starts it again.
      if (postgres.process().exitCode !== null || postgres.process().signalCode !== null) await postgres.start()
      await plant.drained(240)
      report('disk full under PostgreSQL', 1, (Date.now() - room) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )

  it(
    'under SQLite loses nothing: all is read once there is room',
    async ({ skip }) => {
      const data = join(await testFolder(), 'data')
      await mkdir(data)
      if (!smallDisk(data, 24)) skip('no file system can be mounted here')
      const files = join(await testFolder(), 'files')
      const plant = await aPlant({ location: { data, files }, workers: 1 })
      const documents = await plant.submit(letters)
      await writeFile(join(data, 'ballast'), Buffer.alloc(24_000_000)).catch(() => {})
      await sleep(times(4_000, 30_000))
      spawnSync('mount', ['-o', 'remount,size=256m', data])
      const room = Date.now()
      await plant.drained(240)
      report('disk full under SQLite', 1, (Date.now() - room) / 1000)
      await expectUnharmed(plant, documents)
    },
    15 * MINUTE,
  )
})
