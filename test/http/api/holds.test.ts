import { describe, expect, it } from 'vitest'
import type { CaseRecord } from '../../../src/model/index.ts'
import { letterIdOf } from '../../../src/model/index.ts'
import { setRetention } from '../../../src/retention/index.ts'
import { type Content, editLetter } from '../../../src/review/index.ts'
import { signedIn } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

type Answer = { readonly status: number; readonly body: Record<string, unknown> & { readonly id?: string } }

describe.skipIf(redisUrl === null).each(engines)('legal holds and erasures, on %s', (_, databaseUrl) => {
  async function aPlace() {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const boss = await signedIn({ url: server.url, store }, 'boss', ['admin'])
    const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
      const answer = await boss.call(method, `/api/v1${path}`, body)
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
    }
    const read = aLetter()
    const keep = (name: string, claim: string | null) =>
      keepLetter(store, name, (sha256): CaseRecord => {
        const claimNumber = { ...read.header.claimNumber, value: claim }
        return {
          ...read,
          caseId: `${sha256}-1`,
          document: { ...read.document, sha256 },
          header: { ...read.header, claimNumber },
        }
      })
    const forget = (record: CaseRecord) =>
      call('POST', '/erasures', { documentId: record.document.sha256, reason: 'request' })
    return { store, call, keep, forget, url: server.url }
  }

  it('keep a document from being forgotten until all of them are released; the trail has who, and no reason', async () => {
    const { store, call, keep, forget } = await aPlace()
    const record = await keep('one', null)
    const { sha256: documentId } = record.document
    expect((await call('POST', '/holds', { documentId: '0'.repeat(64), reason: 'why' })).status).toBe(404)
    const placed = await call('POST', '/holds', { documentId, reason: 'Subpoena of the Zanthorium' })
    expect(placed).toMatchObject({ status: 201, body: { documentId, claim: null, by: 'boss', releasedBy: null } })
    const other = await call('POST', '/holds', { documentId, reason: 'another' })
    expect(await call('GET', `/erasures/${documentId}`)).toMatchObject({ body: { onHold: true, letters: 1 } })
    for (const { body } of [placed, other]) {
      expect(await forget(record)).toMatchObject({ status: 409, body: { code: 'on-hold', holds: expect.anything() } })
      expect((await call('DELETE', `/holds/${body.id}`)).status).toBe(204)
      expect((await call('DELETE', `/holds/${body.id}`)).status).toBe(404)
    }
    expect((await call('GET', '/holds')).body).toMatchObject([{ releasedBy: 'boss' }, { releasedBy: 'boss' }])
    expect(await forget(record)).toMatchObject({ status: 200, body: { documentId, removed: true, versions: false } })
    expect(await store.find(documentId)).toBeNull()
    await expect(store.openFile(documentId)).rejects.toMatchObject({ code: 'not-readable' })
    // What was held went with it; who held and forgot it did not.
    expect((await call('GET', '/holds')).body).toEqual([])
    expect((await call('GET', '/erasures')).body).toMatchObject({
      erasures: [{ documentId, reason: 'request', by: 'boss' }],
      before: null,
    })
    const trail = await store.auditOf(documentId)
    expect(
      trail.filter(({ action }) => action.startsWith('hold-')).map(({ actor, action }) => [actor, action]),
    ).toEqual([
      ['boss', 'hold-placed'],
      ['boss', 'hold-placed'],
      ['boss', 'hold-released'],
      ['boss', 'hold-released'],
    ])
    expect(JSON.stringify(trail)).not.toContain('Zanthorium')
    expect((await forget(record)).status).toBe(404)
  })

  it('on a claim keep all that is of it, however it is written, as read or as corrected, and what comes later', async () => {
    const { store, call, keep, forget } = await aPlace()
    const [one, other, misread] = [
      await keep('one', 'WC-17 0042'),
      await keep('two', 'WC-18'),
      await keep('three', 'WC-I7'),
    ]
    expect((await call('POST', '/holds', { claim: ' - ', reason: 'why' })).status).toBe(400)
    const hold = await call('POST', '/holds', { claim: 'wc170042', reason: 'a claim in court' })
    expect(hold).toMatchObject({ status: 201, body: { documentId: null, claim: 'wc170042' } })
    const letterId = letterIdOf(misread)
    const { token } = await store.lock(letterId, 'ria', null)
    const write = { by: 'ria', on: 0, lock: token, key: 'k', digest: 'd' }
    await editLetter(store, letterId, write, [correct(misread, 'header.claimNumber', 'WC 17-0042') as Content])
    const later = await keep('later', 'WC170042')
    for (const record of [one, misread, later]) expect((await forget(record)).status).toBe(409)
    expect((await forget(other)).status).toBe(200)
    expect(JSON.stringify(await store.trail({ actor: 'boss', limit: 99 }))).not.toMatch(/wc170042|court/)
    expect((await call('DELETE', `/holds/${hold.body.id}`)).status).toBe(204)
    expect((await forget(one)).status).toBe(200)
  })

  it('are an admin’s alone; what is in hand is refused, and the policy tells what it keeps', async () => {
    const { store, call, keep, forget, url } = await aPlace()
    const record = await keep('one', null)
    const lea = await signedIn({ url, store }, 'lea', ['lead'])
    for (const [method, path] of [
      ['GET', '/holds'],
      ['POST', '/holds'],
      ['DELETE', '/holds/0123456789ab'],
      ['GET', '/erasures'],
      ['POST', '/erasures'],
      ['GET', '/retention'],
    ] as const)
      expect((await lea.call(method, `/api/v1${path}`, method === 'POST' ? {} : undefined)).status).toBe(403)
    const { sha256 } = record.document
    expect((await call('GET', '/retention')).body).toEqual({ policy: null })
    const since = '2020-01-01T00:00:00.000Z'
    await setRetention(store, { keep: '7y', cron: '0 3 * * *', timeZone: 'UTC', since })
    expect((await call('GET', '/retention')).body).toMatchObject({ policy: { keep: '7y', due: 0, onHold: 0 } })
    const lease = await store.claim(sha256, { again: true })
    expect(await forget(record)).toMatchObject({ status: 409, body: { code: 'in-hand' } })
    if (lease) await store.release(lease)
    expect(await store.find(sha256)).not.toBeNull()
    expect((await call('POST', '/erasures', { documentId: sha256, reason: 'Zanthorium' })).status).toBe(400)
  })
})
