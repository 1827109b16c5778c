import { type FileHandle, open, rename } from 'node:fs/promises'
import { relative } from 'node:path'
import { Command } from 'commander'
import { jsonLine } from '../export/index.ts'
import type { EngineChoice } from '../extract/index.ts'
import type { CaseRecord } from '../model/index.ts'
import { listInputs, type Outcome } from '../run/index.ts'
import { openStore } from '../store/index.ts'
import { openProgress } from './progress.ts'
import { reading } from './reading.ts'
import { letterTable } from './table.ts'
import { printable } from './terminal.ts'
import { dataOption, engineOptions, UsageError } from './usage.ts'

type Options = {
  readonly out?: string
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly data: string
  readonly store: boolean
  readonly again: boolean
  readonly quiet: boolean
}

const FAILED = 2
const INTERRUPTED = 130

export function runCommand(): Command {
  const command = new Command('run')
    .description('read files and folders now, on this machine, no server needed')
    .argument('<path...>', 'PDF, TIFF, PNG or JPEG files, or folders of them')
    .option('--out <file>', 'case records as JSON Lines, one line a letter; - for standard output (default: a table)')
  for (const option of engineOptions()) command.addOption(option)
  return command
    .addOption(dataOption())
    .option('--no-store', 'keep nothing')
    .option('--again', 'read again what the store already knows', false)
    .option('--quiet', 'no progress', false)
    .addHelpText(
      'after',
      `
A file that the store already knows (by its bytes, whatever its name) is not read again: its records come out all the same.
A run that was stopped or killed is resumed by running it again.

Examples:
  imr run letter.pdf
  imr run inbox/ --out cases.jsonl
  imr run inbox/ --out - | jq .header.caseNumber.value
  imr run inbox/ --no-store --engine tesseract.js --jobs 2`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await run(paths, options)
    })
}

async function run(paths: readonly string[], options: Options): Promise<number> {
  const { inputs, passedOver } = await listInputs(paths)
  const say = (text: string) => void (options.quiet || process.stderr.write(`${text}\n`))
  if (passedOver.length > 0)
    say(`${passedOver.length} files are not PDF, TIFF, PNG or JPEG and were passed over: ${someNames(passedOver)}`)
  if (inputs.length === 0)
    throw new UsageError('there is nothing to read: no PDF, TIFF, PNG or JPEG file in what was given')

  const store = options.store ? await openStore(options.data) : null
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const progress = openProgress(inputs.length, { quiet: options.quiet, stream: process.stderr })
  const out = await openOutput(options.out)
  const tally = new Map<Outcome['kind'], number>()
  try {
    const outcomes = reading(inputs, { ...options, store, signal: stop.signal, onPage: () => progress.page() })
    for await (const outcome of outcomes) {
      tally.set(outcome.kind, (tally.get(outcome.kind) ?? 0) + 1)
      progress.file(fileLine(outcome))
      for (const record of outcome.records) await out.write(record, outcome.kind === 'known')
    }
    await out.finish(stop.signal.aborted)
  } finally {
    progress.stop()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await out.close()
    await store?.close()
  }
  say(summary(tally, options))
  if (stop.signal.aborted) return INTERRUPTED
  return (tally.get('failed') ?? 0) + (tally.get('busy') ?? 0) > 0 ? FAILED : 0
}

type Output = {
  write(record: CaseRecord, known: boolean): Promise<void>
  /** All records are written. */
  finish(interrupted: boolean): Promise<void>
  close(): Promise<void>
}

/** A table or JSON Lines on standard output, or JSON Lines in a file that gets its name only when it is whole. */
async function openOutput(out: string | undefined): Promise<Output> {
  const print = async (text: string) => {
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  const nothing = async () => {}
  if (out === undefined)
    return {
      write: (record, known) => print(letterTable(record, { stream: process.stdout, known })),
      finish: nothing,
      close: nothing,
    }
  if (out === '-') return { write: (record) => print(jsonLine(record)), finish: nothing, close: nothing }
  const part = `${out}.part`
  const file: FileHandle = await open(part, 'w').catch((error) => {
    throw new UsageError(`${out} cannot be written (${error.code}): choose another --out`)
  })
  return {
    write: async (record) => void (await file.write(jsonLine(record))),
    async finish(interrupted) {
      await file.sync()
      // An unfinished file keeps its .part, so that nobody takes it for the whole.
      if (!interrupted) await rename(part, out)
    },
    close: () => file.close(),
  }
}

function fileLine({ input, kind, records, pages, failure, sameAs }: Outcome): string {
  const name = printable(relative(process.cwd(), input.path))
  const letters = `${records.length} ${records.length === 1 ? 'letter' : 'letters'}`
  switch (kind) {
    case 'read':
      return `${name}: ${letters}, ${pages} ${pages === 1 ? 'page' : 'pages'}`
    case 'known':
      return `${name}: known, not read again (${letters})`
    case 'duplicate':
      return `${name}: the same file as ${printable(sameAs ?? '')}, one case`
    case 'failed':
      return `${name}: failed (${failure?.code}): ${failure?.message}`
    case 'busy':
      return `${name}: another run is reading it; run again later`
    case 'interrupted':
      return `${name}: not read, left for the next run`
  }
}

function summary(tally: ReadonlyMap<Outcome['kind'], number>, options: Options): string {
  const names = [
    ['read', 'read'],
    ['known', 'known, not read again'],
    ['duplicate', 'the same as another'],
    ['failed', 'failed'],
    ['busy', 'being read by another run'],
    ['interrupted', 'left for the next run'],
  ] as const
  const parts = names.flatMap(([kind, name]) => (tally.has(kind) ? [`${tally.get(kind)} ${name}`] : []))
  const kept = options.store ? `; kept in ${options.data}` : ''
  const resume = tally.has('interrupted')
    ? '\nInterrupted. Run the same command again: it goes on where it stopped.'
    : ''
  return `${parts.join(', ')}${kept}${resume}`
}

function someNames(paths: readonly string[]): string {
  const names = paths.slice(0, 3).map((p) => printable(relative(process.cwd(), p)))
  return paths.length > 3 ? `${names.join(', ')} …` : names.join(', ')
}
