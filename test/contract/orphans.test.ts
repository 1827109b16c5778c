import { describe, expect, it } from 'vitest'
import { type CaseRecord, letterIdSchema } from '../../src/model/index.ts'
import { asReviewed, type Content, changeLetter, editLetter, openLetter, standingOf } from '../../src/review/index.ts'
import type { Store } from '../../src/store/index.ts'
import { engines } from '../fixtures/work.ts'
import { aLetter, correct } from '../review/a-letter.ts'
import { aLetterStore, confirm, taken, write } from '../review/a-letter-store.ts'

const letter = aLetter()
/** The letter on other pages of a file of six. */
const on = (first: number, last: number): CaseRecord => ({
  ...letter,
  document: { ...letter.document, pageCount: 6, pageRange: [first, last] },
})
const listed = async (store: Store) =>
  (await store.letters({ limit: 9 })).map(({ letterId, state, needed }) => [letterId.slice(64), state, needed]).sort()

describe.each(engines)('decisions on a letter that begins nowhere any more, in a store on %s', (_, location) => {
  async function aFile() {
    const { sha256, ...file } = await aLetterStore(location, 'letter.pdf', { standingOf })
    const idOn = (page: number) => letterIdSchema.parse(`${sha256}-p${page}`)
    /** Corrects the date of a letter and says why. */
    const decided = async (page: number) => {
      const lock = await taken(file.store, idOn(page), 'ann')
      await editLetter(file.store, idOn(page), write('ann', 0, lock), [
        correct(file.record, 'header.decisionDate', '2018-04-12') as Content,
      ])
      await file.store.note(idOn(page), 'ann', { event: 'comment', text: 'the stamp says so' })
      await file.store.unlock(idOn(page), lock)
    }
    const out = async () => {
      const all: CaseRecord[] = []
      for await (const record of asReviewed(file.store, await file.store.records(sha256))) all.push(record)
      return all
    }
    return { ...file, idOn, decided, out }
  }

  it('are shown with the letter that has its first page, which asks to be looked at, and are its own again when it is back', async () => {
    const { store, put, idOn, decided, out } = await aFile()
    await put(on(1, 2), on(3, 4), on(5, 6))
    await decided(3)
    await put(on(1, 4), on(5, 6))
    expect(await listed(store)).toEqual([
      ['-p1', 'open', true],
      ['-p5', 'open', false],
    ])
    const view = await openLetter(store, idOn(1), 'bob')
    expect(view.orphaned).toMatchObject([
      {
        ...{ letterId: idOn(3), page: 3, state: 'open' },
        edits: [{ by: 'ann', edit: { action: 'correct', path: 'header.decisionDate', value: '2018-04-12' } }],
        comments: [{ by: 'ann', text: 'the stamp says so' }],
      },
    ])
    expect(view.record.header.decisionDate.value).toBe(letter.header.decisionDate.value)
    expect(view.record.issues.filter(({ rule }) => rule === 'review.orphaned')).toMatchObject([
      { page: 3, severity: 'warning' },
    ])
    expect((await openLetter(store, idOn(5), 'bob')).orphaned).toEqual([])
    // Where nobody has written to the letter itself, it goes out as one to be looked at, too.
    expect((await out()).map(({ review, issues }) => [review.state, issues.at(-1)?.rule])).toMatchObject([
      ['needs-review', 'review.orphaned'],
      ['auto-accepted', letter.issues.at(-1)?.rule],
    ])
    await put(on(1, 2), on(3, 4), on(5, 6))
    expect((await openLetter(store, idOn(3), 'bob')).record.header.decisionDate).toMatchObject({
      ...{ value: '2018-04-12', status: 'corrected' },
    })
    expect((await openLetter(store, idOn(1), 'bob')).orphaned).toEqual([])
    expect((await listed(store))[0]).toEqual(['-p1', 'open', false])
  })

  it('open a letter again that was finished without them; finished with them, it stays so, and they stay in sight', async () => {
    const { store, put, idOn, decided, out } = await aFile()
    await put(on(1, 2), on(3, 6))
    const lock = await taken(store, idOn(1), 'bob')
    await editLetter(store, idOn(1), write('bob', 0, lock), confirm(letter, 'patient.age'))
    await changeLetter(store, idOn(1), write('bob', 1, lock), 'complete', null)
    await decided(3)
    await put(on(1, 6))
    expect(await listed(store)).toEqual([['-p1', 'open', true]])
    const done = await changeLetter(store, idOn(1), write('bob', 3, lock), 'complete', null)
    expect([done.state, done.orphaned.length, done.record.review.state]).toEqual(['completed', 1, 'reviewed'])
    await put(on(1, 6))
    expect(await listed(store)).toEqual([['-p1', 'completed', false]])
    expect((await out())[0]).toMatchObject({ review: { state: 'reviewed' } })
    expect(JSON.stringify((await out())[0]?.issues)).not.toContain('review.orphaned')
  })

  it('are shown with the first letter when the file begins with none any more, and not for a mere skip', async () => {
    const { store, put, idOn, decided } = await aFile()
    await put(on(1, 2), on(3, 4), on(5, 6))
    await decided(1)
    await store.note(idOn(5), 'ann', { event: 'skipped', text: 'not mine' })
    await put(on(3, 6))
    expect((await openLetter(store, idOn(3), 'bob')).orphaned.map(({ page }) => page)).toEqual([1])
  })
})
