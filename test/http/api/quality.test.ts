import { describe, expect, it } from 'vitest'
import { type CaseRecord, letterIdOf } from '../../../src/model/index.ts'
import { type Content, changeLetter, editLetter, openLetter, undoLetter } from '../../../src/review/index.ts'
import { signedIn } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct, say } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

const NOW = new Date('2026-03-12T18:00:00Z')
const DAY = 86_400_000
/** Answers of all kinds of shapes. */
// biome-ignore lint/suspicious/noExplicitAny: what is in them is what is asked for here
type Json = Record<string, any>

describe.skipIf(redisUrl === null).each(engines)('how review goes, on %s', (_, databaseUrl) => {
  async function aHouse() {
    let time = NOW.getTime() - DAY
    const made = await aServer({ databaseUrl: await databaseUrl(), now: () => new Date(time) })
    const letter = (state: 'auto-accepted' | 'needs-review') => (sha256: string) => {
      const record = aLetter()
      const age = { ...record.patient.age, confidence: state === 'needs-review' ? 0.2 : record.patient.age.confidence }
      return {
        ...record,
        caseId: `${sha256}-1`,
        document: { ...record.document, sha256 },
        patient: { ...record.patient, age },
        review: { state, reasons: state === 'needs-review' ? ['age'] : [], vouched: [] },
      } as CaseRecord
    }
    await keepLetter(made.store, 'accepted', letter('auto-accepted'))
    const doubtful = await keepLetter(made.store, 'doubtful', letter('needs-review'))
    await keepLetter(made.store, 'waiting', letter('needs-review'))
    time += DAY
    const url = made.server.url
    const [lea, ria] = [
      await signedIn({ url, store: made.store }, 'lea', ['lead']),
      await signedIn({ url, store: made.store }, 'ria', ['reviewer']),
    ]
    return { ...made, lea, ria, doubtful }
  }
  const told = async (answer: Response) => ({
    status: answer.status,
    json: (await answer.json()) as Json,
  })

  it('is counted for leads, and for reviewers of their own work, without a value of any letter', async () => {
    const { store, lea, ria, doubtful } = await aHouse()
    const id = letterIdOf(doubtful)
    const { token } = await store.lock(id, 'ria', null)
    let keys = 0
    const write = (on: number) => ({ by: 'ria', on, lock: token, key: `k${++keys}`, digest: `${keys}` })
    const date = { ...(correct(doubtful, 'header.decisionDate', '2018-04-12') as object), cause: 'misread' } as Content
    await editLetter(store, id, write(0), [date])
    // Taken back, it counts nowhere; of two words on one place the last counts.
    await editLetter(store, id, write(1), [say(doubtful, 'missing', 'patient.sex') as Content])
    await undoLetter(store, id, write(2), { revision: 2, way: 'undo' })
    await editLetter(store, id, write(3), [correct(doubtful, 'patient.age', 41) as Content])
    const { fields } = await openLetter(store, id, 'ria')
    const seen = fields.find((f) => f.path === 'patient.age')?.seen ?? ''
    await editLetter(store, id, write(4), [{ action: 'confirm', path: 'patient.age', seen } as Content])
    await changeLetter(store, id, write(5), 'complete', null)

    const { status, json } = await told(await lea.call('GET', '/api/v1/quality'))
    expect(status).toBe(200)
    expect(json).toMatchObject({
      from: '2026-02-11',
      to: '2026-03-12',
      straightThrough: { count: 1, of: 3 },
      causes: [{ cause: 'misread', count: 1 }],
      changed: [
        { name: 'header.decisionDate', errors: { count: 1, of: 1 } },
        { name: 'patient.age', errors: { count: 0, of: 1 } },
      ],
      throughput: [{ day: '2026-03-12', completed: 1, held: 0, rejected: 0 }],
      backlog: [
        { due: 'overdue', count: 1 },
        { due: 'today', count: 0 },
        { due: 'this-week', count: 0 },
        { due: 'later', count: 0 },
        { due: 'no-date', count: 0 },
      ],
      standings: { open: 2, completed: 1 },
      accuracy: { letters: { count: 0, of: 0, share: null } },
    })
    expect(JSON.stringify(json)).not.toMatch(/2018-04-12|CM88/)

    const own = await told(await ria.call('GET', '/api/v1/quality?from=2026-03-12&to=2026-03-12'))
    expect(own.json).toMatchObject({
      straightThrough: null,
      accuracy: null,
      throughput: [{ completed: 1 }],
      causes: [{ cause: 'misread', count: 1 }],
    })
    const before = await told(await lea.call('GET', '/api/v1/quality?from=2026-03-01&to=2026-03-10'))
    expect(before.json).toMatchObject({ throughput: [], causes: [], changed: [], straightThrough: { of: 0 } })
    expect((await told(await lea.call('GET', '/api/v1/quality?from=2026-03-02&to=2026-03-01'))).json).toMatchObject({
      code: 'no-time',
    })
  })

  it('holds what blind checks have shown, of all samples together', async () => {
    const { lea, ria } = await aHouse()
    const sample = await told(await lea.call('POST', '/api/v1/samples', { bound: 0.01 }))
    const path = `/api/v1/samples/${sample.json.id}`
    const { json: task } = await told(await ria.call('POST', `${path}/next`))
    const asked = task.questions as { path: string; kind: string }[]
    const answers = Object.fromEntries(
      asked.map(({ path: at, kind }) => [
        at,
        ['diagnoses', 'wordings', 'choices', 'amounts'].includes(kind) ? [] : null,
      ]),
    )
    expect((await ria.call('POST', `${path}/answers`, { letterId: task.letterId, answers })).status).toBe(204)
    const { json } = await told(await lea.call('GET', '/api/v1/quality'))
    const { json: one } = await told(await lea.call('GET', `${path}/quality`))
    expect(json.accuracy).toMatchObject({ letters: { count: 1, of: 1 } })
    for (const key of ['letters', 'byField', 'byLayout', 'byScan', 'byVersion', 'agreement'] as const)
      expect(json.accuracy[key]).toEqual(one[key])
  })
})
