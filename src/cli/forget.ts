import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { findNobodys, finishForgetting, forgetAll, TooManyNobodys } from '../retention/forget.ts'
import { leftBehind } from '../retention/left-behind.ts'
import { type ForgetReason, forgetReasons, type KeptDocument, type Store } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { documentsOf, type Named } from './named.ts'
import { count, printable } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly document?: readonly string[]
  readonly before?: Date
  readonly sweep: boolean
  readonly list: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly reason?: ForgetReason
  readonly by: string
  readonly wait: number
  readonly full: boolean
  readonly howeverMany: boolean
}

const INCOMPLETE = 2
const INTERRUPTED = 130

export function forgetCommand(): Command {
  return new Command('forget')
    .description('remove documents for good: bytes, words, records; the audit trail keeps that they were here')
    .addOption(dataOption())
    .option(
      '--document <file...>',
      'these: files or folders with the same bytes, or ids (the sha256 of the bytes, document.sha256 of a record)',
    )
    .option('--before <date>', 'what was received before that day began (YYYY-MM-DD, UTC) and is done or failed', day)
    .option('--sweep', 'finish what broke off, remove files that belong to no document, clean the database', false)
    .option('--list', 'what was forgotten: when, which, why, by whom', false)
    .option('--dry-run', 'only show what would be removed, and which copies of your own would stay', false)
    .option('--yes', 'do not ask', false)
    .addOption(
      new Option('--reason <reason>', 'for the audit trail (default: retention with --before, else request)').choices([
        ...forgetReasons,
      ]),
    )
    .option('--by <name>', 'who forgets, for the audit trail: one word', oneWord, userName())
    .option('--wait <seconds>', 'how long to wait for what a worker has in hand', seconds, 60)
    .option('--full', 'PostgreSQL: write its tables anew; whoever uses them waits meanwhile', false)
    .option('--however-many', 'with --sweep: however many files belong to no document', false)
    .addHelpText(
      'after',
      `
The ledger forgets first, then the bytes are removed: killed at any point and run again, it ends in the same state. --before keeps
what was never read, and names it. What is handed in again later is taken in as new. docs/retention.md tells what is kept where,
and what no command reaches: backups, exports, your own copies. A path at which there is nothing ends it before anything is done;
a document that the store does not have is named, and makes it end with 2.

Examples:
  imr forget --document inbox/letter-17.pdf --dry-run
  imr forget --document 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --reason request --by j.doe
  imr forget --before 2019-01-01 --yes
  imr forget --sweep --full --yes
  imr forget --list > forgotten.txt`,
    )
    .action(async (options: Options) => {
      const { document, before, sweep, list } = options
      if ([document, before, sweep || undefined, list || undefined].filter((o) => o !== undefined).length !== 1)
        throw new UsageError('say what: --document FILE..., --before DATE, --sweep or --list')
      const store = await openExistingStore(options.data)
      try {
        if (list) await listTombstones(store)
        else process.exitCode = await (sweep ? sweepUp(store, options) : forget(store, options))
      } finally {
        await store.close()
      }
    })
}

async function forget(store: Store, options: Options): Promise<number> {
  const { before, by, dryRun, wait } = options
  const { chosen, unread, unknown, paths } = await choose(store, options)
  for (const { id, name } of unknown)
    warn(`${name}: there is no such document in the store${name === id ? '' : ` (sha256 ${id})`}`)
  if (unread.length > 0)
    warn(`${count(unread.length, 'document was', 'documents were')} never read and stay; name them to forget them:`)
  for (const one of unread) warn(lineOf(one))
  if (dryRun) for (const one of chosen) say(lineOf(one))
  else if (chosen.length > 0) await ask(`Forget ${count(chosen.length, 'document', 'documents')} for good?`, options)
  // Before it is forgotten: where it came from goes with it.
  await tellLeftBehind(chosen, paths)
  if (dryRun) {
    warn(`${count(chosen.length, 'document', 'documents')} would be forgotten; nothing was changed`)
    return unknown.length > 0 ? INCOMPLETE : 0
  }
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const { forgotten, inHand, onHold } = await forgetAll(
    store,
    chosen.map((one) => one.sha256),
    { by, reason: options.reason ?? (before ? 'retention' : 'request') },
    { waitMs: wait * 1000, signal: stop.signal, onForgotten: (sha256) => say(`forgotten ${sha256}`) },
  )
  for (const sha256 of inHand) warn(`${sha256}: a worker has it in hand; run the same command again`)
  for (const sha256 of onHold) warn(`${sha256}: a legal hold keeps it (imr hold list)`)
  // Once more than needed does no harm: an earlier run may have been killed before its end.
  await finish(store, options)
  const missing =
    unknown.length === 0
      ? ''
      : `; ${unknown.length} that you named ${unknown.length === 1 ? 'is' : 'are'} not in the store`
  warn(`${count(forgotten.length, 'document', 'documents')} forgotten${missing}`)
  if (stop.signal.aborted) return INTERRUPTED
  return inHand.length > 0 || onHold.length > 0 || unknown.length > 0 ? INCOMPLETE : 0
}

