import { CronExpressionParser } from 'cron-parser'
import { z } from 'zod'
import { isTimeZone, type WallClock, wallText } from './wall-clock.ts'
import { parseWindow } from './window.ts'

export const cronSchema = z.string().refine(
  (text) => {
    try {
      CronExpressionParser.parse(text, { tz: 'UTC' }).next()
      // H stands for a time that the parser draws anew each time it is asked.
      return text.trim().split(/\s+/).length === 5 && !/(^|[\s,])H/.test(text)
    } catch {
      return false
    }
  },
  { message: 'no cron expression: write five fields, like "0 19 * * 1-5" (at 19:00, Monday to Friday)' },
)

export const timeZoneSchema = z
  .string()
  .refine(isTimeZone, { message: 'no time zone: write one like America/Los_Angeles' })

const window = z.string().refine(
  (text) => {
    try {
      parseWindow(text)
      return true
    } catch {
      return false
    }
  },
  {
    message:
      'no working window: write days and times like "weekdays 19:00-06:00" or "sat,sun 00:00-24:00", several joined by ";" (the time zone is told apart)',
  },
)

/** When backlog is worked on. Unknown keys are refused. */
export const scheduleSchema = z
  .object({
    name: z.string().regex(/^[\w.-]{1,64}$/, 'a name has letters, digits, "-", "_" and "." only'),
    /** When a run begins: takes in `folders` and lets backlog go until none is left. null: whenever the window is open. */
    cron: cronSchema.nullable(),
    timeZone: timeZoneSchema,
    /** Outside of it nothing more is let go: what is in hand is finished. null: always open. */
    window: window.nullable(),
    /** Pages of backlog a local day. null: no limit. */
    pagesPerDay: z.int().positive().nullable(),
    /** Folders that are taken in as backlog when a run begins. */
    folders: z.array(z.string()).readonly(),
    /** When it was set (ISO 8601, UTC): it does not run for times before. */
    since: z.iso.datetime(),
  })
  .strict()
  .readonly()
export type Schedule = z.infer<typeof scheduleSchema>

/**
 * The latest time at or before `wall` that a cron expression names, on the wall's clock. There, a time that daylight saving
 * skips is passed by all the same, and one that comes twice is one time.
 */
export function latestDue(expression: string, wall: WallClock): string {
  const found = CronExpressionParser.parse(expression, { currentDate: new Date(wall.getTime() + 1000), tz: 'UTC' })
  return wallText(found.prev().toDate())
}

/** The next time after `wall` that a cron expression names, on the wall's clock. */
export function nextDue(expression: string, wall: WallClock): string {
  return wallText(CronExpressionParser.parse(expression, { currentDate: wall, tz: 'UTC' }).next().toDate())
}
