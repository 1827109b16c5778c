import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { type CaseRecord, letterIdOf } from '../../../src/model/index.ts'
import { type Content, editLetter } from '../../../src/review/index.ts'
import type { Store } from '../../../src/store/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { signedIn } from '../../fixtures/people.ts'
import { newDatabase } from '../../fixtures/servers.ts'
import { aLetter, correct } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

const HOUR = 3_600_000

async function put(store: Store, name: string, letters = 1): Promise<string> {
  const path = join(await testFolder(), name)
  await writeFile(path, name)
  const { sha256 } = await store.receive({ path, fileName: name })
  await read(store, sha256, letters)
  return sha256
}

async function read(store: Store, sha256: string, letters: number): Promise<void> {
  const record = aLetter()
  const records = Array.from({ length: letters }, (_, i): CaseRecord => {
    const document = { ...record.document, sha256, pageRange: [i + 1, i + 1] as const }
    return { ...record, caseId: `${sha256}-${i + 1}`, document }
  })
  const lease = await store.claim(sha256)
  if (!lease) throw new Error('it is in hand')
  await store.finish(lease, { records, failure: null })
}

async function anOutlet(databaseUrl: string | undefined) {
  const made = await aServer({ databaseUrl })
  const url = made.server.url
  const lead = await signedIn({ url, store: made.store }, 'lea', ['lead'])
  const { token } = await made.store.addToken(
    { name: 'nightly', scopes: ['export'], expiresAt: new Date(Date.now() + HOUR) },
    'lea',
  )
  const get = (path: string) =>
    fetch(`${url}/api/v1/exports/${path}`, { headers: { authorization: `Bearer ${token}` } })
  const since = async (cursor: number) => {
    const answer = await get(`jsonl?since=${cursor}`)
    const lines = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { next } = lines.at(-1)
    expect(answer.headers.get('imr-next-since')).toBe(`${next}`)
    const cases = lines.flatMap(({ document }) => (document?.cases ? [[document.sha256, document.cases]] : []))
    const records: CaseRecord[] = lines.filter((line) => line.caseId)
    return { next: next as number, cases: Object.fromEntries(cases) as Record<string, string[]>, records }
  }
  return { ...made, lead, get, since }
}

describe.skipIf(redisUrl === null).each(engines)('what goes out over HTTP, on %s', (_, databaseUrl) => {
  it('is what the command writes, in every format, under a name that tells nothing, and the trail has it', async () => {
    const { store, get, lead } = await anOutlet(await databaseUrl())
    const sha256 = await put(store, 'one.pdf', 2)
    const answer = await get('jsonl')
    expect(answer.headers.get('content-type')).toContain('application/jsonl')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="imr-jsonl.jsonl"')
    const records = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.map(({ caseId }) => caseId)).toEqual([`${sha256}-1`, `${sha256}-2`])
    const first = async (path: string, count: number) =>
      Buffer.from(await (await get(path)).arrayBuffer())
        .subarray(0, count)
        .toString('latin1')
    expect(await first('csv?bom=true', 10)).toBe('\u00ef\u00bb\u00bfcase_id')
    expect(await first('xlsx', 2)).toBe('PK')
    expect(JSON.parse((await (await get('fhir')).text()).split('\n')[0] ?? '')).toMatchObject({
      resourceType: 'Bundle',
    })
    // Nothing was finished by a person yet.
    expect(await (await get('gold')).text()).toBe('')
    expect((await lead.call('GET', '/api/v1/exports/jsonl')).status).toBe(200)
    const acts = (await store.auditOf('all')).map(({ actor, action, detail }) => [actor, action, detail])
    expect(acts.filter(([actor]) => actor === 'token:nightly').map(([, , detail]) => detail)).toEqual([
      'jsonl',
      'csv',
      'xlsx',
      'fhir',
      'gold',
    ])
    for (const [path, code] of [
      ['jsonl?bom=true', 'no-bom'],
      ['csv?since=0', 'no-since'],
      ['doc', 'invalid'],
    ] as const)
      expect(await (await get(path)).json()).toMatchObject({ code })
    expect((await (await lead.call('GET', '/api/v1/exports/jsonl?since=0')).json()) as object).toMatchObject({
      code: 'no-since',
    })
  })

  it('is what changed since a cursor, with what a document holds now, and what is gone; nothing comes for looks', async () => {
    const { store, since, lead } = await anOutlet(await databaseUrl())
    const [one, two] = [await put(store, 'one.pdf', 2), await put(store, 'two.pdf')]
    const first = await since(0)
    expect(first.cases).toEqual({ [one]: [`${one}-1`, `${one}-2`], [two]: [`${two}-1`] })
    expect(first.records).toHaveLength(3)
    expect(await lead.call('GET', '/api/v1/exports/csv')).toMatchObject({ status: 200 })
    expect(await since(first.next)).toMatchObject({ cases: {}, records: [] })

    // A correction, a file that is read again to one letter fewer, and one that is forgotten.
    const [record] = await store.records(two)
    if (!record) throw new Error('it is gone')
    const id = letterIdOf(record)
    const { token } = await store.lock(id, 'lea', null)
    const write = { by: 'lea', on: 0, lock: token, key: 'k', digest: 'd' }
    await editLetter(store, id, write, [correct(record, 'header.decisionDate', '2018-04-12') as Content])
    const second = await since(first.next)
    expect(second.cases).toEqual({ [two]: [`${two}-1`] })
    expect(second.records.map((r) => r.header.decisionDate.value)).toEqual(['2018-04-12'])
    await store.again({ documents: [one] }, { stage: 'extract', urgency: 'standard' })
    await read(store, one, 1)
    expect(await store.forget(two, { reason: 'request', by: 'lea' })).toBe('forgotten')
    const third = await since(second.next)
    expect(third.cases).toEqual({ [one]: [`${one}-1`], [two]: [] })
    expect(third.records.map((r) => r.caseId)).toEqual([`${one}-1`])
    expect((await since(third.next)).next).toBeGreaterThanOrEqual(third.next)
  })
})

const postgres = inject('postgresUrl')
describe.skipIf(redisUrl === null || postgres === null)('what changes on PostgreSQL while somebody asks', () => {
  it('is never passed over: a change that began first and ended last is waited for', async () => {
    const url = await newDatabase(postgres ?? '')
    const { store, since } = await anOutlet(url)
    const sha256 = await put(store, 'one.pdf')
    const { next } = await since(0)
    const slow = new pg.Client({ connectionString: url })
    await slow.connect()
    // It has its number in the trail, and is not done yet; another one comes behind it and is.
    await slow.query('begin')
    await slow.query(
      "insert into audit (at, actor, action, subject) values ('2026-01-01', 'slow', 'letter-edited', $1)",
      [`${sha256}-p1`],
    )
    await put(store, 'two.pdf')
    const asked = since(next)
    await expect
      .poll(async () => {
        const { rows } = await slow.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        return rows.length
      })
      .toBe(1)
    await slow.query('commit')
    await slow.end()
    expect(Object.keys((await asked).cases)).toContain(sha256)
  })
})
