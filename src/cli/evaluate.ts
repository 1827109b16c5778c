import { readFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import {
  calibrate,
  evaluate,
  firstSight,
  formatScore,
  type Gold,
  parseGold,
  scores,
  withFirstSight,
} from '../evaluate/index.ts'
import type { EngineChoice } from '../extract/index.ts'
import { listInputs } from '../intake/index.ts'
import { type CaseRecord, calibrationSchema, caseRecordSchema } from '../model/index.ts'
import { openStore } from '../store/index.ts'
import { openProgress } from './progress.ts'
import { reading } from './reading.ts'
import { engineOptions, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly gold: string
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly data?: string
  readonly json: boolean
  readonly misses: number
  readonly onlyPresent: boolean
  readonly calibrate?: string
  readonly firstSight?: string
  readonly quiet: boolean
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('field-by-field accuracy against labelled letters')
    .argument('<path...>', 'the labelled files, folders of them, or .jsonl files of case records made before')
    .requiredOption('--gold <file>', 'labelled letters as JSON Lines (in the shape of samples/expected.jsonl)')
  for (const option of engineOptions()) command.addOption(option)
  return command
    .option('--data <dir>', 'keep what is read in this store, and use what it has (default: nothing is kept)')
    .option('--only-present', 'leave out labels whose file is not among what was given', false)
    .option('--misses <n>', 'how many misses to list', positiveInteger, 200)
    .option('--json', 'the score as JSON', false)
    .option('--calibrate <file>', 'write how often fields are right at each confidence, as measured on these letters')
    .option(
      '--first-sight <file>',
      'records of letters the rules had not seen: write into this calibration how far to doubt',
    )
    .option('--quiet', 'no progress', false)
    .addHelpText(
      'after',
      `
Exact for dates, numbers and enumerations; wording is right from a similarity of 0.95 (edit distance), a diagnosis from a token
overlap of 0.75 where sides and denials agree (left is not right, without is not with). A label whose letter was not found counts as wrong in every field, unless --only-present.

Auto-accepted letters need no look; what is wrong in one of them (header, diagnoses, services, outcome, frequency, drug) is listed.

--calibrate reads the letters anew and writes the calibration that later readings use, when it is put in the place of
src/normalize/vocabulary/calibration.json and imr is built again. Each path is a set of its own: give the same letters
born-digital and as scans of several kinds, good and bad. Frequency, drug and diagnosis are kinds of their own, diagnoses also by the
shape of the statement: numbered, listed, single, narrative (with 40 labels or more; fewer go by all diagnoses). The error shown is that of letters the calibration has not seen (five-fold).
--first-sight takes records (.jsonl) of letters by which no rule was written, as they were read first: how much more often they are wrong
than they say is written into the calibration, by kind of field. The error shown is that of letters left out in turn.

Examples:
  imr evaluate --gold samples/expected.jsonl samples
  imr evaluate --gold labels.jsonl cases.jsonl --misses 20
  imr evaluate --gold labels.jsonl letters scans/good scans/bad --calibrate calibration.json
  imr evaluate --gold new-labels.jsonl new.jsonl new-scans.jsonl --first-sight calibration.json`,
    )
    .action(async (paths: string[], options: Options) => {
      const gold = parseGold(
        await readFile(options.gold, 'utf8').catch(() => {
          throw new UsageError(`the gold file ${options.gold} cannot be read: check its path`)
        }),
      )
      if (options.firstSight !== undefined) return await writeDoubts(gold, paths, options.firstSight)
      if (options.calibrate !== undefined) return await writeCalibration(gold, paths, options, options.calibrate)
      const records = [
        ...(await recordsIn(paths.filter(isRecords))),
        ...(await recordsOf(
          paths.filter((p) => !isRecords(p)),
          options,
        )),
      ]
      const score = evaluate(options.onlyPresent ? present(gold, records) : gold, records)
      process.stdout.write(options.json ? `${JSON.stringify(score)}\n` : formatScore(score, { misses: options.misses }))
    })
}

const isRecords = (path: string) => path.endsWith('.jsonl')

async function recordsIn(paths: readonly string[]): Promise<readonly CaseRecord[]> {
  const texts = await Promise.all(paths.map((p) => readFile(p, 'utf8')))
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => caseRecordSchema.parse(JSON.parse(line))),
  )
}

