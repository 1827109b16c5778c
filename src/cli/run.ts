import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises'
import { relative } from 'node:path'
import { Command } from 'commander'
import type { Outcome } from '../batch/index.ts'
import { jsonLine } from '../export/jsonl.ts'
import { type EngineChoice, openEngine } from '../extract/index.ts'
import { listInputs } from '../intake/inputs.ts'
import type { CaseRecord } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { openProgress } from './progress.ts'
import { reading } from './reading.ts'
import { letterTable } from './table.ts'
import { count, printable } from './terminal.ts'
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
/** Readable and writable by the owner alone. */
const OWN_FILE = 0o600

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
    say(
      `${count(passedOver.length, 'file is', 'files are')} not PDF, TIFF, PNG or JPEG and passed over: ${someNames(passedOver)}`,
    )
  if (inputs.length === 0)
    throw new UsageError('there is nothing to read: no PDF, TIFF, PNG or JPEG file in what was given')
  // A name that was mistyped is no document: nothing is kept of it.
  if (inputs.every((input) => input.failure?.code === 'vanished'))
    throw new UsageError(`there is no such file or folder: ${someNames(inputs.map((input) => input.path))}`)

  const out = await openOutput(options.out)
  // It is looked for while the store is opened.
  const engine = openEngine(options.engine, options.jobs === undefined ? {} : { jobs: options.jobs })
  engine.catch(() => {})
  const store = options.store ? await openStoreOf(options.data) : null
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const progress = openProgress(inputs.length, { quiet: options.quiet, stream: process.stderr })
  // On a terminal the table tells what the line would.
  const tabled = options.out === undefined && process.stdout.isTTY
  const tally = new Map<Outcome['kind'], number>()
  let verdict: string | null = null
  try {
    const outcomes = reading(inputs, {
      ...options,
      engine,
      store,
      signal: stop.signal,
      onPage: () => progress.page(),
      onUnavailable: (told) => {
        verdict = told
      },
    })
    for await (const outcome of outcomes) {
      tally.set(outcome.kind, (tally.get(outcome.kind) ?? 0) + 1)
      // What is left for the next run is counted below, not listed: it may be thousands.
      if (outcome.kind !== 'interrupted') progress.file(tabled && outcome.records.length > 0 ? null : fileLine(outcome))
      for (const record of outcome.records) await progress.aside(() => out.write(record, !outcome.readNow))
    }
    await out.finish(stop.signal.aborted)
  } finally {
    progress.stop()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await out.close()
    await store?.close()
  }
  say(summary(tally, options))
  if (verdict !== null) say(verdict)
  if (stop.signal.aborted && out.unfinished) say(`what was read so far is in ${out.unfinished}`)
  if (stop.signal.aborted) return INTERRUPTED
  return tally.has('failed') ? FAILED : 0
}

/** To keep nothing needs nothing of a store. */
async function openStoreOf(data: string): Promise<Store> {
  const { openNamedStore } = await import('./environment.ts')
  return openNamedStore(data)
}

type Output = {
  write(record: CaseRecord, known: boolean): Promise<void>
  /** All records are written. */
  finish(interrupted: boolean): Promise<void>
  close(): Promise<void>
  /** Where the records lie until all are written. */
  readonly unfinished?: string
}

const nothing = async () => {}

/** A table or JSON Lines on standard output, or JSON Lines in a file that gets its name only when it is whole. */
async function openOutput(out: string | undefined): Promise<Output> {
  const print = async (text: string) => {
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  if (out === undefined)
    return {
      write: (record, known) => print(letterTable(record, { stream: process.stdout, known })),
      finish: nothing,
      close: nothing,
    }
  if (out === '-') return { write: (record) => print(jsonLine(record)), finish: nothing, close: nothing }
  const there = await stat(out).catch(() => null)
  if (there?.isDirectory()) throw new UsageError(`${out} is a folder: name a file in it`)
  // A pipe or a device is written to as it is: it must not be renamed over.
  if (there && !there.isFile()) return fileOutput(await openToWrite(out), nothing)
  const whole = there ? await realpath(out) : out
  const part = `${whole}.part`
  const file = await openToWrite(part)
  // Case records hold patient data: they are their owner's alone, also where an earlier run left the file open to all.
  await file.chmod(OWN_FILE)
  const finish = async (interrupted: boolean) => {
    await file.sync()
    // An unfinished file keeps its .part, so that nobody takes it for the whole.
    if (!interrupted) await rename(part, whole)
  }
  return { ...fileOutput(file, finish), unfinished: part }
}

function openToWrite(path: string): Promise<FileHandle> {
  return open(path, 'w', OWN_FILE).catch((error) => {
    throw new UsageError(`${path} cannot be written (${error.code}): choose another --out`)
  })
}

function fileOutput(file: FileHandle, finish: Output['finish']): Output {
  return { write: async (record) => void (await file.write(jsonLine(record))), finish, close: () => file.close() }
}

function fileLine({ input, kind, records, pages, failure, sameAs, readNow }: Outcome): string {
  const name = printable(relative(process.cwd(), input.path))
  const letters = count(records.length, 'letter', 'letters')
  switch (kind) {
    case 'read':
      return `${name}: ${letters}, ${count(pages, 'page', 'pages')}`
    case 'known':
      return `${name}: known, not read again (${letters})`
    case 'duplicate':
      return `${name}: the same file as ${printable(sameAs ?? '')}, one case`
    case 'failed':
      return `${name}: failed ${readNow ? '' : 'before, not read again '}(${failure?.code}): ${failure?.message}`
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
    ['interrupted', 'left for the next run'],
  ] as const
  const parts = names.flatMap(([kind, name]) => (tally.has(kind) ? [`${tally.get(kind)} ${name}`] : []))
  const kept = options.store ? `; kept in ${options.data}` : ''
  const onward = options.store ? 'it goes on where it stopped' : 'with --no-store it begins from the start'
  const resume = tally.has('interrupted') ? `\nInterrupted. Run the same command again: ${onward}.` : ''
  return `${parts.join(', ')}${kept}${resume}`
}

function someNames(paths: readonly string[]): string {
  const names = paths.slice(0, 3).map((p) => printable(relative(process.cwd(), p)))
  return paths.length > 3 ? `${names.join(', ')} …` : names.join(', ')
}
