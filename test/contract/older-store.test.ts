import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { caseRecordSchema, RECORD_SCHEMA } from '../../src/model/index.ts'
import { placeLetters } from '../../src/review/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { upcast } from '../../src/store/ledger/upcast.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putOlderStore } from '../fixtures/older-store.ts'
import { aRecord, aService } from '../fixtures/records.ts'

const postgres = inject('postgresUrl')
const engines: readonly (readonly [string, string | null])[] = [
  ['SQLite', null],
  ...(postgres ? [['PostgreSQL', postgres] as const] : []),
]

describe.each(engines)('a store that version 0.1.0 left, on %s', (_, server) => {
  async function aStore(): Promise<Store> {
    const store = await openStore(await putOlderStore(join(await testFolder(), 'data'), server))
    onTestFinished(() => store.close())
    return store
  }

  it('gives every record in the shape of today, with what is known of what made it', async () => {
    const store = await aStore()
    const records = []
    for await (const record of store.allRecords()) records.push(record)
    expect(records.map((r) => [r.document.fileName, r.status])).toEqual([
      ['01-office-scan.pdf', 'failed'],
      ['12-born-digital.pdf', 'complete'],
      ['14-expedited.png', 'complete'],
      ['damaged.pdf', 'failed'],
    ])
    for (const record of records) {
      expect(caseRecordSchema.parse(record)).toEqual(record)
      expect(record.made).toEqual({
        schema: RECORD_SCHEMA,
        imr: '0.1.0',
        engine: 'tesseract 5.3.0',
        model: 'eng, eng 4.0.0_best_int 1.0.0',
        guidelines: record.document.fileName === 'damaged.pdf' ? null : '0.1.0',
      })
    }
  })

  it('keeps what waits where it stood: what is undecided is no record yet, and no row of a part is lost', async () => {
    const store = await aStore()
    const { documents, again, cases } = await store.status()
    expect({ documents, again, cases }).toEqual({
      documents: { received: 1, extracting: 1, extracted: 1, deciding: 0, done: 3, failed: 1 },
      again: { waiting: 0, failures: [] },
      cases: 4,
    })
    const stages = await store.pending(9)
    const undecided = stages.find((d) => d.stage === 'decide')?.sha256 ?? ''
    expect(await store.find(undecided)).toMatchObject({ fileName: '08-split-request.pdf', state: 'extracted' })
    expect(await store.records(undecided)).toEqual([])
    const { records } = await store.undecided(undecided)
    expect(records.map((r) => caseRecordSchema.parse(r).made)).toMatchObject([{ imr: '0.1.0', guidelines: null }])
    // Its letters can be reviewed like any other.
    expect(await store.unplaced(9)).toHaveLength(4)
    await placeLetters(store)
    expect((await store.letters({ limit: 9 })).map((l) => l.needed)).toContain(true)
    expect(await store.letters({ text: '12-BORN', limit: 9 })).toMatchObject([{ fileName: '12-born-digital.pdf' }])
    const parts = await Promise.all(stages.map((d) => store.parts(d.sha256)))
    expect(parts.flat().map((p) => p.read)).toEqual([true, true, false, false])
  })
})

describe('a stored record', () => {
  it('of a newer shape than is known is refused, with who made it and what to do', () => {
    const { made, ...rest } = aRecord({})
    const newer = JSON.stringify({ ...rest, made: { ...made, schema: RECORD_SCHEMA + 1, imr: '9.1.0' } })
    expect(() => upcast(newer, null)).toThrow(/imr 9\.1\.0 made .*use that version or a newer one/)
  })

  it('from before frequency and drug were fields says so, and is no surer of them than its versions were right', () => {
    const drug = { name: 'Norco', strength: '10/325', quantity: 60, refills: null, ingredients: [] }
    const frequency = {
      times: null,
      per: null,
      duration: null,
      durationUnit: null,
      visits: [6, 6],
      openEnded: false,
      reading: '6 visits',
      alternatives: [],
    }
    const today = aRecord({ services: [aService({ request: 'Acupuncture x 6', outcome: 'upheld' })] })
    const older = {
      ...today,
      services: today.services.map((s) => ({ ...s, frequency, drug })),
      review: { state: 'auto-accepted', reasons: [] },
      made: { ...today.made, schema: 2 },
    }
    const { services, review, made } = caseRecordSchema.parse(upcast(JSON.stringify(older), null))
    expect(services[0]?.frequency).toMatchObject({
      visits: [6, 6],
      status: 'extracted',
      rule: 'upcast',
      confidence: 0.837,
      courses: [],
      unused: [],
    })
    expect(services[0]?.frequency.evidence).toEqual(services[0]?.request.evidence)
    expect(services[0]?.drug).toMatchObject({ name: 'Norco', status: 'extracted', rule: 'upcast', confidence: 0.864 })
    expect(review.vouched).toContain('services[0].outcome')
    expect(review.vouched.filter((path) => /frequency|drug|diagnoses/.test(path))).toEqual([])
    expect(made.schema).toBe(RECORD_SCHEMA)
  })

  it('of today comes out as it went in, whatever its row says', () => {
    const record = aRecord({})
    const other = { schema: 1, imr: '0.1.0', engine: null, model: null, guidelines: null }
    expect(upcast(JSON.stringify(record), other)).toEqual(record)
  })
})
