import type { ScheduleRun, Store } from '../../store/index.ts'
import { pause } from '../pause.ts'
import type { Queue } from '../queue.ts'
import { latestDue, type Schedule, scheduleSchema } from './schedule.ts'
import { TakeIns, type TakeInWork } from './take-ins.ts'
import { startOfDay, wallClock, wallText } from './wall-clock.ts'
import { isInside, parseWindow } from './window.ts'

export type SchedulerWork = TakeInWork & {
  readonly store: Pick<
    Store,
    'schedules' | 'lastRun' | 'startRun' | 'takeUpRun' | 'runTakenIn' | 'endRun' | 'letGo' | 'backlog'
  >
  readonly queue: Pick<Queue, 'wake'>
  /** Documents of backlog under way at once: what is let go is finished, even when the window closes. */
  readonly underway?: number
}

/** Enough to keep some dozens of processes busy until the next look. */
const UNDERWAY = 50
/** Without a schedule nothing has to rest: the queue takes backlog last. It is let go as fast as it can be read. */
const FREELY = 1000
const EVERY_MS = 10_000

/**
 * Lets backlog go as the schedules say, at the moment `now`; without any schedule, freely. May be called by any number of
 * processes at once: a due time is run by whoever notes it first, and a document is let go once. Trouble with one schedule
 * does not hold up the others. What runs begin with is taken in beside it, by `takeIns`; without them it is waited for.
 * @throws the store's errors, when the schedules cannot be read.
 */
export async function tick(
  work: SchedulerWork,
  now: Date,
  signal: AbortSignal = new AbortController().signal,
  takeIns?: TakeIns,
): Promise<void> {
  const { store, queue, observer } = work
  const beside = takeIns ?? new TakeIns()
  const stored = await store.schedules()
  if (stored.length === 0) await queue.wake(await store.letGo({ underway: FREELY }))
  for (const { definition } of stored)
    try {
      await follow(work, parseSchedule(definition), { now, signal, takeIns: beside })
    } catch (error) {
      observer.trouble('schedule', error)
    }
  if (!takeIns) await beside.settled()
}

/** The stored schedules, by name. */
export async function storedSchedules(store: Pick<Store, 'schedules'>): Promise<readonly Schedule[]> {
  return (await store.schedules()).map(({ definition }) => parseSchedule(definition))
}

const parseSchedule = (definition: string) => scheduleSchema.parse(JSON.parse(definition))

type Look = { readonly now: Date; readonly signal: AbortSignal; readonly takeIns: TakeIns }

async function follow(work: SchedulerWork, schedule: Schedule, { now, signal, takeIns }: Look): Promise<void> {
  const { store, queue, underway = UNDERWAY } = work
  const { name, timeZone, window, pagesPerDay } = schedule
  const run = schedule.cron === null ? null : await openRun(store, schedule, schedule.cron, now)
  if (schedule.cron !== null && run === null) return
  const since = startOfDay(now, timeZone)
  if (run && run.takenInAt !== null) {
    const { waiting, underway: going } = await store.backlog(since)
    if (waiting === 0 && going.documents === 0) return store.endRun(name, run.dueAt)
  }
  if (window === null || isInside(parseWindow(window), wallClock(now, timeZone)))
    await queue.wake(
      await store.letGo({ underway, ...(pagesPerDay === null ? {} : { pages: { since, most: pagesPerDay } }) }),
    )
  if (run && run.takenInAt === null) takeIns.begin(work, { name, dueAt: run.dueAt, folders: schedule.folders }, signal)
}

/** The run that is open, started now if it is time; null when there is none. */
export async function openRun(
  store: Pick<Store, 'lastRun' | 'startRun' | 'endRun'>,
  { name, timeZone, since }: Pick<Schedule, 'name' | 'timeZone' | 'since'>,
  cron: string,
  now: Date,
): Promise<ScheduleRun | null> {
  const due = latestDue(cron, wallClock(now, timeZone))
  const last = await store.lastRun(name)
  // A schedule that was moved to another time zone has a new clock: earlier runs say nothing about its times.
  const isLater = last === null || last.startedAt < since || due > last.dueAt
  const isNews = isLater && due > wallText(wallClock(new Date(since), timeZone))
  // After downtime only the latest of the missed times is run.
  if (isNews && (await store.startRun(name, due)) && last?.endedAt === null) await store.endRun(name, last.dueAt)
  const current = isNews ? await store.lastRun(name) : last
  return current?.endedAt === null ? current : null
}

/** Follows the schedules until it is stopped. */
export function startScheduler(work: SchedulerWork & { readonly everyMs?: number }): { stop(): Promise<void> } {
  const abort = new AbortController()
  const takeIns = new TakeIns()
  const ran = (async () => {
    while (!abort.signal.aborted) {
      await tick(work, new Date(), abort.signal, takeIns).catch((error) => work.observer.trouble('schedule', error))
      await pause((work.everyMs ?? EVERY_MS) * (0.8 + 0.4 * Math.random()), abort.signal)
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
      await takeIns.settled()
    },
  }
}
