import { once } from 'node:events'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { startWatch, type WatchEvent, WatchRefused } from '../intake/index.ts'
import { errorFields, type Logger, openLog, openQueue } from '../queue/index.ts'
import type { Urgency } from '../store/index.ts'
import { urgencyOptions } from './enqueue.ts'
import { openNamedStore, queueOptions, storeLocation } from './environment.ts'
import { printable } from './terminal.ts'
import { dataOption, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly urgency: Urgency
  readonly due?: string
  readonly every: number
  readonly still: number
  readonly end: number
  readonly quiet: boolean
}

export function watchCommand(): Command {
  const command = new Command('watch')
    .description('hand what comes into a folder to the queue, and keep doing it')
    .argument('<folder>', 'the folder that the scanner writes to')
    .addOption(dataOption())
  for (const option of urgencyOptions()) command.addOption(option)
  return command
    .option('--every <seconds>', 'how often to look', positiveInteger, 1)
    .option('--still <seconds>', 'how long a file must stand still before it is taken', positiveInteger, 5)
    .option('--end <seconds>', 'how long a file without its end is waited for', positiveInteger, 600)
    .option('--quiet', 'tell only of trouble', false)
    .addHelpText(
      'after',
      `
A file goes to working/ while it is read, then to done/, or to failed/ with NAME.reason.txt beside it. Nothing is deleted or
overwritten, links are left alone. Several watchers may share a folder. What cannot be moved is named and tried again.

Files being written are waited for: still growing, without the end that a PDF, TIFF, JPEG, PNG or zip has (--end seconds after
the last write such a file is taken as it is), with a name like *.part or ~*. A TIFF, which may get more pages, stands still six
times as long as others. What is written to after it was taken is taken once more: it is another document then.

Example:
  REDIS_URL=redis://127.0.0.1:6379 imr watch /srv/scans`,
    )
    .action(watch)
}

async function watch(folder: string, options: Options): Promise<void> {
  const redis = queueOptions()
  const log = openLog('imr-watch')
  const store = await openNamedStore(options.data)
  const queue = openQueue(redis)
  // A person at a terminal is told names; what may end up in a log (as a service's output does) has none.
  const onEvent = (event: WatchEvent) => {
    if (event.kind === 'trouble') log.error(errorFields(event.error), 'trouble')
    else if (!process.stdout.isTTY) logged(log, event)
    else if (!options.quiet || !quiet.has(event.kind))
      process.stdout.write(
        `${event.kind}: ${printable(event.path)}${'reason' in event ? ` (${printable(event.reason)})` : ''}\n`,
      )
  }
  const { files } = storeLocation(options.data)
  try {
    const watching = await startWatch({
      folder: resolve(folder),
      ownFolders: [options.data, ...(files && !files.startsWith('s3://') ? [resolve(files)] : [])],
      store,
      queue,
      urgency: options.urgency,
      due: options.due ?? null,
      everyMs: options.every * 1000,
      stillMs: options.still * 1000,
      endMs: options.end * 1000,
      onEvent,
    })
    log.info('watching')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await watching.stop()
    log.info('stopped')
  } catch (error) {
    if (error instanceof WatchRefused) throw new UsageError(error.message)
    throw error
  } finally {
    await queue.close()
    await store.close()
  }
}

/** What is no trouble. */
const quiet: ReadonlySet<WatchEvent['kind']> = new Set(['taken', 'done', 'again'])

const named = 'on a terminal imr watch names it'
const lines: Readonly<Record<Exclude<WatchEvent['kind'], 'trouble'>, readonly ['info' | 'warn' | 'error', string]>> = {
  taken: ['info', 'taken'],
  done: ['info', 'a file went to done/'],
  failed: ['warn', 'a file went to failed/, with its reason beside it'],
  left: ['warn', `a file cannot be taken and was left alone: ${named}`],
  waiting: ['warn', `a file stands still without its end and is waited for: ${named}`],
  again: ['info', 'a file was written to after it was taken, and is taken once more'],
  stuck: ['error', `a file cannot be moved to done/ or failed/ and is tried again: ${named}`],
}

function logged(log: Logger, event: Exclude<WatchEvent, { kind: 'trouble' }>): void {
  const [level, line] = lines[event.kind]
  const fields = event.kind === 'taken' ? { documents: event.documents } : 'code' in event ? { code: event.code } : {}
  log[level](fields, line)
}
