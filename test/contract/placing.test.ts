import { describe, expect, it } from 'vitest'
import { keepPlaced } from '../../src/http/place-keeper.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { openLog } from '../../src/queue/index.ts'
import { type Content, changeLetter, editLetter, standingOf } from '../../src/review/index.ts'
import type { Store } from '../../src/store/index.ts'
import { engines } from '../fixtures/work.ts'
import { aLetter, correct } from '../review/a-letter.ts'
import { aLetterStore, taken, write } from '../review/a-letter-store.ts'

const log = openLog('test')
const aged = (value: number, record: CaseRecord): CaseRecord => ({
  ...record,
  patient: { ...record.patient, age: { ...record.patient.age, value } },
})
/** A letter that begins on a page. */
const on = (page: number, record: CaseRecord): CaseRecord => ({
  ...record,
  document: { ...record.document, pageCount: page, pageRange: [page, page] },
})
const unsure = (record: CaseRecord): CaseRecord => ({
  ...record,
  patient: { ...record.patient, age: { ...record.patient.age, confidence: 0.2 } },
  review: { state: 'needs-review', reasons: ['so'], vouched: [] },
})
const listed = async (store: Store) =>
  (await store.letters({ limit: 99 })).map(({ letterId, state, needed, doubt }) => [
    ...[letterId.slice(64), state, needed, doubt],
  ])

describe.each(engines)('the place of a letter in the list of work, in a store on %s', (_, location) => {
  it('is given when its record is kept: nobody has to ask for the list first', async () => {
    const { store, put } = await aLetterStore(location, 'letter.pdf', { standingOf })
    await put(aLetter(), on(2, unsure(aLetter())))
    expect(await store.unplaced(9)).toEqual([])
    expect(await listed(store)).toEqual([
      ['-p2', 'open', true, 1],
      ['-p1', 'open', false, 0],
    ])
    expect((await store.nextLetter('ann'))?.letterId).toMatch(/-p2$/)
  })

  it('is given anew with the record of a re-read: one that was finished and reads otherwise is open again at once', async () => {
    const { store, put, id, record } = await aLetterStore(location, 'letter.pdf', { standingOf })
    const lock = await taken(store, id, 'ann')
    await editLetter(store, id, write('ann', 0, lock), [
      correct(record, 'header.decisionDate', '2018-04-12') as Content,
    ])
    await changeLetter(store, id, write('ann', 1, lock), 'complete', null)
    await put(aLetter())
    expect(await listed(store)).toEqual([['-p1', 'completed', false, 0]])
    await put(aged(71, record))
    expect(await store.unplaced(9)).toEqual([])
    expect(await listed(store)).toEqual([['-p1', 'open', true, 1]])
    expect((await store.letter(id))?.events.at(-1)).toMatchObject({ event: 'reopened', by: 'imr', revision: 3 })
    expect((await store.auditOf(id)).at(-1)).toMatchObject({ actor: 'imr', action: 'letter-reopened' })
  })

  it('is given to all that an older version left without one when a server starts, and not before somebody asks', async () => {
    const { store, put } = await aLetterStore(location)
    const letter = aLetter()
    const letters = Array.from({ length: 250 }, (__, n) => on(n + 1, n % 5 === 0 ? unsure(letter) : letter))
    await put(...letters)
    expect(await store.unplaced(999)).toHaveLength(250)
    const end = keepPlaced(store, log)
    while ((await store.unplaced(1)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await end()
    expect(await store.letters({ needed: true, limit: 99 })).toHaveLength(50)
  })
})
