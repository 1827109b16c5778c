import { Command } from 'commander'
import { guidelinesId, loadGuidelines } from '../guidelines.ts'
import { decideCase } from '../pipeline.ts'
import { standardWorkLimits } from '../queue/context.ts'
import type { Choice } from '../store/index.ts'
import { version } from '../version.ts'
import { type AgainOptions, againOptions, askAll, countAll, documentsNamed, doHere, isHere } from './again.ts'
import { openExistingStore } from './environment.ts'
import { count } from './terminal.ts'
import { UsageError } from './usage.ts'

type Options = AgainOptions & { readonly again?: true }

/** Decisions take milliseconds: as many at once as keep the database busy. */
const DECISIONS = 4

export function decideCommand(): Command {
  const command = new Command('decide')
    .description('make the proposals of stored records again, by the guidelines of today; nothing is read')
    .argument('[path...]', 'of these: files or folders with the same bytes, or ids (sha256)')
    .option('--again', 'those that other guidelines, or another version, made')
  for (const option of againOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      `
The records stay as they were read; their proposals, and made.guidelines, are new. What was proposed before stands until then.

With REDIS_URL set the workers do it, as backlog after everything else; without, this process does it now. It may be stopped or killed
at any moment: the same command goes on.

Examples:
  imr decide --again --dry-run
  imr decide --again
  imr decide --again --here --force`,
    )
    .action(async (paths: string[], options: Options) => {
      if (!options.again)
        throw new UsageError('imr run and the workers decide what is new: say --again for what is stored')
      process.exitCode = await decideAgain(paths, options)
    })
}

async function decideAgain(paths: readonly string[], options: Options): Promise<number> {
  const guidelines = loadGuidelines()
  const id = guidelinesId(guidelines)
  const store = await openExistingStore(options.data)
  try {
    const choice: Choice = {
      ...(paths.length > 0 ? { documents: await documentsNamed(paths, store) } : {}),
      ...(options.force || paths.length > 0 ? {} : { made: (made) => made.guidelines !== id }),
    }
    if (options.dryRun) {
      const found = await countAll(store, choice, 'decide')
      process.stdout.write(`${count(found, 'document', 'documents')} would be decided again\n`)
      return 0
    }
    const asked = await askAll(store, choice, { stage: 'decide', urgency: options.urgency })
    if (!isHere(options)) {
      process.stdout.write(`${count(asked, 'document waits', 'documents wait')} to be decided again by the workers\n`)
      return 0
    }
    return await doHere(
      {
        store,
        read: () => Promise.reject(new Error('to decide, nothing is read')),
        decide: (record) => decideCase(record, guidelines),
        readBy: async () => ({ imr: version, engine: null, model: null }),
        limits: standardWorkLimits,
      },
      { stages: ['decide'], documents: DECISIONS, quiet: options.quiet === true, command: 'imr decide --again' },
    )
  } finally {
    await store.close()
  }
}
