import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { home } from '../home.ts'
import { type Role, roleSchema } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { openWorkStore } from './environment.ts'
import { servingOptions } from './serve.ts'
import { type Serving, serveStore } from './serving.ts'
import { UsageError } from './usage.ts'
import { whoever } from './users.ts'

export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'a store of its own with the samples, read while you watch, and users to sign in as: to try the review page',
    )
    .addOption(
      new Option('--data <dir>', 'folder of the demonstration; remove it when you have seen enough').default(
        'imr-demo',
      ),
    )
  for (const option of servingOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      `
Needs nothing else: no Redis, no PostgreSQL. Letters and people in the samples are invented. Users are made when there are none yet, one a
role, and their passwords are shown once. Environment: DATABASE_URL, REDIS_URL and IMR_FILES are left alone.

Examples:
  imr demo
  imr demo --port 9000 --data /tmp/imr-demo`,
    )
    .action(demo)
}

async function demo(options: Serving): Promise<void> {
  // The demonstration is nobody's real store, whatever the environment names.
  delete process.env.REDIS_URL
  const store = await openWorkStore(options.data)
  try {
    const passwords = await firstUsers(store)
    await takeSamples(store)
    await serveStore(store, options, async (url) => {
      for (const line of firstSteps(url, options.data, passwords)) process.stdout.write(`${line}\n`)
    })
  } finally {
    await store.close()
  }
}

/** A user of each role, named after it, when there are none. Gives their passwords. */
async function firstUsers(store: Store): Promise<ReadonlyMap<Role, string>> {
  const passwords = new Map<Role, string>()
  if (await store.hasUsers()) return passwords
  for (const role of roleSchema.options) {
    const password = randomBytes(9).toString('base64url')
    await store.addUser({ name: role, roles: [role], password }, whoever())
    passwords.set(role, password)
  }
  return passwords
}

/** Takes in what is not there yet. */
async function takeSamples(store: Store): Promise<void> {
  const folder = samplesFolder()
  const names = (await readdir(folder)).filter((name) => /\.(pdf|tiff?|png|jpe?g)$/i.test(name)).sort()
  for (const fileName of names) await store.receive({ path: join(folder, fileName), fileName })
}

/** Beside the sources, the package's `dist/`, or the checkout that a build was made of. @throws {UsageError} */
function samplesFolder(): string {
  const places = ['samples/', '../samples/', '../../../samples/'].map((place) => fileURLToPath(new URL(place, home)))
  const found = places.find((place) => existsSync(join(place, 'expected.jsonl')))
  if (!found) throw new UsageError('the samples are not here: take the whole checkout or the whole package')
  return found
}

function firstSteps(url: string, data: string, passwords: ReadonlyMap<Role, string>): readonly string[] {
  const users = [...passwords].map(([role, password]) => `  ${role.padEnd(10)}  ${password}`)
  return [
    url,
    ...(users.length > 0
      ? ['users, and their passwords (shown this once):', ...users]
      : ['users are those of the first start; imr users password NAME gives another password']),
    `Open ${url} in a browser, sign in as reviewer, and press Enter: the samples are being read meanwhile.`,
    `Ctrl-C ends it. All of it lies in ${data}.`,
  ]
}
