import { Command } from 'commander'
import type { StoreStatus } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { painter, printable } from './terminal.ts'
import { dataOption } from './usage.ts'

export function statusCommand(): Command {
  return new Command('status')
    .description('what is waiting, running, done and failed, and why')
    .addOption(dataOption())
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  imr status
  imr status --json --data /srv/imr`,
    )
    .action(async ({ data, json }: { data: string; json: boolean }) => {
      const store = await openExistingStore(data)
      try {
        const status = await store.status()
        process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status))
      } finally {
        await store.close()
      }
    })
}

function formatStatus(status: StoreStatus): string {
  const paint = painter(process.stdout)
  const { received, extracting, extracted, deciding, done, failed } = status.documents
  const row = (label: string, value: string | number) => `${label.padEnd(12)} ${String(value).padStart(7)}`
  const lines = [
    row('waiting', received),
    row('running', extracting + extracted + deciding),
    row('done', done),
    row('failed', failed),
    row('pages', status.pages),
    row('cases', `${status.cases}`),
    row('to review', status.needReview),
  ]
  if (status.oldestWaiting) lines.push(`oldest not done: received ${status.oldestWaiting}`)
  for (const { cause, count } of status.failures) {
    lines.push('', paint('red', `${cause}: ${count}`))
    const those = status.failed.filter((f) => f.cause === cause)
    lines.push(...those.slice(0, 20).map((f) => `  ${printable(f.fileName)}: ${f.message}`))
    if (those.length > 20) lines.push(`  and ${those.length - 20} more`)
  }
  return `${lines.join('\n')}\n`
}
