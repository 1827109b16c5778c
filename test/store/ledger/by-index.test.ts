import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { recordsBehind } from '../../../src/store/ledger/case-rows.ts'
import { counts } from '../../../src/store/ledger/status.ts'
import type { Database } from '../../../src/store/sql/database.ts'
import { type DatabasePlace, databases } from '../../fixtures/databases.ts'
import { planOf } from '../../fixtures/plans.ts'

const now = new Date('2026-06-15T13:30:00.000Z')
const DOCUMENTS = 6_000
const made = JSON.stringify({
  schema: 1,
  imr: '0.2.0',
  engine: 'tesseract 5.3.0',
  model: 'eng '.repeat(20),
  guidelines: 'mtus',
})

/** A store as it is after some weeks: most documents are done, with a letter or two each. */
async function aGrownStore(place: () => Promise<DatabasePlace>): Promise<Database> {
  const database = await (await place()).open()
  const { kysely } = database
  const at = (i: number) => new Date(now.getTime() - i * 60_000).toISOString()
  const documents = Array.from({ length: DOCUMENTS }, (_, i) => {
    const state = i % 20 === 0 ? ('failed' as const) : i % 7 === 0 ? ('received' as const) : ('done' as const)
    return {
      sha256: `${i}`.padStart(64, 'a'),
      file_name: `a file as it came in ${i}.pdf`,
      state,
      cause: state === 'failed' ? ('damaged' as const) : null,
      message: state === 'failed' ? 'the file is damaged: request it again' : null,
      page_count: state === 'received' ? null : (i % 9) + 1,
      again_cause: i % 50 === 1 ? ('internal' as const) : null,
      made,
      attempts: 1,
      crashes: 0,
      priority: i % 14 === 0 ? 1000 : 100,
      held: i % 14 === 0 && state === 'received' ? 1 : 0,
      lease_token: 1,
      received_at: at(DOCUMENTS - i),
      changed_at: at(i),
    }
  })
  const cases = documents
    .filter((d) => d.state !== 'received')
    .flatMap((d, i) =>
      Array.from({ length: 1 + (i % 2) }, (_, letter) => ({
        case_id: `${d.sha256}-${letter + 1}`,
        sha256: d.sha256,
        letter: letter + 1,
        status: 'complete',
        review_state: i % 3 === 0 ? 'needs-review' : 'auto-accepted',
        record: JSON.stringify({ words: 'x'.repeat(400) }),
      })),
    )
  for (let from = 0; from < documents.length; from += 1_000)
    await kysely
      .insertInto('documents')
      .values(documents.slice(from, from + 1_000))
      .execute()
  for (let from = 0; from < cases.length; from += 1_000)
    await kysely
      .insertInto('cases')
      .values(cases.slice(from, from + 1_000))
      .execute()
  // As PostgreSQL does by itself; an embedded database is never analysed.
  if (database.engine === 'postgres') await sql`vacuum analyze`.execute(kysely)
  return database
}

describe.each(databases)('a grown store on %s', (_, place) => {
  it('counts by looking at indexes alone', async () => {
    const database = await aGrownStore(place)
    const asked = counts(database.kysely, now)
    const queries = [
      [asked.byState, 'documents_by_state'],
      [asked.byCause, 'documents_by_cause'],
      [asked.notAgain, 'documents_by_again_cause'],
      [asked.held, 'documents_held'],
      ...asked.lately.map((query) => [query, 'documents_by_change'] as const),
      [asked.byReview, 'cases_by_review'],
    ] as const
    for (const [query, index] of queries) {
      const plan = await planOf(database, query)
      expect([plan.covering, plan.others], plan.text).toEqual([[index], []])
    }
    // A single row, the first of its index.
    const oldest = await planOf(database, asked.oldest)
    expect([oldest.indexes, oldest.others], oldest.text).toEqual([['documents_oldest'], []])
  })

  it('is exported without sorting what is left for every page of it', async () => {
    const database = await aGrownStore(place)
    const half = { received: new Date(now.getTime() - 3_000 * 60_000).toISOString(), sha256: 'a'.repeat(64) }
    const plan = await planOf(database, recordsBehind(database.kysely, half, 200))
    expect([plan.indexes, plan.others.filter((step) => !isLastTerm(step))], plan.text).toEqual([
      ['documents_in_order', expect.stringMatching(/cases_one_per_letter|autoindex_cases/)],
      [],
    ])
  })
})

/** Records that share a document are put in the order of their letters: a handful at a time. */
const isLastTerm = (step: string) =>
  step === 'Incremental Sort' || /^USE TEMP B-TREE FOR (RIGHT PART|LAST TERM) OF ORDER BY$/.test(step)
