import { describe, expect, it } from 'vitest'
import type { CaseRecord, Edit } from '../../src/model/index.ts'
import { asReviewed, type Content, changeLetter, editLetter, openLetter, undoLetter } from '../../src/review/index.ts'
import { LOCK_MS } from '../../src/store/index.ts'
import { textOfTables } from '../fixtures/database-text.ts'
import { engines } from '../fixtures/work.ts'
import { aLetter, correct, seenAt } from '../review/a-letter.ts'
import { aLetterStore, confirm, taken, write } from '../review/a-letter-store.ts'

describe.each(engines)('letters under review, in a store on %s', (_, location) => {
  const aStore = () => aLetterStore(location)

  it('keeps edits as revisions, each on the one that its writer saw; a second writer is told who changed what', async () => {
    const { store, id, record } = await aStore()
    const lock = await taken(store, id, 'ann')
    const view = await editLetter(store, id, write('ann', 0, lock), [
      ...confirm(record, 'patient.age'),
      correct(record, 'header.decisionDate', '2018-04-12') as Content,
    ])
    expect(view).toMatchObject({ revision: 1, undo: 1, record: { header: { decisionDate: { value: '2018-04-12' } } } })
    await expect(editLetter(store, id, write('ann', 0, lock), confirm(record, 'patient.sex'))).rejects.toMatchObject({
      name: 'RevisionConflict',
      revision: 1,
      changes: [{ revision: 1, by: 'ann', what: ['confirm patient.age', 'correct header.decisionDate'] }],
    })
    expect((await openLetter(store, id, 'bob')).fields.filter((f) => f.edited).map((f) => f.path)).toEqual([
      'header.decisionDate',
      'patient.age',
    ])
    const [edited] = (await store.auditOf(id)).filter((a) => a.action === 'letter-edited')
    expect(edited).toMatchObject({ actor: 'ann', detail: '1: confirm patient.age' })
    expect(JSON.stringify(await store.auditOf(id))).not.toContain('2018-04-12')
  })

  it('does a write once, however often it is sent; another under its key is refused', async () => {
    const { store, id, record } = await aStore()
    const lock = await taken(store, id, 'ann')
    const sent = write('ann', 0, lock)
    for (const _ of [1, 2]) expect((await editLetter(store, id, sent, confirm(record, 'patient.age'))).revision).toBe(1)
    await expect(
      editLetter(store, id, { ...sent, digest: 'other' }, confirm(record, 'patient.age')),
    ).rejects.toMatchObject({ name: 'KeyReused' })
    expect((await store.letter(id))?.edits).toHaveLength(1)
  })

  it('locks a letter for one person until they give it back, or are not heard of for less than a minute', async () => {
    const { store, clock, id, record } = await aStore()
    const { token } = await store.lock(id, 'ann', null)
    await expect(store.lock(id, 'bob', null)).rejects.toMatchObject({ name: 'LetterLocked', lock: { by: 'ann' } })
    await expect(editLetter(store, id, write('bob', 0, token), confirm(record, 'patient.age'))).rejects.toMatchObject({
      name: 'LetterLocked',
    })
    clock.now = new Date(clock.now.getTime() + LOCK_MS - 1)
    expect((await store.lock(id, 'ann', token)).token).toBe(token)
    clock.now = new Date(clock.now.getTime() + LOCK_MS)
    expect(LOCK_MS).toBeLessThan(60_000)
    await expect(editLetter(store, id, write('ann', 0, token), confirm(record, 'patient.age'))).rejects.toMatchObject({
      name: 'LetterLocked',
      lock: null,
    })
    const bobs = await taken(store, id, 'bob')
    expect([await store.unlock(id, token), await store.unlock(id, bobs)]).toEqual([false, true])
    const [first, second] = [await taken(store, id, 'ann'), await taken(store, id, 'ann')]
    await expect(store.lock(id, 'ann', first)).rejects.toMatchObject({ name: 'LetterLocked' })
    expect((await editLetter(store, id, write('ann', 0, second), confirm(record, 'patient.age'))).revision).toBe(1)
  })

  it('is finished when nothing is left to look at, taken back by who finished it, held, rejected and opened again', async () => {
    const { store, id, record, read } = await aStore()
    await read({ ...record, patient: { ...record.patient, age: { ...record.patient.age, confidence: 0.2 } } })
    const lock = await taken(store, id, 'ann')
    await expect(changeLetter(store, id, write('ann', 0, lock), 'complete', null)).rejects.toMatchObject({
      places: ['patient.age'],
    })
    await editLetter(store, id, write('ann', 0, lock), confirm(record, 'patient.age'))
    const done = await changeLetter(store, id, write('ann', 1, lock), 'complete', null)
    expect(done).toMatchObject({ state: 'completed', revision: 2, undo: 2, record: { review: { state: 'reviewed' } } })
    await expect(editLetter(store, id, write('ann', 2, lock), confirm(record, 'patient.sex'))).rejects.toMatchObject({
      name: 'LetterClosed',
      state: 'completed',
    })
    expect(await undoLetter(store, id, write('ann', 2, lock), { revision: 2, way: 'undo' })).toMatchObject({
      state: 'open',
      undo: 1,
    })
    expect(await changeLetter(store, id, write('ann', 3, lock), 'hold', 'whose age?')).toMatchObject({
      state: 'held',
      reason: 'whose age?',
    })
    expect(await changeLetter(store, id, write('ann', 4, lock), 'reject', 'no letter')).toMatchObject({
      state: 'rejected',
    })
    expect(await changeLetter(store, id, write('lea', 5, null), 'reopen', 'it is one')).toMatchObject({
      state: 'open',
      reason: null,
    })
    expect((await store.letter(id))?.events.map((e) => [e.event, e.by, e.revision])).toEqual([
      ...[
        ['completed', 'ann', 2],
        ['undone', 'ann', 3],
        ['held', 'ann', 4],
        ['rejected', 'ann', 5],
        ['reopened', 'lea', 6],
      ],
    ])
  })

  it('keeps edits when the letter is read again; one that was finished opens again when anything in it reads otherwise', async () => {
    const { store, id, record, read } = await aStore()
    const lock = await taken(store, id, 'ann')
    await editLetter(store, id, write('ann', 0, lock), [correct(record, 'services[1].outcome', 'upheld') as Content])
    await changeLetter(store, id, write('ann', 1, lock), 'complete', null)
    await read(aLetter(['brace', 'therapy']))
    expect(await openLetter(store, id, 'bob')).toMatchObject({ state: 'completed', stale: [], otherwise: [] })
    await read(aLetter(['scan', 'therapy', 'brace']))
    expect((await store.letters({ limit: 9 }))[0]).toMatchObject({ state: 'open', needed: true })
    expect(await openLetter(store, id, 'bob')).toMatchObject({
      stale: [],
      otherwise: expect.arrayContaining(['services', 'services[0].request']),
      record: { services: [{}, {}, { outcome: { status: 'corrected' } }] },
    })
    await read(aLetter(['scan']))
    const view = await openLetter(store, id, 'bob')
    expect(view).toMatchObject({ state: 'open', stale: ['services'], revision: 3 })
    expect(view.record.services[0]?.outcome.status).toBe('extracted')
    await expect(editLetter(store, id, write('ann', 2, lock), confirm(record, 'patient.sex'))).rejects.toMatchObject({
      changes: [{ by: 'imr', what: ['reopened'] }],
    })
    const otherwise = {
      ...aLetter(['therapy', 'brace']),
      patient: { ...record.patient, age: { ...record.patient.age, value: 73 } },
    }
    await read(otherwise)
    await expect(
      editLetter(store, id, write('ann', 3, await taken(store, id, 'ann')), confirm(record, 'patient.age')),
    ).rejects.toMatchObject({ name: 'ReadOtherwise', place: 'patient.age' })
    expect((await openLetter(store, id, 'bob')).record.services[1]?.outcome.status).toBe('corrected')
  })

  it('is checked on the revision that a write names, and on no older one', async () => {
    const { store, id, record } = await aStore()
    const lock = await taken(store, id, 'ann')
    await expect(editLetter(store, id, write('ann', 1, lock), confirm(record, 'patient.age'))).rejects.toMatchObject({
      name: 'RevisionConflict',
      revision: 0,
    })
    expect((await openLetter(store, id, 'ann')).revision).toBe(0)
  })

  it('hands out work: one’s own first, then by due date and doubt, what was skipped last, nothing that another has', async () => {
    const { store, id, record, read } = await aStore()
    expect(await store.nextLetter('ann')).toBeNull()
    await read({ ...record, review: { state: 'needs-review', reasons: ['r'], vouched: [] } })
    const inHand = await store.nextLetter('ann')
    expect(inHand).toMatchObject({ letterId: id })
    expect(await store.nextLetter('bob')).toBeNull()
    // Nor what one has in hand oneself, in another window.
    expect(await store.nextLetter('ann')).toBeNull()
    await store.unlock(id, inHand?.token ?? '')
    await store.note(id, 'ann', { event: 'skipped', text: 'too blurred' })
    await store.assign(id, 'lea', 'bob')
    expect(await store.nextLetter('ann')).toBeNull()
    expect(await store.nextLetter('bob')).toMatchObject({ letterId: id })
    expect(
      await store.letters({ text: 'cm88', assignee: 'bob', needed: true, dueUntil: '2018-04-18', limit: 9 }),
    ).toMatchObject([{ letterId: id, due: '2018-04-18', caseNumber: 'CM88-1234567' }])
    const [row] = await store.letters({ limit: 9 })
    expect(await store.letters({ limit: 9, ...(row ? { after: row } : {}) })).toEqual([])
    expect(await store.letters({ text: '%', limit: 9 })).toEqual([])
  })

  it('is found by any part of its file’s name and case number, in letters of any script, great or small', async () => {
    const { store } = await aLetterStore(location, 'Ärztliche Größe ΟΔΟΣ ｗｉｄｅ.pdf')
    for (const text of ['ärzt', 'ÄRZT', 'GRÖSSE', 'größe', 'οδοσ', 'Οδος', 'wide', 'cm88-12', 'CM88-12'])
      expect([text, (await store.letters({ text, limit: 9 })).length]).toEqual([text, 1])
    expect(await store.letters({ text: 'arzt', limit: 9 })).toEqual([])
  })

  it('forgets a letter’s edits, comments and place with its document: no word of them is left in any table', async () => {
    const { store, id, record, sha256, place } = await aStore()
    const lock = await taken(store, id, 'ann')
    await editLetter(store, id, write('ann', 0, lock), [
      correct(record, 'services[0].request', 'Quillbrook therapy') as Content,
    ])
    await store.note(id, 'ann', { event: 'comment', text: 'about Quillbrook' })
    await changeLetter(store, id, write('ann', 1, lock), 'hold', 'which Quillbrook?')
    expect(JSON.stringify(await textOfTables(place))).toContain('Quillbrook')
    await store.forget(sha256, { reason: 'request', by: 'ann' })
    expect(JSON.stringify(await textOfTables(place))).not.toContain('Quillbrook')
    expect(await store.letter(id)).toBeNull()
    expect(await store.letters({ limit: 9 })).toEqual([])
    await expect(store.note(id, 'ann', { event: 'comment', text: 'late' })).rejects.toMatchObject({
      name: 'UnknownLetter',
    })
  })

  it('gives records as reviewed, in the place of those that were read, and all others as they are', async () => {
    const { store, id, record, read } = await aStore()
    const all = async () => {
      const records: CaseRecord[] = []
      for await (const one of asReviewed(store, store.allRecords())) records.push(one)
      return records
    }
    expect(await all()).toEqual([record])
    const lock = await taken(store, id, 'ann')
    await editLetter(store, id, write('ann', 0, lock), [
      correct(record, 'header.decisionDate', '2018-04-12') as Content,
    ])
    expect(await all()).toMatchObject([
      { header: { decisionDate: { value: '2018-04-12' } }, review: { state: 'needs-review' } },
    ])
    await changeLetter(store, id, write('ann', 1, lock), 'complete', null)
    expect((await all()).map((r) => r.review.state)).toEqual(['reviewed'])
    await read({ ...aLetter(), header: { ...record.header, decisionDate: record.header.dateAssigned } })
    expect(await all()).toMatchObject([
      { header: { decisionDate: { value: '2018-03-14' } }, review: { state: 'needs-review' } },
    ])
  })

  it('refuses what is no edit of a place, and says why', async () => {
    const { store, id, record } = await aStore()
    const lock = await taken(store, id, 'ann')
    const seen = seenAt(record, 'patient.age')
    const wrong: readonly (readonly [Edit, RegExp])[] = [
      [{ action: 'correct', path: 'patient.age', seen, value: 'old', evidence: [] }, /number/],
      [
        {
          action: 'correct',
          path: 'header.caseNumber',
          seen: seenAt(record, 'header.caseNumber'),
          value: ' ',
          evidence: [],
        },
        /empty/,
      ],
      [{ action: 'confirm', path: 'patient.shoe', seen }, /no such place/],
      [{ action: 'remove', path: 'patient.age', seen }, /as a whole/],
      [{ action: 'missing', path: 'services[0]', seen: seenAt(record, 'services[0]') }, /only that it is right/],
      [{ action: 'confirm', path: 'services[7].outcome', seen }, /no such place/],
      [
        { action: 'missing', path: 'diagnoses[0].certainty', seen: seenAt(record, 'diagnoses[0].certainty') },
        /correct it/,
      ],
    ]
    for (const [edit, why] of wrong)
      await expect(editLetter(store, id, write('ann', 0, lock), [edit as Content])).rejects.toMatchObject({
        name: 'EditRefused',
        message: expect.stringMatching(why),
      })
    expect((await store.letter(id))?.revision).toBe(0)
  })
})
