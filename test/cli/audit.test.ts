import { join } from 'node:path'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { openSqlite } from '../../src/store/sql/sqlite.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

beforeAll(ensureBuilt)

describe('imr audit', () => {
  it('lists, reports, seals and verifies, and ends with 2 when a row was changed or the seals were made anew', async () => {
    const data = join(await testFolder(), 'data')
    const run = (...args: string[]) => imr(['audit', ...args, '--data', data])
    const store = await openStore(data, { now: () => new Date('2026-03-02T09:00:00.000Z') })
    const letter = `${'ab'.repeat(32)}-p1`
    for (const actor of ['j.doe', 'm.roe', 'j.doe']) await store.noteAct({ actor, action: 'seen', subject: letter })
    await store.shown([letter], 'k.low', 'list')
    await store.noteAct({ actor: 'j.doe', action: 'signed-in', subject: 'j.doe', detail: 'from 127.0.0.1' })
    await store.close()
    const at = '2026-03-02T09:00:00.000Z'
    expect((await run('list', '--user', 'j.doe')).stdout).toBe(
      [
        `1  ${at}  j.doe  seen  ${letter}`,
        `3  ${at}  j.doe  seen  ${letter}`,
        `5  ${at}  j.doe  signed-in  j.doe  from 127.0.0.1`,
        '',
      ].join('\n'),
    )
    const json = await run('list', '--case', letter, '--action', 'seen', '--json')
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3])
    expect((await run('report', letter)).stdout).toBe(
      `k.low  letter-shown  1  ${at}  ${at}\nj.doe  seen  2  ${at}  ${at}\nm.roe  seen  1  ${at}  ${at}\n`,
    )
    const [, , , , list = ''] = (await run('list', '--user', 'k.low')).stdout.trim().split('  ')
    expect((await run('shown', list)).stdout).toBe(`${letter}\n`)
    expect((await run('shown', 'list-x')).stderr).toContain('there is no such list')
    expect(await run('report', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('id of a case or letter'),
    })
    const root = (await run('seal')).stdout.trim()
    expect(root).toMatch(/^[0-9a-f]{64}$/)
    expect(await run('seal')).toMatchObject({ code: 0, stdout: `${root}\n`, stderr: 'everything is sealed already\n' })
    expect(await run('verify', '--root', root)).toMatchObject({
      ...{ code: 0, stdout: '', stderr: '5 rows under 1 seal, each as it was sealed; 0 rows have no seal yet\n' },
    })
    const database = openSqlite(join(data, 'imr.sqlite'))
    await sql`drop trigger audit_no_update`.execute(database)
    await sql`update audit set actor = 'nobody' where seq = 2`.execute(database)
    const found = await run('verify')
    expect(found).toMatchObject({ code: 2, stdout: expect.stringContaining('seal 1, rows 1 to 5: ') })
    await sql`drop trigger seals_no_delete`.execute(database)
    await sql`delete from seals`.execute(database)
    await database.destroy()
    await run('seal')
    expect((await run('verify')).code).toBe(0)
    expect(await run('verify', '--root', root)).toMatchObject({ code: 2, stdout: expect.stringContaining('made anew') })
  })
})
