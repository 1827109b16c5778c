import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { openFolderBlobs } from '../../src/store/blobs/folder.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { aRecord } from '../fixtures/records.ts'

beforeAll(ensureBuilt)

/** A store with documents that were received on these days; those named `unread…` wait. */
async function aStore(days: Readonly<Record<string, string>>) {
  const folder = await testFolder()
  const data = join(folder, 'data')
  let day = '2020-01-01'
  const store = await openStore(data, { now: () => new Date(`${day}T10:00:00.000Z`) })
  const ids: Record<string, string> = {}
  await mkdir(join(folder, 'in', 'done'), { recursive: true })
  for (const [name, when] of Object.entries(days)) {
    day = when
    const path = join(folder, 'in', `${name}.pdf`)
    await writeFile(path, `letter ${name}`)
    const { sha256 } = await store.receive({ path, fileName: `${name}.pdf` })
    ids[name] = sha256
    const lease = name.startsWith('unread') ? null : await store.claim(sha256)
    if (lease) await store.finish(lease, { records: [aRecord({ sha256, fileName: `${name}.pdf` })], failure: null })
  }
  await store.close()
  const run = (...args: string[]) => imr([...args, '--data', data])
  /** What is in the store now. */
  const left = async () => {
    const opened = await openStore(data)
    const found = await Promise.all(Object.entries(ids).map(async ([n, id]) => ((await opened.find(id)) ? [n] : [])))
    await opened.close()
    return found.flat()
  }
  return { folder, data, ids, run, left }
}

