import { Command, Option } from 'commander'
import { type FailureCode, failureCodes } from '../model/index.ts'
import { openExistingStore } from './environment.ts'
import { count } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

export function retryCommand(): Command {
  return new Command('retry')
    .description('have documents that failed read again')
    .addOption(dataOption())
    .addOption(new Option('--cause <cause>', 'those that failed with this cause').choices([...failureCodes]))
    .option('--document <sha256>', 'this one')
    .option('--all', 'all of them', false)
    .addHelpText(
      'after',
      `
The workers take them within seconds; without workers, imr run on the same files reads them again.
Of a long document the workers read only the pages that lack.

Examples:
  imr retry --cause time-limit
  imr retry --document 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
    )
    .action(async (options: { data: string; cause?: FailureCode; document?: string; all: boolean }) => {
      const { data, cause, document, all } = options
      if ([cause, document, all || undefined].filter((o) => o !== undefined).length !== 1)
        throw new UsageError('say which: --cause CAUSE, --document SHA256 or --all (imr status names causes)')
      const store = await openExistingStore(data)
      try {
        const retried = await store.retry({
          ...(cause ? { cause } : {}),
          ...(document ? { sha256: document } : {}),
        })
        process.stdout.write(`${count(retried, 'document waits', 'documents wait')} to be read again\n`)
      } finally {
        await store.close()
      }
    })
}
