import { Command, Option } from 'commander'
import { csvHeader, csvRows, jsonLine } from '../export/index.ts'
import { openExistingStore } from './environment.ts'
import { dataOption } from './usage.ts'

export function exportCommand(): Command {
  return new Command('export')
    .description('what is stored, on standard output')
    .addOption(
      new Option('--format <format>', 'jsonl: one case record a line; csv: one row a service')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    )
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  imr export > cases.jsonl
  imr export --format csv > services.csv`,
    )
    .action(async ({ format, data }: { format: 'jsonl' | 'csv'; data: string }) => {
      const store = await openExistingStore(data)
      const print = async (text: string) => {
        if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
      }
      try {
        if (format === 'csv') await print(csvHeader())
        for await (const record of store.allRecords())
          await print(format === 'csv' ? csvRows(record) : jsonLine(record))
      } finally {
        await store.close()
      }
    })
}
