import { Command, InvalidArgumentError, Option } from 'commander'
import { type Token, type TokenScope, tokenScopes } from '../store/index.ts'
import { openExistingStore } from './environment.ts'
import { dataOption, UsageError } from './usage.ts'
import { whoever, withStore } from './users.ts'

type Data = { readonly data: string }
type Added = Data & { readonly scope: readonly TokenScope[]; readonly days: number }

/** Usual and longest life of a token, in days: as on the page. */
const DAYS = { usual: 90, most: 366 } as const
const DAY_MS = 86_400_000

export function tokensCommand(): Command {
  const command = new Command('tokens')
    .description('by what programs are let in, without a person who signs in')
    .addHelpText(
      'after',
      `
A token is written to standard output, this once: only its digest is kept. Who has it may do what its scopes say until its days are over or it is
revoked; what it does is in the audit trail as token:NAME.

Examples:
  imr tokens add reports --scope read > reports.token
  imr tokens add nightly --scope read export --days 30
  imr tokens list
  imr tokens revoke 1f0a9c3b7d42`,
    )
  command.addCommand(
    new Command('add')
      .description('make a token for a program')
      .argument('<name>', 'of the program: one word')
      .addOption(
        new Option('--scope <scope...>', 'what it is good for: docs/people.md')
          .choices([...tokenScopes])
          .makeOptionMandatory(),
      )
      .addOption(
        new Option('--days <n>', `after how many days it is over, ${DAYS.most} at most`)
          .argParser(days)
          .default(DAYS.usual),
      )
      .addOption(dataOption())
      .action((name: string, { data, scope, days }: Added) =>
        withStore(openExistingStore, data, async (store) => {
          const expiresAt = new Date(Date.now() + days * DAY_MS)
          const { id, token } = await store.addToken({ name, scopes: scope, expiresAt }, whoever())
          process.stderr.write(
            `token ${id} for ${name}: ${scope.join(', ')}, until ${expiresAt.toISOString()}; it is shown this once:\n`,
          )
          process.stdout.write(`${token}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('list')
      .description('all tokens, and how each stands; not what they are shown by')
      .addOption(dataOption())
      .action(({ data }: Data) =>
        withStore(openExistingStore, data, async (store) => {
          for (const token of await store.tokens()) process.stdout.write(`${lineOf(token, new Date())}\n`)
        }),
      ),
  )
  command.addCommand(
    new Command('revoke')
      .description('a token is good for nothing any more')
      .argument('<id>', 'as imr tokens list shows it')
      .addOption(dataOption())
      .action((id: string, { data }: Data) =>
        withStore(openExistingStore, data, async (store) => {
          if (await store.revokeToken(id, whoever())) {
            process.stderr.write(`token ${id} is good for nothing any more\n`)
            return
          }
          const found = (await store.tokens()).find((token) => token.id === id)
          throw new UsageError(
            found
              ? `token ${id} was revoked ${found.revokedAt} already`
              : 'there is no token of this id: imr tokens list tells which there are',
          )
        }),
      ),
  )
  return command
}

function lineOf({ id, name, scopes, createdBy, expiresAt, revokedAt, usedAt }: Token, now: Date): string {
  const isOver = expiresAt <= now.toISOString()
  const standing = revokedAt ? `revoked ${revokedAt}` : `${isOver ? 'over since' : 'good until'} ${expiresAt}`
  const facts = [standing, usedAt ? `last used ${usedAt}` : 'never used', `made by ${createdBy}`]
  return [id, name, scopes.join(' '), facts.join(', ')].join('  ')
}

function days(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > DAYS.most)
    throw new InvalidArgumentError(`It must be a whole number of days from 1 to ${DAYS.most}.`)
  return number
}
