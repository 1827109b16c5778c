import { Command, InvalidArgumentError } from 'commander'
import type { Store, Told } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { count } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'
import { whoever } from './users.ts'

type Data = { readonly data: string }
type Choice = Data & {
  readonly case?: string
  readonly user?: string
  readonly action?: string
  readonly json: boolean
}

const BROKEN = 2
/** Rows asked for at once. */
const ROWS = 1_000

export function auditCommand(): Command {
  const command = new Command('audit')
    .description('who saw, changed, exported what; and whether the trail is as it was written')
    .addHelpText(
      'after',
      `
A case is named by its id, its letter's id, or the sha256 of its document. verify tells whether every sealed row is as it was sealed; it ends
with 2 when one is not. Whoever may write the database can make new seals, too: keep a root elsewhere now and then, and give it to --root.

Examples:
  imr audit list --user j.doe
  imr audit list --case 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08-p1
  imr audit report 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08-p1
  imr audit seal
  imr audit verify --root 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9`,
    )
  command.addCommand(
    new Command('list')
      .description('what was done, oldest first')
      .addOption(dataOption())
      .option('--case <id>', 'to this case', caseId)
      .option('--user <name>', 'by this user, token (token:NAME) or person at a terminal (terminal:NAME)')
      .option('--action <action>', 'of this kind: seen, exported, signed-in, break-glass ...')
      .option('--json', 'one JSON object a line', false)
      .action((choice: Choice) => withStore(choice, (store) => list(store, choice))),
  )
  command.addCommand(
    new Command('report')
      .description('who had to do with one case: how often they did what, first and last')
      .argument('<case>', 'id of a case or letter, or sha256 of a document', caseId)
      .addOption(dataOption())
      .action((subject: string, data: Data) =>
        withStore(data, async (store) => {
          const found = await store.accessTo(subject)
          if (found.length === 0) process.stderr.write('nothing is known of such a case\n')
          for (const { actor, action, count: times, first, last } of found)
            process.stdout.write(`${[actor, action, times, first, last].join('  ')}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('shown')
      .description('which letters or documents were in a list that somebody was shown')
      .argument('<list>', 'as a row of the trail names it: list-...')
      .addOption(dataOption())
      .action((name: string, data: Data) =>
        withStore(data, async (store) => {
          const found = await store.listed(name)
          if (found.length === 0)
            process.stderr.write('there is no such list: `imr audit list` names those that were shown\n')
          for (const subject of found) process.stdout.write(`${subject}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('seal')
      .description('seal what has no seal yet; prints the root')
      .addOption(dataOption())
      .action((data: Data) =>
        withStore(data, async (store) => {
          const made = await store.seal(whoever())
          const last = made ?? (await store.seals()).at(-1)
          if (!made) process.stderr.write('everything is sealed already\n')
          if (last) process.stdout.write(`${last.root}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('verify')
      .description('whether every sealed row is as it was sealed')
      .addOption(dataOption())
      .option('--root <root>', 'a root that was kept elsewhere: it must be among the seals', rootText)
      .action((options: Data & { readonly root?: string }) =>
        withStore(options, (store) => verify(store, options.root)),
      ),
  )
  return command
}

async function list(store: Store, { case: subject, user, action, json }: Choice): Promise<void> {
  const which = {
    ...(subject === undefined ? {} : { subject }),
    ...(user === undefined ? {} : { actor: user }),
    ...(action === undefined ? {} : { action }),
  }
  const pages: (readonly Told[])[] = []
  for (let before: number | undefined; ; ) {
    const rows = await store.trail({ ...which, ...(before === undefined ? {} : { before }), limit: ROWS })
    pages.push(rows)
    before = rows.at(-1)?.seq
    if (rows.length < ROWS) break
  }
  for (const row of pages.flat().reverse()) process.stdout.write(`${json ? JSON.stringify(row) : lineOf(row)}\n`)
}

function lineOf({ seq, at, actor, action, subject, from_state: from, to_state: to, detail }: Told): string {
  const states = from || to ? `${from ?? '-'} → ${to ?? '-'}` : null
  return [seq, at, actor, action, subject, states, detail].filter((part) => part !== null).join('  ')
}

async function verify(store: Store, root: string | undefined): Promise<void> {
  const { seals, sealed, unsealed, broken, roots } = await store.verifySeals()
  for (const { seal, fromSeq, toSeq, why } of broken)
    process.stdout.write(`seal ${seal}, rows ${fromSeq} to ${toSeq}: ${why}\n`)
  const isLost = root !== undefined && !roots.includes(root)
  if (isLost) process.stdout.write('no seal has the root that was given: seals were removed or made anew\n')
  const isWhole = broken.length === 0 && !isLost
  process.stderr.write(
    `${count(sealed, 'row', 'rows')} under ${count(seals, 'seal', 'seals')}${isWhole ? ', each as it was sealed' : ''}; ${count(unsealed, 'row has', 'rows have')} no seal yet\n`,
  )
  if (!isWhole) process.exitCode = BROKEN
}

async function withStore({ data }: Data, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openExistingStore(data)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

function caseId(text: string): string {
  if (!/^[0-9a-f]{64}(-p?\d+)?$/.test(text))
    throw new InvalidArgumentError('It must be the id of a case or letter, or the sha256 of a document.')
  return text
}

function rootText(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new UsageError('a root is 64 digits and letters a to f, as imr audit seal prints it')
  return text
}
