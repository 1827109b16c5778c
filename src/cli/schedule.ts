import { resolve } from 'node:path'
import { Command } from 'commander'
import {
  isInside,
  nextClosing,
  nextDue,
  nextOpening,
  parseWindow,
  type Schedule,
  scheduleSchema,
  startOfDay,
  storedSchedules,
  wallClock,
  wallText,
  windowText,
} from '../queue/schedule/index.ts'
import type { ScheduleRun, Store } from '../store/index.ts'
import { openExistingStore, openNamedStore } from './environment.ts'
import { count, printable } from './terminal.ts'
import { dataOption, positiveInteger, UsageError } from './usage.ts'

type SetOptions = {
  readonly data: string
  readonly cron?: string
  readonly tz: string
  readonly window?: string
  readonly pagesPerDay?: number
  readonly folder?: readonly string[]
}

export function scheduleCommand(): Command {
  const set = new Command('set')
    .description('make a schedule, or replace the one of that name')
    .argument('<name>')
    .addOption(dataOption())
    .option('--cron <expression>', 'when a run begins: minute, hour, day, month, weekday')
    .option('--tz <zone>', 'time zone of --cron, --window and of the day', 'America/Los_Angeles')
    .option('--window <text>', 'when backlog is worked on, like "weekdays 19:00-06:00; weekends 00:00-24:00"')
    .option('--pages-per-day <n>', 'how many pages of backlog a day', positiveInteger)
    .option('--folder <dir...>', 'folders that are taken in as backlog when a run begins')
    .action(setSchedule)
  const list = new Command('list')
    .description('the schedules, and how they stand')
    .addOption(dataOption())
    .option('--json', 'as JSON', false)
    .action(listSchedules)
  const remove = new Command('remove')
    .description('remove a schedule')
    .argument('<name>')
    .addOption(dataOption())
    .action(removeSchedule)
  return new Command('schedule')
    .description('list, set or remove scheduled backlog runs')
    .addCommand(set)
    .addCommand(list)
    .addCommand(remove)
    .addHelpText(
      'after',
      `
Backlog is what was handed in with --urgency backlog. While there is no schedule the workers take it when nothing else waits;
with one, only when a schedule lets it go. When a window closes, what is in hand is finished, the rest waits. Folders are read
by the workers, under the paths given here; what is in the store already is not read again. One that cannot be reached is
trouble, and the run waits for it: name a folder on the share, not the place where it is mounted, which is empty while it is not.
A run that was missed is made up for once. A time that daylight saving skips is run all the same, one that comes twice once.

Examples:
  imr schedule set nightly --window "weekdays 19:00-06:00; weekends 00:00-24:00" --pages-per-day 50000
  imr schedule set mail --cron "0 19 * * 1-5" --folder /srv/scans --window "daily 19:00-06:00"
  imr schedule list
  imr schedule remove nightly`,
    )
}

async function setSchedule(name: string, options: SetOptions): Promise<void> {
  const schedule = {
    name,
    cron: options.cron ?? null,
    timeZone: options.tz,
    window: options.window ?? null,
    pagesPerDay: options.pagesPerDay ?? null,
    folders: (options.folder ?? []).map((folder) => resolve(folder)),
    since: new Date().toISOString(),
  }
  const checked = scheduleSchema.safeParse(schedule)
  if (!checked.success)
    throw new UsageError(checked.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('\n'))
  if (schedule.folders.length > 0 && schedule.cron === null)
    throw new UsageError(
      '--folder needs --cron, which says when the folders are taken in, for instance --cron "0 19 * * 1-5"',
    )
  const store = await openNamedStore(options.data)
  try {
    const earlier = (await storedSchedules(store)).find((s) => s.name === name)
    // Set again with the same times: one that is due right now is not passed over.
    const sameTimes = earlier?.cron === schedule.cron && earlier.timeZone === schedule.timeZone
    const kept: Schedule = {
      ...checked.data,
      window: schedule.window === null ? null : windowText(parseWindow(schedule.window)),
      since: sameTimes ? earlier.since : schedule.since,
    }
    await store.setSchedule(name, JSON.stringify(kept))
    process.stdout.write(shown(await standing(store, kept, new Date())))
  } finally {
    await store.close()
  }
}

async function listSchedules({ data, json }: { readonly data: string; readonly json: boolean }): Promise<void> {
  const store = await openExistingStore(data)
  try {
    const now = new Date()
    const all: Standing[] = []
    for (const schedule of await storedSchedules(store)) all.push(await standing(store, schedule, now))
    const { waiting, underway } = await store.backlog(now)
    if (json) {
      process.stdout.write(`${JSON.stringify({ schedules: all, backlog: { waiting, underway } }, null, 2)}\n`)
      return
    }
    if (all.length === 0)
      process.stdout.write('no schedule: backlog is taken when nothing else waits (imr schedule --help)\n')
    for (const one of all) process.stdout.write(shown(one))
    process.stdout.write(
      `backlog: ${count(waiting, 'document waits', 'documents wait')}, ${underway.documents} under way\n`,
    )
  } finally {
    await store.close()
  }
}

async function removeSchedule(name: string, { data }: { readonly data: string }): Promise<void> {
  const store = await openExistingStore(data)
  try {
    if (!(await store.removeSchedule(name)))
      throw new UsageError(`there is no schedule ${name}: imr schedule list names them`)
    process.stdout.write(`removed ${name}\n`)
  } finally {
    await store.close()
  }
}

/** A schedule and how it stands. Times without a zone are on the wall clock of its time zone. */
type Standing = Schedule & {
  readonly nextDue: string | null
  readonly lastRun: ScheduleRun | null
  readonly open: boolean
  /** When that changes; null: never. */
  readonly opensAt: string | null
  readonly closesAt: string | null
  /** Pages of backlog that ended today. */
  readonly pagesToday: number
}

async function standing(store: Store, schedule: Schedule, now: Date): Promise<Standing> {
  const wall = wallClock(now, schedule.timeZone)
  const window = schedule.window === null ? null : parseWindow(schedule.window)
  const opening = window && nextOpening(window, wall)
  const closing = window && nextClosing(window, wall)
  return {
    ...schedule,
    nextDue: schedule.cron === null ? null : nextDue(schedule.cron, wall),
    lastRun: schedule.cron === null ? null : await store.lastRun(schedule.name),
    open: window === null || isInside(window, wall),
    opensAt: opening && wallText(opening),
    closesAt: closing && wallText(closing),
    pagesToday: (await store.backlog(startOfDay(now, schedule.timeZone))).pages,
  }
}

/** In lines for a person. */
function shown(one: Standing): string {
  const time = (wall: string) => wall.replace('T', ' ')
  const lines = [`${one.name} (${one.timeZone})`]
  if (one.cron) lines.push(`  runs at      ${one.cron}; next ${time(one.nextDue ?? '')}`)
  if (one.lastRun)
    lines.push(
      `  last run     ${time(one.lastRun.dueAt)}, ${one.lastRun.endedAt ? 'ended' : one.lastRun.takenInAt ? 'under way' : 'taking in'}`,
    )
  if (one.window) {
    const until = one.closesAt ? `open until ${time(one.closesAt)}` : 'always open'
    lines.push(`  works        ${one.window}; ${one.open ? until : `opens ${time(one.opensAt ?? '')}`}`)
  }
  if (one.pagesPerDay !== null) lines.push(`  pages a day  ${one.pagesToday} of ${one.pagesPerDay} used today`)
  for (const folder of one.folders) lines.push(`  takes in     ${printable(folder)}`)
  return `${lines.join('\n')}\n`
}
