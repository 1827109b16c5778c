import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../../../src/store/sql/migrate.ts'
import { openDatabase } from '../../../src/store/sql/open.ts'
import { testFolder } from '../../fixtures/folder.ts'

const ROWS = 700
const word = (i: number) => `W${i * 7919 + 1_000_003}Z`
/** Numbers that look drawn by lot, the same ones each time. */
const lot = (i: number, of: number) => ((i * 2_654_435_761) >>> 8) % of

async function aDatabase() {
  const data = await testFolder()
  const database = await openDatabase(data, undefined)
  onTestFinished(() => database.kysely.destroy())
  await migrate(database, () => new Date())
  const { kysely } = database
  const order = Array.from({ length: ROWS }, (_, i) => i).sort((a, b) => lot(a, 9973) - lot(b, 9973))
  await kysely.transaction().execute(async (tx) => {
    for (const i of order) {
      await sql`insert into documents (sha256, file_name, state, attempts, lease_token, received_at, changed_at)
        values (${word(i)}, ${word(i) + 'n'.repeat(lot(i, 900))}, 'received', 0, 0, '2026', '2026')`.execute(tx)
      for (let k = 0; k < 2; k++)
        await sql`insert into sources (sha256, path_digest, path, first_seen_at)
          values (${word(i)}, ${`${k}`}, ${word(i) + 'p'.repeat(lot(i + k, 300))}, '2026')`.execute(tx)
    }
  })
  await kysely.transaction().execute(async (tx) => {
    for (const i of order)
      await sql`update documents set file_name = file_name || ${'m'.repeat(lot(i, 2000))} where sha256 = ${word(i)}`.execute(
        tx,
      )
  })
  const gone = order.filter((i) => lot(i, 2) === 0)
  await kysely.transaction().execute(async (tx) => {
    for (const i of gone) await sql`delete from documents where sha256 = ${word(i)}`.execute(tx)
  })
  const found = async () => {
    const files = ['imr.sqlite', 'imr.sqlite-wal', 'imr.sqlite-shm'].map((name) => readFile(join(data, name), 'latin1'))
    const text = (await Promise.all(files)).join('')
    return gone.filter((i) => text.includes(word(i)))
  }
  return { data, database, gone, found }
}

describe('the files of SQLite', () => {
  it('hold nothing of what was deleted once they are cleaned, where rows were moved from page to page, too', async () => {
    const { database, gone, found } = await aDatabase()
    expect(gone.length).toBeGreaterThan(ROWS / 3)
    // To overwrite what is deleted is not enough.
    await sql`pragma wal_checkpoint(truncate)`.execute(database.kysely)
    expect((await found()).length).toBeGreaterThan(0)
    await database.scrub({ full: false })
    expect(await found()).toEqual([])
    const left = await database.kysely.selectFrom('documents').select('sha256').execute()
    expect(left).toHaveLength(ROWS - gone.length)
  })

  it('are cleaned when others have them open, and wait for who writes just then', async () => {
    const { data, database, found } = await aDatabase()
    const other = new Database(join(data, 'imr.sqlite'))
    onTestFinished(() => void other.close())
    other.exec('begin immediate')
    const cleaned = database.scrub({ full: false })
    other.exec('commit')
    await cleaned
    expect(await found()).toEqual([])
    expect(other.prepare('select count(*) as n from documents').get()).toMatchObject({ n: expect.any(Number) })
  })
})
