import { userInfo } from 'node:os'
import { Command, Option } from 'commander'
import { type Role, roleSchema } from '../model/index.ts'
import { PeopleRefused, type Store, type User } from '../store/index.ts'
import { openExistingStore, openNamedStore } from './environment.ts'
import { newPassword } from './password.ts'
import { dataOption, UsageError } from './usage.ts'

type Given = { readonly data: string; readonly role?: readonly Role[] }

const roleOption = () =>
  new Option('--role <role...>', 'what they may do: docs/people.md')
    .choices([...roleSchema.options])
    .makeOptionMandatory()

export function usersCommand(): Command {
  const command = new Command('users').description('who may sign in to the review page, and as what').addHelpText(
    'after',
    `
A password is asked for at the terminal, or read as a line from standard input; never give it as an argument. The first user should be
an admin, who can add the others on the page.

Examples:
  imr users add j.doe --role admin reviewer
  imr users list
  imr users role j.doe --role lead reviewer
  imr users disable j.doe
  imr users password j.doe < secret.txt
  imr users reset-second-factor j.doe`,
  )
  const add = (
    name: string,
    description: string,
    work: (store: Store, name: string, given: Given) => Promise<string>,
  ) => {
    const sub = new Command(name)
      .description(description)
      .argument('<name>')
      .addOption(dataOption())
      .action((user: string, given: Given) =>
        withStore(name === 'add' ? openNamedStore : openExistingStore, given.data, async (store) => {
          process.stderr.write(`${await work(store, user, given)}\n`)
        }),
      )
    if (name === 'add' || name === 'role') sub.addOption(roleOption())
    command.addCommand(sub)
  }
  add('add', 'add a user', async (store, name, { role = [] }) => {
    await store.addUser({ name, roles: role, password: await newPassword() }, whoever())
    return `${name} may sign in now, as ${role.join(', ')}`
  })
  command.addCommand(
    new Command('list')
      .description('all users')
      .addOption(dataOption())
      .action(({ data }: Given) =>
        withStore(openExistingStore, data, async (store) => {
          for (const user of await store.users()) process.stdout.write(`${lineOf(user)}\n`)
        }),
      ),
  )
  add('role', 'give a user these roles in place of the ones they have', async (store, name, { role = [] }) => {
    await store.changeUser(name, { roles: role }, whoever())
    return `${name} is ${role.join(', ')} now`
  })
  add('password', 'give a user another password; their sessions end', async (store, name) => {
    await store.changeUser(name, { password: await newPassword() }, whoever())
    return `${name} has another password; their sessions are over`
  })
  add('disable', 'a user may not sign in any more; their sessions end', async (store, name) => {
    await store.changeUser(name, { disabled: true }, whoever())
    return `${name} may not sign in any more`
  })
  add('enable', 'a user who was disabled may sign in again', async (store, name) => {
    await store.changeUser(name, { disabled: false }, whoever())
    return `${name} may sign in again`
  })
  add('unlock', 'a user who tried too many wrong passwords may try again at once', async (store, name) => {
    await store.unlockUser(name, whoever())
    return `${name} may try again`
  })
  add('reset-second-factor', 'take the second factor of a user away, who has lost it', async (store, name) => {
    await store.resetSecondFactor(name, whoever())
    return `${name} signs in with the password alone until they set a second factor again`
  })
  return command
}

/** Works on people in a store, and closes it. @throws {UsageError} for what the store refuses. */
export async function withStore(
  open: (data: string) => Promise<Store>,
  data: string,
  work: (store: Store) => Promise<void>,
): Promise<void> {
  const store = await open(data)
  try {
    await work(store)
  } catch (error) {
    throw error instanceof PeopleRefused ? new UsageError(error.message) : error
  } finally {
    await store.close()
  }
}

function lineOf({ name, roles, disabled, secondFactor, waitsUntil, signedInAt }: User): string {
  const more = [
    ...(disabled ? ['disabled'] : []),
    ...(secondFactor ? ['second factor'] : []),
    ...(waitsUntil ? [`waits until ${waitsUntil}`] : []),
    signedInAt ? `last signed in ${signedInAt}` : 'never signed in',
  ]
  return [name, roles.join(' '), more.join(', ')].join('  ')
}

/** Who sits at the terminal, for the audit trail. No user of the page can have a name like it. */
export function whoever(): string {
  try {
    return `terminal:${userInfo().username}`
  } catch {
    return `terminal:${process.getuid?.() ?? 'unknown'}`
  }
}
