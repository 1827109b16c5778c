import { Option } from 'commander'
import { DocumentFailure } from '../model/index.ts'
import type { Observer, Work } from '../queue/index.ts'
import type { Choice, DocumentEntry, Stage, Store, Urgency } from '../store/index.ts'
import { documentsOf } from './named.ts'
import { openProgress } from './progress.ts'
import { count, printable } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

/** What `imr reread` and `imr decide --again` have in common. */
export type AgainOptions = {
  readonly data: string
  readonly dryRun?: true
  readonly force?: true
  readonly urgency: Urgency
  readonly here?: true
  readonly quiet?: true
}

const FAILED = 2
const INTERRUPTED = 130

export function againOptions(): readonly Option[] {
  return [
    new Option('--dry-run', 'only tell how many'),
    new Option('--force', 'also those that would come out the same'),
    new Option('--urgency <how>', 'where in the queue; backlog: after all else, as schedules allow')
      .choices(['expedited', 'standard', 'backlog'])
      .default('backlog'),
    new Option('--here', 'in this process and at once, also where there is a queue'),
    new Option('--quiet', 'no progress'),
    dataOption(),
  ]
}

/** Whether this process does it: when it is asked to, or there is no queue. */
export const isHere = ({ here }: AgainOptions): boolean => here === true || !process.env.REDIS_URL

/**
 * The documents that arguments name, by their sha256 or by a file with the same bytes.
 * @throws {UsageError} when one of them is not in the store.
 */
export async function documentsNamed(paths: readonly string[], store: Store): Promise<readonly string[]> {
  const named = await documentsOf(paths)
  for (const { id, name } of named)
    if (!(await store.find(id)))
      throw new UsageError(`${name} is not in the store: imr run or imr enqueue read what is new`)
  return named.map((d) => d.id)
}

/** Documents named in one question: a database takes some tens of thousands of values. */
const AT_ONCE = 500

/** A choice in as many as it takes. */
function* inParts(choice: Choice): Generator<Choice> {
  const { documents, ...rest } = choice
  if (documents === undefined) yield choice
  else
    for (let at = 0; at < documents.length; at += AT_ONCE)
      yield { ...rest, documents: documents.slice(at, at + AT_ONCE) }
}

export async function countAll(store: Store, choice: Choice, stage: Stage): Promise<number> {
  let sum = 0
  for (const part of inParts(choice)) sum += await store.countAgain(part, stage)
  return sum
}

export async function askAll(store: Store, choice: Choice, how: Parameters<Store['again']>[1]): Promise<number> {
  let sum = 0
  for (const part of inParts(choice)) sum += await store.again(part, how)
  return sum
}

/**
 * Does in this process what waits to be done again. Gives the exit code.
 * @throws when the store fails, or another version was put in the place of this program.
 */
export async function doHere(
  work: Omit<Work, 'queue' | 'observer'>,
  options: {
    readonly stages: readonly Stage[]
    readonly documents: number
    readonly quiet: boolean
    readonly command: string
  },
): Promise<number> {
  const { store } = work
  const { bringUpToDate } = await import('../queue/here.ts')
  const say = (text: string) => void (options.quiet || process.stderr.write(`${text}\n`))
  const { all } = await store.pendingAgain(1, options.stages)
  if (all === 0) {
    say('nothing waits to be done again')
    return 0
  }
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const progress = openProgress(all, { quiet: options.quiet, stream: process.stderr })
  const tally = { done: 0, failed: 0 }
  const read: Work['read'] = (file, how) =>
    work.read(file, how).catch((error: unknown) => {
      if (error instanceof DocumentFailure && error.code === 'program-replaced') stop.abort(error)
      throw error
    })
  try {
    await bringUpToDate(
      { ...work, read, observer: quietObserver(({ reports }) => reports.forEach(progress.page)) },
      {
        ...options,
        signal: stop.signal,
        onEnded: (entry) => {
          const why = entry.cause ?? entry.againCause
          tally[why === null ? 'done' : 'failed']++
          progress.file(endedLine(entry))
        },
      },
    )
  } finally {
    progress.stop()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
  if (stop.signal.reason instanceof DocumentFailure) throw stop.signal.reason
  const parts = [`${tally.done} up to date`, ...(tally.failed > 0 ? [`${tally.failed} not`] : [])]
  if (stop.signal.aborted) {
    const { all: left } = await store.pendingAgain(1, options.stages)
    say(
      `${parts.join(', ')}. Interrupted: ${count(left, 'document waits', 'documents wait')}; ${options.command} goes on`,
    )
    return INTERRUPTED
  }
  say(parts.join(', '))
  return tally.failed > 0 ? FAILED : 0
}

function endedLine({ fileName, cause, againCause, message }: DocumentEntry): string {
  const name = printable(fileName)
  if (againCause !== null) return `${name}: ${againCause}; what it gave before stands`
  return cause === null ? `${name}: up to date` : `${name}: ${cause}: ${printable(message ?? '')}`
}

function quietObserver(pages: Observer['pages']): Observer {
  const nothing = () => {}
  return {
    timed: (_, task) => task(),
    pages,
    done: nothing,
    postponed: nothing,
    failed: nothing,
    lost: nothing,
    trouble: nothing,
    namesakes: nothing,
    reconciled: nothing,
  }
}