const withStore = async <T>(data: string, work: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore(data)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

describe('imr forget', () => {
  it('shows what it would do, changes nothing until somebody says yes, and then forgets', async () => {
    const { folder, ids, run, left } = await aStore({ one: '2020-01-01', two: '2020-01-02' })
    const { one = '' } = ids
    await writeFile(join(folder, 'in', 'done', 'one (2).pdf'), 'letter one')
    const dry = await run('forget', '--document', one, '--dry-run')
    expect(dry).toMatchObject({ code: 0, stdout: `${one}  received 2020-01-01, done, 1 page, 1 letter  one.pdf\n` })
    for (const path of ['one.pdf', 'done/one (2).pdf'])
      expect(dry.stderr).toContain(`yours to delete: ${join(folder, 'in', path)}\n`)
    expect(dry.stderr).toContain('1 document would be forgotten; nothing was changed')
    const unasked = await run('forget', '--document', one)
    expect(unasked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--yes') })
    expect(await left()).toEqual(['one', 'two'])

    const done = await run('forget', '--document', one, '--yes', '--reason', 'mistake', '--by', 'j.doe')
    expect(done).toMatchObject({ code: 0, stdout: `forgotten ${one}\n` })
    expect(done.stderr).toContain(`yours to delete: ${join(folder, 'in', 'one.pdf')}\n`)
    expect(await left()).toEqual(['two'])
    expect((await run('export')).stdout).not.toContain('one.pdf')
    expect((await run('forget', '--list')).stdout).toMatch(new RegExp(`^\\S+Z {2}${one} {2}mistake {2}j\\.doe\\n$`))

    const again = await run('forget', '--document', one, '--yes')
    expect(again).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/was forgotten .* by j\.doe/) })
    const never = await run('forget', '--document', 'f'.repeat(64), '--yes')
    expect(never).toMatchObject({ code: 2, stderr: expect.stringContaining('no such document') })
  })

  it('forgets what a file names by its bytes, wherever the file lies, and tells that the file itself stays', async () => {
    const { folder, ids, run, left } = await aStore({ one: '2020-01-01', two: '2020-01-02', three: '2020-01-03' })
    const copy = join(folder, 'a copy.pdf')
    await writeFile(copy, 'letter one')
    const done = await run('forget', '--document', copy, (ids.two ?? '').toUpperCase(), '--yes')
    expect(done).toMatchObject({ code: 0, stdout: `forgotten ${ids.one}\nforgotten ${ids.two}\n` })
    for (const path of [copy, join(folder, 'in', 'one.pdf')])
      expect(done.stderr).toContain(`yours to delete: ${path}\n`)
    expect(await left()).toEqual(['three'])
    expect(await run('forget', '--document', copy, '--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/a copy\.pdf: was forgotten /),
    })
  })

  it('does nothing at all when one of the paths is mistyped, and says so of a file that the store does not know', async () => {
    const { folder, ids, run, left } = await aStore({ one: '2020-01-01' })
    const [good, wrong] = [join(folder, 'in', 'one.pdf'), join(folder, 'in', 'onne.pdf')]
    const mistyped = await run('forget', '--document', good, wrong, '--yes')
    expect(mistyped).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('onne.pdf: ') })
    expect(mistyped.stderr).not.toContain('forgotten')
    const empty = await run('forget', '--document', join(folder, 'in', 'done'), '--yes')
    expect(empty).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no PDF, TIFF') })
    expect(await left()).toEqual(['one'])
    await writeFile(wrong, 'another letter')
    const unknown = await run('forget', '--document', good, wrong, '--yes')
    expect(unknown).toMatchObject({ code: 2, stdout: `forgotten ${ids.one}\n` })
    expect(unknown.stderr).toMatch(/onne\.pdf: there is no such document in the store \(sha256 [0-9a-f]{64}\)\n/)
    expect(unknown.stderr).toContain('1 document forgotten; 1 that you named is not in the store\n')
  })

  it('forgets by day what has ended, and names what was never read', async () => {
    const { ids, run, left } = await aStore({
      old: '2018-12-31',
      unread: '2018-12-31',
      young: '2019-01-01',
    })
    const forgotten = await run('forget', '--before', '2019-01-01', '--yes')
    expect(forgotten).toMatchObject({ code: 0, stdout: `forgotten ${ids.old}\n` })
    expect(forgotten.stderr).toMatch(new RegExp(`1 document was never read and stay.*\\n${ids.unread} `))
    expect(await left()).toEqual(['unread', 'young'])
    expect((await run('forget', '--document', ids.unread ?? '', '--yes')).code).toBe(0)
    expect(await left()).toEqual(['young'])
    expect((await run('forget', '--list')).stdout).toMatch(/ retention .*\n.* request /)
  })

  it('tells what a worker has in hand, leaves it, and forgets the others', async () => {
    const { data, ids, run, left } = await aStore({ unreadOne: '2020-01-01', two: '2020-01-02' })
    const { unreadOne = '', two = '' } = ids
    const inHand = await withStore(data, async (store) => {
      await store.claim(unreadOne)
      return run('forget', '--document', unreadOne, two, '--yes', '--wait', '0')
    })
    expect(inHand).toMatchObject({ code: 2, stdout: `forgotten ${two}\n` })
    expect(inHand.stderr).toContain(`${unreadOne}: a worker has it in hand`)
    expect(await left()).toEqual(['unreadOne'])
  })

  it('waits for what a worker has in hand', async () => {
    const { data, ids, run, left } = await aStore({ unreadOne: '2020-01-01' })
    const { unreadOne = '' } = ids
    await withStore(data, async (store) => {
      const lease = await store.claim(unreadOne)
      const waiting = run('forget', '--document', unreadOne, '--yes', '--wait', '120')
      if (lease) await store.release(lease)
      expect(await waiting).toMatchObject({ code: 0, stdout: `forgotten ${unreadOne}\n` })
    })
    expect(await left()).toEqual([])
  })

  it('sweeps up files of no document that are older than a day, unless they are so many that the database must be the wrong one', async () => {
    const { data, run, left } = await aStore({ one: '2020-01-01' })
    const blobs = await openFolderBlobs(join(data, 'files'))
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000)
    const orphans: string[] = []
    for (let i = 0; i < 21; i++) {
      const id = await blobs.put(Readable.from([`broke off ${i}`]))
      orphans.push(id)
      if (i < 3) await utimes(join(data, 'files', id.slice(0, 2), id), twoDaysAgo, twoDaysAgo)
    }
    const dry = await run('forget', '--sweep', '--dry-run')
    expect(dry.stdout.split('\n').filter(Boolean).sort()).toEqual(
      orphans
        .slice(0, 3)
        .map((id) => `belongs to no document ${id}`)
        .sort(),
    )
    expect(await run('forget', '--sweep', '--yes')).toMatchObject({
      code: 0,
      stderr: '3 files of no document removed\n',
    })
    for (const id of orphans.slice(3)) await utimes(join(data, 'files', id.slice(0, 2), id), twoDaysAgo, twoDaysAgo)
    for (let i = 0; i < 3; i++) {
      const id = await blobs.put(Readable.from([`broke off, too ${i}`]))
      await utimes(join(data, 'files', id.slice(0, 2), id), twoDaysAgo, twoDaysAgo)
    }
    const refused = await run('forget', '--sweep', '--yes')
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('21 of 22 received files belong to no document'),
    })
    expect((await run('forget', '--sweep', '--yes', '--however-many')).code).toBe(0)
    const files = await readdir(join(data, 'files'), { recursive: true })
    expect(files.filter((name) => /[0-9a-f]{64}$/.test(name))).toHaveLength(1)
    expect(await left()).toEqual(['one'])
  })

  it.each([
    [[], '--document FILE..., --before DATE'],
    [['--document', 'f'.repeat(64), '--before', '2019-01-01'], '--document FILE..., --before DATE'],
    [['--document', 'leter.pdf'], 'leter.pdf: '],
    [['--document', 'f'.repeat(63)], 'no sha256, which has 64 digits'],
    [['--before', '7y'], 'a date like'],
    [['--before', '2019-02-30'], 'a date like'],
    [['--before', '2019-01-01', '--reason', 'Mr Smith asked'], 'Allowed choices'],
    [['--before', '2019-01-01', '--by', 'two words'], 'one word'],
  ])('refuses %j with a hint', async (args, hint) => {
    const { run, left } = await aStore({ one: '2018-01-01' })
    const { code, stdout, stderr } = await run('forget', ...args, '--yes')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(hint)
    expect(await left()).toEqual(['one'])
  })
})

