#!/usr/bin/env node
import type { Command } from 'commander'
import { standardLimits } from '../extract/parent/limits.ts'
import { startEarly } from '../extract/parent/pool.ts'
import { version } from '../version.ts'

const [, , asked = ''] = process.argv
// What is told of an error names the sources, not the bundle. A run that goes well does without.
if (asked !== 'run' || process.env.IMR_DEBUG) process.setSourceMapsEnabled(true)
// Whoever hands in files for reading waits for two processes to load: both at once.
const words = asked === 'run' ? process.argv.slice(3).filter((word) => !word.startsWith('-')) : []
const isNamed = (kind: RegExp) => words.some((word) => kind.test(word))
// In folders most files are PDFs.
if (words.length > 0)
  startEarly(standardLimits.memoryBytes, !isNamed(/\.pdf$/i) && isNamed(/\.(?:tiff?|png|jpe?g)$/i) ? 'image' : 'pdf')
const [{ Command: Program, CommanderError }, { UsageError }] = await Promise.all([
  import('commander'),
  import('./usage.ts'),
])

const program = new Program('imr')
  .description(
    'Reads scanned Independent Medical Review determination letters into case records and proposes an outcome for every disputed service.',
  )
  .version(version)
  .showSuggestionAfterError()
  .showHelpAfterError('(imr --help tells how it is used)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  imr run inbox/                       read a folder, show the cases
  imr run inbox/ --out cases.jsonl     the same, as one JSON record a letter
  imr export --format csv              all that is stored, one row a service
  imr explain letter.pdf               where each value came from: page, box, text, rule
  imr status                           what is waiting, done and failed
  imr demo                             try the review page on the samples
  imr serve                            the review page and the API, over what is stored and uploaded
  imr enqueue inbox/                   hand a folder to the queue
  imr worker                           read what the queue brings, until told to end

A proposal is a proposal: a physician decides.
Exit codes: 0 all done; 1 usage or system error; 2 some documents failed; 130 interrupted (run again to resume).`,
  )
/** Each with its own libraries: to load those of the servers would take longer than to read a letter. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand(),
  enqueue: async () => (await import('./enqueue.ts')).enqueueCommand(),
  watch: async () => (await import('./watch.ts')).watchCommand(),
  worker: async () => (await import('./worker.ts')).workerCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  users: async () => (await import('./users.ts')).usersCommand(),
  tokens: async () => (await import('./tokens.ts')).tokensCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  schedule: async () => (await import('./schedule.ts')).scheduleCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  retry: async () => (await import('./retry.ts')).retryCommand(),
  reread: async () => (await import('./reread.ts')).rereadCommand(),
  decide: async () => (await import('./decide.ts')).decideCommand(),
  forget: async () => (await import('./forget.ts')).forgetCommand(),
  hold: async () => (await import('./hold.ts')).holdCommand(),
  retention: async () => (await import('./retention.ts')).retentionCommand(),
  export: async () => (await import('./export.ts')).exportCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand(),
}
const needed = Object.hasOwn(commands, asked) ? [asked] : Object.keys(commands)
for (const name of needed) {
  const command = await commands[name]?.()
  if (command) program.addCommand(inherit(command))
}

/** A subcommand reports its usage errors as the program does. */
function inherit(command: Command): Command {
  for (const sub of command.commands) inherit(sub)
  return command
    .showSuggestionAfterError()
    .showHelpAfterError(`(imr ${command.name()} --help tells how it is used)`)
    .exitOverride()
}

// A reader that goes away (`imr export | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 1
  else {
    process.stderr.write(`imr: ${error instanceof Error ? error.message : String(error)}\n`)
    if (!(error instanceof UsageError) && process.env.IMR_DEBUG)
      process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`)
    process.exitCode = 1
  }
}
