import { sql, type Transaction } from 'kysely'
import type { Role } from '../../model/index.ts'
import type { Ledger } from '../ledger/context.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import { forgiven, waitOf } from './attempts.ts'
import { forgetDevices } from './known-devices.ts'
import { hashPassword, LEAST_PASSWORD, MOST_PASSWORD } from './passwords.ts'
import { type People, PeopleRefused, type User } from './people.ts'

/** One word that is safe in a log, a list and a query. */
const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/

export type UserChapter = Pick<People, 'hasUsers' | 'users' | 'addUser' | 'changeUser' | 'unlockUser'>

/** Users and their roles. */
export function users(ledger: Ledger, now: () => Date, cost: number): UserChapter {
  const { database, note } = ledger
  const db = database.kysely

  return {
    hasUsers: () =>
      patiently(async () => (await db.selectFrom('users').select('name').limit(1).executeTakeFirst()) !== undefined),

    users: () =>
      patiently(async () => {
        const rows = await db
          .selectFrom('users')
          .leftJoin('second_factors', 'second_factors.name', 'users.name')
          .selectAll('users')
          .select('second_factors.confirmed_at')
          .orderBy('users.name')
          .execute()
        const found: User[] = []
        for (const row of rows)
          found.push({
            name: row.name,
            roles: rolesOf(row),
            disabled: row.disabled === 1,
            secondFactor: row.confirmed_at !== null,
            waitsUntil: await waitOf(db, row.name, now()),
            createdAt: row.created_at,
            signedInAt: row.signed_in_at,
          })
        return found
      }),

    async addUser({ name, roles, password }, by) {
      if (!isUserName(name))
        throw new PeopleRefused(
          'wrong-name',
          'a user name is one word of small letters, digits and . _ @ - that begins with a letter or digit',
        )
      refuseNoRoles(roles)
      refuseWeak(password, name)
      const hashed = await hashPassword(password, cost)
      await transact(database, (tx) => addedUser(ledger, tx, { name, roles, hashed }, by))
    },

    async changeUser(name, { roles, disabled, password }, by) {
      if (roles) refuseNoRoles(roles)
      if (password !== undefined) refuseWeak(password, name)
      const hashed = password === undefined ? undefined : await hashPassword(password, cost)
      await transact(database, async (tx) => {
        // Whether an admin is left is asked of all users: two who take the role from each other must not both be told yes.
        if (roles || disabled !== undefined) await lockRoles(ledger, tx)
        const found = await lockedUser(ledger, tx, name)
        await tx
          .updateTable('users')
          .set({
            ...(roles ? { roles: JSON.stringify(inOrder(roles)) } : {}),
            ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
            ...(hashed === undefined ? { name } : { password: hashed }),
          })
          .where('name', '=', name)
          .execute()
        await refuseNoAdmin(tx, found.roles)
        if (disabled || hashed !== undefined) await tx.deleteFrom('sessions').where('name', '=', name).execute()
        if (hashed !== undefined) {
          await forgiven(tx, name)
          await forgetDevices(tx, name)
        }
        const acts = [
          ...(roles ? [{ action: 'user-roles', detail: inOrder(roles).join(' ') }] : []),
          ...(disabled === undefined ? [] : [{ action: disabled ? 'user-disabled' : 'user-enabled' }]),
          ...(hashed === undefined ? [] : [{ action: 'user-password' }]),
        ]
        for (const act of acts) await note(tx, { actor: by, subject: name, ...act })
      })
    },

    unlockUser: (name, by) =>
      transact(database, async (tx) => {
        await lockedUser(ledger, tx, name)
        await forgiven(tx, name)
        await note(tx, { actor: by, action: 'user-unlocked', subject: name })
      }),
  }
}

export const isUserName = (name: string): boolean => NAME.test(name)

