import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CaseRecord, letterIdOf } from '../../src/model/index.ts'
import { type Content, placeLetters } from '../../src/review/index.ts'
import { openStore, type Store, type StoreOptions, type Write } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aLetter, say } from './a-letter.ts'

/** A store of its own with one document that was read: `record` on its first page. `read` reads it again, as other letters. */
export async function aLetterStore(
  location: () => Promise<{ databaseUrl?: string }>,
  fileName = 'letter.pdf',
  options: StoreOptions = {},
) {
  const folder = await testFolder()
  const clock = { now: new Date('2026-03-02T08:00:00Z') }
  const place = { data: join(folder, 'data'), ...(await location()) }
  const store = await openStore(place, { now: () => clock.now, ...options })
  onTestFinished(() => store.close())
  const path = join(folder, 'letter.pdf')
  await writeFile(path, 'letter')
  const { sha256 } = await store.receive({ path, fileName })
  const as = (record: CaseRecord, n = 1): CaseRecord => ({
    ...record,
    caseId: `${sha256}-${n}`,
    document: { ...record.document, sha256 },
  })
  const put = async (...records: readonly CaseRecord[]) => {
    await store.again({}, { stage: 'extract', urgency: 'standard' })
    const lease = await store.claim(sha256)
    if (!lease) throw new Error('not free')
    await store.finish(lease, { records: records.map((r, i) => as(r, i + 1)), failure: null })
  }
  const read = async (...records: readonly CaseRecord[]) => {
    await put(...records)
    await placeLetters(store)
  }
  await read(aLetter())
  const id = letterIdOf(as(aLetter()))
  return { store, clock, put, read, id, sha256, place, record: as(aLetter()) }
}

let keys = 0
export const write = (by: string, on: number, lock: string | null, key = `key-${++keys}`): Write => ({
  by,
  on,
  lock,
  key,
  digest: key,
})
export const taken = async (store: Store, id: string, by: string) => (await store.lock(id, by, null)).token
export const confirm = (record: CaseRecord, path: string) => [say(record, 'confirm', path)] as readonly Content[]
