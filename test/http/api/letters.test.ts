import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CaseRecord, letterIdOf, letterViewSchema, type Role } from '../../../src/model/index.ts'
import { type Content, editLetter } from '../../../src/review/index.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { PASSWORD_OF_ALL } from '../../fixtures/people.ts'
import { aLetter, correct, say } from '../../review/a-letter.ts'
import { aServer, redisUrl } from '../a-server.ts'

async function aReview(roles: readonly Role[] = ['reviewer']) {
  const { server, store } = await aServer({ local: { name: 'ann', roles } })
  const path = join(await testFolder(), 'letter.pdf')
  await writeFile(path, 'letter')
  const { sha256 } = await store.receive({ path, fileName: 'letter.pdf' })
  const read = aLetter()
  const age = { ...read.patient.age, confidence: 0.2 }
  const record: CaseRecord = {
    ...read,
    caseId: `${sha256}-1`,
    document: { ...read.document, sha256 },
    patient: { ...read.patient, age },
    review: { state: 'needs-review', reasons: ['r'], vouched: [] },
  }
  const lease = await store.claim(sha256)
  if (lease) await store.finish(lease, { records: [record], failure: null })
  const call = async (method: string, route: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/api/v1${route}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said = await answer.text()
    return {
      status: answer.status,
      etag: answer.headers.get('etag') ?? '',
      json: said === '' ? null : JSON.parse(said),
    }
  }
  const records = async (query = '') =>
    (await (await fetch(`${server.url}/documents/${sha256}/records${query}`)).json()) as CaseRecord[]
  return { call, store, record, records, id: letterIdOf(record) }
}