async function recordsOf(
  paths: readonly string[],
  options: Options & { readonly calibration?: null },
): Promise<readonly CaseRecord[]> {
  if (paths.length === 0) return []
  const { inputs } = await listInputs(paths)
  const store = options.data === undefined ? null : await openStore(options.data)
  const progress = openProgress(inputs.length, {
    quiet: options.quiet || !process.stderr.isTTY,
    stream: process.stderr,
  })
  const records: CaseRecord[] = []
  try {
    for await (const outcome of reading(inputs, {
      engine: options.engine,
      jobs: options.jobs,
      store,
      onPage: () => progress.page(),
      ...(options.calibration === null ? { calibration: null } : {}),
    })) {
      progress.file(outcome.input.fileName)
      records.push(...outcome.records)
    }
  } finally {
    progress.stop()
    await store?.close()
  }
  return records
}

async function writeCalibration(
  gold: readonly Gold[],
  paths: readonly string[],
  options: Options,
  file: string,
): Promise<void> {
  if (options.data !== undefined || paths.some(isRecords))
    throw new UsageError('--calibrate reads the letters themselves: give files and folders, and no --data')
  const fields = []
  for (const path of paths) {
    const records = await recordsOf([path], { ...options, calibration: null })
    fields.push(...scores(present(gold, records), records))
  }
  const report = calibrate(fields)
  await writeFile(file, `${JSON.stringify(report.calibration, null, 2)}\n`)
  const { letters, wrong, errorOfScores, errorOfProbabilities } = report
  process.stdout.write(
    `${fields.length} fields of ${letters} letters, ${wrong} of them wrong\n` +
      `calibration error: ${errorOfScores.toFixed(3)} as scored by the rules, ${errorOfProbabilities.toFixed(3)} calibrated (five-fold)\n` +
      `written to ${file}; doubt learned at first sight begins anew: give those records to --first-sight again\n`,
  )
}

async function writeDoubts(gold: readonly Gold[], paths: readonly string[], file: string): Promise<void> {
  if (!paths.every(isRecords))
    throw new UsageError(
      '--first-sight takes the records that were made at first sight: .jsonl files, each a set of its own',
    )
  const calibration = calibrationSchema.parse(
    JSON.parse(
      await readFile(file, 'utf8').catch(() => {
        throw new UsageError(`the calibration ${file} cannot be read: make one with --calibrate first`)
      }),
    ),
  )
  const fields = []
  for (const path of paths) {
    const records = await recordsIn([path])
    fields.push(...scores(present(gold, records), records))
  }
  const seen = firstSight(fields)
  await writeFile(file, `${JSON.stringify(withFirstSight(calibration, seen), null, 2)}\n`)
  process.stdout.write('kind        fields  wrong   said  doubt  error as said  error then\n')
  for (const { kind, fields: of, wrong, said, doubt, errorAsSaid, errorMended } of seen)
    process.stdout.write(
      `${kind.padEnd(10)}${String(of).padStart(8)}${String(wrong).padStart(7)}${said.toFixed(1).padStart(7)}${doubt.toFixed(2).padStart(7)}${errorAsSaid.toFixed(3).padStart(15)}${errorMended.toFixed(3).padStart(12)}\n`,
    )
  process.stdout.write(`written to ${file}\n`)
}

function present(gold: readonly Gold[], records: readonly CaseRecord[]): readonly Gold[] {
  const names = new Set(records.map((r) => r.document.fileName))
  return gold.filter((g) => names.has(g.file))
}
