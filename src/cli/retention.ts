import { Command } from 'commander'
import {
  ageText,
  parseAge,
  type Retention,
  type RetentionStanding,
  retentionOf,
  retentionSchema,
  setRetention,
  standingOf,
} from '../retention/index.ts'
import { openExistingStore, openNamedStore } from './environment.ts'
import { count } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

type SetOptions = { readonly data: string; readonly keep: string; readonly cron: string; readonly tz: string }

export function retentionCommand(): Command {
  const set = new Command('set')
    .description('from now on, forget documents when they have been kept for long enough')
    .addOption(dataOption())
    .requiredOption('--keep <age>', 'how long documents are kept after they were received, like 7y, 18mo or 90d')
    .option('--cron <expression>', 'when it is looked which are due: minute, hour, day, month, weekday', '0 3 * * *')
    .option('--tz <zone>', 'time zone of --cron', 'America/Los_Angeles')
    .action(setPolicy)
  const show = new Command('show')
    .description('the policy, and what it will forget next')
    .addOption(dataOption())
    .option('--json', 'as JSON', false)
    .action(showPolicy)
  const off = new Command('off').description('forget nothing any more by age').addOption(dataOption()).action(endPolicy)
  return new Command('retention')
    .description('set, show or end the policy by which documents are forgotten')
    .addCommand(set)
    .addCommand(show)
    .addCommand(off)
    .addHelpText(
      'after',
      `
Off until it is set. Kept in the database, for all workers: at its time one of them forgets what was received before and is done or
failed, as imr forget does. What was never read is kept. A run that was missed is made up for once. The audit trail has the policy,
each run and each document. docs/retention.md tells more.

Examples:
  imr retention set --keep 7y
  imr retention set --keep 90d --cron "30 2 * * sun" --tz America/Los_Angeles
  imr retention show
  imr retention off`,
    )
}

async function setPolicy({ data, keep, cron, tz }: SetOptions): Promise<void> {
  const checked = retentionSchema.safeParse({ keep, cron, timeZone: tz, since: new Date().toISOString() })
  if (!checked.success)
    throw new UsageError(checked.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('\n'))
  const store = await openNamedStore(data)
  try {
    await setRetention(store, checked.data)
    process.stdout.write(shown(checked.data, await standingOf(store, checked.data, new Date())))
  } finally {
    await store.close()
  }
}

async function showPolicy({ data, json }: { readonly data: string; readonly json: boolean }): Promise<void> {
  const store = await openExistingStore(data)
  try {
    const retention = await retentionOf(store)
    const standing = retention && (await standingOf(store, retention, new Date()))
    if (json) process.stdout.write(`${JSON.stringify(retention && { ...retention, ...standing }, null, 2)}\n`)
    else if (!retention || !standing)
      process.stdout.write('no policy: documents are kept until somebody forgets them (imr retention set --keep 7y)\n')
    else process.stdout.write(shown(retention, standing))
  } finally {
    await store.close()
  }
}

async function endPolicy({ data }: { readonly data: string }): Promise<void> {
  const store = await openExistingStore(data)
  try {
    if ((await retentionOf(store)) === null) throw new UsageError('there is no policy to end')
    await setRetention(store, null)
    process.stdout.write('documents are kept until somebody forgets them\n')
  } finally {
    await store.close()
  }
}

function shown({ keep, cron, timeZone }: Retention, standing: RetentionStanding): string {
  const { nextRun, lastRun, cutoff, due, unread, onHold } = standing
  const time = (wall: string) => wall.replace('T', ' ')
  const lines = [
    `keeps        documents for ${ageText(parseAge(keep))}`,
    `runs at      ${cron} (${timeZone}); next ${time(nextRun)}`,
    `due now      ${count(due, 'document', 'documents')}, received before ${cutoff.toISOString().slice(0, 10)}`,
  ]
  if (unread > 0) lines.push(`kept         ${count(unread, 'document', 'documents')} as old that were never read`)
  if (onHold > 0) lines.push(`held         ${count(onHold, 'document', 'documents')} as old that a legal hold keeps`)
  if (lastRun) lines.push(`last run     ${time(lastRun.dueAt)}, ${lastRun.endedAt ? 'ended' : 'under way'}`)
  return `${lines.join('\n')}\n`
}