describe.skipIf(redisUrl === null)('the routes of letters', () => {
  it('give the next letter locked, take decisions on its revision, and finish it', async () => {
    const { call, record, records, id } = await aReview()
    const next = await call('POST', '/work/next', {})
    expect(next.json.letter).toMatchObject({ letterId: id, revision: 0, doubts: ['patient.age'], lock: { by: 'ann' } })
    expect(letterViewSchema.safeParse(next.json.letter).error).toBeUndefined()
    const lock = next.json.lock.token
    const headers = (etag: string, key: string) => ({ 'if-match': etag, 'lock-token': lock, 'idempotency-key': key })
    const edits = [say(record, 'confirm', 'patient.age'), correct(record, 'header.decisionDate', '2018-04-12')]
    const edited = await call('POST', `/cases/${id}/edits`, { edits }, headers('"0"', 'a'))
    expect([edited.status, edited.etag, edited.json.doubts]).toEqual([200, '"1"', []])
    expect((await call('POST', `/cases/${id}/undo`, { revision: 1 }, headers('"1"', 'b'))).json).toMatchObject({
      revision: 2,
      doubts: ['patient.age'],
      redo: 2,
    })
    expect((await call('POST', `/cases/${id}/redo`, { revision: 2 }, headers('"2"', 'c'))).json).toMatchObject({
      revision: 3,
      undo: 1,
    })
    const done = await call('POST', `/cases/${id}/complete`, undefined, headers('"3"', 'd'))
    expect(done.json).toMatchObject({ state: 'completed', record: { review: { state: 'reviewed' } } })
    expect((await call('POST', '/work/next', { release: { letterId: id, token: lock } })).json).toEqual({
      letter: null,
      lock: null,
    })
    expect((await call('GET', `/cases/${id}/read`)).json.header).toEqual(record.header)
    expect((await records()).map((r) => [r.review.state, r.patient.age.status])).toEqual([['reviewed', 'confirmed']])
    expect(await records('?as=read')).toEqual([record])
    expect(await records('?as=guessed')).toMatchObject({ error: expect.stringContaining('reviewed') })
    const history = await call('GET', `/cases/${id}/history`)
    expect(history.json.edits.map((e: { edit: { action: string } }) => e.edit.action)).toEqual([
      'confirm',
      'correct',
      'undo',
      'undo',
    ])
    for (const _ of [1, 2])
      expect(
        (await call('POST', `/cases/${id}/comments`, { text: '<b>fine</b>' }, { 'idempotency-key': 'e' })).json
          .comments,
      ).toMatchObject([{ by: 'ann', text: '<b>fine</b>' }])
    // The answer to the first write was lost: its lock is given back by now, and the letter went on.
    for (const etag of ['"0"', '"4"'])
      expect((await call('POST', `/cases/${id}/edits`, { edits }, headers(etag, 'a'))).status).toBe(200)
    expect((await call('POST', `/cases/${id}/complete`, undefined, headers('"4"', 'a'))).json.code).toBe('key-reused')
  })

  it('refuse a write without revision, key or lock, on an old revision, under another’s lock; and say who changed what', async () => {
    const { call, record, id, store } = await aReview()
    const edits = { edits: [say(record, 'confirm', 'patient.age')] }
    const post = async (headers: Record<string, string>) => {
      const { status, json } = await call('POST', `/cases/${id}/edits`, edits, headers)
      return [status, json.code]
    }
    expect(await post({})).toEqual([428, 'no-revision'])
    expect(await post({ 'if-match': '"0"' })).toEqual([428, 'no-key'])
    expect(await post({ 'if-match': '"0"', 'idempotency-key': 'k' })).toEqual([428, 'no-lock'])
    const { token } = await store.lock(id, 'bob', null)
    expect(await post({ 'if-match': '"0"', 'idempotency-key': 'k', 'lock-token': token })).toEqual([423, 'locked'])
    expect((await call('PUT', `/work/${id}/lock`)).json).toMatchObject({ code: 'locked', lock: { by: 'bob' } })
    const bobs = { by: 'bob', on: 0, lock: token, key: 'b', digest: 'b' }
    await editLetter(store, id, bobs, [correct(record, 'patient.age', 44) as Content])
    const conflict = await call('POST', `/cases/${id}/edits`, edits, {
      'if-match': '"0"',
      'idempotency-key': 'k',
      'lock-token': token,
    })
    expect([conflict.status, conflict.json]).toMatchObject([
      409,
      { code: 'revision-conflict', revision: 1, changes: [{ by: 'bob', what: ['correct patient.age'] }] },
    ])
    // But for the time of day, which may have any digits.
    expect(JSON.stringify(conflict.json).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')).not.toContain('44')
    await store.unlock(id, token)
    const mine = (await call('PUT', `/work/${id}/lock`)).json.token
    expect((await call('PUT', `/work/${id}/lock`, undefined, { 'lock-token': mine })).json.token).toBe(mine)
    expect((await call('DELETE', `/work/${id}/lock`, undefined, { 'lock-token': mine })).status).toBe(204)
    expect((await call('GET', `/cases/${id}`)).json.lock).toBeNull()
  })

  it('make values of words, and hand out another letter beside those that somebody has', async () => {
    const { call, id } = await aReview()
    const value = async (path: string, text: string) => {
      const evidence = [{ page: 1, box: [0.1, 0.1, 0.2, 0.2], text }]
      return (await call('POST', `/cases/${id}/value-of-words`, { path, evidence })).json
    }
    expect(await value('header.dateOfInjury', '2/1/17')).toEqual({ value: '2017-02-01' })
    expect(await value('services[0].frequency', '3 times a week for 2 weeks')).toMatchObject({
      value: { visits: [6, 6] },
    })
    expect(await value('patient.age', 'unknown')).toEqual({ value: null })
    expect(await value('document.kind', 'unknown')).toMatchObject({ code: 'not-an-edit' })
    expect((await call('POST', '/work/next', { except: [id] })).json.letter).toBeNull()
  })

  it('list letters page by page, and what there is to do; a lead assigns and opens again, and each look is in the trail', async () => {
    const { call, id, store } = await aReview(['reviewer', 'lead'])
    const list = await call('GET', '/cases?needed=true&q=CM88&limit=1')
    expect(list.json.letters).toMatchObject([{ letterId: id, due: '2018-04-18', doubt: 1, needed: true }])
    expect((await call('GET', `/cases?cursor=${list.json.next}`)).json).toEqual({ letters: [], next: null })
    expect((await call('GET', '/cases?cursor=nonsense')).json.code).toBe('no-cursor')
    const assign = async (assignee: string) => {
      const { status, json } = await call('PUT', `/work/${id}/assignee`, { assignee })
      return [status, json?.code]
    }
    // A letter that waits for nobody would wait for ever.
    await store.addUser({ name: 'clerk', roles: ['operator'], password: PASSWORD_OF_ALL }, 'terminal')
    await store.addUser({ name: 'ann', roles: ['reviewer'], password: PASSWORD_OF_ALL }, 'terminal')
    await store.changeUser('ann', { disabled: true }, 'terminal')
    for (const nobody of ['a stranger', 'clerk', 'ann']) expect(await assign(nobody)).toEqual([422, 'no-reviewer'])
    await store.changeUser('ann', { disabled: false }, 'terminal')
    expect((await assign('ann'))[0]).toBe(204)
    const { token } = (await call('PUT', `/work/${id}/lock`)).json
    const held = await call(
      'POST',
      `/cases/${id}/hold`,
      { reason: 'why?' },
      { 'if-match': '"0"', 'lock-token': token, 'idempotency-key': 'h' },
    )
    expect(held.json).toMatchObject({ state: 'held', reason: 'why?', assignee: 'ann' })
    const has = async () => (await call('GET', '/work/people')).json
    const letter = { letterId: id, reason: 'why?' }
    expect(await has()).toMatchObject([{ name: 'ann', takes: true, inHand: [letter], assigned: [letter] }])
    // What somebody has who takes no more is not lost from sight.
    await store.changeUser('ann', { disabled: true }, 'terminal')
    expect(await has()).toMatchObject([{ name: 'ann', takes: false, assigned: [letter] }])
    expect((await call('GET', '/work')).json).toMatchObject({
      mine: [{ letterId: id }],
      held: [{ letterId: id }],
      waiting: [],
    })
    expect(
      (await call('POST', `/cases/${id}/reopen`, { reason: 'so' }, { 'if-match': '"1"', 'idempotency-key': 'r' })).json
        .state,
    ).toBe('open')
    expect((await call('GET', `/cases/${'0'.repeat(64)}-p1`)).status).toBe(404)
    const trail = (await store.trail({ subject: id, action: 'letter-shown', limit: 9 })).map((a) => a.detail)
    expect(trail).toEqual(['list', 'list', 'list', 'list'])
  })
})
