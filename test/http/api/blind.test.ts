import { describe, expect, it } from 'vitest'
import { formatNames } from '../../../src/export/index.ts'
import { apiRoutes } from '../../../src/http/api/routes.ts'
import { type CaseRecord, letterIdOf, type Role } from '../../../src/model/index.ts'
import { type Content, editLetter, placeLetters, sheetFields } from '../../../src/review/index.ts'
import { PASSWORD_OF_ALL, signedInAgain } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct } from '../../review/a-letter.ts'
import { taken, write } from '../../review/a-letter-store.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

const DAY = 24 * 3_600_000
const EDITED = '2018-04-12'
/** As text: a workbook is packed, and written from the same records. */
const exported = formatNames.filter((format) => format !== 'xlsx')

describe.skipIf(redisUrl === null).each(engines)('a letter that is to be answered blind, on %s', (_, databaseUrl) => {
  /** A letter that was accepted without a look and drawn, and people to answer it. */
  async function aSample(double: number, names: Readonly<Record<string, readonly Role[]>>) {
    let time = Date.now()
    const { server, store } = await aServer({ databaseUrl: await databaseUrl(), now: () => new Date(time) })
    const read = aLetter()
    const record = await keepLetter(store, 'drawn', (sha256) => ({
      ...read,
      caseId: `${sha256}-1`,
      document: { ...read.document, sha256 },
      review: { state: 'auto-accepted', reasons: [], vouched: [] },
    }))
    const people: Record<string, Call> = {}
    const all = Object.entries({ lea: ['lead'] as const, ...names })
    for (const [name, roles] of all) await store.addUser({ name, roles, password: PASSWORD_OF_ALL }, 'terminal')
    /** Signs everybody in anew: a session does not last a day. */
    const again = async () => {
      for (const [name] of all) people[name] = await caller(name)
    }
    const caller = async (name: string): Promise<Call> => {
      const { call } = await signedInAgain(server, name)
      return async (method, path, body, headers) => {
        const answer = await call(
          method,
          /^\/docs$|\/records(\?|$)/.test(path) ? path : `/api/v1${path}`,
          body,
          headers,
        )
        const text = await answer.text()
        const isJson = /^application\/(?:problem\+)?json/.test(answer.headers.get('content-type') ?? '') && text !== ''
        return { status: answer.status, text, json: isJson ? JSON.parse(text) : null }
      }
    }
    await again()
    const as = (name: string) => people[name] ?? (() => Promise.reject(new Error(`nobody is ${name}`)))
    const sample = (await as('lea')('POST', '/samples', { bound: 0.05, double })).json
    const next = async (name: string) => (await as(name)('POST', `/samples/${sample.id}/next`)).json
    const answer = (name: string, other: object = {}) =>
      as(name)('POST', `/samples/${sample.id}/answers`, { letterId: letterIdOf(record), answers: said(record, other) })
    const pass = (ms: number) => {
      time += ms
    }
    return { store, record, id: letterIdOf(record), sample, as, next, answer, pass, again }
  }

  it('shows who is to answer it nothing that was read, edited or decided, in no list and by no route, until they have', async () => {
    const { store, record, id, sample, as, next, answer } = await aSample(1, {
      ria: ['reviewer', 'lead'],
      zoe: ['reviewer'],
    })
    expect(await next('ria')).toMatchObject({ letterId: id, settle: false })
    expect((await next('zoe')).letterId).toBe(id)
    expect((await answer('zoe')).status).toBe(204)
    const lock = await taken(store, id, 'zoe')
    await editLetter(store, id, write('zoe', 0, lock), [correct(record, 'header.decisionDate', EDITED) as Content])
    await store.note(id, 'zoe', { event: 'comment', text: 'it says the twelfth' })
    await store.unlock(id, lock)
    await placeLetters(store)

    const ria = as('ria')
    const told: Said[] = []
    // Every route that names a letter, those that are still to come included.
    for (const { method, path } of apiRoutes.filter((r) => /^\/cases\/:id|:letter/.test(r.path))) {
      const found = await ria(method, path.replace(/:id|:letter/, id), method === 'GET' ? undefined : {})
      expect([method, path, [400, 404].includes(found.status)]).toEqual([method, path, true])
      told.push(found)
    }
    for (const path of ['', '/read', '/history', '/access'])
      expect((await ria('GET', `/cases/${id}${path}`)).status).toBe(404)
    const number = record.header.caseNumber.value ?? ''
    for (const query of ['', `?q=${number}`, '?needed=true', '?state=open']) {
      const list = await ria('GET', `/cases${query}`)
      expect([query, list.status, list.json]).toEqual([query, 200, { letters: [], next: null }])
    }
    expect((await ria('GET', '/work')).json).toEqual({ mine: [], held: [], waiting: [] })
    expect((await ria('POST', '/work/next', {})).json.letter).toBeNull()
    for (const query of ['', '?as=read']) {
      const records = await ria('GET', `/documents/${record.document.sha256}/records${query}`)
      expect(records).toMatchObject({ status: 200, json: [] })
    }
    // Every route by which a lead or reviewer may look, those that are still to come included; but for the pages themselves, which are what is answered from.
    const looks = apiRoutes.filter(
      ({ method, path, roles }) =>
        method === 'GET' &&
        (roles === 'anyone' || roles.some((role) => role === 'lead' || role === 'reviewer')) &&
        !/^\/(?:sign-on|openapi|docs)|\/(file|image|words|searchable\.pdf)$/.test(path),
    )
    const addresses = looks.flatMap(({ path }) => {
      const at = path
        .replace(/^\/samples\/:id/, `/samples/${sample.id}`)
        .replace(/:id|:letter/, id)
        .replace(':sha256', record.document.sha256)
      if (at.includes(':format')) return exported.map((format) => at.replace(':format', format))
      return at === '/work/sheets' ? sheetFields.map((field) => `${at}?field=${field}`) : [at]
    })
    for (const address of addresses) {
      const found = await ria('GET', address)
      expect([address, [200, 404, 409].includes(found.status)]).toEqual([address, true])
      // Who works here is no secret; who wrote to this letter is.
      if (address === '/work/people') expect(found.text).not.toContain(id)
      else told.push(found)
    }
    const onSheet = { letterId: id, revision: 1, places: [{ path: 'header.decisionDate', seen: 'a'.repeat(64) }] }
    expect(
      (await ria('POST', '/work/sheets', { letters: [onSheet] }, { 'idempotency-key': 'one' })).json,
    ).toMatchObject({
      letters: [{ letterId: id, status: 404, revision: null, by: [] }],
    })
    for (const { text } of told)
      expect(text).not.toMatch(new RegExp(`${EDITED}|twelfth|zoe|upheld|overturned|${number}`))

    // Everybody else sees it, and so does she once she has said what is there.
    expect((await as('lea')('GET', `/cases/${id}`)).text).toContain(EDITED)
    for (const format of exported.filter((f) => f !== 'gold'))
      expect((await as('lea')('GET', `/exports/${format}`)).text).toContain(EDITED)
    expect((await as('lea')('GET', `/cases?q=${number}`)).json.letters).toHaveLength(1)
    expect((await answer('ria')).status).toBe(204)
    expect((await ria('GET', `/cases/${id}`)).text).toContain(EDITED)
    expect((await ria('GET', '/work')).json.waiting).toMatchObject([{ letterId: id }])
    expect((await ria('GET', `/documents/${record.document.sha256}/records`)).json).toHaveLength(1)
  })

  it('is one person’s to answer: nobody else’s who was not given it, and not theirs who know it already', async () => {
    const { store, record, id, next, answer } = await aSample(0, {
      ria: ['reviewer'],
      zoe: ['reviewer'],
      mia: ['reviewer'],
    })
    const lock = await taken(store, id, 'zoe')
    expect(await next('zoe')).toBeNull()
    await editLetter(store, id, write('zoe', 0, lock), [correct(record, 'header.decisionDate', EDITED) as Content])
    await store.unlock(id, lock)
    expect(await next('zoe')).toBeNull()
    expect(await answer('mia')).toMatchObject({ status: 409, json: { code: 'not-given' } })
    // Asked at once, it is given to one of them; who asks again has the same.
    const both = await Promise.all([next('ria'), next('mia')])
    expect(both.filter((one) => one !== null)).toHaveLength(1)
    const [name, other] = both[0] ? ['ria', 'mia'] : ['mia', 'ria']
    expect((await next(name)).letterId).toBe(id)
    expect(await next(other)).toBeNull()
    expect(await answer(other)).toMatchObject({ status: 409, json: { code: 'not-given' } })
    expect((await answer(name)).status).toBe(204)
    expect(await answer(name)).toMatchObject({ status: 409, json: { code: 'answered' } })
  })

  it('is given to somebody else, too, when it is not answered within a day; when they have, the first one may see it', async () => {
    const { id, as, next, answer, pass, again } = await aSample(0, { ria: ['reviewer'], zoe: ['reviewer'] })
    expect((await next('ria')).letterId).toBe(id)
    expect(await next('zoe')).toBeNull()
    pass(DAY)
    await again()
    expect((await next('zoe')).letterId).toBe(id)
    expect((await as('ria')('GET', `/cases/${id}`)).status).toBe(404)
    expect((await answer('zoe')).status).toBe(204)
    expect((await as('ria')('GET', `/cases/${id}`)).status).toBe(200)
    expect(await next('ria')).toBeNull()
  })
})

type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Said>
/** Of whatever shape. */
type Json = ReturnType<typeof JSON.parse>
type Said = { readonly status: number; readonly text: string; readonly json: Json }

/** What somebody says who sees what the record says. */
const said = (record: CaseRecord, other: object) => ({
  'header.caseNumber': record.header.caseNumber.value,
  'header.dateOfInjury': record.header.dateOfInjury.value,
  'header.urDecisionDate': record.header.urDecisionDate.value,
  'header.decisionDate': record.header.decisionDate.value,
  'header.applicationReceived': record.header.applicationReceived.value,
  'patient.age': record.patient.age.value,
  'patient.sex': record.patient.sex.value,
  'diagnoses[].text': record.diagnoses.map((d) => d.text.value),
  'services[].request': record.services.map((s) => s.request.value),
  'services[].frequency.visits': record.services.map(() => 'none'),
  'services[].outcome': record.services.map((s) => s.outcome.value),
  ...other,
})
