import { relative } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { forSeveral, listInputs, type Taken, takeListed } from '../intake/index.ts'
import { openQueue } from '../queue/index.ts'
import type { DocumentEntry, Urgency } from '../store/index.ts'
import { openNamedStore, queueOptions } from './environment.ts'
import { count, printable } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly urgency: Urgency
  readonly due?: string
  readonly json: boolean
  readonly quiet: boolean
}

const FAILED = 2
const INTERRUPTED = 130
/** After how many files a line of progress is written. */
const EVERY = 1000

export function urgencyOptions(): readonly Option[] {
  return [
    new Option('--urgency <kind>', 'expedited: before all others; backlog: when a schedule lets it')
      .choices(['expedited', 'standard', 'backlog'])
      .default('standard'),
    new Option('--due <date>', 'date by which it must be done (YYYY-MM-DD): the nearer, the sooner').argParser(isoDate),
  ]
}

function isoDate(text: string): string {
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toISOString?.().startsWith(text)
  if (!valid) throw new InvalidArgumentError('It must be a date like 2026-12-31.')
  return text
}

export function enqueueCommand(): Command {
  const command = new Command('enqueue')
    .description('hand files, folders and zip archives to the queue')
    .argument('<path...>', 'PDF, TIFF, PNG or JPEG files, zip archives of them, or folders')
    .addOption(dataOption())
  for (const option of urgencyOptions()) command.addOption(option)
  return command
    .option('--json', 'one JSON line a document on standard output', false)
    .option('--quiet', 'no progress', false)
    .addHelpText(
      'after',
      `
Environment: REDIS_URL (needed), DATABASE_URL, IMR_FILES. What was taken in is safe, whatever happens to Redis: the workers
find it in the ledger. The same bytes twice are one document.

Examples:
  imr enqueue inbox/
  imr enqueue mail-2026-11.zip --urgency backlog
  imr enqueue urgent.pdf --urgency expedited --due 2026-11-27`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await enqueue(paths, options)
    })
}

async function enqueue(paths: readonly string[], options: Options): Promise<number> {
  const redis = queueOptions()
  const { inputs, passedOver } = await listInputs(paths, { archives: true })
  const say = (text: string) => void (options.quiet || process.stderr.write(`${text}\n`))
  if (passedOver.length > 0)
    say(`${count(passedOver.length, 'file is', 'files are')} not PDF, TIFF, PNG, JPEG or zip and passed over`)
  if (inputs.length === 0)
    throw new UsageError('there is nothing to take in: no PDF, TIFF, PNG, JPEG or zip file in what was given')
  const store = await openNamedStore(options.data)
  const queue = openQueue(redis)
  const tally = { new: 0, known: 0, archives: 0, failed: 0, asleep: 0 }
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const way = { store, queue, urgency: options.urgency, due: options.due ?? null }
    const told = (taken: Taken) => {
      const { kind, path } = taken
      const failure = kind === 'failed' ? taken.failure : failureOf(taken.document)
      tally[failure ? 'failed' : kind]++
      if (failure) say(`${printable(relative(process.cwd(), path))}: ${failure.code}: ${failure.message}`)
      if (kind === 'new' && !taken.woken && !taken.document.held) tally.asleep++
      if (options.json) process.stdout.write(`${JSON.stringify(lineOf(taken))}\n`)
    }
    let done = 0
    await forSeveral(inputs, stop.signal, async (input) => {
      let archive = false
      for await (const taken of takeListed(input, way)) {
        archive ||= taken.path !== input.path
        told(taken)
      }
      if (archive) tally.archives++
      if (++done % EVERY === 0) say(`${done} of ${inputs.length} files taken in`)
    })
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await queue.close()
    await store.close()
  }
  const archives = tally.archives > 0 ? ` (${count(tally.archives, 'archive', 'archives')} taken apart)` : ''
  say(`${tally.new} new, ${tally.known} known${tally.failed > 0 ? `, ${tally.failed} failed` : ''}${archives}`)
  if (tally.asleep > 0)
    say(`Redis took no wake-up for ${tally.asleep}: they are kept, and will be read when the queue is back`)
  if (stop.signal.aborted) say('Interrupted. Run the same command again: what was taken in is known then.')
  if (stop.signal.aborted) return INTERRUPTED
  return tally.failed > 0 ? FAILED : 0
}

/** What was handed in before and failed is told again: the same bytes would fail again. */
function failureOf({ state, cause, message }: DocumentEntry) {
  return state === 'failed' ? { code: cause ?? 'internal', message: message ?? '' } : null
}

function lineOf(taken: Taken): object {
  return taken.kind === 'failed'
    ? { path: taken.path, state: 'failed', cause: taken.failure.code, message: taken.failure.message }
    : { path: taken.path, documentId: taken.document.sha256, state: taken.document.state, new: taken.kind === 'new' }
}
