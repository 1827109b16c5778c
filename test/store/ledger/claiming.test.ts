import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { DocumentFailure } from '../../../src/model/index.ts'
import { failedRecord } from '../../../src/normalize/index.ts'
import { type Claim, openStore, type Stage, unreadableId } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { goneOwner } from '../../fixtures/owners.ts'
import { aReader, aRecord } from '../../fixtures/records.ts'
import { newDatabase } from '../../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]
const past = new Date('2020-01-01T00:00:00Z')
const slow = new DocumentFailure('time-limit', 'it took too long: try it alone')

describe.each(engines)('a document in the ledger on %s', (_, databaseUrl) => {
  async function aLedger() {
    const folder = await testFolder()
    const location = { data: join(folder, 'data'), databaseUrl: await databaseUrl() }
    const open = async (owner?: string) => {
      const store = await openStore(location, owner ? { owner } : {})
      onTestFinished(() => store.close())
      return store
    }
    const store = await open()
    const receive = async (text: string) => {
      const path = join(folder, `${text}.pdf`)
      await writeFile(path, text)
      return (await store.receive({ path, fileName: `${text}.pdf` })).sha256
    }
    const claim = async (sha256: string, stage: Stage = 'extract'): Promise<Claim> => {
      const lease = await store.claim(sha256, { stage })
      if (!lease) throw new Error('it was not free')
      return lease
    }
    return { folder, store, open, receive, claim }
  }

  it('has every turn that it takes in its audit: from where to where, and why', async () => {
    const { store, receive, claim } = await aLedger()
    const sha256 = await receive('turns')
    await store.release(await claim(sha256))
    await store.release(await claim(sha256), { cause: 'time-limit', notBefore: past })
    await store.release(await claim(sha256), { cause: null, notBefore: past, counts: false })
    await store.split(
      await claim(sha256),
      [1, 9].map((n) => ({ firstPage: n, lastPage: n + 7 })),
      16,
    )
    await store.extracted(await claim(sha256), { records: [aRecord({ sha256 })] })
    await store.release(await claim(sha256, 'decide'))
    await store.outdated(await claim(sha256, 'decide'))
    await store.finish(await claim(sha256), { records: [], failure: slow })
    expect(await store.retry({ sha256, cause: 'time-limit' })).toBe(1)
    await store.finish(await claim(sha256), { records: [aRecord({ sha256 })], failure: null })
    const turns = (await store.auditOf(sha256)).map((a) => [a.action, a.from_state, a.to_state, a.detail])
    expect(turns.filter(([action]) => action !== 'claimed')).toEqual([
      ['received', null, 'received', null],
      ['released', 'extracting', 'received', null],
      ['postponed', 'extracting', 'received', 'time-limit'],
      ['postponed', 'extracting', 'received', null],
      ['split', 'extracting', 'extracting', '2 parts'],
      ['extracted', 'extracting', 'extracted', '1 letters'],
      ['released', 'deciding', 'extracted', null],
      ['outdated', 'deciding', 'received', null],
      ['failed', 'extracting', 'failed', 'time-limit'],
      ['retried', 'failed', 'received', 'time-limit'],
      ['finished', 'extracting', 'done', '1 cases'],
    ])
    expect(turns.filter(([action]) => action === 'claimed')).toHaveLength(9)
  })

  it('counts as tried when it is postponed, and not when it is given back or none of it is its doing', async () => {
    const { store, receive, claim } = await aLedger()
    const sha256 = await receive('tries')
    await store.release(await claim(sha256))
    await store.release(await claim(sha256), { cause: 'time-limit', notBefore: past })
    await store.release(await claim(sha256), { cause: null, notBefore: past, counts: false })
    expect((await claim(sha256)).attempts).toBe(2)
  })

  it('begins anew, with nothing on its account and nothing of what was read, when what read it is of another version', async () => {
    const { store, open, receive, claim } = await aLedger()
    const sha256 = await receive('versions')
    await store.extracted(await claim(sha256), { records: [aRecord({ sha256 })] })
    const gone = await open(goneOwner())
    expect(await gone.claim(sha256, { stage: 'decide' })).not.toBeNull()
    const taken = await claim(sha256, 'decide')
    expect([taken.attempts, taken.crashes]).toEqual([2, 1])
    await store.outdated(taken)
    expect((await store.undecided(sha256)).records).toEqual([])
    expect(await store.claim(sha256, { stage: 'decide' })).toBeNull()
    const anew = await claim(sha256)
    expect([anew.attempts, anew.crashes]).toEqual([1, 0])
  })

  it('stays with the one who has it: what is told under another lease, or a lease that was ended, changes nothing', async () => {
    const { store, receive, claim } = await aLedger()
    const sha256 = await receive('leases')
    const first = await claim(sha256)
    await store.release(first)
    // The answer to it may have been lost: to say it again is no mistake.
    await store.release(first)
    await store.outdated(first)
    await store.extracted(first, { records: [aRecord({ sha256 })] })
    expect(await store.find(sha256)).toMatchObject({ state: 'received' })
    const second = await claim(sha256)
    await expect(store.outdated(first)).rejects.toThrow(/taken over/)
    await expect(store.release(first)).rejects.toThrow(/taken over/)
    await store.release(second)
    expect((await store.auditOf(sha256)).map((a) => a.action)).toEqual([
      'received',
      'claimed',
      'released',
      'claimed',
      'released',
    ])
  })

  it('is named as waiting when nobody has it, or who had it is gone, and then with the lease that was left', async () => {
    const { store, open, receive, claim } = await aLedger()
    const [left, had, free] = [await receive('left'), await receive('had'), await receive('free')]
    const gone = await open(goneOwner())
    const lease = await gone.claim(left, { stage: 'extract' })
    await claim(had)
    const pending = await store.pending(10)
    expect(pending.map((p) => [p.sha256, p.stage, p.abandoned])).toEqual([
      [left, 'extract', lease?.token],
      [free, 'extract', null],
    ])
  })

  it('is read again after a failure of the cause that is named, and no other; what has no bytes is not', async () => {
    const { folder, store, open, receive, claim } = await aLedger()
    const [a, b] = [await receive('a'), await receive('b')]
    await (await open(goneOwner())).claim(a, { stage: 'extract' })
    await store.finish(await claim(a), { records: [], failure: slow })
    await store.finish(await claim(b), { records: [], failure: new DocumentFailure('internal', 'a fault: report it') })
    const path = join(folder, 'gone.pdf')
    const failure = new DocumentFailure('vanished', 'it is gone: hand it in again')
    const record = failedRecord(
      { fileName: 'gone.pdf', sha256: unreadableId(path), mediaType: 'application/pdf', pageCount: 0 },
      failure,
      aReader,
    )
    await store.noteUnreadable({ path, record, failure })
    expect(await store.retry({ cause: 'memory-limit' })).toBe(0)
    expect(await store.retry({ cause: 'time-limit', sha256: b })).toBe(0)
    expect(await store.retry({ cause: 'time-limit' })).toBe(1)
    expect(await store.find(a)).toMatchObject({ state: 'received', cause: null, message: null, attempts: 0 })
    expect(await store.find(b)).toMatchObject({ state: 'failed', cause: 'internal' })
    expect((await claim(a)).crashes).toBe(0)
    expect(await store.retry({})).toBe(1)
    expect(await store.retry({})).toBe(0)
    expect((await claim(b)).attempts).toBe(1)
    expect((await store.auditOf(b)).filter((row) => row.action === 'retried')).toMatchObject([{ detail: null }])
  })
})
