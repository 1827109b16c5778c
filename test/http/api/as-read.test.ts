import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Score } from '../../../src/evaluate/index.ts'
import { type CaseRecord, type Edit, letterIdOf } from '../../../src/model/index.ts'
import { ensureBuilt, imr } from '../../fixtures/cli.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { signedIn } from '../../fixtures/people.ts'
import { keepLetter } from '../../fixtures/stored.ts'
import { aLetter, correct, say } from '../../review/a-letter.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

type Share = {
  readonly count: number
  readonly of: number
  readonly share: number
  readonly low: number
  readonly high: number
}
type Told = {
  readonly letters: number
  readonly accuracies: readonly { readonly measure: string; readonly right: Share }[]
}

const confirmed = (record: CaseRecord) => say(record, 'confirm', 'patient.age')
/** What is decided of each letter; the last one is not finished. */
const decisions: readonly ((record: CaseRecord) => readonly Edit[])[] = [
  (record) => [
    confirmed(record),
    correct(record, 'header.decisionDate', '2018-04-12'),
    say(record, 'missing', 'header.priority'),
  ],
  (record) => [correct(record, 'patient.age', 73), correct(record, 'services[1].outcome', 'upheld')],
  (record) => [confirmed(record)],
  (record) => [confirmed(record), correct(record, 'header.decisionDate', '2018-04-13')],
]

describe.skipIf(redisUrl === null).each(engines)('how well finished letters were read, on %s', (_, databaseUrl) => {
  beforeAll(() => void ensureBuilt())

  it('is told as imr evaluate measures what goes out as gold, to the last digit; to leads', async () => {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const [lea, ria] = [
      await signedIn({ url: server.url, store }, 'lea', ['lead']),
      await signedIn({ url: server.url, store }, 'ria', ['reviewer']),
    ]
    for (const [i, decided] of decisions.entries()) {
      const record = await keepLetter(store, `letter ${i}`, (sha256) => {
        const read = aLetter()
        return {
          ...read,
          caseId: `${sha256}-1`,
          document: { ...read.document, sha256, fileName: `letter ${i}.pdf` },
          patient: { ...read.patient, age: { ...read.patient.age, confidence: 0.2 } },
          review: { state: 'needs-review', reasons: ['age'], vouched: [] },
        } as CaseRecord
      })
      const path = `/api/v1/cases/${letterIdOf(record)}`
      const { token } = await store.lock(letterIdOf(record), 'ria', null)
      const write = async (what: string, on: number, body?: unknown) => {
        const headers = { 'if-match': `"${on}"`, 'lock-token': token, 'idempotency-key': `${i}-${what}` }
        expect((await ria.call('POST', `${path}/${what}`, body, headers)).status).toBe(200)
      }
      await write('edits', 0, { edits: decided(record) })
      if (i < decisions.length - 1) await write('complete', 1)
    }

    const told = (await (await lea.call('GET', '/api/v1/quality/as-read')).json()) as Told
    expect(told.letters).toBe(3)
    const folder = await testFolder()
    const file = async (name: string, from: string) => {
      const path = join(folder, name)
      await writeFile(path, await (await lea.call('GET', `/api/v1/exports/${from}`)).text())
      return path
    }
    const gold = await file('gold.jsonl', 'gold')
    const { stdout, stderr } = await imr([
      'evaluate',
      '--gold',
      gold,
      '--json',
      await file('read.jsonl', 'jsonl?as=read'),
    ])
    expect(stderr).toBe('')
    const score = JSON.parse(stdout) as Score
    const byMeasure = (a: { readonly measure: string }, b: { readonly measure: string }) =>
      a.measure.localeCompare(b.measure)
    expect(
      told.accuracies
        .map(({ measure, right }) => ({ measure, right: right.count, of: right.of, accuracy: right.share }))
        .sort(byMeasure),
    ).toEqual(score.accuracies.filter(({ of }) => of > 0).toSorted(byMeasure))
    // Of what was changed above, each as one miss; nothing of the letter that nobody finished.
    expect(score.misses.map(({ path }) => path).sort()).toEqual([
      'header.decisionDate',
      'header.priority',
      'patient.age',
      'services[1].outcome',
    ])
    const header = told.accuracies.find(({ measure }) => measure === 'header')?.right
    expect(header).toMatchObject({ count: (header?.of ?? 0) - 2 })
    expect(header?.low).toBeLessThan(header?.share ?? 0)

    const other = await lea.call('GET', '/api/v1/quality/as-read?from=2001-01-01&to=2001-12-31')
    expect(await other.json()).toMatchObject({ letters: 0, accuracies: [] })
    expect((await ria.call('GET', '/api/v1/quality/as-read')).status).toBe(403)
  })
})
