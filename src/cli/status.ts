import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import type { StoreStatus } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { painter, printable } from './terminal.ts'
import { dataOption, positiveInteger } from './usage.ts'

type Options = { readonly data: string; readonly json: boolean; readonly watch?: number | true }

/** How many failures of one cause are named. */
const NAMED = 20

export function statusCommand(): Command {
  return new Command('status')
    .description('what is waiting, running, done and failed, and why')
    .addOption(dataOption())
    .option('--json', 'as JSON', false)
    .option('--watch [seconds]', 'again every 2 (or so many) seconds, until Ctrl-C', positiveInteger)
    .addHelpText(
      'after',
      `
Of the store in --data, or of the database that DATABASE_URL names. The pace is that of the last ten minutes.

Examples:
  imr status
  imr status --watch
  imr status --json --data /srv/imr`,
    )
    .action(async ({ data, json, watch }: Options) => {
      const store = await openExistingStore(data)
      try {
        for (;;) {
          const status = await store.status()
          // What was there is overwritten, so that numbers can be followed with the eye.
          if (watch && !json && process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J')
          process.stdout.write(
            json ? `${JSON.stringify(status, null, watch ? 0 : 2)}\n` : formatStatus(status, new Date()),
          )
          if (!watch) return
          await sleep((watch === true ? 2 : watch) * 1000)
        }
      } finally {
        await store.close()
      }
    })
}

function formatStatus(status: StoreStatus, now: Date): string {
  const paint = painter(process.stdout)
  const { received, extracting, extracted, deciding, done, failed } = status.documents
  const row = (label: string, value: string | number, more = '') =>
    `${label.padEnd(12)} ${String(value).padStart(9)}${more === '' ? '' : `   ${more}`}`
  const lines = [
    row('waiting', received, status.held > 0 ? `${status.held} of them backlog, until a schedule lets them go` : ''),
    row('running', extracting + extracted + deciding),
    row('done', done),
    row('failed', failed),
    row('pages', status.pages),
    row('cases', status.cases),
    row('to review', status.needReview),
    ...(status.again.waiting > 0
      ? [row('again', status.again.waiting, 'to be read or decided again; what they gave before stands meanwhile')]
      : []),
    ...status.again.failures.map(({ cause, count }) =>
      row('not again', count, `${cause}: could not be read again; what they gave before stands`),
    ),
    ...pace(status, row),
  ]
  if (status.oldestWaiting)
    lines.push(
      `oldest not done: received ${status.oldestWaiting} (${duration(now.getTime() - Date.parse(status.oldestWaiting))} ago)`,
    )
  for (const { cause, count } of status.failures) {
    lines.push('', paint('red', `${cause}: ${count}`))
    const those = status.failed.filter((f) => f.cause === cause)
    lines.push(...those.slice(0, NAMED).map((f) => `  ${printable(f.fileName)}: ${f.message}`))
    if (count > NAMED) lines.push(`  and ${count - Math.min(NAMED, those.length)} more`)
  }
  return `${lines.join('\n')}\n`
}

/** Pages a minute, and how long what waits will take at that pace. */
function pace(
  { documents, held, lately }: StoreStatus,
  row: (label: string, value: string | number, more?: string) => string,
): readonly string[] {
  const open = documents.received + documents.extracting + documents.extracted + documents.deciding - held
  if (open === 0 || lately.documents === 0) return []
  const drained = (open / lately.documents) * lately.minutes * 60_000
  return [
    row('pages/min', (lately.pages / lately.minutes).toFixed(1), `what waits is done in about ${duration(drained)}`),
  ]
}

function duration(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 2) return `${Math.max(0, Math.round(ms / 1000))} s`
  if (minutes < 120) return `${Math.round(minutes)} min`
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`
  return `${Math.round(minutes / 60 / 24)} days`
}
