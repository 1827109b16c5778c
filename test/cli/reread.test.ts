import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { CaseRecord } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { isOlder, version } from '../../src/version.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { olderFiles, putOlderFiles, putOlderStore } from '../fixtures/older-store.ts'

const redisUrl = inject('redisUrl')

beforeAll(ensureBuilt)

async function anOlderStore() {
  const location = await putOlderStore(join(await testFolder(), 'data'))
  await putOlderFiles(location)
  return { location, env: { IMR_DATA: location.data, REDIS_URL: '' } }
}

const records = (text: string): readonly CaseRecord[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const byName = (all: readonly CaseRecord[]) => new Map(all.map((r) => [r.document.fileName, r]))

describe('imr reread, on a store that an older version left', () => {
  it('reads again what that version read, without a queue, into what a new store would hold; what waits is left to wait', async () => {
    const { location, env } = await anOlderStore()
    const before = byName(records((await imr(['export'], { env })).stdout))
    expect(before.get('01-office-scan.pdf')).toMatchObject({ status: 'failed', made: { imr: '0.1.0' } })
    const dry = await imr(['reread', '--before', version, '--dry-run'], { env })
    expect(dry).toMatchObject({ code: 0, stdout: '4 documents would be read again\n', stderr: '' })
    const wordless = async () => (await imr(['reread', '--words', '--dry-run'], { env })).stdout
    expect(await wordless()).toBe('3 documents would be read again\n')
    const done = await imr(['reread', '--before', version, '--jobs', '1'], { env })
    expect(done).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/\n3 up to date, 1 not\n$/) })
    expect(done.stderr).toMatch(/damaged\.pdf: damaged: /)

    const after = byName(records((await imr(['export'], { env })).stdout))
    const quiet = byName(
      records((await imr(['run', ...olderFiles.slice(0, 3), '--no-store', '--out', '-', '--jobs', '1'])).stdout),
    )
    expect([...after.keys()].sort()).toEqual([...quiet.keys(), 'damaged.pdf'].sort())
    for (const [name, record] of quiet) expect(after.get(name)).toEqual(record)
    expect(after.get('01-office-scan.pdf')?.document.pages.map((p) => p.status)).toEqual(['ok'])
    expect([...after.values()].map((r) => r.made.imr)).toEqual(after.size > 0 ? Array(4).fill(version) : [])

    const store = await openStore(location)
    const { documents, again } = await store.status()
    await store.close()
    expect(documents).toMatchObject({ received: 1, extracting: 1, extracted: 1, done: 3, failed: 1 })
    expect(again).toEqual({ waiting: 0, failures: [] })
    const twice = await imr(['reread', '--before', version, '--dry-run'], { env })
    expect(twice.stdout).toBe('0 documents would be read again\n')
    expect(await wordless()).toBe('0 documents would be read again\n')
  })

  it('chooses what had a page that could not be read; what this version and engine read would come out the same', async () => {
    const { env } = await anOlderStore()
    const read = await imr(['reread', '--unreadable', '--jobs', '1'], { env })
    expect(read).toMatchObject({ code: 0, stderr: '[1/1] 01-office-scan.pdf: up to date\n1 up to date\n' })
    const { stdout } = await imr(['reread', '--status', 'failed', '--dry-run'], { env })
    expect(stdout).toBe('1 document would be read again\n')
    const again = await imr(['reread', '--status', 'failed', '--jobs', '1'], { env })
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('damaged.pdf') })
    const same = await imr(['reread', '--status', 'failed', '--dry-run'], { env })
    expect(same).toMatchObject({
      stdout: '0 documents would be read again\n',
      stderr: expect.stringContaining('--force'),
    })
    const forced = await imr(['reread', '--status', 'failed', '--force', '--dry-run'], { env })
    expect(forced.stdout).toBe('1 document would be read again\n')
    const named = await imr(['reread', olderFiles[1] ?? '', '--dry-run'], { env })
    expect(named.stdout).toBe('1 document would be read again\n')
  })

  it('has the proposals alone made again, by the guidelines of today', async () => {
    const { env } = await anOlderStore()
    const dry = await imr(['decide', '--again', '--dry-run'], { env })
    expect(dry.stdout).toBe('3 documents would be decided again\n')
    expect(await imr(['decide', '--again'], { env })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/3 up to date\n$/),
    })
    for (const { made, document } of records((await imr(['export'], { env })).stdout)) {
      expect(made.imr).toBe('0.1.0')
      if (document.fileName !== 'damaged.pdf') expect(made.guidelines).toMatch(new RegExp(`^${version} [0-9a-f]{12}$`))
    }
    expect((await imr(['decide', '--again', '--dry-run'], { env })).stdout).toBe('0 documents would be decided again\n')
  })

  it.skipIf(redisUrl === null)('leaves it to the workers where there is a queue, behind all other work', async () => {
    const { location, env } = await anOlderStore()
    const asked = await imr(['reread', '--before', version], { env: { ...env, REDIS_URL: redisUrl ?? '' } })
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^4 documents wait to be read again by the workers/),
    })
    const store = await openStore(location)
    const { now } = await store.pendingAgain(9, ['extract'])
    await store.close()
    expect(now.map((d) => d.priority)).toEqual([1001, 1001, 1001, 1001])
    const status = await imr(['status'], { env })
    expect(status.stdout).toMatch(/^again +4 +to be read or decided again/m)
    expect(status.stdout).toMatch(/^done +3$/m)
  })

  it('says what is wrong with what it was asked', async () => {
    const { env } = await anOlderStore()
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [['reread', '--before', 'yesterday'], 'is no version: write it like'],
      [['reread', '--status', 'complete'], 'Allowed choices'],
      [['reread', 'f'.repeat(64)], 'is not in the store'],
      [['reread', 'no-such-file.pdf'], 'no-such-file.pdf'],
      [['decide'], 'say --again'],
    ]
    for (const [args, hint] of refusals)
      expect(await imr(args, { env }), args.join(' ')).toMatchObject({ code: 1, stderr: expect.stringContaining(hint) })
    const nothing = await imr(['reread'], { env })
    expect(nothing).toMatchObject({ code: 0, stderr: 'nothing waits to be done again\n' })
  })
})

describe('a version', () => {
  it('comes before those with higher numbers, and its candidates before it', () => {
    const order = ['0.0.9', '0.1.0-rc.2', '0.1.0-rc.10', '0.1.0', '0.2.0', '0.10.0', '1.0.0']
    for (const [i, one] of order.entries())
      for (const [j, other] of order.entries()) expect(isOlder(one, other), `${one} < ${other}`).toBe(i < j)
    expect(isOlder('what is no version', '0.0.1')).toBe(true)
  })
})
