import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { putBuild } from '../../scripts/build.mjs'
import { openStore, sha256Of } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

const redisUrl = inject('redisUrl')
const sample = fileURLToPath(new URL('../../samples/12-born-digital.pdf', import.meta.url))

beforeAll(ensureBuilt)

/** A program of whose build another version's readers have taken the place, as when a folder is written over while it runs. */
async function halfReplaced() {
  const folder = await testFolder()
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'))
  const [before, after] = [join(folder, 'dist'), join(folder, 'after', 'dist')]
  putBuild(before, 'before')
  putBuild(after, 'after')
  for (const part of ['workers', 'chunks']) cpSync(join(after, part), join(before, part), { recursive: true })
  const data = join(folder, 'data')
  return { data, options: { main: join(before, 'src', 'cli', 'main.js'), env: { IMR_DATA: data } } }
}

async function standing(data: string) {
  const store = await openStore(data)
  const { documents } = await store.status()
  const audit = (await store.auditOf(await sha256Of(sample))).map((a) => a.action)
  await store.close()
  return { ...documents, audit }
}

describe('a program whose readers are another version’s', () => {
  it('ends a run with what to do; nothing counts as failed, and the whole program reads it', async () => {
    const { data, options } = await halfReplaced()
    const ended = await imr(['run', sample], options)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(
      /program was replaced while it ran: it is imr [\d.]+ \(before\), .*\(after\)\. Start it/,
    )
    expect(await standing(data)).toMatchObject({ received: 1, failed: 0, done: 0 })
    expect((await imr(['run', sample], { env: options.env })).code).toBe(0)
    expect(await standing(data)).toMatchObject({ received: 0, done: 1 })
  })

  it.skipIf(redisUrl === null)(
    'ends a worker, so that whoever watches over it starts the version that is there',
    async () => {
      const { data, options } = await halfReplaced()
      const env = {
        ...options.env,
        REDIS_URL: redisUrl ?? '',
        IMR_QUEUE_PREFIX: `replaced-${process.pid}`,
        IMR_LOG: 'warn',
      }
      await imr(['enqueue', sample], { env })
      const ended = await imr(['worker', '--jobs', '1'], { ...options, env })
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('another version was put in the place') })
      const { audit, ...documents } = await standing(data)
      expect(documents).toMatchObject({ received: 1, extracting: 0, failed: 0, done: 0 })
      expect(audit).toContain('postponed')
    },
  )
})
