import { describe, expect, it } from 'vitest'
import type { CaseRecord } from '../../src/model/index.ts'
import { type Content, changeLetter, editLetter, openLetter, placeLetters, undoLetter } from '../../src/review/index.ts'
import type { Store } from '../../src/store/index.ts'
import { engines } from '../fixtures/work.ts'
import { aLetter, correct } from '../review/a-letter.ts'
import { aLetterStore, confirm, taken, write } from '../review/a-letter-store.ts'

/** A letter as it is read, with another age: as sure as the one before. */
const aged = (value: number, record: CaseRecord = aLetter()): CaseRecord => ({
  ...record,
  patient: { ...record.patient, age: { ...record.patient.age, value } },
})

describe.each(engines)('what people decided on a letter, in a store on %s', (_, location) => {
  const aStore = () => aLetterStore(location)
  /** Takes back all that `by` can, one after the other; gives where the letter stood after each. */
  async function undoneOneByOne(store: Store, id: string, by: string, lock: string) {
    const stood: unknown[] = []
    for (let view = await openLetter(store, id, by); view.undo !== null; ) {
      view = await undoLetter(store, id, write(by, view.revision, lock), { revision: view.undo, way: 'undo' })
      stood.push([view.state, view.reason])
    }
    return stood
  }

  it('is taken back step by step: a rejection to the question that it was held with, everything to what was read', async () => {
    const { store, id, record } = await aStore()
    const lock = await taken(store, id, 'ann')
    const step = (on: number) => write('ann', on, lock)
    await editLetter(store, id, step(0), [correct(record, 'patient.age', 44) as Content])
    await changeLetter(store, id, step(1), 'hold', 'whose age?')
    await editLetter(store, id, step(2), confirm(record, 'patient.sex'))
    await changeLetter(store, id, step(3), 'reject', 'no letter')
    expect(await undoneOneByOne(store, id, 'ann', lock)).toEqual([
      ['held', 'whose age?'],
      ['held', 'whose age?'],
      ['open', null],
      ['open', null],
    ])
    const view = await openLetter(store, id, 'ann')
    expect(JSON.stringify(view.record)).toBe(JSON.stringify(record))
    expect(view.undo).toBeNull()
  })

  it('is taken back from where another has held it, and by nobody else than who did it, as long as nobody wrote since', async () => {
    const { store, id, record } = await aStore()
    const [ann] = [await taken(store, id, 'ann')]
    await changeLetter(store, id, write('ann', 0, ann), 'hold', 'whose age?')
    await store.unlock(id, ann)
    const bob = await taken(store, id, 'bob')
    await changeLetter(store, id, write('bob', 1, bob), 'complete', null)
    expect((await openLetter(store, id, 'ann')).undo).toBeNull()
    expect(await undoneOneByOne(store, id, 'bob', bob)).toEqual([['held', 'whose age?']])
    expect((await openLetter(store, id, 'ann')).undo).toBeNull()
    await editLetter(store, id, write('bob', 3, bob), confirm(record, 'patient.sex'))
    await changeLetter(store, id, write('bob', 4, bob), 'reopen', 'it is 43')
    expect(await undoneOneByOne(store, id, 'bob', bob)).toEqual([
      ['held', 'whose age?'],
      ['held', 'whose age?'],
    ])
  })

  it('is asked for again when what was finished reads otherwise, however sure: the places are named, one after the other, until they are decided', async () => {
    const { store, id, record, read } = await aStore()
    const lock = await taken(store, id, 'ann')
    await editLetter(store, id, write('ann', 0, lock), [
      correct(record, 'header.decisionDate', '2018-04-12') as Content,
      ...confirm(record, 'services[0].request'),
    ])
    await changeLetter(store, id, write('ann', 1, lock), 'complete', null)
    await read(aLetter())
    expect(await openLetter(store, id, 'bob')).toMatchObject({ state: 'completed', otherwise: [], doubts: [] })
    // Surer than before: it says the same.
    await read({
      ...record,
      patient: { ...record.patient, age: { ...record.patient.age, confidence: 1, rule: 'new' } },
    })
    expect(await openLetter(store, id, 'bob')).toMatchObject({ state: 'completed', otherwise: [] })

    await read(aged(73, { ...record, clinicalSummary: { ...record.clinicalSummary, value: 'Another summary.' } }))
    expect(await store.letters({ limit: 9 })).toMatchObject([{ state: 'open', needed: true, doubt: 2 }])
    const view = await openLetter(store, id, 'bob')
    expect(view).toMatchObject({ state: 'open', otherwise: ['patient.age', 'clinicalSummary'], stale: [] })
    expect(view.doubts).toEqual(view.otherwise)
    expect(view.record.review).toMatchObject({ state: 'needs-review', reasons: [expect.stringContaining('otherwise')] })
    await expect(changeLetter(store, id, write('ann', 3, lock), 'complete', null)).rejects.toMatchObject({
      name: 'DoubtsLeft',
      places: view.otherwise,
    })
    const seen = (path: string) => view.fields.find((f) => f.path === path)?.seen ?? ''
    const looked = await editLetter(
      store,
      id,
      write('ann', 3, lock),
      view.otherwise.map((path) => ({ action: 'confirm', path, seen: seen(path) })),
    )
    expect(looked).toMatchObject({ otherwise: [], doubts: [] })
    await changeLetter(store, id, write('ann', 4, lock), 'complete', null)
    await read(aged(73, { ...record, clinicalSummary: { ...record.clinicalSummary, value: 'Another summary.' } }))
    expect((await openLetter(store, id, 'bob')).state).toBe('completed')
  })

  it('is asked for again when a service came or went since it was finished', async () => {
    const { store, id, read } = await aStore()
    const finish = async () => {
      const { revision } = await openLetter(store, id, 'ann')
      const lock = await taken(store, id, 'ann')
      await changeLetter(store, id, write('ann', revision, lock), 'complete', null)
    }
    await finish()
    await read(aLetter(['scan', 'therapy', 'brace']))
    const more = await openLetter(store, id, 'ann')
    expect([more.state, more.otherwise]).toEqual([
      'open',
      [
        'services',
        ...['request', 'claimsAdministratorGuideline', 'reviewerGuideline', 'rationale', 'outcome'].map(
          (key) => `services[0].${key}`,
        ),
      ],
    ])
    const lock = await taken(store, id, 'ann')
    const seen = (path: string) => more.fields.find((f) => f.path === path)?.seen ?? ''
    await editLetter(
      store,
      id,
      write('ann', more.revision, lock),
      more.otherwise.map((path) => ({ action: 'confirm', path, seen: seen(path) })),
    )
    await finish()
    await read(aLetter(['scan', 'brace']))
    expect(await openLetter(store, id, 'ann')).toMatchObject({ state: 'open', otherwise: ['services'] })
    // As it was finished: nothing is left to look at.
    await read(aLetter(['scan', 'therapy', 'brace']))
    expect(await openLetter(store, id, 'ann')).toMatchObject({ otherwise: [], doubts: [] })
  })

  it('is not lost when the letter is read again while it is given its place: the later reading is looked at', async () => {
    const { store, id, put, read } = await aStore()
    const lock = await taken(store, id, 'ann')
    await changeLetter(store, id, write('ann', 0, lock), 'complete', null)
    const slow: Store = {
      ...store,
      place: async (letters) => {
        await put(aged(73))
        return store.place(letters)
      },
    }
    await placeLetters(slow)
    await put(aLetter())
    await placeLetters(slow)
    expect((await store.letters({ limit: 9 }))[0]?.state).toBe('completed')
    await placeLetters(store)
    expect((await store.letters({ limit: 9 }))[0]?.state).toBe('open')
    await read(aged(73))
  })

  it('is written once under its key, and told so whenever it is sent again: without the lock, on a revision long gone, after a re-read', async () => {
    const { store, id, record, read } = await aStore()
    const lock = await taken(store, id, 'ann')
    const edit = write('ann', 0, lock)
    const undo = write('ann', 1, lock)
    const hold = write('ann', 2, lock)
    const all = [
      () => editLetter(store, id, edit, confirm(record, 'patient.age')),
      () => undoLetter(store, id, undo, { revision: 1, way: 'undo' as const }),
      () => changeLetter(store, id, hold, 'hold', 'whose age?'),
    ]
    for (const sent of all) await sent()
    await store.unlock(id, lock)
    const bob = await taken(store, id, 'bob')
    await editLetter(store, id, write('bob', 3, bob), confirm(record, 'patient.sex'))
    await changeLetter(store, id, write('bob', 4, bob), 'reject', 'no letter')
    await read(aged(44))
    const before = await store.letter(id)
    for (const sent of all) expect(await sent()).toMatchObject({ revision: 5, state: 'rejected' })
    expect(await store.letter(id)).toEqual(before)
    const other = { ...edit, digest: 'other' }
    for (const sent of [
      () => editLetter(store, id, other, confirm(record, 'patient.sex')),
      () => undoLetter(store, id, other, { revision: 1, way: 'undo' as const }),
      () => changeLetter(store, id, other, 'complete', null),
    ])
      await expect(sent()).rejects.toMatchObject({ name: 'KeyReused' })
  })

  it('is commented on once under a key', async () => {
    const { store, id } = await aStore()
    const say = (text: string) => store.note(id, 'ann', { event: 'comment', text }, { key: 'c', digest: text })
    await say('look')
    await say('look')
    await expect(say('look again')).rejects.toMatchObject({ name: 'KeyReused' })
    expect((await openLetter(store, id, 'bob')).comments.map((c) => c.text)).toEqual(['look'])
  })
})
