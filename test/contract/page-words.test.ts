import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { pageOfWords, pageWordsOf, pageWordsSchema } from '../../src/model/index.ts'
import { LeaseLost, openStore, type Store } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aPage } from '../fixtures/pages.ts'
import { aRecord } from '../fixtures/records.ts'
import { newDatabase } from '../fixtures/servers.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

const first = aPage(['Date of Injury:  7/6/1998', '', 'Zanthorium brace'])
const second = { ...aPage([], { number: 2 }), rotation: 90 } as const
const [before, after] = [[first, second], [aPage(['Read anew'])]]

describe.each(engines)('the words of every page, in a store on %s', (_, databaseUrl) => {
  async function aStore() {
    const folder = await testFolder()
    const store = await openStore({ data: join(folder, 'data'), databaseUrl: await databaseUrl() })
    onTestFinished(() => store.close())
    const receive = async (name: string) => {
      await writeFile(join(folder, name), name)
      return (await store.receive({ path: join(folder, name), fileName: name })).sha256
    }
    return { store, receive, sha256: await receive('a.pdf') }
  }
  const claimed = async (store: Store, sha256: string) => {
    const lease = await store.claim(sha256, { again: true })
    if (!lease) throw new Error('it is in hand')
    return lease
  }
  const pagesOf = async (store: Store, sha256: string) => (await store.wordsOfPages(sha256)).map(pageOfWords)

  it('are kept with the records and given as they were read, one page packed as it is sent', async () => {
    const { store, sha256 } = await aStore()
    expect(await store.packedWords(sha256, 1)).toBeNull()
    await store.finish(await claimed(store, sha256), { records: [aRecord({ sha256 })], failure: null, pages: before })
    expect(await pagesOf(store, sha256)).toEqual(before)
    expect((await store.wordsOfPages(sha256, [2, 9])).map((p) => p.number)).toEqual([2])
    expect(await store.turnsOfPages(sha256)).toEqual(new Map([[1, 0], [2, 90]])) // biome-ignore format: pairs
    const sent = JSON.parse(gunzipSync((await store.packedWords(sha256, 1)) ?? '').toString())
    expect(pageWordsSchema.parse(sent)).toEqual(pageWordsOf(first))
    expect(await store.packedWords(sha256, 3)).toBeNull()
  })

  it('are kept when the decision stage has still to come, and stand when it ends', async () => {
    const { store, sha256 } = await aStore()
    await store.extracted(await claimed(store, sha256), { records: [aRecord({ sha256 })], pages: before })
    expect(await pagesOf(store, sha256)).toEqual(before)
    await store.finish(await claimed(store, sha256), { records: [aRecord({ sha256 })], failure: null })
    expect(await pagesOf(store, sha256)).toEqual(before)
  })

  it('are replaced by what is read again, unless it could not be, or the lease was lost', async () => {
    const { store, sha256 } = await aStore()
    const lease = await claimed(store, sha256)
    await store.finish(lease, { records: [aRecord({ sha256 })], failure: null, pages: before })
    const failure = { code: 'ocr-unavailable', message: 'no engine' } as const
    await store.finish(await claimed(store, sha256), { records: [], failure, pages: after })
    expect(await pagesOf(store, sha256)).toEqual(before)
    const again = await claimed(store, sha256)
    await expect(store.finish(lease, { records: [], failure: null, pages: [] })).rejects.toThrow(LeaseLost)
    await store.finish(again, { records: [aRecord({ sha256 })], failure: null, pages: after })
    expect(await pagesOf(store, sha256)).toEqual(after)
  })

  it('go when the document is forgotten', async () => {
    const { store, sha256 } = await aStore()
    await store.finish(await claimed(store, sha256), { records: [aRecord({ sha256 })], failure: null, pages: before })
    expect(await store.forget(sha256, { reason: 'request', by: 'clerk' })).toBe('forgotten')
    expect(await store.wordsOfPages(sha256)).toEqual([])
  })

  it('are asked for where they lack: of what was read to its end', async () => {
    const { store, sha256, receive } = await aStore()
    const [older, broken, cover] = [await receive('b.pdf'), await receive('c.pdf'), await receive('d.pdf')]
    await store.finish(await claimed(store, sha256), { records: [aRecord({ sha256 })], failure: null, pages: before })
    await store.finish(await claimed(store, older), { records: [aRecord({ sha256: older })], failure: null })
    for (const [id, code] of [[broken, 'damaged'], [cover, 'no-letter']] as const) // biome-ignore format: pairs
      await store.finish(await claimed(store, id), {
        records: [aRecord({ sha256: id })],
        failure: { code, message: 'it failed' },
      })
    const lacking = { withoutWords: true }
    expect(await store.countAgain(lacking, 'extract')).toBe(2)
    expect(await store.again(lacking, { stage: 'extract', urgency: 'standard' })).toBe(2)
    expect(new Set((await store.pendingAgain(9, ['extract'])).now.map((d) => d.sha256))).toEqual(
      new Set([older, cover]),
    )
    expect(await store.countAgain(lacking, 'extract')).toBe(0)
  })
})
