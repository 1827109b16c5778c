import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putLetters } from '../fixtures/letter-files.ts'

beforeAll(ensureBuilt)

describe('imr schedule', () => {
  const inStore = async () => {
    const data = join(await testFolder(), 'data')
    const run = (...args: string[]) => imr(['schedule', ...args], { env: { IMR_DATA: data } })
    return { data, run }
  }

  it('sets, lists and removes', async () => {
    const { run } = await inStore()
    const night = ['--cron', '0 19 * * 1-5', '--window', 'Mon-Fri 19:00 – 6:00', '--pages-per-day', '500']
    const set = await run('set', 'nightly', ...night, '--tz', 'Europe/Berlin', '--folder', '/srv/in', '/srv/more')
    expect(set).toMatchObject({ code: 0, stderr: '' })
    expect(set.stdout).toMatch(/^nightly \(Europe\/Berlin\)$/m)
    expect(set.stdout).toMatch(/runs at +0 19 \* \* 1-5; next \d{4}-\d\d-\d\d 19:00$/m)
    expect(set.stdout).toMatch(/works +weekdays 19:00-06:00; (opens|open until) \d{4}-\d\d-\d\d \d\d:00$/m)
    expect(set.stdout).toMatch(/pages a day +0 of 500 used today$/m)
    expect(set.stdout).toMatch(/takes in +\/srv\/in\n.*takes in +\/srv\/more$/m)
    expect((await run('set', 'always')).code).toBe(0)
    const list = await run('list')
    expect(list.stdout).toContain(set.stdout)
    expect(list.stdout).toMatch(
      /^always \(America\/Los_Angeles\)\nnightly .*^backlog: 0 documents wait, 0 under way\n$/ms,
    )
    expect(await run('remove', 'nightly')).toMatchObject({ code: 0, stdout: 'removed nightly\n' })
    expect((await run('list')).stdout).not.toContain('nightly')
    expect(await run('remove', 'nightly')).toMatchObject({ code: 1, stderr: expect.stringContaining('schedule list') })
  })

  it('lists as JSON what a program wants to know', async () => {
    const { data, run } = await inStore()
    await run('set', 'nightly', '--cron', '0 4 * * *', '--tz', 'UTC', '--window', 'daily 00:00-24:00')
    const store = await openStore({ data })
    const folder = await testFolder()
    await putLetters(folder, 2)
    for (const name of await readdir(folder))
      await store.receive({ path: join(folder, name), fileName: name, urgency: 'backlog' })
    await store.startRun('nightly', '2026-01-01T04:00')
    await store.close()
    const { stdout } = await run('list', '--json')
    expect(JSON.parse(stdout)).toEqual({
      schedules: [
        {
          name: 'nightly',
          cron: '0 4 * * *',
          timeZone: 'UTC',
          window: 'daily 00:00-24:00',
          pagesPerDay: null,
          folders: [],
          since: expect.stringMatching(/Z$/),
          nextDue: expect.stringMatching(/T04:00$/),
          lastRun: { dueAt: '2026-01-01T04:00', startedAt: expect.any(String), takenInAt: null, endedAt: null },
          open: true,
          opensAt: null,
          closesAt: null,
          pagesToday: 0,
        },
      ],
      backlog: { waiting: 2, underway: { documents: 0, pages: 0 } },
    })
  })

  it('keeps from when a schedule holds while its times stay, so that setting it again misses no run', async () => {
    const { run } = await inStore()
    const since = async () => JSON.parse((await run('list', '--json')).stdout).schedules[0].since
    await run('set', 'nightly', '--cron', '0 4 * * *')
    const first = await since()
    await run('set', 'nightly', '--cron', '0 4 * * *', '--pages-per-day', '7')
    expect(await since()).toBe(first)
    await run('set', 'nightly', '--cron', '0 5 * * *')
    expect((await since()) > first).toBe(true)
  })

  it.each([
    [['--cron', '7 pm'], 'cron: ', '"0 19 * * 1-5"'],
    [['--cron', 'H 19 * * *'], 'cron: ', '"0 19 * * 1-5"'],
    [['--tz', 'California'], 'timeZone: ', 'America/Los_Angeles'],
    [['--window', 'at night'], 'window: ', '"weekdays 19:00-06:00"'],
    [['--window', 'daily 19:00-06:00 UTC'], 'window: ', 'time zone is told apart'],
    [['--pages-per-day', '0'], 'pages-per-day', 'whole number'],
    [['--folder', 'in'], '--folder', '--cron "0 19 * * 1-5"'],
  ])('refuses %j, and says what would be right', async (options, what, right) => {
    const { data, run } = await inStore()
    const { code, stdout, stderr } = await run('set', 'nightly', ...options)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(what)
    expect(stderr).toContain(right)
    await expect(readdir(data)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('does not make a store by looking at one', async () => {
    const { data, run } = await inStore()
    for (const args of [['list'], ['remove', 'nightly']])
      expect(await run(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining('no store') })
    await expect(readdir(data)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
