import { describe, expect, it } from 'vitest'
import { type CaseRecord, type LetterId, letterIdOf } from '../../../src/model/index.ts'
import { type Content, editLetter, openLetter } from '../../../src/review/index.ts'
import { signedIn } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct } from '../../review/a-letter.ts'
import { taken, write } from '../../review/a-letter-store.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

const FIELD = 'header.decisionDate'
const LATER = '2018-04-19'

/** A letter whose date of decision was read with little confidence. */
function doubtful(sha256: string): CaseRecord {
  const read = aLetter()
  return {
    ...read,
    caseId: `${sha256}-1`,
    document: { ...read.document, sha256 },
    header: { ...read.header, decisionDate: { ...read.header.decisionDate, confidence: 0.3 } },
    review: { state: 'needs-review', reasons: ['r'], vouched: [] },
  }
}

describe.skipIf(redisUrl === null).each(engines)('a sheet of one field of many letters, on %s', (_, databaseUrl) => {
  /** So many letters, and two who review them. */
  async function aSheet(count: number) {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const records: CaseRecord[] = []
    for (let i = 0; i < count; i++) records.push(await keepLetter(store, `letter-${i}`, doubtful))
    const caller = async (name: string) => {
      const { call } = await signedIn({ url: server.url, store }, name, ['reviewer'])
      return async (method: string, path: string, body?: unknown, key?: string) => {
        const answer = await call(method, `/api/v1${path}`, body, key === undefined ? {} : { 'idempotency-key': key })
        return { status: answer.status, json: (await answer.json()) as Json }
      }
    }
    const [ria, rob] = [await caller('ria'), await caller('rob')]
    const sheet = async (who = ria) => (await who('GET', `/work/sheets?field=${FIELD}`)).json
    const stands = async (id: LetterId) => {
      const { record, doubts } = await openLetter(store, id, 'ria')
      return [record.header.decisionDate.status, doubts.includes(FIELD)]
    }
    return { store, records, ids: records.map(letterIdOf), ria, rob, sheet, stands }
  }
  type Item = { letterId: LetterId; path: string; revision: number; seen: string; value: unknown; page: number }
  type Json = {
    readonly items: readonly Item[]
    readonly fields: readonly string[]
    readonly next: string | null
    readonly code: string
    readonly letters: readonly { letterId: LetterId; status: number; revision: number | null; by: readonly string[] }[]
  }
  const asked = (items: readonly Item[]) => ({
    letters: items.map(({ letterId, revision, path, seen }) => ({ letterId, revision, places: [{ path, seen }] })),
  })
  const byId = (ids: readonly LetterId[]) => [...ids].sort()

  it('holds letters that nobody has in hand, that are not somebody else’s, and that the caller may see', async () => {
    const { store, ids, records, sheet, ria, rob } = await aSheet(5)
    const [locked, assigned, blind, finished, free] = ids as [LetterId, LetterId, LetterId, LetterId, LetterId]
    const first = await sheet()
    expect(byId(first.items.map((i) => i.letterId))).toEqual(byId(ids))
    expect(first.items[0]).toMatchObject({ path: FIELD, page: 1, value: records[0]?.header.decisionDate.value })
    expect(first.fields).toEqual(expect.arrayContaining([FIELD, 'clinicalSummary', 'services[].outcome']))
    await store.lock(locked, 'rob', null)
    await store.assign(assigned, 'terminal', 'rob')
    const sample = { id: 's', drawnBy: 'lea', seed: 's', bound: 0.1, level: 0.95, tolerated: 0, population: 1, size: 1 }
    await store.keepSample(sample, [{ letterId: blind, position: 0, task: '{}' }])
    const when = { answered: 0, room: 1, since: new Date(0) }
    expect(await store.giveTask('s', { letterId: blind, by: 'ria', settles: false }, when)).toBe(true)
    const own = first.items.filter((i) => i.letterId === finished)
    expect((await rob('POST', '/work/sheets', asked(own), 'k')).json.letters).toMatchObject([{ status: 200 }])
    expect((await sheet()).items.map((i) => i.letterId)).toEqual([free])
    expect(byId((await sheet(rob)).items.map((i) => i.letterId))).toEqual(byId([assigned, blind, free]))
    expect((await ria('GET', '/work/sheets?field=document.kind')).json.code).toBe('no-field')
    expect((await store.auditOf(free)).filter((a) => a.detail === 'sheet').map((a) => a.actor)).toContain('ria')
  })

  it('accepts letter by letter: one that was changed, is in hand, or is hidden stands in no other’s way; undo takes it back', async () => {
    const { store, ids, records, ria, sheet, stands } = await aSheet(4)
    const [right, changed, held, blind] = ids as [LetterId, LetterId, LetterId, LetterId]
    const { items } = await sheet()
    const robs = await taken(store, changed, 'rob')
    const record = records[1] as CaseRecord
    await editLetter(store, changed, write('rob', 0, robs), [correct(record, FIELD, LATER) as Content])
    await store.unlock(changed, robs)
    await store.lock(held, 'ria', null)
    const sample = { id: 's', drawnBy: 'lea', seed: 's', bound: 0.1, level: 0.95, tolerated: 0, population: 1, size: 1 }
    await store.keepSample(sample, [{ letterId: blind, position: 0, task: '{}' }])
    const when = { answered: 0, room: 1, since: new Date(0) }
    await store.giveTask('s', { letterId: blind, by: 'ria', settles: false }, when)

    expect((await ria('POST', '/work/sheets', asked(items))).json.code).toBe('no-key')
    for (const _ of ['once', 'and again: the answer was lost']) {
      const { status, json } = await ria('POST', '/work/sheets', asked(items), 'k')
      const of = new Map(json.letters.map((one) => [one.letterId, one]))
      expect([status, json.letters.length]).toEqual([200, 4])
      expect(of.get(right)).toMatchObject({ status: 200, revision: 1 })
      expect(of.get(changed)).toMatchObject({ status: 409, revision: null, by: ['rob'] })
      // In hand in another window of her own.
      expect(of.get(held)).toMatchObject({ status: 423 })
      expect(of.get(blind)).toMatchObject({ status: 404 })
    }
    expect(await stands(right)).toEqual(['confirmed', false])
    expect((await openLetter(store, changed, 'ria')).record.header.decisionDate.value).toBe(LATER)
    expect((await store.letter(held))?.revision).toBe(0)
    const trail = (await store.auditOf(right)).filter((a) => a.action === 'letter-edited')
    expect(trail).toMatchObject([{ actor: 'ria', detail: `1: confirm ${FIELD}` }])

    const back = { letters: [{ letterId: right, revision: 1 }] }
    expect((await ria('POST', '/work/sheets/undo', back, 'u')).json.letters).toMatchObject([
      { status: 200, revision: 2 },
    ])
    expect(await stands(right)).toEqual([records[0]?.header.decisionDate.status, true])
    expect((await ria('POST', '/work/sheets/undo', back, 'v')).json.letters).toMatchObject([{ status: 409 }])
  })

  it('lets two people who accept the same letters at once write each of them once', async () => {
    const { store, ids, ria, rob, sheet } = await aSheet(3)
    const { items } = await sheet()
    const both = await Promise.all([
      ria('POST', '/work/sheets', asked(items), 'r'),
      rob('POST', '/work/sheets', asked([...items].reverse()), 'b'),
    ])
    for (const id of ids) {
      const said = both.map(({ json }) => json.letters.find((one) => one.letterId === id)?.status)
      expect(said.toSorted()).toEqual([200, 409])
      const kept = await store.letter(id)
      expect([kept?.revision, kept?.edits.length]).toEqual([1, 1])
      expect(kept?.edits[0]?.by).toBe(said[0] === 200 ? 'ria' : 'rob')
    }
    expect((await sheet()).items).toEqual([])
  })
})
