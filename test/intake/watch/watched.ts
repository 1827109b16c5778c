import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { startWatch, type WatchEvent, type WatchOptions } from '../../../src/intake/index.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { aRecord } from '../../fixtures/records.ts'

export const pdf = (text: string) => `%PDF-1.4\n${text}\n%%EOF\n`
export const patient = 60_000

export type Watched = {
  readonly outside: string
  readonly folder: string
  readonly store: Store
  readonly events: WatchEvent[]
  /** Starts a watcher that looks often. */
  watch(options?: Partial<WatchOptions>): Promise<{ stop(): Promise<void> }>
  put(path: string, bytes?: string | Buffer): Promise<void>
  /** Stands in for a worker: every document that waits is done, or fails when its bytes say so. */
  work(): Promise<number>
}

export async function watched(): Promise<Watched> {
  const outside = await testFolder()
  const folder = join(outside, 'scans')
  await mkdir(folder)
  const store = await openStore(join(outside, 'data'))
  onTestFinished(() => store.close())
  const events: WatchEvent[] = []
  return {
    outside,
    folder,
    store,
    events,
    async watch(options = {}) {
      const timing = { everyMs: 20, stillMs: 60, endMs: 400 }
      const watch = await startWatch({
        folder,
        store,
        queue: null,
        ...timing,
        onEvent: (e) => events.push(e),
        ...options,
      })
      onTestFinished(() => watch.stop())
      return watch
    },
    async put(path, bytes = pdf(path)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), bytes)
    },
    async work() {
      let worked = 0
      for (const { sha256 } of await store.pending(10_000)) {
        const lease = await store.claim(sha256)
        if (!lease) continue
        const file = await store.openFile(sha256)
        const bad = (await readFile(file.path, 'utf8')).includes('bad')
        const failure = bad ? ({ code: 'damaged', message: 'it is damaged: scan it again' } as const) : null
        await store.finish(lease, { records: [aRecord({ sha256 })], failure })
        worked++
      }
      return worked
    },
  }
}

export async function until(holds: () => Promise<boolean> | boolean, patience = patient): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) if (await holds()) return
  throw new Error('it did not come to that')
}

/** The worker works until something holds. */
export const untilWorked = (w: Watched, holds: () => Promise<boolean> | boolean, patience = patient): Promise<void> =>
  until(async () => {
    await w.work()
    return holds()
  }, patience)

/** Files by path under `folder`, without watchers' signs of life; folders may come and go meanwhile. */
export async function filesBelow(folder: string, under = ''): Promise<readonly string[]> {
  const all = await readdir(join(folder, under), { withFileTypes: true }).catch(() => [])
  const entries = all.filter((e) => !e.name.startsWith('.alive-'))
  const found = await Promise.all(
    entries.map((e) => (e.isDirectory() ? filesBelow(folder, join(under, e.name)) : [join(under, e.name)])),
  )
  return found.flat().sort()
}

export const inWorking = async ({ folder }: Watched) =>
  (await readdir(join(folder, 'working'))).filter((name) => !name.startsWith('.alive-'))

export const received = async (store: Store) =>
  Object.values((await store.status()).documents).reduce((sum, n) => sum + n, 0)
