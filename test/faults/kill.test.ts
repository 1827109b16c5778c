import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putLetters, putScans } from '../fixtures/letter-files.ts'
import { noneMarked } from './plant.ts'

const MINUTES = 60_000
/** As often as ever with IMR_FAULTS=full; a few times every day. */
const full = process.env.IMR_FAULTS === 'full'
const { files: FILES, kills: KILLS } = full ? { files: 20, kills: 10 } : { files: 10, kills: 5 }

beforeAll(ensureBuilt)

async function someFiles(): Promise<string> {
  const folder = await testFolder()
  await putLetters(folder, FILES / 2)
  await putScans(folder, FILES / 2)
  return folder
}

const sorted = (text: string) => text.split('\n').filter(Boolean).sort()

describe('a run that is killed', () => {
  it(
    `${KILLS} times over ${FILES} files ends, once it may end, as if it had never been disturbed`,
    async () => {
      const folder = await someFiles()
      const quiet = await imr(['run', folder, '--no-store', '--out', '-'])
      expect(sorted(quiet.stdout)).toHaveLength(FILES)

      const data = join(await testFolder(), 'data')
      const mark = { LC_KILLED: data }
      const args = ['run', folder, '--data', data, '--out', '-']
      for (let i = 0; i < KILLS; i++) {
        const { process: child, ended } = startImr(args, { env: mark })
        let files = 0
        let stop = false
        child.stderr?.on('data', (part: string) => {
          files += part.split('\n').filter((line) => /^\[\d+\/.* pages?$/.test(line)).length
        })
        child.on('close', () => {
          stop = true
        })
        // Anywhere from the first steps of the program to a moment after its first or second document.
        const wanted = Math.floor(Math.random() * 3)
        while (files < wanted && !stop) await sleep(5)
        await sleep(Math.random() * (wanted === 0 ? 3000 : 800))
        child.kill('SIGKILL')
        await ended
      }
      await noneMarked(mark)

      const last = await imr(args)
      expect(last.code).toBe(0)
      expect(last.stdout).toBe(quiet.stdout)
      const store = await openStore(data)
      const status = await store.status()
      await store.close()
      expect(status).toMatchObject({ documents: { done: FILES, received: 0, extracting: 0, failed: 0 }, cases: FILES })
      expect(sorted((await imr(['export', '--data', data])).stdout)).toEqual(sorted(quiet.stdout))
      expect(await readdir(join(data, 'files', 'incoming'))).toEqual([])
    },
    10 * MINUTES,
  )

  it(
    'while another run works on the same store is no matter to the other one',
    async () => {
      const folder = await testFolder()
      await putLetters(folder, 3)
      await putScans(folder, 3)
      const data = join(await testFolder(), 'data')
      const args = ['run', folder, '--data', data, '--out', '-', '--jobs', '1']
      const killed = startImr(args)
      const other = startImr(args)
      await sleep(2000 + Math.random() * 1500)
      killed.process.kill('SIGKILL')
      await killed.ended
      const { code, stdout } = await other.ended
      expect(code).toBe(0)
      const quiet = await imr(['run', folder, '--no-store', '--out', '-'])
      expect(stdout).toBe(quiet.stdout)
      expect(JSON.parse((await imr(['status', '--json', '--data', data])).stdout)).toMatchObject({ cases: 6 })
    },
    5 * MINUTES,
  )
})

describe('two runs on one store', () => {
  it(
    'share the work, and both give all records',
    async () => {
      const folder = await testFolder()
      await putLetters(folder, 4)
      await putScans(folder, 4)
      const data = join(await testFolder(), 'data')
      const args = ['run', folder, '--data', data, '--out', '-', '--jobs', '1']
      const [a, b] = await Promise.all([imr(args), imr(args)])
      expect([a.code, b.code]).toEqual([0, 0])
      expect(sorted(a.stdout)).toHaveLength(8)
      expect(b.stdout).toBe(a.stdout)
      const read = [a, b].map(({ stderr }) => Number(/^(\d+) read/m.exec(stderr)?.[1] ?? 0))
      expect(read.reduce((x, y) => x + y)).toBe(8)
    },
    5 * MINUTES,
  )
})
