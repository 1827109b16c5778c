import type { Store } from '../../store/index.ts'
import type { Observer } from '../observer.ts'
import type { Queue } from '../queue.ts'
import { pause } from '../work.ts'
import { latestDue, type Schedule, scheduleSchema } from './schedule.ts'
import { startOfDay, wallClock, wallText } from './wall-clock.ts'
import { isInside, parseWindow } from './window.ts'

export type SchedulerWork = {
  readonly store: Pick<
    Store,
    'schedules' | 'lastRun' | 'startRun' | 'endRun' | 'letGo' | 'backlogUnderway' | 'backlogPagesSince' | 'status'
  >
  readonly queue: Pick<Queue, 'wake'>
  /** Takes folders in as backlog. */
  readonly takeIn: (folders: readonly string[]) => Promise<void>
  /** How much backlog is under way at once: what is let go is finished, even when the window closes. */
  readonly underway?: number
}

/** Documents of backlog under way at once: enough to keep some dozens of processes busy until the next look. */
const UNDERWAY = 50
/** Pages a document is taken to have before anything was read. */
const TYPICAL_PAGES = 4
const EVERY_MS = 10_000

/**
 * Lets backlog go as the schedules say, at the moment `now`; without any schedule, freely. May be called by any number of
 * processes at once: a due time is run by whoever notes it first, and a document is let go once.
 */
export async function tick(work: SchedulerWork, now: Date): Promise<void> {
  const schedules = await storedSchedules(work.store)
  if (schedules.length === 0) {
    await letGo(work, Number.POSITIVE_INFINITY)
    return
  }
  for (const schedule of schedules) await follow(work, schedule, now)
}

/** The stored schedules, by name. */
export async function storedSchedules(store: Pick<Store, 'schedules'>): Promise<readonly Schedule[]> {
  return (await store.schedules()).map(({ definition }) => scheduleSchema.parse(JSON.parse(definition)))
}

async function follow(work: SchedulerWork, schedule: Schedule, now: Date): Promise<void> {
  const { store } = work
  const { name, timeZone, window } = schedule
  const wall = wallClock(now, timeZone)
  const run = schedule.cron === null ? null : await openRun(work, schedule, schedule.cron, now)
  if (schedule.cron !== null && run === null) return
  if (window !== null && !isInside(parseWindow(window), wall)) return
  const pages =
    schedule.pagesPerDay === null
      ? Number.POSITIVE_INFINITY
      : schedule.pagesPerDay - (await store.backlogPagesSince(startOfDay(now, timeZone)))
  const left = await letGo(work, pages)
  if (run !== null && !left) await store.endRun(name, run)
}

/** The due time of the run that is open, started now if it is time; null when there is none. */
async function openRun(work: SchedulerWork, schedule: Schedule, cron: string, now: Date): Promise<string | null> {
  const { store } = work
  const { name, timeZone, since, folders } = schedule
  const due = latestDue(cron, wallClock(now, timeZone))
  const last = await store.lastRun(name)
  const isNews = due > wallText(wallClock(new Date(since), timeZone)) && (last === null || due > last.dueAt)
  // After downtime only the latest of the missed times is run.
  if (isNews && (await store.startRun(name, due))) {
    if (last && last.endedAt === null) await store.endRun(name, last.dueAt)
    if (folders.length > 0) await work.takeIn(folders)
  }
  const current = isNews ? await store.lastRun(name) : last
  return current && current.endedAt === null ? current.dueAt : null
}

/** Lets go as much backlog as may be under way and as `pages` allow. Gives whether any is left or under way. */
async function letGo({ store, queue, underway = UNDERWAY }: SchedulerWork, pages: number): Promise<boolean> {
  const going = await store.backlogUnderway()
  let room = underway - going.documents
  if (pages !== Number.POSITIVE_INFINITY) {
    // Pages of documents that were not read yet are estimated by those that were.
    const { lately } = await store.status()
    const typical = lately.documents > 0 ? Math.max(1, lately.pages / lately.documents) : TYPICAL_PAGES
    room = Math.min(room, Math.floor((pages - going.documents * typical) / typical))
  }
  if (room <= 0) return true
  const gone = await store.letGo(room)
  await queue.wake(gone)
  return gone.length > 0 || going.documents > 0
}

/** Follows the schedules until it is stopped. */
export function startScheduler(
  work: SchedulerWork & { readonly observer: Pick<Observer, 'trouble'>; readonly everyMs?: number },
): { stop(): Promise<void> } {
  const abort = new AbortController()
  const ran = (async () => {
    while (!abort.signal.aborted) {
      await tick(work, new Date()).catch((error) => work.observer.trouble('schedule', error))
      await pause((work.everyMs ?? EVERY_MS) * (0.8 + 0.4 * Math.random()), abort.signal)
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
    },
  }
}
