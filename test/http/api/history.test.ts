import { describe, expect, it } from 'vitest'
import { letterIdOf } from '../../../src/model/index.ts'
import { type Content, editLetter } from '../../../src/review/index.ts'
import { EVERYTHING } from '../../../src/store/index.ts'
import { signedIn } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

type Access = {
  readonly actor: string | null
  readonly actors: number
  readonly action: string
  readonly count: number
}

describe.skipIf(redisUrl === null).each(engines)('the history of a letter, on %s', (_, databaseUrl) => {
  async function aHistory() {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const read = aLetter()
    const record = await keepLetter(store, 'one', (sha256) => ({
      ...read,
      caseId: `${sha256}-1`,
      document: { ...read.document, sha256 },
    }))
    const id = letterIdOf(record)
    const at = { url: server.url, store }
    const [ria, sam, lea] = [
      await signedIn(at, 'ria', ['reviewer']),
      await signedIn(at, 'sam', ['reviewer']),
      await signedIn(at, 'lea', ['lead']),
    ]
    for (const who of [ria, sam, sam]) await who.call('GET', `/api/v1/cases/${id}`)
    const { token } = await store.lock(id, 'ria', null)
    const write = { by: 'ria', on: 0, lock: token, key: 'k', digest: 'd' }
    await editLetter(store, id, write, [correct(record, 'header.decisionDate', '2018-04-12') as Content])
    await store.noteAct({ actor: 'lea', action: 'exported', subject: EVERYTHING, detail: 'jsonl' })
    const given = async (who: typeof ria, what: string) =>
      (await (await who.call('GET', `/api/v1/cases/${id}/${what}`)).json()) as unknown
    return { store, id, sha256: record.document.sha256, ria, sam, lea, given }
  }
  const of = (rows: readonly Access[], action: string) =>
    rows
      .filter((row) => row.action === action)
      .map(({ actor, actors, count }) => ({ actor, actors, count }))
      .sort((a, b) => String(a.actor).localeCompare(String(b.actor)))

  it('tells a lead by name who saw, changed and exported it, and a reviewer of others only that they did', async () => {
    const { ria, lea, given } = await aHistory()
    const all = (await given(lea, 'access')) as Access[]
    expect(of(all, 'letter-shown')).toEqual([
      // To look at this, too.
      { actor: 'lea', actors: 1, count: 1 },
      { actor: 'ria', actors: 1, count: 1 },
      { actor: 'sam', actors: 1, count: 2 },
    ])
    expect(of(all, 'letter-edited')).toEqual([{ actor: 'ria', actors: 1, count: 1 }])
    expect(of(all, 'exported')).toEqual([{ actor: 'lea', actors: 1, count: 1 }])
    // What only processes did is nobody's.
    expect(all.every(({ actor }) => ['ria', 'sam', 'lea'].includes(actor ?? ''))).toBe(true)
    const told = (await given(ria, 'access')) as Access[]
    expect(of(told, 'letter-shown')).toEqual([
      { actor: null, actors: 2, count: 3 },
      { actor: 'ria', actors: 1, count: 2 },
    ])
    expect(of(told, 'exported')).toEqual([{ actor: null, actors: 1, count: 1 }])
    expect(JSON.stringify(told)).not.toMatch(/sam|lea/)
  })

  it('has what people did and each time it was read, and is itself a look at the letter', async () => {
    const { store, id, sha256, sam, given } = await aHistory()
    await store.again({ documents: [sha256] }, { stage: 'extract', urgency: 'standard' })
    expect(await given(sam, 'history')).toMatchObject({
      name: expect.any(String),
      edits: [{ by: 'ria', revision: 1, edit: { action: 'correct', path: 'header.decisionDate' } }],
      readings: [
        { what: 'received', by: null },
        { what: 'finished', by: null, detail: '1 cases' },
        { what: 'read-again', by: null },
      ],
    })
    const [last] = await store.trail({ subject: id, action: 'letter-shown', limit: 1 })
    expect(last).toMatchObject({ actor: 'sam', detail: 'history' })
    expect((await sam.call('GET', `/api/v1/cases/${'0'.repeat(64)}-p1/access`)).status).toBe(404)
  })
})
