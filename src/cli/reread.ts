import { Command, Option } from 'commander'
import { type EngineChoice, fitnessOf, type OcrEngine, openEngine, readByOf, readPart } from '../extract/index.ts'
import type { ReadBy } from '../model/index.ts'
import { standardWorkLimits } from '../queue/context.ts'
import type { Choice, MadeOf, Store } from '../store/index.ts'
import { isOlder, isVersion, version } from '../version.ts'
import { type AgainOptions, againOptions, askAll, countAll, documentsNamed, doHere, isHere } from './again.ts'
import { openExistingStore } from './environment.ts'
import { count } from './terminal.ts'
import { engineOptions, UsageError } from './usage.ts'

type Options = AgainOptions & {
  readonly unreadable?: true
  readonly words?: true
  readonly status?: 'partial' | 'failed'
  readonly before?: string
  readonly otherEngine?: true
  readonly engine: EngineChoice
  readonly jobs?: number
}

export function rereadCommand(): Command {
  const command = new Command('reread')
    .description('have documents read again that an older version read, or that could not be read well')
    .argument('[path...]', 'these: files or folders with the same bytes, or ids (sha256)')
    .option('--unreadable', 'those with a page that could not be read')
    .option('--words', 'those whose words of pages are not kept, as of what older versions read')
    .addOption(new Option('--status <status>', 'those with a record of this status').choices(['partial', 'failed']))
    .option('--before <version>', 'those that an older version of imr read')
    .option('--other-engine', 'those that another OCR engine or model than the one here read')
  for (const option of [...engineOptions(), ...againOptions()]) command.addOption(option)
  return command
    .addHelpText(
      'after',
      `
All that is given must hold. What a document gave before stands, and is exported, until the new records take its place at once; when
it cannot be read again, it stands for good. What this version (and, here, this engine) has read would come out the same and is left
out, unless --force, --words or its path is given.

With REDIS_URL set the workers do it, as backlog after everything else; without, this process does it now. It may be stopped or killed
at any moment: imr reread alone goes on with what is left.

Examples:
  imr reread --before ${version} --dry-run
  imr reread --before ${version}
  imr reread --words
  imr reread --unreadable --urgency standard
  imr reread scan-17.pdf --here`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await reread(paths, options)
    })
}

async function reread(paths: readonly string[], options: Options): Promise<number> {
  if (options.before !== undefined && !isVersion(options.before))
    throw new UsageError(`--before ${options.before} is no version: write it like ${version}`)
  const store = await openExistingStore(options.data)
  const here = isHere(options)
  // To read, and to know what the engine here is.
  const engine = here || options.otherEngine ? await open(options) : null
  try {
    const readBy = engine ? await readByOf(engine) : null
    const { unreadable, words, status, before, otherEngine } = options
    const asksNothing = paths.length === 0 && !unreadable && !words && !status && before === undefined && !otherEngine
    if (!asksNothing) {
      const asked = await ask(store, paths, options, readBy)
      if (options.dryRun) return 0
      if (!here) return tell(asked, options)
    }
    if (!here || options.dryRun) return await tellWaiting(store)
    if (!engine) return 0
    return await readHere(store, engine, options)
  } finally {
    await engine?.close()
    await store.close()
  }
}

const open = ({ engine, jobs }: Options): Promise<OcrEngine> => openEngine(engine, jobs === undefined ? {} : { jobs })

/** Has them read again, or (`--dry-run`) tells how many. Gives how many. */
async function ask(store: Store, paths: readonly string[], options: Options, readBy: ReadBy | null): Promise<number> {
  const { unreadable, words, status, before, otherEngine, force, dryRun, urgency } = options
  const wanted = (made: MadeOf) =>
    (before === undefined || isOlder(made.imr, before)) && (!otherEngine || !readBy || !sameEngine(made, readBy))
  const whole: Choice = {
    ...(paths.length > 0 ? { documents: await documentsNamed(paths, store) } : {}),
    ...(status ? { status } : {}),
    ...(unreadable ? { unreadable } : {}),
    ...(words ? { withoutWords: true } : {}),
    made: wanted,
  }
  const choice: Choice =
    force || words || paths.length > 0 ? whole : { ...whole, made: (made) => wanted(made) && !isOwn(made, readBy) }
  const same = (await countAll(store, whole, 'extract')) - (await countAll(store, choice, 'extract'))
  if (same > 0)
    process.stderr.write(
      `${count(same, 'document was', 'documents were')} read by this version already, and would come out the same (--force reads them again)\n`,
    )
  if (!dryRun) return askAll(store, choice, { stage: 'extract', urgency })
  const found = await countAll(store, choice, 'extract')
  process.stdout.write(`${count(found, 'document', 'documents')} would be read again\n`)
  return found
}

const sameEngine = (made: MadeOf, readBy: ReadBy) => made.engine === readBy.engine && made.model === readBy.model

/** Where others read, their engine is not known here. */
const isOwn = (made: MadeOf, readBy: ReadBy | null) => made.imr === version && (!readBy || sameEngine(made, readBy))

function tell(asked: number, { urgency }: Options): number {
  const when = urgency === 'backlog' ? ', after all else and as schedules allow' : ''
  process.stdout.write(`${count(asked, 'document waits', 'documents wait')} to be read again by the workers${when}\n`)
  return 0
}

async function tellWaiting(store: Store): Promise<number> {
  const { waiting } = (await store.status()).again
  process.stdout.write(`${count(waiting, 'document waits', 'documents wait')} to be read or decided again\n`)
  return 0
}

async function readHere(store: Store, engine: OcrEngine, options: Options): Promise<number> {
  await fitnessOf(engine).check()
  const [{ decideCase }, { loadGuidelines }] = await Promise.all([import('../pipeline.ts'), import('../guidelines.ts')])
  const guidelines = loadGuidelines()
  return doHere(
    {
      store,
      read: (file, how) => readPart(file, { engine, ...how }),
      decide: (record) => decideCase(record, guidelines),
      readBy: () => readByOf(engine),
      limits: standardWorkLimits,
    },
    {
      stages: ['extract', 'decide'],
      documents: engine.concurrency + 1,
      quiet: options.quiet === true,
      command: 'imr reread',
    },
  )
}
