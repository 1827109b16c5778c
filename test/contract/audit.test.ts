import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { digestsOf } from '../../src/store/audit/salts.ts'
import { openFolderBlobs } from '../../src/store/blobs/folder.ts'

import { openLedger } from '../../src/store/ledger/ledger.ts'
import type { Database } from '../../src/store/sql/database.ts'
import { databases } from '../fixtures/databases.ts'
import { testFolder } from '../fixtures/folder.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe.each(databases)('the audit trail on %s', (_, place) => {
  async function aTrail() {
    const folder = await testFolder()
    const database = await (await place()).open()
    let time = Date.parse('2026-03-02T09:00:00.000Z')
    const now = () => new Date(time++)
    const blobs = await openFolderBlobs(join(folder, 'files'))
    const ledgerOn = (inside: Database) => openLedger(inside, blobs, now, { owner: 'test' })
    const store = ledgerOn(database)
    const put = async (text: string) => {
      const path = join(folder, text)
      await writeFile(path, text)
      return (await store.receive({ path, fileName: 'a.pdf' })).sha256
    }
    return { store, database, put, ledgerOn }
  }
  const act = (subject: string, action = 'seen', actor = 'j.doe') => ({ subject, action, actor })

  it('refuses to be changed, emptied or shortened, and so do its seals', async () => {
    const { store, database } = await aTrail()
    await store.noteAct(act('a'))
    await store.seal('test')
    for (const table of ['audit', 'seals'])
      for (const statement of [
        `update ${table} set actor = 'nobody'`,
        `delete from ${table}`,
        ...(database.engine === 'postgres' ? [`truncate ${table}`] : []),
      ])
        await expect(sql.raw(statement).execute(database.kysely), statement).rejects.toThrow(/append-only/)
  })

  it('tells what happened to a case, to its document, and nothing of its neighbours; and what somebody did', async () => {
    const { store } = await aTrail()
    const sha = sha256('x')
    for (const subject of [sha, `${sha}-p1`, `${sha}-p4`, sha256('y')]) await store.noteAct(act(subject))
    await store.noteAct(act(`${sha}-p1`, 'changed', 'm.roe'))
    const subjects = async (subject: string) =>
      (await store.trail({ subject, limit: 99 })).map((r) => r.subject.slice(64))
    expect(await subjects(`${sha}-p1`)).toEqual(['-p1', '-p1', ''])
    expect(await subjects(sha)).toEqual(['-p1', '-p4', '-p1', ''])
    expect(await subjects(`${sha}-2`)).toEqual(['-p1', '-p4', '-p1', ''])
    expect((await store.trail({ actor: 'm.roe', limit: 99 })).map((r) => r.action)).toEqual(['changed'])
    const [newest, second] = await store.trail({ limit: 2 })
    expect(await store.trail({ limit: 1, before: newest?.seq ?? 0 })).toEqual([second])
  })

  it('reports who had access to a case, exports of everything since it came among it', async () => {
    const { store } = await aTrail()
    const sha = sha256('x')
    await store.noteAct(act('all', 'exported', 'token:early'))
    for (const actor of ['j.doe', 'j.doe', 'm.roe']) await store.noteAct(act(`${sha}-p1`, 'seen', actor))
    await store.noteAct(act('all', 'exported', 'token:nightly'))
    await store.noteAct(act(sha256('y')))
    expect(await store.accessTo(`${sha}-p1`)).toMatchObject([
      { actor: 'j.doe', action: 'seen', count: 2 },
      { actor: 'm.roe', action: 'seen', count: 1 },
      { actor: 'token:nightly', action: 'exported', count: 1 },
    ])
  })

  it('has one row for a list that was shown, found by all that was in it, and a seal that shows when it is not what was shown', async () => {
    const { store, database } = await aTrail()
    const [x, y, z] = [sha256('x'), sha256('y'), sha256('z')]
    const rows = async () => (await store.trail({ limit: 99 })).length
    await store.shown([`${x}-p1`, `${y}-p1`, `${x}-p3`], 'j.doe', 'list')
    await store.shown([`${x}-p3`, `${x}-p1`, `${y}-p1`], 'm.roe', 'list')
    await store.documentsShown([x, z], 'ann')
    await store.shown([`${y}-p1`], 'j.doe', 'letter')
    await store.shown([], 'j.doe', 'list')
    expect(await rows()).toBe(4)
    const [seen] = await store.trail({ subject: `${x}-p1`, actor: 'j.doe', limit: 9 })
    expect(seen).toMatchObject({ action: 'letter-shown', detail: 'list' })
    expect(await store.listed(seen?.subject ?? '')).toEqual([`${x}-p1`, `${x}-p3`, `${y}-p1`].sort())
    // What it was in was shown to two; it is kept once.
    expect(await database.kysely.selectFrom('listed').selectAll().execute()).toHaveLength(5)
    const access = async (subject: string) =>
      (await store.accessTo(subject)).map(({ actor, action, count }) => `${actor} ${action} ${count}`).sort()
    const lists = ['j.doe letter-shown 1', 'm.roe letter-shown 1']
    expect(await access(`${x}-p3`)).toEqual(['ann document-shown 1', ...lists])
    expect(await access(x)).toEqual(['ann document-shown 1', ...lists])
    expect(await access(`${y}-p1`)).toEqual(['j.doe letter-shown 2', 'm.roe letter-shown 1'])
    expect(await access(`${x}-p2`)).toEqual(['ann document-shown 1'])
    expect(await access(z)).toEqual(['ann document-shown 1'])
    await store.seal('test')
    expect(await store.verifySeals()).toMatchObject({ broken: [], unsealed: 0 })
    for (const statement of ['delete from listed', `update listed set subject = 'x'`])
      await expect(sql.raw(statement).execute(database.kysely), statement).rejects.toThrow(/append-only/)
    await allowChanges(database)
    const without = database.kysely.deleteFrom('listed').where('subject', '=', `${y}-p1`)
    await without.execute()
    expect((await store.verifySeals()).broken).toMatchObject([{ seal: 1, why: 'a list is not what was shown' }])
    await database.kysely
      .insertInto('listed')
      .values({ list: seen?.subject ?? '', subject: `${y}-p1` })
      .execute()
    expect(await store.verifySeals()).toMatchObject({ broken: [] })
    await database.kysely
      .insertInto('listed')
      .values({ list: seen?.subject ?? '', subject: `${z}-p1` })
      .execute()
    expect((await store.verifySeals()).broken).toMatchObject([{ why: 'a list is not what was shown' }])
  })

  it('is sealed block by block, by one at a time, and what comes after is not yet', async () => {
    const { store } = await aTrail()
    expect(await store.seal('test')).toBeNull()
    await Promise.all(Array.from({ length: 20 }, (__, n) => store.noteAct(act(`${n}`))))
    await Promise.all(
      Array.from({ length: 8 }, (__, n) => (n % 2 ? store.seal('test') : store.noteAct(act(`late ${n}`)))),
    )
    await store.seal('test')
    expect(await store.verifySeals()).toMatchObject({ sealed: 24, unsealed: 0, broken: [] })
    await store.noteAct(act('later'))
    const verified = await store.verifySeals()
    expect(verified).toMatchObject({ sealed: 24, unsealed: 1, broken: [] })
    expect(verified.root).toBe((await store.seals()).at(-1)?.root)
    expect(verified.root).toMatch(/^[0-9a-f]{64}$/)
  })

  it('keeps digests of values under a salt of the document, which goes when it is forgotten: what is sealed stays so', async () => {
    const { store, database, put } = await aTrail()
    const sha = await put('a letter')
    const value = { value: '1998-07-06', status: 'corrected' }
    const digests = await database.kysely
      .transaction()
      .execute((tx) => digestsOf(tx, sha, { before: null, after: value }))
    const again = await database.kysely
      .transaction()
      .execute((tx) => digestsOf(tx, sha, { before: { status: 'corrected', value: '1998-07-06' }, after: undefined }))
    expect([digests.before, again]).toEqual([null, { before: digests.after, after: null }])
    expect(digests.after).not.toBe(sha256(JSON.stringify(value)))
    await store.noteAct({ ...act(`${sha}-p1`, 'changed'), digests })
    await store.seal('test')
    expect(await store.forget(sha, { reason: 'request', by: 'clerk' })).toBe('forgotten')
    expect(await database.kysely.selectFrom('salts').selectAll().execute()).toEqual([])
    await store.seal('test')
    expect(await store.verifySeals()).toMatchObject({ seals: 2, unsealed: 0, broken: [] })
    expect((await store.trail({ subject: sha, action: 'changed', limit: 9 }))[0]?.after_digest).toBe(digests.after)
  })

  it('shows by its seals every row that was changed, removed, added or swapped, and every seal that was', async () => {
    const { store, database, ledgerOn } = await aTrail()
    await aSealedTrail(store)
    const size = 24
    const rows = fc.integer({ min: 1, max: size })
    const columns = fc.constantFrom(
      'at',
      'actor',
      'action',
      'subject',
      'from_state',
      'to_state',
      'detail',
      'before_digest',
      'after_digest',
    )
    const tampering = fc.oneof(
      fc.record({ how: fc.constant('change' as const), row: rows, column: columns }),
      fc.record({ how: fc.constant('remove' as const), row: rows }),
      fc.record({ how: fc.constant('renumber' as const), row: rows }),
      fc
        .record({ how: fc.constant('swap' as const), row: rows, other: rows })
        .filter(({ row, other }) => row !== other),
      fc.record({ how: fc.constant('add' as const), row: rows }),
      fc.record({
        how: fc.constant('seal' as const),
        row: fc.integer({ min: 1, max: 3 }),
        column: fc.constantFrom('from_seq', 'to_seq', 'rows', 'root', 'at', 'actor'),
      }),
      fc.record({ how: fc.constant('unseal' as const), row: fc.integer({ min: 1, max: 3 }) }),
    )
    await allowChanges(database)
    const before = (await store.seals()).at(-1)?.root ?? ''
    await fc.assert(
      fc.asyncProperty(tampering, async (tampered) => {
        await inVain(database, tampered, async (inside) => {
          const verified = await ledgerOn(inside).verifySeals()
          const isWhole = verified.broken.length === 0 && verified.unsealed === 0 && verified.root === before
          expect(isWhole, JSON.stringify(tampered)).toBe(false)
          // Only the seals at the end can go unseen by the others: the root that is kept elsewhere shows it.
          if (!(tampered.how === 'unseal' && tampered.row === 3))
            expect(verified.broken, JSON.stringify(tampered)).not.toEqual([])
          else expect(verified.roots).not.toContain(before)
        })
      }),
      { numRuns: 150 },
    )
    expect(await store.verifySeals()).toMatchObject({ broken: [], unsealed: 0, root: before })
  })
})

