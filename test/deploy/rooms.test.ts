import { type ChildProcess, spawn } from 'node:child_process'
import { chown, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { ensureBuilt } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { freePort, newDatabase } from '../fixtures/servers.ts'
import { canBuildRooms, inRoom, knowsSystemCalls, type Room, systemCallsOf } from './rooms.ts'
import { compose, service, text } from './set-up.ts'

const SCAN = fileURLToPath(new URL('../../samples/14-expedited.png', import.meta.url))
/** The image's user and what its environment holds (Dockerfile). */
const USER = 10_001
const PASSWORD = 'of-this-test-alone'
const TOKEN = 'a-token-of-this-test'
const postgres = inject('postgresUrl')

let main: string
beforeAll(() => {
  main = ensureBuilt()
}, 300_000)

/** Redis by the very command of compose.yaml, on a port and in a folder of the test's own. */
async function redisOfCompose(): Promise<{ at: string; pid: number }> {
  const port = await freePort()
  const [shell = '', flag = '', script = ''] = service('redis').command
  const here = script.replace(
    'redis-server -',
    `redis-server - --port ${port} --bind 127.0.0.1 --dir ${await testFolder()}`,
  )
  const child = spawn(shell, [flag, here.replaceAll('$$', '$')], {
    env: { ...process.env, REDISCLI_AUTH: PASSWORD },
    stdio: 'ignore',
  })
  onTestFinished(async () => void (await end(child)))
  return { at: `127.0.0.1:${port}`, pid: child.pid ?? 0 }
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
  }
  return child.exitCode
}

async function comesToPass<T>(look: () => Promise<T | null>, tells: () => string): Promise<T> {
  for (const give = Date.now() + 60_000; ; await sleep(300)) {
    const found = await look().catch(() => null)
    if (found !== null) return found
    if (Date.now() > give) throw new Error(`it did not come to pass: ${tells()}`)
  }
}

/** A scan is uploaded to a server and read by a worker, each in its room. Gives what the worker logged. */
async function uploadedAndRead(rooms: Record<'serve' | 'worker', Room>, data: string): Promise<readonly string[]> {
  const port = await freePort()
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOME: data,
    IMR_DATA: data,
    IMR_FILES: '/files',
    IMR_API_TOKEN: TOKEN,
    REDIS_URL: `redis://:${PASSWORD}@${(await redisOfCompose()).at}`,
    DATABASE_URL: await newDatabase(postgres ?? ''),
  }
  const start = async (room: Room, args: readonly string[]) => {
    const root = await testFolder()
    const { command, args: all } = inRoom(root, room, main, args)
    const child = spawn(command, all, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => lines.push(part))
    onTestFinished(async () => void (await end(child)))
    return { child, told: () => lines.join('') }
  }
  const serve = await start(rooms.serve, ['serve', '--host', '0.0.0.0', '--port', `${port}`])
  const worker = await start(rooms.worker, ['worker', '--jobs', '1', '--metrics', `127.0.0.1:${await freePort()}`])
  const ask = (path: string, options: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...options, headers: { authorization: `Bearer ${TOKEN}` } })
  const told = () => `${serve.told().slice(-1000)}\n${worker.told().slice(-1000)}`
  const taken = await comesToPass(async () => {
    const answer = await ask('/documents?name=scan.png', { method: 'POST', body: await readFile(SCAN) })
    if (answer.status !== 202) return null
    return ((await answer.json()) as { documents: readonly { documentId: string }[] }).documents[0] ?? null
  }, told)
  const state = await comesToPass(async () => {
    const answer = (await (await ask(`/documents/${taken.documentId}`)).json()) as { state: string }
    return ['done', 'failed'].includes(answer.state) ? answer.state : null
  }, told)
  expect(state).toBe('done')
  expect([await end(worker.child), await end(serve.child)]).toEqual([0, 0])
  return worker.told().split('\n').filter(Boolean)
}

/** The worker says so when one of the doors that it shuts off its readers by is open, and when it could not read. */
function expectShut(log: readonly string[]): void {
  expect(log.length).toBeGreaterThan(1)
  expect(log.filter((line) => /"open"|cannot read|trouble/.test(line))).toEqual([])
}

async function folderOf(user: number, path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chown(path, user, user)
  return path
}

describe.skipIf(!canBuildRooms || postgres === null)('a scan is uploaded and read', () => {
  it('in what compose.yaml lets a server and a worker have', async () => {
    const folder = await testFolder()
    const roomOf = async (name: string): Promise<Room> => {
      const { tmpfs = [], volumes = [] } = service(name)
      const placed = volumes.map((line) => line.split(':'))
      for (const [volume = ''] of placed) await folderOf(USER, join(folder, volume))
      return { tmpfs, volumes: Object.fromEntries(placed.map(([volume = '', at = '']) => [at, join(folder, volume)])) }
    }
    expect(Object.keys(compose.services)).toContain('serve')
    expectShut(await uploadedAndRead({ serve: await roomOf('serve'), worker: await roomOf('worker') }, '/data'))
  }, 180_000)

  it.skipIf(!knowsSystemCalls)(
    'with what the systemd units let them write, and by the system calls that these let them make',
    async () => {
      const folder = await testFolder()
      const files = await folderOf(USER, join(folder, 'files'))
      const roomOf = async (unit: string): Promise<Room> => ({
        // PrivateTmp=, StateDirectory=, and ReadWritePaths= for a shared folder.
        tmpfs: ['/tmp:mode=1777'],
        volumes: { '/var/lib/imr': await folderOf(USER, join(folder, 'state')), '/files': files },
        calls: systemCallsOf(text(`deploy/${unit}.service`)),
      })
      const rooms = { serve: await roomOf('imr-serve'), worker: await roomOf('imr-worker@') }
      expectShut(await uploadedAndRead(rooms, '/var/lib/imr'))
    },
    180_000,
  )
})

describe.skipIf(!canBuildRooms)('such a room', () => {
  it('lets nothing be written but where it says so', async () => {
    const folder = await testFolder()
    const kept = await folderOf(USER, join(folder, 'kept'))
    const tries = ['/', '/tmp', '/app', '/app/dist', '/usr', '/etc', '/kept', '/gone'].map(
      (at) => `try { fs.writeFileSync('${join(at, 'file')}', ''); console.log('${at}') } catch {}`,
    )
    const { command, args } = inRoom(
      await testFolder(),
      { tmpfs: ['/gone:mode=1777'], volumes: { '/kept': kept } },
      main,
      [],
    )
    const child = spawn(command, [...args.slice(0, -1), '-e', `const fs = require('node:fs'); ${tries.join(';')}`])
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (part) => {
      told += part
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(told.trim().split('\n')).toEqual(['/kept', '/gone'])
  })
})

describe.skipIf(postgres === null)('Redis by the command of compose.yaml', () => {
  it('answers nobody without the password, and names it on no command line', async () => {
    const { at, pid } = await redisOfCompose()
    const ask = (url: string) => {
      const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
      redis.on('error', () => {})
      return redis.ping().finally(() => redis.disconnect())
    }
    const answer = await comesToPass(
      () => ask(`redis://:${PASSWORD}@${at}`),
      () => 'no answer',
    )
    expect(answer).toBe('PONG')
    await expect(ask(`redis://${at}`)).rejects.toThrow(/NOAUTH/)
    await expect(ask(`redis://:another@${at}`)).rejects.toThrow()
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    expect(commandLine).toContain('redis-server')
    expect(commandLine).not.toContain(PASSWORD)
  })
})