type Choice = {
  readonly chosen: readonly KeptDocument[]
  readonly unread: readonly KeptDocument[]
  readonly unknown: readonly Named[]
  /** Of files that named a document, by its sha256. */
  readonly paths: ReadonlyMap<string, readonly string[]>
}

async function choose(store: Store, { document = [], before }: Options): Promise<Choice> {
  if (before) {
    const kept = await all(store.kept({ before }))
    const [chosen, unread] = [kept.filter((one) => one.hasEnded), kept.filter((one) => !one.hasEnded)]
    return { chosen, unread, unknown: [], paths: new Map() }
  }
  const chosen: KeptDocument[] = []
  const unknown: Named[] = []
  const named = await documentsOf(document)
  const paths = new Map<string, string[]>()
  for (const { id, path } of named) paths.set(id, [...(paths.get(id) ?? []), ...(path === null ? [] : [path])])
  for (const sha256 of paths.keys()) {
    const first = named.find(({ id }) => id === sha256)
    const [found] = await all(store.kept({ sha256 }))
    const [before] = found ? [] : await all(store.tombstones(sha256))
    if (found) chosen.push(found)
    else if (before) warn(`${first?.name}: was forgotten ${before.at} (${before.reason}, by ${before.by})`)
    else if (first) unknown.push(first)
  }
  return { chosen, unread: [], unknown, paths }
}

/** What no command removes: the user's own files. */
async function tellLeftBehind(documents: readonly KeptDocument[], paths: Choice['paths']): Promise<void> {
  for (const { sha256, sources } of documents)
    for (const path of await leftBehind(sha256, [...sources, ...(paths.get(sha256) ?? [])]))
      warn(`yours to delete: ${printable(path)}`)
}

async function finish(store: Store, { full }: Options): Promise<void> {
  const { versions } = await finishForgetting(store, { full }).catch((cause) => {
    throw new Error(
      `what is forgotten is out of the ledger, but not all is removed yet: ${cause.message} (then imr forget --sweep; a worker tries every minute, too)`,
      { cause },
    )
  })
  if (versions)
    warn(
      'the bucket keeps earlier versions of what was removed: a lifecycle rule has to end them (docs/retention.md, "S3")',
    )
}

async function sweepUp(store: Store, options: Options): Promise<number> {
  const found = await findNobodys(store, new Date(), options).catch((error) => {
    throw error instanceof TooManyNobodys ? new UsageError(error.message) : error
  })
  if (options.dryRun) {
    for (const sha256 of found) say(`belongs to no document ${sha256}`)
    warn(`${count(found.length, 'file', 'files')} would be removed; nothing was changed`)
    return 0
  }
  if (found.length > 0) await ask(`Remove ${count(found.length, 'file', 'files')} that belong to no document?`, options)
  let removed = 0
  for (const sha256 of found) if (await store.removeNobodys(sha256)) removed++
  await finish(store, options)
  warn(`${count(removed, 'file', 'files')} of no document removed`)
  return 0
}

async function listTombstones(store: Store): Promise<void> {
  for await (const { at, sha256, reason, by } of store.tombstones()) say([at, sha256, reason, by].join('  '))
}

/** @throws {UsageError} when nobody says yes. */
async function ask(question: string, { yes }: Options): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new UsageError(`${question} Say so: --yes (or look first: --dry-run). Nothing was changed.`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was changed')
}

const say = (text: string) => void process.stdout.write(`${text}\n`)
const warn = (text: string) => void process.stderr.write(`${text}\n`)

function lineOf({ sha256, receivedAt, state, pages, letters, fileName, inHand, onHold }: KeptDocument): string {
  const facts = [
    `received ${receivedAt.slice(0, 10)}`,
    inHand ? `${state}, in hand` : state,
    count(pages, 'page', 'pages'),
    count(letters, 'letter', 'letters'),
    ...(onHold ? ['on a legal hold'] : []),
  ]
  return `${sha256}  ${facts.join(', ')}  ${printable(fileName)}`
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function day(text: string): Date {
  const at = new Date(`${text}T00:00:00.000Z`)
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('It must be a date like 2019-01-01.')
  return at
}

function oneWord(text: string): string {
  if (!/^[\w.@-]{1,64}$/.test(text))
    throw new InvalidArgumentError('It must be one word: letters, digits, ".", "@", "-".')
  return text
}

function seconds(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number of seconds.')
  return number
}

/** Who runs this, as the system calls them; in a container there may be a number only. */
function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^\w.@-]/g, '_')
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`
  }
}
