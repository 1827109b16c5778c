import { Command } from 'commander'
import { runQueueWorker } from '../../workers/queue-worker.ts'
import type { EngineChoice } from '../extract/index.ts'
import { ServerRefused } from '../http/index.ts'
import { openNamedStore, queueOptions } from './environment.ts'
import { dataOption, engineOptions, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly documents?: number
  readonly grace: number
  readonly metrics?: string
}

export function workerCommand(): Command {
  const command = new Command('worker')
    .description('queue workers (BullMQ on $REDIS_URL, results in $DATABASE_URL)')
    .addOption(dataOption())
  for (const option of engineOptions()) command.addOption(option)
  return command
    .option('--documents <n>', 'documents in hand at once (default: OCR processes + 1)', positiveInteger)
    .option('--grace <seconds>', 'when it is to end: how long documents in hand may take', positiveInteger, 30)
    .option('--metrics <[host:]port>', 'serve /metrics, /health/live and /health/ready there (host: 127.0.0.1)')
    .addHelpText(
      'after',
      `
Environment: REDIS_URL (needed), DATABASE_URL (PostgreSQL; default: a file in --data), IMR_FILES (s3://bucket/prefix or a
shared folder), IMR_QUEUE_PREFIX, IMR_LOG (debug, info, warn, error). docs/operations.md tells more.

Ctrl-C or SIGTERM: takes no more, ends what is in hand within --grace, gives back the rest. A second one ends it at once:
nothing is lost then either, another worker takes over.

Examples:
  REDIS_URL=redis://127.0.0.1:6379 imr worker
  imr worker --jobs 4 --metrics 9464`,
    )
    .action(work)
}

async function work(options: Options): Promise<void> {
  const redis = queueOptions()
  const probes = options.metrics === undefined ? null : addressOf(options.metrics)
  const store = await openNamedStore(options.data)
  try {
    await runQueueWorker({
      store,
      redis,
      engine: options.engine,
      jobs: options.jobs,
      documents: options.documents,
      graceMs: options.grace * 1000,
      probes,
    })
  } catch (error) {
    if (error instanceof ServerRefused) throw new UsageError(error.message)
    throw error
  }
}

/** @throws {UsageError} for what is no port. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new UsageError(`--metrics ${text} is no port: write 9464 or 0.0.0.0:9464`)
  return { host, port: Number(port) }
}
