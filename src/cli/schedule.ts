import { resolve } from 'node:path'
import { Command } from 'commander'
import {
  isInside,
  nextDue,
  nextOpening,
  parseWindow,
  type Schedule,
  scheduleSchema,
  startOfDay,
  storedSchedules,
  wallClock,
  wallText,
} from '../queue/schedule/index.ts'
import type { Store } from '../store/index.ts'
import { openExistingStore, openNamedStore } from './environment.ts'
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
    .description('make a schedule, or change one')
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
with one, only when a schedule lets it go. When a window closes, what is in hand is finished, the rest waits. A run that was
missed is made up for once. A time that daylight saving skips is run all the same, one that comes twice is run once.

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
    throw new UsageError('--folder needs --cron: it says when the folders are taken in')
  const store = await openNamedStore(options.data)
  try {
    await store.setSchedule(name, JSON.stringify(checked.data))
    for (const line of await standing(store, checked.data, new Date())) process.stdout.write(`${line}\n`)
  } finally {
    await store.close()
  }
}

async function listSchedules({ data, json }: { readonly data: string; readonly json: boolean }): Promise<void> {
  const store = await openExistingStore(data)
  try {
    const schedules = await storedSchedules(store)
    if (json) process.stdout.write(`${JSON.stringify(schedules, null, 2)}\n`)
    else if (schedules.length === 0)
      process.stdout.write('no schedule: backlog is taken when nothing else waits (imr schedule --help)\n')
    else
      for (const schedule of schedules)
        process.stdout.write(`${(await standing(store, schedule, new Date())).join('\n')}\n`)
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

/** What a schedule says and how it stands, in lines. */
async function standing(store: Store, schedule: Schedule, now: Date): Promise<readonly string[]> {
  const { name, cron, timeZone, window, pagesPerDay, folders } = schedule
  const wall = wallClock(now, timeZone)
  const lines = [`${name} (${timeZone})`]
  if (cron) {
    const last = await store.lastRun(name)
    lines.push(`  runs at      ${cron}; next ${shown(nextDue(cron, wall))}`)
    if (last) lines.push(`  last run     ${shown(last.dueAt)}${last.endedAt ? ', ended' : ', under way'}`)
  }
  if (window) {
    const parsed = parseWindow(window)
    const opening = nextOpening(parsed, wall)
    const state = isInside(parsed, wall) ? 'open now' : `opens ${opening ? shown(wallText(opening)) : 'never'}`
    lines.push(`  works        ${window}; ${state}`)
  }
  if (pagesPerDay !== null) {
    const used = await store.backlogPagesSince(startOfDay(now, timeZone))
    lines.push(`  pages a day  ${used} of ${pagesPerDay} used today`)
  }
  for (const folder of folders) lines.push(`  takes in     ${folder}`)
  const { held } = await store.status()
  lines.push(`  backlog      ${held} documents wait`)
  return lines
}

const shown = (wall: string) => wall.replace('T', ' ')
