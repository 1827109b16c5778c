import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { type Explanation, explain, NoSuchField } from '../explain.ts'
import type { EngineChoice } from '../extract/index.ts'
import { listInputs } from '../intake/index.ts'
import type { CaseRecord, Evidence } from '../model/index.ts'
import { sha256Of } from '../store/index.ts'
import { openNamedStore, storeLocation } from './environment.ts'
import { openProgress } from './progress.ts'
import { reading } from './reading.ts'
import { columnsOf, painter, printable, wrap } from './terminal.ts'
import { dataOption, engineOptions, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly letter?: number
  readonly json: boolean
}

const FAILED = 2
const LABEL = 13

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('where a value came from: page, box, text as read, rule, alternatives, checks')
    .argument('<file>', 'a letter: taken from the store when it is known there, read otherwise (and not stored)')
    .argument('[field]', 'path of a value, or of a part of the record: header.dateOfInjury, services[0] (default: all)')
    .addOption(dataOption())
  for (const option of engineOptions()) command.addOption(option)
  return command
    .option('--letter <n>', 'of a file that holds several letters, the nth (default: all)', positiveInteger)
    .option('--json', 'one JSON line a value', false)
    .addHelpText(
      'after',
      `
Boxes are left, top, right, bottom in hundredths of the page's width and height, from its upper left corner.

Examples:
  imr explain samples/01-office-scan.pdf header.dateOfInjury
  imr explain samples/01-office-scan.pdf 'services[1].frequency'
  imr explain letter.pdf --json`,
    )
    .action(async (file: string, field: string | undefined, options: Options) => {
      process.exitCode = await explainFile(file, field, options)
    })
}

async function explainFile(file: string, field: string | undefined, options: Options): Promise<number> {
  const records = (await knownRecords(file, options)) ?? (await readNow(file, options))
  const chosen = records.filter((_, i) => options.letter === undefined || options.letter === i + 1)
  if (chosen.length === 0)
    throw new UsageError(
      `the file holds ${records.length === 1 ? 'one letter' : `${records.length} letters`}: choose --letter 1 to ${records.length}`,
    )
  for (const record of chosen) {
    const explanations = explained(record, field)
    if (options.json)
      for (const e of explanations) process.stdout.write(`${JSON.stringify({ caseId: record.caseId, ...e })}\n`)
    else process.stdout.write(shown(record, explanations))
  }
  return chosen.some((r) => r.status === 'failed') ? FAILED : 0
}

function explained(record: CaseRecord, field: string | undefined): readonly Explanation[] {
  try {
    return explain(record, field)
  } catch (error) {
    if (error instanceof NoSuchField) throw new UsageError(error.message)
    throw error
  }
}

/** What the store has of a file; null when there is no store, or it does not know the file or is not done with it. */
async function knownRecords(file: string, { data }: Options): Promise<readonly CaseRecord[] | null> {
  const there = storeLocation(data).databaseUrl || (await stat(join(data, 'imr.sqlite')).catch(() => null))
  const isFile = await stat(file).then(
    (s) => s.isFile(),
    () => false,
  )
  if (!there || !isFile) return null
  const store = await openNamedStore(data)
  try {
    const records = await store.records(await sha256Of(file))
    return records.length > 0 ? records : null
  } finally {
    await store.close()
  }
}

async function readNow(file: string, { engine, jobs }: Options): Promise<readonly CaseRecord[]> {
  const { inputs } = await listInputs([file])
  if (inputs.length !== 1) throw new UsageError(`${file} is not one file: name a PDF, TIFF, PNG or JPEG file`)
  const progress = openProgress(1, { quiet: !process.stderr.isTTY, stream: process.stderr })
  const records: CaseRecord[] = []
  try {
    for await (const outcome of reading(inputs, { engine, jobs, store: null, onPage: () => progress.page() }))
      records.push(...outcome.records)
  } finally {
    progress.stop()
  }
  return records
}

function shown(record: CaseRecord, explanations: readonly Explanation[]): string {
  const paint = painter(process.stdout)
  const width = columnsOf(process.stdout)
  const lines = ['', paint('bold', `${printable(basename(record.document.fileName))} · ${pagesOf(record)}`)]
  const line = (label: string, text: string) => {
    const [first = '', ...more] = wrap(text, width - LABEL - 3)
    lines.push(`  ${paint('dim', label.padEnd(LABEL))} ${first}`, ...more.map((m) => `  ${' '.repeat(LABEL)} ${m}`))
  }
  // Of a file that failed every value is missing for the one reason that stands below.
  for (const e of record.status === 'failed' ? explanations.filter((e) => e.value !== null) : explanations) {
    lines.push('', `${paint('bold', e.path)}  ${wrap(say(e.value), width).join('\n  ')}`)
    if (e.madeFrom) line('made from', e.madeFrom)
    if (e.raw !== '' && e.raw !== e.value) line('as read', `"${e.raw}"`)
    for (const where of placesOf(e.evidence)) line('where', where)
    if (e.rule) line('rule', e.rule)
    if (e.confidence !== null) line('confidence', `${e.confidence.toFixed(3)}${e.status ? ` (${e.status})` : ''}`)
    for (const { value, why } of e.alternatives) line('or', `${say(value)}: ${why}`)
    for (const { severity, rule, message } of e.checks) line('check', `${severity}, ${rule}: ${message}`)
  }
  if (record.status === 'failed') for (const issue of record.issues) line('failed', issue.message)
  return `${lines.join('\n')}\n`
}

function pagesOf({ document: { pageRange } }: CaseRecord): string {
  const [first, last] = pageRange
  return first === last ? `page ${first}` : `pages ${first}-${last}`
}

const say = (value: unknown): string =>
  value === null || value === undefined || value === ''
    ? 'not found'
    : typeof value === 'string'
      ? value
      : Array.isArray(value)
        ? value.length === 0
          ? 'none'
          : value.map(say).join(', ')
        : JSON.stringify(value)

/** The box around the evidence of each page. */
function placesOf(evidence: readonly Evidence[]): readonly string[] {
  const pages = [...new Set(evidence.map((e) => e.page))]
  return pages.map((page) => {
    const boxes = evidence.filter((e) => e.page === page).map((e) => e.box)
    const edge = (i: 0 | 1 | 2 | 3) => (i < 2 ? Math.min : Math.max)(...boxes.map((b) => b[i]))
    const box = ([0, 1, 2, 3] as const).map((i) => (100 * edge(i)).toFixed(1)).join(' ')
    return `page ${page}, box ${box}`
  })
}
