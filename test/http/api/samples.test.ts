import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CaseRecord, Role } from '../../../src/model/index.ts'
import { aRecord, aService, read } from '../../fixtures/records.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aServer, engines, serverOn } from '../a-server.ts'

type Json = Record<string, unknown>

describe.each(engines)('blind checking, in a store on %s', (_, databaseUrl) => {
  /** A server a person, all on one store with the given records. */
  async function people(letters: readonly ((sha256: string) => CaseRecord)[], names: Readonly<Record<string, Role>>) {
    const { store, queue, data } = await aServer({ databaseUrl: await databaseUrl() })
    const records: CaseRecord[] = []
    for (const [i, letter] of letters.entries()) records.push(await keepLetter(store, `${i}`, letter))
    const calls: Record<
      string,
      (method: string, path: string, body?: unknown) => Promise<{ status: number; text: string; json: Json }>
    > = {}
    for (const [name, role] of Object.entries(names)) {
      const server = await serverOn({ store, queue, data }, { spool: join(data, name), local: { name, roles: [role] } })
      calls[name] = async (method, path, body) => {
        const answer = await fetch(`${server.url}/api/v1${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        })
        const text = await answer.text()
        return { status: answer.status, text, json: text === '' ? {} : JSON.parse(text) }
      }
    }
    return { store, calls, records }
  }
  const accepted = (n: number) => (sha256: string) =>
    ({
      ...aRecord({
        sha256,
        patient: { age: read(40 + n), sex: read('female' as const) },
        // As many services as its number: what is asked must not tell how many.
        services: Array.from({ length: n }, (_, i) =>
          aService({ request: `Unheard-of treatment number ${n} of kind ${i}`, outcome: 'upheld', sequence: i + 1 }),
        ),
      }),
      review: { state: 'auto-accepted', reasons: [], vouched: [] },
    }) as CaseRecord

  /** What somebody says who sees what the record says, but for what is given. */
  const said = (record: CaseRecord | undefined, other: Json = {}) => ({
    'header.caseNumber': record?.header.caseNumber.value,
    'header.dateOfInjury': record?.header.dateOfInjury.value,
    'header.urDecisionDate': record?.header.urDecisionDate.value,
    'header.decisionDate': record?.header.decisionDate.value,
    'header.applicationReceived': record?.header.applicationReceived.value,
    'patient.age': record?.patient.age.value,
    'patient.sex': record?.patient.sex.value,
    'diagnoses[].text': record?.diagnoses.map((d) => d.text.value),
    'services[].request': record?.services.map((s) => s.request.value),
    'services[].frequency.visits': record?.services.map(() => 'none'),
    'services[].outcome': record?.services.map((s) => s.outcome.value),
    ...other,
  })

  it('draws what the bound needs, hides what was read, lets a third settle where two part, and tells errors with exact intervals', async () => {
    const { store, calls, records } = await people([1, 2, 3].map(accepted), {
      lea: 'lead',
      ria: 'reviewer',
      rob: 'reviewer',
      mia: 'reviewer',
    })
    const drawn = await calls.lea?.('POST', '/samples', { bound: 0.01, double: 1, seed: 'autumn' })
    expect(drawn).toMatchObject({ status: 201, json: { population: 3, size: 3, seed: 'autumn', drawnBy: 'lea' } })
    const path = `/samples/${drawn?.json.id}`

    const asked = new Set<string>()
    for (const name of ['ria', 'rob'])
      for (let i = 0; i < 3; i++) {
        const next = await calls[name]?.('POST', `${path}/next`)
        // Neither a value nor a word of the record is in what a blind reviewer is told: what can be chosen is the same for every letter.
        const questions = JSON.stringify(next?.json.questions)
        expect(questions).not.toMatch(/Unheard|\d\d/)
        expect(questions.match(/"options":\[[^\]]*\]/g)).toEqual([
          '"options":["male","female"]',
          '"options":["upheld","overturned"]',
        ])
        expect(questions).not.toMatch(/truth|said|value/)
        // Letters of one, two and three services are asked the same.
        asked.add(questions)
        expect(Object.keys(next?.json ?? {})).toEqual(['letterId', 'pages', 'settle', 'questions'])
        const record = records.find((r) => `${next?.json.letterId}`.startsWith(r.document.sha256))
        if (!record) throw new Error('a letter that nobody drew')
        const isFirst = record === records[0]
        // Of the first letter one of the two misses the age by one.
        const answers = said(record, isFirst && name === 'rob' ? { 'patient.age': 47 } : {})
        expect(
          await calls[name]?.('POST', `${path}/answers`, { letterId: next?.json.letterId, answers }),
        ).toMatchObject({ status: 204 })
        expect(
          await calls[name]?.('POST', `${path}/answers`, { letterId: next?.json.letterId, answers }),
        ).toMatchObject({
          status: 409,
          json: { code: 'answered' },
        })
      }
    expect((await calls.ria?.('POST', `${path}/next`))?.json).toBeNull()

    expect(asked.size).toBe(1)

    const before = await calls.lea?.('GET', `${path}/quality`)
    expect(before?.json).toMatchObject({ open: 1, toSettle: 1, letters: { count: 0, of: 2 } })
    const settle = await calls.mia?.('POST', `${path}/next`)
    expect(settle?.json).toMatchObject({ settle: true, questions: [{ path: 'patient.age', kind: 'number' }] })
    const [question] = (settle?.json.questions ?? []) as { said: number[] }[]
    expect([...(question?.said ?? [])].sort()).toEqual([41, 47])
    const letterId = settle?.json.letterId
    expect(await calls.mia?.('POST', `${path}/answers`, { letterId, answers: { 'patient.age': 47 } })).toMatchObject({
      status: 204,
    })

    const { json: quality } = (await calls.lea?.('GET', `${path}/quality`)) ?? { json: {} as Json }
    expect(quality).toMatchObject({ open: 0, toSettle: 0, letters: { count: 1, of: 3 } })
    const ages = (quality.byField as { name: string; errors: Json }[]).find((r) => r.name === 'patient.age')
    expect(ages?.errors).toMatchObject({ count: 1, of: 3, share: 1 / 3 })
    expect(quality.agreement).toMatchObject({ same: { count: 32, of: 33 } })
    const trail = await store.auditOf(`${letterId}`)
    expect(trail.map((row) => [row.actor, row.action, row.detail])).toEqual(
      ['ria', 'rob', 'mia'].flatMap((name) =>
        ['sample-given', 'sample-answered'].map((action) => [name, action, drawn?.json.id]),
      ),
    )
  })

  it('refuses what is no answer, tells why, and keeps nothing of it', async () => {
    const {
      calls,
      records: [record],
    } = await people([accepted(7)], { lea: 'lead', ria: 'reviewer' })
    const { json: sample } = (await calls.lea?.('POST', '/samples', { bound: 0.05 })) ?? { json: {} as Json }
    const { json: next } = (await calls.ria?.('POST', `/samples/${sample.id}/next`)) ?? { json: {} as Json }
    const answers = said(record, { 'header.dateOfInjury': 'last May', 'patient.sex': 'unsure' })
    const refused = await calls.ria?.('POST', `/samples/${sample.id}/answers`, { letterId: next.letterId, answers })
    expect(refused).toMatchObject({ status: 422, json: { code: 'not-an-answer' } })
    const errors = (refused?.json.errors ?? []) as { place: string }[]
    expect(errors.map((e) => e.place)).toEqual(['header.dateOfInjury', 'patient.sex'])
    expect(await calls.lea?.('GET', `/samples/${sample.id}/quality`)).toMatchObject({ json: { open: 1 } })
  })

  it('draws nothing where nothing was accepted, and lets no reviewer draw', async () => {
    const { calls } = await people([], { lea: 'lead', ria: 'reviewer' })
    expect(await calls.lea?.('POST', '/samples', { bound: 0.01 })).toMatchObject({
      status: 409,
      json: { code: 'nothing-to-draw' },
    })
    expect((await calls.ria?.('POST', '/samples', { bound: 0.01 }))?.status).toBe(403)
    expect((await calls.lea?.('POST', '/samples', { bound: 2 }))?.status).toBe(400)
  })

  it('forgets questions and answers with their document', async () => {
    const {
      store,
      calls,
      records: [record],
    } = await people([accepted(5)], { lea: 'lead', ria: 'reviewer' })
    const { json: sample } = (await calls.lea?.('POST', '/samples', { bound: 0.01 })) ?? { json: {} as Json }
    const { json: next } = (await calls.ria?.('POST', `/samples/${sample.id}/next`)) ?? { json: {} as Json }
    await calls.ria?.('POST', `/samples/${sample.id}/answers`, { letterId: next.letterId, answers: said(record) })
    expect(await store.sampled(`${sample.id}`)).toMatchObject({ letters: [{}], answers: [{}] })
    await store.forget(`${record?.document.sha256}`, { reason: 'request', by: 'lea' })
    expect(await store.sampled(`${sample.id}`)).toEqual({ letters: [], answers: [], tasks: [] })
  })
})
