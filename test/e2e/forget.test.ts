import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openStore, sha256Of } from '../../src/store/index.ts'
import { scanPdf, textPdf } from '../extract/files.ts'
import { png, typeset } from '../extract/paper.ts'
import { ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { foundIn, middleOf } from '../fixtures/found-in.ts'
import { letterPdf } from '../fixtures/letter-files.ts'
import { letterPages } from '../fixtures/letters.ts'
import { BUCKET, startS3 } from '../fixtures/s3.ts'
import { hasPostgres, hasRedis, startPostgres, startRedis } from '../fixtures/servers.ts'

const MINUTE = 60_000
/** Stand in the letters (and in their records), and nowhere else on this machine. */
const words = ['CM88-7310422', 'CM88-7310423', 'Zanthorbrook']
const names = ['quillmarsh scan', 'quillmarsh batch']

beforeAll(ensureBuilt)

const planted = (caseNumber: string) =>
  letterPages(caseNumber).map((rows) => rows.map((row) => row.replace('Ankle brace', 'Zanthorbrook brace')))

/** A scanned letter, a batch file that is read in parts, and a letter of somebody else. */
async function threeFiles(): Promise<{ readonly inbox: string; readonly paths: readonly [string, string, string] }> {
  const inbox = join(await testFolder(), 'inbox')
  await mkdir(inbox)
  const [scan, batch, other] = [...names, 'other'].map((name) => join(inbox, `${name}.pdf`)) as [string, string, string]
  const pages: Buffer[] = []
  for (const rows of planted('CM88-7310422')) pages.push(await png(typeset(rows, 130), 130))
  await writeFile(scan, await (await scanPdf(pages)).save())
  const letters = Array.from({ length: 14 }, () => planted('CM88-7310423')).flat()
  await writeFile(batch, await (await textPdf(letters)).save({ useObjectStreams: false }))
  await writeFile(other, await letterPdf('CM88-1000001'))
  return { inbox, paths: [scan, batch, other] }
}

type Installation = {
  readonly env: Readonly<Record<string, string>>
  /** All that it keeps anywhere, flushed to disk: files that hold one of the needles. */
  readonly holds: (needles: readonly string[]) => Promise<readonly string[]>
  /** The database has looked at its tables, as it does by itself sooner or later. */
  readonly analysed: () => Promise<void>
}

async function base(): Promise<{
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  dumped(): Promise<string>
}> {
  const folder = await testFolder()
  const redis = await startRedis(['--save', '', '--appendonly', 'no', '--rdbcompression', 'no'])
  onTestFinished(() => redis.remove())
  const temporary = join(folder, 'tmp')
  await mkdir(temporary)
  return {
    folder,
    env: { REDIS_URL: redis.url, IMR_DATA: join(folder, 'data'), TMPDIR: temporary, IMR_TMP: temporary },
    async dumped() {
      const client = new Redis(redis.url)
      await client.save()
      client.disconnect()
      return redis.folder
    },
  }
}

/** SQLite and a folder, on one machine. */
async function onOneMachine(): Promise<Installation> {
  const { folder, env, dumped } = await base()
  const holds = async (needles: readonly string[]) => [
    ...(await foundIn(folder, needles)),
    ...(await foundIn(await dumped(), needles)),
  ]
  return { env, holds, analysed: async () => {} }
}

/** PostgreSQL and S3. */
async function onServers(): Promise<Installation> {
  const { folder, env, dumped } = await base()
  const s3 = await startS3()
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  const statement = async (text: string) => {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query(text).finally(() => client.end())
  }
  const files = `s3://${BUCKET}/letters`
  await (await openStore({ data: join(folder, 'data'), databaseUrl: postgres.url, files })).close()
  // Compressed, a word could be there and not be found.
  for (const column of ['cases alter record', 'undecided alter record', 'parts alter pages'])
    await statement(`alter table ${column} set storage external`)
  return {
    env: { ...env, DATABASE_URL: postgres.url, IMR_FILES: files },
    async holds(needles) {
      await statement('checkpoint')
      // What its log (pg_wal) holds, it holds until the log is written over: docs/retention.md.
      const inDatabase = await foundIn(postgres.folder, needles, { except: /\/pg_wal\// })
      const elsewhere = await Promise.all([folder, s3.folder, await dumped()].map((place) => foundIn(place, needles)))
      return [...inDatabase, ...elsewhere.flat()]
    },
    analysed: () => statement('vacuum analyze'),
  }
}

const installations = [
  ['SQLite and a folder', onOneMachine],
  ['PostgreSQL and S3', onServers],
] as const

describe.skipIf(!hasRedis || !hasPostgres)('what was read by a worker and is forgotten', () => {
  it.each(installations)(
    'is found nowhere afterwards: %s',
    async (_, make) => {
      const { env, holds, analysed } = await make()
      const { inbox, paths } = await threeFiles()
      const [scan = '', batch = ''] = await Promise.all(paths.map(sha256Of))
      const bytes = await Promise.all(paths.slice(0, 2).map(middleOf))
      const run = (...args: string[]) => imr(args, { env })
      expect((await run('enqueue', inbox)).code).toBe(0)
      const worker = startImr(['worker', '--jobs', '1'], { env })
      onTestFinished(async () => {
        worker.process.kill('SIGTERM')
        await worker.ended
      })
      for (const give = Date.now() + 3 * MINUTE; ; await sleep(300)) {
        const { documents } = JSON.parse((await run('status', '--json')).stdout)
        if (documents.done === 3) break
        if (Date.now() > give) throw new Error(JSON.stringify(documents))
      }
      const exported = async () => (await run('export')).stdout
      const kept = (await exported()).split('\n').find((line) => line.includes('CM88-1000001')) ?? ''
      await analysed()
      const before = (await holds([...words, ...names, ...bytes])).join('\n')
      for (const needle of [...words, ...names, ...bytes]) expect(before).toContain(`${needle}: `)

      const forgotten = await run('forget', '--document', scan, batch, '--yes', '--full', '--by', 'j.doe')
      expect(forgotten).toMatchObject({ code: 0, stdout: `forgotten ${scan}\nforgotten ${batch}\n` })
      expect(forgotten.stderr).toMatch(/^yours to delete: .*quillmarsh scan\.pdf$/m)
      worker.process.kill('SIGTERM')
      const { stderr: log } = await worker.ended

      expect(await holds([...words, ...names, ...bytes])).toEqual([])
      for (const needle of [...words, ...names]) expect(log).not.toContain(needle)
      // Somebody else's letter is as it was.
      expect(await exported()).toBe(`${kept}\n`)
      expect(await holds(['CM88-1000001', await middleOf(paths[2])])).not.toEqual([])
      const list = (await run('forget', '--list')).stdout
      expect(list.match(/^\S+Z {2}([0-9a-f]{64}) {2}request {2}j\.doe$/gm)).toHaveLength(2)
      // The user's own file is still there, and may be handed in again.
      expect((await run('enqueue', paths[0])).stderr).toContain('1 new')
    },
    8 * MINUTE,
  )
})