/** Adds a user under a hashed password. @throws {PeopleRefused} when there is one of the name. */
export async function addedUser(
  { time, note }: Ledger,
  tx: Transaction<Tables>,
  { name, roles, hashed }: { readonly name: string; readonly roles: readonly Role[]; readonly hashed: string },
  by: string,
): Promise<void> {
  const added = await tx
    .insertInto('users')
    .values({
      ...{ name, roles: JSON.stringify(inOrder(roles)), password: hashed, disabled: 0 },
      ...{ created_at: time(), signed_in_at: null },
    })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 0n) {
    // After a broken connection the same is tried again: it is there, with this very password's salt.
    const same = await tx.selectFrom('users').select('password').where('name', '=', name).executeTakeFirst()
    if (same?.password === hashed) return
    throw new PeopleRefused('name-taken', `there is a user ${name} already: imr users list`)
  }
  await note(tx, { actor: by, action: 'user-added', subject: name, detail: inOrder(roles).join(' ') })
}

/** Gives a user these roles in place of theirs. @throws {PeopleRefused} when nobody would be admin any more. */
export async function changedRoles(
  ledger: Ledger,
  tx: Transaction<Tables>,
  name: string,
  roles: readonly Role[],
  by: string,
): Promise<void> {
  await lockRoles(ledger, tx)
  const found = await lockedUser(ledger, tx, name)
  await tx
    .updateTable('users')
    .set({ roles: JSON.stringify(inOrder(roles)) })
    .where('name', '=', name)
    .execute()
  await refuseNoAdmin(tx, found.roles)
  await ledger.note(tx, { actor: by, action: 'user-roles', subject: name, detail: inOrder(roles).join(' ') })
}

/** Names the lock on who has which role: any number, as long as nobody else uses it. */
const ROLES_LOCK = 4_610_503

/** Holds off everybody else who changes what users may do until the transaction ends. */
export async function lockRoles({ database }: Ledger, tx: Transaction<Tables>): Promise<void> {
  // SQLite's transactions begin as writers: one at a time they are already.
  if (database.engine === 'postgres') await sql`select pg_advisory_xact_lock(${ROLES_LOCK})`.execute(tx)
}

/** A user's row, if there is one, held until the transaction ends. */
export const userRow = ({ database }: Ledger, tx: Transaction<Tables>, name: string) =>
  tx
    .selectFrom('users')
    .selectAll()
    .where('name', '=', name)
    .$if(database.engine === 'postgres', (q) => q.forUpdate())
    .executeTakeFirst()

/** A user's row, held until the transaction ends. @throws {PeopleRefused} */
export async function lockedUser(ledger: Ledger, tx: Transaction<Tables>, name: string) {
  const found = await userRow(ledger, tx, name)
  if (!found) throw new PeopleRefused('no-such-user', `there is no user ${name}: imr users list tells who there is`)
  return found
}

export const rolesOf = ({ roles }: { readonly roles: string }): readonly Role[] => JSON.parse(roles) as Role[]

export const inOrder = (roles: readonly Role[]) => [...new Set(roles)].sort()

function refuseNoRoles(roles: readonly Role[]): void {
  if (roles.length === 0) throw new PeopleRefused('no-roles', 'a user needs a role: without one there is nothing to do')
}

/** Length is what counts (NIST SP 800-63B, 5.1.1.2); what is told first is not a password. @throws {PeopleRefused} */
export function refuseWeak(password: string, name: string): void {
  const characters = [...password].length
  const plain = password.toLowerCase()
  if (
    characters < LEAST_PASSWORD ||
    characters > MOST_PASSWORD ||
    new Set(password).size < 5 ||
    (name.length > 3 && plain.includes(name)) ||
    /^(?:password|passwort|qwerty|letmein|1234567890|abcdefgh)/.test(plain)
  )
    throw new PeopleRefused(
      'weak-password',
      `a password has ${LEAST_PASSWORD} to ${MOST_PASSWORD} characters, does not hold the user's name, and is none that everybody tries first: a few words that do not belong together are good`,
    )
}

/** @throws {PeopleRefused} when nobody could let others in any more. */
async function refuseNoAdmin(tx: Transaction<Tables>, rolesBefore: string): Promise<void> {
  if (!rolesBefore.includes('"admin"')) return
  const left = await tx.selectFrom('users').select('roles').where('disabled', '=', 0).execute()
  if (!left.some((row) => rolesOf(row).includes('admin')))
    throw new PeopleRefused('last-admin', 'this is the last user with the role admin: give it to another one first')
}
