import { Command, Option } from 'commander'
import type { LegalHold, Store } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { documentsOf } from './named.ts'
import { printable } from './terminal.ts'
import { dataOption, UsageError } from './usage.ts'
import { whoever, withStore } from './users.ts'

type Data = { readonly data: string }
type Added = Data & { readonly document?: readonly string[]; readonly claim?: string; readonly reason: string }

export function holdCommand(): Command {
  const command = new Command('hold').description('legal holds: what must not be forgotten').addHelpText(
    'after',
    `
While a hold stands, what it is on is forgotten by nobody and for no age: imr forget, the retention policy and the page refuse. A hold on a claim is on
every document with a letter of it, those that come later included. The audit trail has who placed and released which, by its id.

Examples:
  imr hold add --document inbox/letter-17.pdf --reason "subpoena of March 3"
  imr hold add --claim WC-17-0042 --reason "in court"
  imr hold list
  imr hold release 1f0a9c3b7d42`,
  )
  command.addCommand(
    new Command('add')
      .description('hold documents, or all that is of a claim')
      .addOption(new Option('--document <file...>', 'these: files or folders with the same bytes, or ids'))
      .addOption(
        new Option('--claim <number>', 'all that is of this claim; hyphens, spaces and capitals make no difference'),
      )
      .requiredOption('--reason <words>', 'why; kept with the hold')
      .addOption(dataOption())
      .action((options: Added) => withStore(openExistingStore, options.data, (store) => add(store, options))),
  )
  command.addCommand(
    new Command('list')
      .description('all holds, those that stand first')
      .addOption(dataOption())
      .action(({ data }: Data) =>
        withStore(openExistingStore, data, async (store) => {
          for (const hold of await store.holds()) process.stdout.write(`${lineOf(hold)}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('release')
      .description('a hold keeps nothing any more')
      .argument('<id>', 'as imr hold list shows it')
      .addOption(dataOption())
      .action((id: string, { data }: Data) =>
        withStore(openExistingStore, data, async (store) => {
          if (!(await store.releaseHold(id, whoever())))
            throw new UsageError('no hold of this id stands: imr hold list tells which there are')
          process.stderr.write(`hold ${id} is released\n`)
        }),
      ),
  )
  return command
}

async function add(store: Store, { document, claim, reason }: Added): Promise<void> {
  if ((document === undefined) === (claim === undefined))
    throw new UsageError('say what: --document FILE... or --claim NUMBER')
  if (claim !== undefined && !/[\p{L}\p{N}]/u.test(claim)) throw new UsageError('a claim number has letters or digits')
  const placed: LegalHold[] = []
  const unknown: string[] = []
  const named = claim === undefined ? await documentsOf(document ?? []) : []
  const on = claim === undefined ? [...new Set(named.map(({ id }) => id))].map((sha256) => ({ sha256 })) : [{ claim }]
  for (const one of on) {
    const hold = await store.placeHold(one, reason, whoever())
    if (hold) placed.push(hold)
    else if ('sha256' in one) unknown.push(named.find(({ id }) => id === one.sha256)?.name ?? one.sha256)
  }
  for (const hold of placed) process.stdout.write(`${lineOf(hold)}\n`)
  for (const name of unknown) process.stderr.write(`${name}: there is no such document in the store\n`)
  if (unknown.length > 0) process.exitCode = 2
}

function lineOf({ id, sha256, claim, reason, by, at, releasedBy, releasedAt }: LegalHold): string {
  const on = sha256 ?? `claim ${printable(claim ?? '')}`
  const standing = releasedAt === null ? 'stands' : `released ${releasedAt} by ${releasedBy}`
  return [id, on, standing, `placed ${at} by ${by}`, printable(reason)].join('  ')
}
