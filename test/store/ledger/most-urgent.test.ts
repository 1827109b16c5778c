import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { rankOf } from '../../../src/store/index.ts'
import { mostUrgent, questions } from '../../../src/store/ledger/most-urgent.ts'
import type { Database } from '../../../src/store/sql/database.ts'
import { datesThatMove } from '../../../src/store/urgency.ts'
import { databases } from '../../fixtures/databases.ts'
import { planOf } from '../../fixtures/plans.ts'

const DAY_MS = 86_400_000
const now = new Date('2026-06-15T13:30:00.000Z')
const dayOf = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10)

type Row = {
  sha256: string
  priority: number
  due: string | null
  received_at: string
  state: string
  held: number
  not_before: string | null
}

async function insert({ kysely }: Database, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 1_000)
    await kysely
      .insertInto('documents')
      .values(
        rows.slice(at, at + 1_000).map((row) => ({
          ...row,
          state: row.state as 'received',
          cause: row.state === 'failed' ? ('damaged' as const) : null,
          file_name: 'x',
          attempts: 0,
          crashes: 0,
          lease_token: 0,
          changed_at: row.received_at,
        })),
      )
      .execute()
}

describe('the dates that move a document', () => {
  it('are those that change its rank, whatever the time of day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 0, max: DAY_MS - 1 }), (days, ms) => {
        const today = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS + ms)
        const due = dayOf(days)
        const { from, before } = datesThatMove(today)
        const exactly = (Date.parse(due) - today.getTime()) / DAY_MS
        expect(due >= from && due < before).toBe(exactly >= -30 && exactly < 60)
        expect(rankOf({ priority: 100, due }, today) < 100).toBe(due >= from && due < before)
        expect(rankOf({ priority: 1, due }, today)).toBe(1)
        expect(rankOf({ priority: 1000, due }, today)).toBe(1000)
      }),
    )
  })
})

describe.each(databases)('what waits, on %s,', (_, place) => {
  it('is given in the order of its rank, then of its date, then of its arrival, however many are asked for', async () => {
    const database = await (await place()).open()
    const rows: Row[] = fc
      .sample(
        fc.record({
          priority: fc.constantFrom(1, 100, 100, 100, 1000, 1001),
          due: fc.option(fc.integer({ min: -45, max: 75 }).map(dayOf)),
          received_at: fc.integer({ min: 1, max: 9 }).map((d) => `2026-06-0${d}T00:00:00.000Z`),
          state: fc.constantFrom('received', 'extracting', 'extracted', 'done', 'failed'),
          held: fc.constantFrom(0, 0, 0, 1),
          not_before: fc.constantFrom(null, null, '2020-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z'),
        }),
        { numRuns: 600, seed: 7 },
      )
      .map((row, i) => ({ ...row, sha256: `${i}`.padStart(4, '0') }))
    await insert(database, rows)
    const moved = ({ priority, due }: Row) => (rankOf({ priority, due }, now) < priority ? (due ?? '') : '')
    const key = (row: Row) =>
      [
        `${rankOf(row, now)}`.padStart(5, '0'),
        moved(row),
        `${row.priority}`.padStart(5, '0'),
        row.received_at,
        row.sha256,
      ].join(' ')
    const expected = rows
      .filter(
        (r) => r.state !== 'done' && r.state !== 'failed' && r.held === 0 && (r.not_before ?? '') <= now.toISOString(),
      )
      .sort((a, b) => (key(a) < key(b) ? -1 : 1))
      .map((r) => r.sha256)
    expect(expected.length).toBeGreaterThan(100)
    for (const limit of [1, 7, 40, 100, 1_000])
      expect((await mostUrgent(database.kysely, limit, now)).map((r) => r.sha256)).toEqual(expected.slice(0, limit))
  })

  it('is found by its indexes, in their order, without a look at what has ended or a sort', async () => {
    const database = await (await place()).open()
    const rows: Row[] = Array.from({ length: 6_000 }, (_, i) => ({
      sha256: `${i}`,
      priority: i % 50 === 0 ? 1 : i % 9 === 0 ? 1000 : 100,
      due: i % 3 === 0 ? null : dayOf((i % 200) - 60),
      received_at: `2026-06-0${1 + (i % 9)}T00:00:00.000Z`,
      state: i % 2 === 0 ? 'received' : 'done',
      held: 0,
      not_before: null,
    }))
    await insert(database, rows)
    // As PostgreSQL does by itself; an embedded database is never analysed.
    if (database.engine === 'postgres') await sql`analyze`.execute(database.kysely)
    const { expedited, dated, others } = questions(database.kysely, 20, now)
    for (const [query, index] of [
      [expedited, 'documents_open'],
      [dated, 'documents_due'],
      [others, 'documents_open'],
    ] as const) {
      const plan = await planOf(database, query)
      expect([plan.indexes, plan.others], plan.text).toEqual([[index], []])
    }
  })
})
