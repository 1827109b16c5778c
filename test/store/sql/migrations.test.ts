import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { databases } from '../../fixtures/databases.ts'

const at = '2026-01-01T00:00:00.000Z'

describe.each(databases)('an earlier database on %s', (_, place) => {
  it('keeps every path under which a document came in, now by a digest of it', async () => {
    const home = await place()
    const old = (await home.open(3)).kysely
    for (const sha256 of ['a', 'b'])
      await sql`insert into documents (sha256, file_name, state, attempts, lease_token, received_at, changed_at)
        values (${sha256}, 'x', 'received', 0, 0, ${at}, ${at})`.execute(old)
    // More than are copied at once.
    for (let i = 0; i < 2_500; i++)
      await sql`insert into sources (sha256, path, first_seen_at) values (${i % 3 ? 'a' : 'b'}, ${`/in/${i}.pdf`}, ${at})`.execute(
        old,
      )
    const before = await sql`select sha256, path, first_seen_at from sources order by path`.execute(old)
    const { kysely } = await home.open()
    const after = await sql`select sha256, path, first_seen_at from sources order by path`.execute(kysely)
    expect(after.rows).toEqual(before.rows)
    const digests = await kysely.selectFrom('sources').select('path_digest').distinct().execute()
    expect(digests).toHaveLength(2_500)
    // It goes with its document, as before.
    await kysely.deleteFrom('documents').where('sha256', '=', 'a').execute()
    expect((await kysely.selectFrom('sources').selectAll().execute()).every((s) => s.sha256 === 'b')).toBe(true)
  })

  it('has letters looked at anew beside which one with decisions begins nowhere any more, and no others', async () => {
    const home = await place()
    const old = (await home.open(22)).kysely
    for (const sha256 of ['a', 'b'])
      await sql`insert into documents (sha256, file_name, state, attempts, lease_token, received_at, changed_at)
        values (${sha256}, 'x', 'received', 0, 0, ${at}, ${at})`.execute(old)
    for (const [letter, caseId, revision] of [
      ['a-p1', 'a-1', 0],
      ['a-p3', null, 2],
      ['b-p1', 'b-1', 2],
    ] as const)
      await sql`insert into letters (letter_id, sha256, case_id, revision, indexed, search)
        values (${letter}, ${letter.slice(0, 1)}, ${caseId}, ${revision}, 1, '')`.execute(old)
    const { kysely } = await home.open()
    const anew = await kysely.selectFrom('letters').select('letter_id').where('indexed', '=', 0).execute()
    expect(anew).toEqual([{ letter_id: 'a-p1' }])
  })
})