type Tampering =
  | { readonly how: 'change' | 'seal'; readonly row: number; readonly column: string }
  | { readonly how: 'remove' | 'renumber' | 'add' | 'unseal'; readonly row: number }
  | { readonly how: 'swap'; readonly row: number; readonly other: number }

async function aSealedTrail(store: ReturnType<typeof openLedger>) {
  for (let n = 1; n <= 24; n++) {
    await store.noteAct({
      ...{ actor: `user-${n % 3}`, action: `act-${n % 4}`, subject: `case-${n}`, from: `from-${n}`, to: `to-${n}` },
      ...{ detail: `detail ${n}`, digests: { before: sha256(`before ${n}`), after: sha256(`after ${n}`) } },
    })
    if (n % 8 === 0) await store.seal('test')
  }
}

/** What somebody does who owns the database. */
async function allowChanges({ kysely, engine }: Database): Promise<void> {
  for (const statement of engine === 'postgres'
    ? ['audit', 'seals', 'listed'].map((t) => `alter table ${t} disable trigger all`)
    : ['audit', 'seals', 'listed'].flatMap((t) => ['update', 'delete'].map((how) => `drop trigger ${t}_no_${how}`)))
    await sql.raw(statement).execute(kysely)
}

/** Tampers, looks, and takes it back. */
async function inVain(database: Database, t: Tampering, look: (inside: Database) => Promise<void>): Promise<void> {
  const undone = new Error('undone')
  const columns = 'at, actor, action, subject, from_state, to_state, detail, before_digest, after_digest'
  const all = columns.split(', ')
  const numbers = ['from_seq', 'to_seq', 'rows']
  const statements = (): readonly string[] => {
    switch (t.how) {
      case 'change':
        return [`update audit set ${t.column} = ${t.column} || 'x' where seq = ${t.row}`]
      case 'remove':
        return [`delete from audit where seq = ${t.row}`]
      case 'renumber':
        return [`update audit set seq = 1000 + ${t.row} where seq = ${t.row}`]
      case 'add':
        return [
          `update audit set seq = -seq where seq >= ${t.row}`,
          `update audit set seq = 1 - seq where seq < 0`,
          `insert into audit (seq, ${columns}) select ${t.row}, ${columns} from audit where seq = ${t.row === 1 ? 2 : t.row - 1}`,
        ]
      case 'swap':
        return [
          'create temporary table kept as select * from audit',
          ...[
            [t.row, t.other],
            [t.other, t.row],
          ].map(
            ([to, from]) =>
              `update audit set ${all.map((c) => `${c} = (select ${c} from kept where seq = ${from})`).join(', ')} where seq = ${to}`,
          ),
          'drop table kept',
        ]
      case 'seal':
        return [
          `update seals set ${t.column} = ${t.column} ${numbers.includes(t.column) ? '+ 1' : "|| 'x'"} where number = ${t.row}`,
        ]
      case 'unseal':
        return [`delete from seals where number = ${t.row}`]
    }
  }
  await database.kysely
    .transaction()
    .execute(async (tx) => {
      for (const statement of statements()) await sql.raw(statement).execute(tx)
      await look({ ...database, kysely: tx })
      throw undone
    })
    .catch((error) => {
      if (error !== undone) throw error
    })
}
