import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { openStore, type StoreLocation } from '../../src/store/index.ts'
import { ensureBuilt, startImr } from '../fixtures/cli.ts'
import { textOfTables } from '../fixtures/database-text.ts'
import { testFolder } from '../fixtures/folder.ts'
import { foundIn } from '../fixtures/found-in.ts'
import { aRecord, aService } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const MINUTES = 60_000
const OLD = 40
const KILLS = 12

beforeAll(ensureBuilt)

const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

describe.each(engines)('imr forget on %s, killed again and again', (_, databaseUrl) => {
  it(
    'ends, once it may end, as if it had never been disturbed: nothing of the old is left, all of the young',
    async () => {
      const folder = await testFolder()
      const location: StoreLocation = { data: join(folder, 'data'), databaseUrl: await databaseUrl() }
      let now = new Date('2018-01-01T00:00:00.000Z')
      const store = await openStore(location, { now: () => now })
      const received = async (name: string) => {
        const path = join(folder, `${name}.pdf`)
        await writeFile(path, `bytes of ${name}`)
        const { sha256 } = await store.receive({ path, fileName: `${name}.pdf` })
        const lease = await store.claim(sha256)
        const services = [aService({ request: `brace for ${name}`, outcome: 'upheld' })]
        if (lease) await store.finish(lease, { records: [aRecord({ sha256, services })], failure: null })
        return sha256
      }
      const young: string[] = []
      const old: string[] = []
      for (let i = 0; i < OLD; i++) old.push(await received(`zanthor${i}`))
      now = new Date('2020-01-01T00:00:00.000Z')
      for (let i = 0; i < 5; i++) young.push(await received(`harrow${i}`))

      const args = ['forget', '--before', '2019-01-01', '--yes', '--data', location.data]
      const start = () => startImr(args, { env: { DATABASE_URL: location.databaseUrl ?? '', IMR_FILES: '' } })
      for (let i = 0; i < KILLS; i++) {
        const { process: child, ended } = start()
        let forgotten = 0
        let isOver = false
        child.stdout?.on('data', (text: string) => {
          forgotten += text.split('\n').length - 1
        })
        child.on('close', () => {
          isOver = true
        })
        // From the first steps of the program to the cleaning of the database after its last document.
        const wanted = i % 4 === 3 ? OLD : Math.floor(Math.random() * 6)
        while (forgotten < wanted && !isOver) await sleep(2)
        await sleep(Math.random() * 60)
        child.kill('SIGKILL')
        await ended
      }
      const { code, stderr } = await start().ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('forgotten') })

      const { audit = '', ...tables } = await textOfTables(location)
      const text = JSON.stringify(tables)
      expect(text).not.toContain('zanthor')
      expect(old.filter((id) => text.includes(id))).toEqual([])
      expect(audit).not.toContain('zanthor')
      for (const id of old)
        expect((await store.auditOf(id)).map((a) => a.action)).toEqual(['received', 'claimed', 'finished', 'forgotten'])
      for (const id of young) {
        expect(await store.records(id)).toHaveLength(1)
        await (await store.openFile(id)).release()
      }
      const files = join(location.data, 'files')
      const names = (await readdir(files, { recursive: true })).filter((name) => /[0-9a-f]{64}/.test(name))
      expect(names.map((name) => name.slice(-64)).sort()).toEqual([...young].sort())
      expect(await foundIn(location.data, ['zanthor'])).toEqual([])
      expect(await foundIn(location.data, ['bytes of harrow'])).toHaveLength(young.length)
      await store.close()
    },
    10 * MINUTES,
  )
})
