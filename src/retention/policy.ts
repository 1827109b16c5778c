import { z } from 'zod'
import { cronSchema, nextDue, openRun, timeZoneSchema, wallClock } from '../queue/schedule/index.ts'
import { type ForgetOrder, LEASE_MS, type Store } from '../store/index.ts'
import { cutoff, parseAge } from './age.ts'
import { finishForgetting, forgetAll } from './forget.ts'

/** What the ledger calls the policy, and its runs: no schedule can be called so. */
const POLICY = 'policy:retention'
const order: ForgetOrder = { reason: 'retention', by: 'policy' }

const age = z.string().refine(
  (text) => {
    try {
      parseAge(text)
      return true
    } catch {
      return false
    }
  },
  { message: 'no age: write a number of days, months or years, like 90d, 18mo or 7y' },
)

/** How long documents are kept, and when it is looked which have been kept for long enough. Unknown keys are refused. */
export const retentionSchema = z
  .object({
    keep: age,
    cron: cronSchema,
    timeZone: timeZoneSchema,
    /** When it was set (ISO 8601, UTC): it does not run for times before. */
    since: z.iso.datetime(),
  })
  .strict()
  .readonly()
export type Retention = z.infer<typeof retentionSchema>

/** The policy that is set; null: documents are kept until somebody forgets them. */
export async function retentionOf(store: Pick<Store, 'policy'>): Promise<Retention | null> {
  const definition = await store.policy(POLICY)
  return definition === null ? null : retentionSchema.parse(JSON.parse(definition))
}

export function setRetention(store: Pick<Store, 'setPolicy'>, retention: Retention | null): Promise<void> {
  return store.setPolicy(POLICY, retention && JSON.stringify(retention))
}

export type RetentionStanding = {
  /** On the wall clock of its time zone. */
  readonly nextRun: string
  readonly lastRun: Awaited<ReturnType<Store['lastRun']>>
  /** What was received before this is forgotten by a run that begins now. */
  readonly cutoff: Date
  /** So many documents. */
  readonly due: number
  /** So many are as old and were never read: they are kept. */
  readonly unread: number
  /** So many are as old, and a legal hold keeps them. */
  readonly onHold: number
}

export async function standingOf(
  store: Pick<Store, 'kept' | 'lastRun'>,
  { keep, cron, timeZone }: Retention,
  now: Date,
): Promise<RetentionStanding> {
  const before = cutoff(parseAge(keep), now)
  let [due, unread, onHold] = [0, 0, 0]
  for await (const document of store.kept({ before }))
    if (document.onHold) onHold++
    else if (document.hasEnded) due++
    else unread++
  const nextRun = nextDue(cron, wallClock(now, timeZone))
  return { nextRun, lastRun: await store.lastRun(POLICY), cutoff: before, due, unread, onHold }
}

export type RetentionWork = Pick<
  Store,
  'policy' | 'lastRun' | 'startRun' | 'takeUpRun' | 'endRun' | 'kept' | 'forget' | 'removeForgotten' | 'scrub'
>

/**
 * Forgets what has been kept for long enough, if it is time at the moment `now`. May be called by any number of processes at once:
 * one has the run, and another goes on with it when that one goes away. What was never read is kept, what is in hand left to the
 * next run. The run, and what came of it, is in the audit trail.
 */
export async function followRetention(store: RetentionWork, now: Date, signal: AbortSignal): Promise<void> {
  const retention = await retentionOf(store)
  if (!retention) return
  const run = await openRun(store, { ...retention, name: POLICY }, retention.cron, now)
  if (!run || !(await store.takeUpRun(POLICY, run.dueAt))) return
  const renewal = setInterval(() => {
    store.takeUpRun(POLICY, run.dueAt).catch(() => {})
  }, LEASE_MS / 4)
  try {
    let unread = 0
    const due = async function* () {
      for await (const { sha256, hasEnded } of store.kept({ before: cutoff(parseAge(retention.keep), now) }))
        if (hasEnded) yield sha256
        else unread++
    }
    const { forgotten, inHand, onHold } = await forgetAll(store, due(), order, { signal })
    // Whoever takes the run up next begins with what is left of it, and finishes it.
    if (signal.aborted) return
    await finishForgetting(store, { full: false })
    await store.endRun(
      POLICY,
      run.dueAt,
      `${forgotten.length} forgotten, kept: ${unread} never read, ${inHand.length} in hand, ${onHold.length} on a legal hold`,
    )
  } finally {
    clearInterval(renewal)
  }
}
