import { spawnSync } from 'node:child_process'
import { sql } from 'kysely'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { StoreRefused, StoreUnavailable } from '../../src/store/index.ts'
import { type Database, patiently, transact } from '../../src/store/sql/database.ts'
import { isPassing, translated } from '../../src/store/sql/errors.ts'
import { openPostgres } from '../../src/store/sql/postgres.ts'
import { databases, onPostgres } from '../fixtures/databases.ts'
import { startPostgres } from '../fixtures/servers.ts'

const hasPostgres = inject('postgresUrl') !== null
/** In milliseconds. */
const quick = { statement_timeout: 60_000, lock_timeout: 100, idle_in_transaction_session_timeout: 200 }
const upload = (key: string) => ({ key, sha256: 'a', at: 'now' })
const write = (database: Database, key: string) =>
  patiently(() => database.kysely.insertInto('uploads').values(upload(key)).execute())
const keys = async ({ kysely }: Database) =>
  (await kysely.selectFrom('uploads').select('key').orderBy('key').execute()).map((r) => r.key)

/** A promise, and what fulfils it. */
function aSign(): readonly [Promise<void>, () => void] {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return [given, give]
}

describe.each(databases)('%s', (engine, place) => {
  it('refuses what breaks a constraint as the document it is of, and goes on', async () => {
    const database = await (await place()).open()
    await write(database, 'one')
    await expect(write(database, 'one')).rejects.toBeInstanceOf(StoreRefused)
    await expect(
      transact(database, async (tx) => {
        await tx.insertInto('uploads').values(upload('two')).execute()
        await tx.insertInto('uploads').values(upload('one')).execute()
      }),
    ).rejects.toBeInstanceOf(StoreRefused)
    await write(database, 'three')
    expect(await keys(database)).toEqual(['one', 'three'])
  })

  it('tells what it does not know of as trouble of its own', async () => {
    const database = await (await place()).open()
    const asked = patiently(() => sql`select * from nowhere`.execute(database.kysely))
    await expect(asked).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(asked).rejects.toThrow(/same version of imr/)
  })

  it('leaves errors alone that are not its own', async () => {
    const database = await (await place()).open()
    const own = Object.assign(new Error('of a file'), { code: 'ENOENT' })
    await expect(transact(database, () => Promise.reject(own))).rejects.toBe(own)
  })

  it('commits what was written after it was refused for a while, for others to see', async () => {
    const at = await place()
    const [a, b] = [await at.open(), await at.open()]
    const [held, release] = aSign()
    const [begun, begins] = aSign()
    const began = transact(a, async (tx) => {
      await tx.insertInto('uploads').values(upload('held')).execute()
      begins()
      await held
    })
    // While the other has a transaction open, this process must go on: it is the one that will end it.
    let turns = 0
    const ticking = setInterval(() => {
      if (++turns === 20) release()
    }, 5)
    await begun
    await write(b, 'single')
    await transact(b, (tx) => tx.insertInto('uploads').values(upload('together')).execute())
    clearInterval(ticking)
    release()
    await began
    expect(await keys(await at.open())).toEqual(['held', 'single', 'together'])
    expect(engine === 'PostgreSQL' || turns >= 20).toBe(true)
  })
})

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  it('refuses a character it cannot hold and a value too long for an index, as the document they are of', async () => {
    const database = await (await onPostgres()).open()
    await expect(write(database, 'a\0b')).rejects.toMatchObject({ name: 'StoreRefused', code: '22021' })
    const long = Array.from({ length: 2_000 }, (_, i) => `${i * 7919}`).join('/')
    await expect(write(database, long)).rejects.toMatchObject({ name: 'StoreRefused', code: '54000' })
  })

  const sessionOf = async (tx: Database['kysely']) =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)).rows[0]?.pid ?? 0
  const ended = ({ kysely }: Database, session: number) =>
    vi.waitUntil(
      async () => (await sql`select 1 from pg_stat_activity where pid = ${session}`.execute(kysely)).rows.length === 0,
      { timeout: 60_000, interval: 20 },
    )
  it('ends a transaction that stands still; the process goes on and does it again', async () => {
    const at = await onPostgres(quick)
    const [database, other] = [await at.open(), await at.open()]
    let tries = 0
    await transact(database, async (tx) => {
      await tx.insertInto('uploads').values(upload('once')).execute()
      if (++tries === 1) await ended(other, await sessionOf(tx))
      await tx.insertInto('uploads').values(upload('twice')).execute()
    })
    expect([tries, await keys(database)]).toEqual([2, ['once', 'twice']])
  })

  it('does a transaction again whose connection broke between two statements', async () => {
    const at = await onPostgres()
    const [database, other] = [await at.open(), await at.open()]
    let tries = 0
    await transact(database, async (tx) => {
      const session = await sessionOf(tx)
      if (++tries === 1) {
        await sql`select pg_terminate_backend(${session})`.execute(other.kysely)
        // Its end is heard of before the next statement.
        await ended(other, session)
      }
      await tx.insertInto('uploads').values(upload('once')).execute()
    })
    expect([tries, await keys(database)]).toEqual([2, ['once']])
  })

  it('waits for a lock no longer than it may, and tries anew until it is had', async () => {
    const at = await onPostgres({ ...quick, idle_in_transaction_session_timeout: 60_000 })
    const [a, b] = [await at.open(), await at.open()]
    await write(a, 'wanted')
    let tries = 0
    const [held, release] = aSign()
    const [had, has] = aSign()
    const lock = (database: Database, then: () => Promise<void>) =>
      transact(database, async (tx) => {
        await tx.selectFrom('uploads').selectAll().forUpdate().execute()
        await then()
      })
    const holding = lock(a, () => {
      has()
      return held
    })
    await had
    await transact(b, async (tx) => {
      if (++tries === 3) release()
      await tx.selectFrom('uploads').selectAll().forUpdate().execute()
    })
    await holding
    expect(tries).toBeGreaterThanOrEqual(3)
  })
})

describe.skipIf(!hasPostgres)('a PostgreSQL server that stands still', () => {
  it('holds no query for ever, neither on an old connection nor on a new one, and serves as soon as it goes on', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.remove())
    const kysely = openPostgres(`${server.url}?statement_timeout=200`, { ...quick, silenceMs: 300 })
    onTestFinished(() => kysely.destroy())
    const ask = () => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(kysely)
    const trouble = () =>
      ask().then(
        () => null,
        (error: unknown) => error,
      )
    await ask()
    const freeze = frozen(server.process().pid ?? 0)
    const troubles = [await trouble(), await trouble()]
    freeze.thaw()
    expect(troubles.map((error) => isPassing(error))).toEqual([true, true])
    expect(troubles.map((error) => translated(error))).toEqual([
      expect.any(StoreUnavailable),
      expect.any(StoreUnavailable),
    ])
    expect((await patiently(ask)).rows).toHaveLength(1)
  })
})

/** Stops a process and its children, as a machine that is paused does, until it is told otherwise or the test is over. */
function frozen(pid: number): { thaw: () => void } {
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' }).stdout
  let all = [
    pid,
    ...children
      .split('\n')
      .map(Number)
      .filter((n) => n > 0),
  ]
  for (const one of all) process.kill(one, 'SIGSTOP')
  const thaw = () => {
    for (const one of all) process.kill(one, 'SIGCONT')
    all = []
  }
  onTestFinished(thaw)
  return { thaw }
}