describe('imr retention', () => {
  it('is off, is set with what it will do next, is shown, and is ended', async () => {
    const { run } = await aStore({ old: '2010-01-01', unread: '2010-01-01', young: '2050-01-01' })
    expect((await run('retention', 'show')).stdout).toContain('no policy')
    const set = await run('retention', 'set', '--keep', '7y')
    expect(set).toMatchObject({ code: 0, stderr: '' })
    expect(set.stdout).toMatch(/^keeps +documents for 7 years\n/)
    expect(set.stdout).toMatch(/^runs at +0 3 \* \* \* \(America\/Los_Angeles\); next \d{4}-\d\d-\d\d 03:00$/m)
    expect(set.stdout).toMatch(/^due now +1 document, received before \d{4}-\d\d-\d\d\nkept +1 document as old/m)
    expect((await run('retention', 'show')).stdout).toBe(set.stdout)
    expect(JSON.parse((await run('retention', 'show', '--json')).stdout)).toMatchObject({
      keep: '7y',
      due: 1,
      unread: 1,
    })
    expect((await run('retention', 'off')).code).toBe(0)
    expect(await run('retention', 'off')).toMatchObject({ code: 1, stderr: expect.stringContaining('no policy') })
  })

  it.each([
    [['--keep', 'for ever'], 'keep: ', '7y'],
    [['--keep', '7y', '--cron', '3 am'], 'cron: ', '"0 19 * * 1-5"'],
    [['--keep', '7y', '--tz', 'California'], 'timeZone: ', 'America/Los_Angeles'],
  ])('refuses %j, and says what would be right', async (options, what, right) => {
    const { run } = await aStore({})
    const { code, stdout, stderr } = await run('retention', 'set', ...options)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(what)
    expect(stderr).toContain(right)
    expect((await run('retention', 'show')).stdout).toContain('no policy')
  })
})
