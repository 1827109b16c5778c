import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { changeLine, type FormatName, formatNames, formats, nextLine } from '../export/index.ts'
import { asReviewed, type Changes, changesSince } from '../review/index.ts'
import { openExistingStore } from './environment.ts'
import { count } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

type Options = {
  readonly format: FormatName | 'pdf'
  readonly data: string
  readonly out: string
  readonly bom: boolean
  readonly asRead: boolean
  readonly since?: number
}

export function exportCommand(): Command {
  return new Command('export')
    .description('what is stored, on standard output or in a file')
    .addOption(
      new Option(
        '--format <format>',
        'jsonl: one case record a line; csv: one row a service; xlsx: sheets of letters, services and diagnoses; fhir: one FHIR R4 bundle a letter and line; gold: letters that people finished, as labels for imr evaluate; pdf: searchable copies of the documents, into the folder --out',
      )
        .choices([...formatNames, 'pdf'])
        .default('jsonl'),
    )
    .option('--out <file>', 'where it goes; -: standard output; for pdf a folder', '-')
    .option('--bom', 'csv for Excel: begins with the mark by which it knows UTF-8', false)
    .option('--as-read', 'records as they were read, without what people decided about them in review', false)
    .addOption(
      new Option(
        '--since <cursor>',
        'jsonl: only what changed since, and what is gone; 0, and then the "next" of the last line of the time before',
      ).argParser(cursor),
    )
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
A store of any size goes out piece by piece. docs/exports.md tells what each column and resource means, and what a format leaves out.

Examples:
  imr export > cases.jsonl
  imr export --format csv --bom > services.csv
  imr export --format xlsx --out cases.xlsx
  imr export --format fhir > letters.ndjson
  imr export --format gold > gold.jsonl && imr evaluate --gold gold.jsonl letters
  imr export --format pdf --out searchable/`,
    )
    .action(exportAll)
}

function cursor(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be 0 or the "next" of the time before.')
  return Number(text)
}

async function* changedLines({ next, changes }: Changes): AsyncGenerator<string> {
  for await (const change of changes) yield changeLine(change)
  yield nextLine(next)
}

async function exportAll({ format, data, out, bom, asRead, since }: Options): Promise<void> {
  if (format === 'pdf') return pdfs(data, out)
  const { write, extension } = formats[format]
  if (bom && format !== 'csv') throw new UsageError('--bom is for --format csv: the other formats do not need it')
  if (since !== undefined && format !== 'jsonl')
    throw new UsageError('--since is for --format jsonl: the other formats do not say what is gone')
  if (out === '-' && format === 'xlsx' && process.stdout.isTTY)
    throw new UsageError(`a terminal cannot show this: name a file, for instance --out cases.${extension}`)
  const store = await openExistingStore(data)
  try {
    const all = asRead ? store.allRecords() : asReviewed(store, store.allRecords())
    const written =
      since === undefined ? write(all, { bom }) : changedLines(await changesSince(store, since, { asRead }))
    const pieces = Readable.from(written, { objectMode: true })
    if (out === '-') await pipeline(pieces, process.stdout, { end: false })
    else await intoFile(pieces, out)
  } finally {
    await store.close()
  }
}

async function pdfs(data: string, out: string): Promise<void> {
  if (out === '-')
    throw new UsageError('--format pdf makes a file a document: name a folder, for instance --out searchable')
  const store = await openExistingStore(data)
  try {
    const { exportPdfs } = await import('./export-pdf.ts')
    const { made, troubles } = await exportPdfs(store, out)
    for (const { sha256, why } of troubles) process.stderr.write(`${sha256}: ${why}\n`)
    process.stderr.write(`${count(made, 'searchable copy', 'searchable copies')} in ${out}\n`)
    if (troubles.length > 0) process.exitCode = 2
  } finally {
    await store.close()
  }
}

/** The file appears when it is whole; it holds patient data, so only its owner may read it. */
async function intoFile(pieces: Readable, out: string): Promise<void> {
  const unfinished = `${out}.${process.pid}.part`
  try {
    await pipeline(pieces, createWriteStream(unfinished, { mode: 0o600 }))
    await rename(unfinished, out)
  } catch (error) {
    await rm(unfinished, { force: true })
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'EROFS'].includes(String(error.code))
    )
      throw new UsageError(
        `${out} cannot be written (${String(error.code)}): name a file in a folder that is there and may be written to`,
      )
    throw error
  }
}
