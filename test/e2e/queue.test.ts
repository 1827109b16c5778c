import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { textPdf } from '../extract/files.ts'
import { ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { letterPdf, putLetters } from '../fixtures/letter-files.ts'
import { freePort, newDatabase, startRedis } from '../fixtures/servers.ts'

const MINUTE = 60_000
const redisUrl = inject('redisUrl')
const postgres = inject('postgresUrl')

beforeAll(ensureBuilt)

async function until(condition: () => Promise<boolean>, ms = MINUTE): Promise<void> {
  const give = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > give) throw new Error('it did not come to pass')
    await sleep(200)
  }
}

async function anInstallation() {
  const folder = await testFolder()
  const redis = await startRedis()
  onTestFinished(() => redis.remove())
  const env = {
    REDIS_URL: redis.url,
    DATABASE_URL: await newDatabase(postgres ?? ''),
    IMR_DATA: join(folder, 'data'),
  }
  const run = (args: readonly string[], more = {}) => imr(args, { env: { ...env, ...more } })
  const start = (args: readonly string[], more = {}) => {
    const started = startImr(args, { env: { ...env, ...more } })
    onTestFinished(async () => {
      started.process.kill('SIGTERM')
      await started.ended
    })
    return started
  }
  const status = async () => JSON.parse((await run(['status', '--json'])).stdout)
  const drained = (count: number) =>
    until(async () => {
      const { documents } = await status()
      return documents.done + documents.failed >= count
    })
  return { folder, env, redis, run, start, status, drained }
}

describe.skipIf(redisUrl === null || postgres === null)('the queue, from the command line,', () => {
  it(
    'gives what imr run gives, for all that was handed in',
    async () => {
      const { folder, run, start, drained } = await anInstallation()
      const inbox = join(folder, 'inbox')
      await mkdir(inbox)
      await putLetters(inbox, 6)
      await writeFile(join(inbox, 'bad.pdf'), 'no PDF')
      const handed = await run(['enqueue', inbox, '--json'])
      expect(handed.code).toBe(0)
      expect(handed.stdout.trim().split('\n')).toHaveLength(7)
      expect(handed.stderr).toContain('7 new, 0 known')
      const worker = start(['worker', '--jobs', '1'])
      await drained(7)
      worker.process.kill('SIGTERM')
      expect((await worker.ended).code).toBe(0)
      const quiet = await imr(['run', inbox, '--no-store', '--out', '-'])
      const lines = (text: string) => text.split('\n').filter(Boolean).sort()
      expect(lines((await run(['export'])).stdout)).toEqual(lines(quiet.stdout))
      const again = await run(['enqueue', inbox])
      expect([again.code, again.stderr.trim().split('\n').at(-1)]).toEqual([2, '0 new, 6 known, 1 failed'])
      expect(again.stderr).toContain('bad.pdf: unsupported-type')
      expect((await run(['retry', '--cause', 'unsupported-type'])).stdout).toBe('1 document waits to be read again\n')
    },
    3 * MINUTE,
  )

  it(
    'reads what comes into a watched folder',
    async () => {
      const { folder, start } = await anInstallation()
      const inbox = join(folder, 'inbox')
      await mkdir(inbox)
      start(['worker', '--jobs', '1'])
      start(['watch', inbox, '--still', '1'])
      await writeFile(join(inbox, 'letter.pdf.part'), await letterPdf())
      await rename(join(inbox, 'letter.pdf.part'), join(inbox, 'letter.pdf'))
      await writeFile(join(inbox, 'note.txt'), 'not a letter')
      await writeFile(
        join(inbox, 'cover.pdf'),
        await (await textPdf([['FAX COVER SHEET', 'The letter follows.']])).save(),
      )
      const files = async (name: string) => (await readdir(join(inbox, name)).catch(() => [])).sort()
      await until(async () => (await files('done')).length === 1 && (await files('failed')).length === 4)
      expect([await files('done'), await files('failed')]).toEqual([
        ['letter.pdf'],
        ['cover.pdf', 'cover.pdf.reason.txt', 'note.txt', 'note.txt.reason.txt'],
      ])
      expect(await readFile(join(inbox, 'failed', 'cover.pdf.reason.txt'), 'utf8')).toMatch(/^no-letter: /)
      expect(await readFile(join(inbox, 'failed', 'note.txt.reason.txt'), 'utf8')).toMatch(/^unsupported-type: /)
    },
    3 * MINUTE,
  )

  it(
    'has no word of a letter and no file name in Redis, logs or metrics',
    async () => {
      const { folder, redis, run, start, drained } = await anInstallation()
      const inbox = join(folder, 'inbox')
      await mkdir(inbox)
      await writeFile(join(inbox, 'Zacharias Plantagenet.pdf'), await letterPdf('CM88-7654321'))
      await writeFile(join(inbox, 'Zacharias broken.pdf'), '%PDF-1.4 Plantagenet CM88-7654321')
      await writeFile(join(inbox, 'Zacharias page.png'), 'Plantagenet')
      const metricsPort = await freePort()
      const servePort = await freePort()
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      let redisSaid = ''
      client.on('error', () => {})
      const monitor = await client.duplicate().monitor()
      monitor.on('error', () => {})
      monitor.on('monitor', (_, args: string[]) => {
        redisSaid += args.join(' ')
      })
      onTestFinished(() => monitor.disconnect())
      const worker = start(['worker', '--jobs', '1', '--metrics', `${metricsPort}`], { IMR_LOG: 'debug' })
      const server = start(['serve', '--port', `${servePort}`], { IMR_LOG: 'debug' })
      await run(['enqueue', inbox])
      await drained(3)
      const metrics = await Promise.all(
        [metricsPort, servePort].map(async (p) => (await fetch(`http://127.0.0.1:${p}/metrics`)).text()),
      )
      expect(metrics.join()).toContain('imr_pages_total')
      worker.process.kill('SIGTERM')
      server.process.kill('SIGTERM')
      const ended = await Promise.all([worker.ended, server.ended])
      const logs = ended.map((e) => e.stderr).join('')
      const dump = (await Promise.all((await client.keys('*')).map((k) => client.dumpBuffer(k)))).join('')
      expect(logs).toContain('"msg":"done"')
      expect(redisSaid).toContain('documentId')
      for (const text of [redisSaid, dump, logs, metrics.join()])
        for (const planted of ['Zacharias', 'Plantagenet', 'CM88', '7654321', '.pdf'])
          expect(text).not.toContain(planted)
    },
    3 * MINUTE,
  )

  it('says what is missing before it begins', async () => {
    const env = { REDIS_URL: '', DATABASE_URL: '' }
    const data = join(await testFolder(), 'data')
    for (const args of [['worker'], ['enqueue', '.'], ['watch', '.']]) {
      const { code, stderr } = await imr([...args, '--data', data], { env })
      expect([code, stderr]).toEqual([1, expect.stringMatching(/REDIS_URL is not set: .*redis:\/\/127\.0\.0\.1:6379/)])
    }
    const wrong = await imr(['status', '--data', data], { env: { ...env, DATABASE_URL: 'mysql://x/y' } })
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/no PostgreSQL database/)])
  })
})
