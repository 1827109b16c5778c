import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { roleSchema } from '../../model/index.ts'
import type { Ledger } from '../ledger/context.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import { succeeded, type Trier, tried } from './attempts.ts'
import { beginSession, digestOf, from } from './begin-session.ts'
import { forgetDevices, knownDevice, rememberDevice } from './known-devices.ts'
import { hashPassword, passwordMatches } from './passwords.ts'
import type { People, Refusal } from './people.ts'
import { usedUp } from './second-factor.ts'
import { lockedUser, refuseWeak, rolesOf } from './users.ts'

/** What was noted of somebody's being there is good for so long, in milliseconds: not every look is a write. */
const SEEN_MS = 15_000
/** How long a role lasts that was taken by break-glass, in milliseconds. */
const GLASS_MS = 30 * 60_000

export type SessionChapter = Omit<
  People,
  | 'hasUsers'
  | 'users'
  | 'addUser'
  | 'changeUser'
  | 'unlockUser'
  | 'beginSecondFactor'
  | 'confirmSecondFactor'
  | 'resetSecondFactor'
  | 'addToken'
  | 'tokens'
  | 'revokeToken'
  | 'tokenOf'
  | 'beginSignOn'
  | 'takeSignOn'
  | 'signOn'
>

/** Who is signed in, and whether it is still they. Tokens are kept as digests: whoever reads the database cannot use them. */
export function sessions(ledger: Ledger, now: () => Date, cost: number): SessionChapter {
  const { database, time, expiry, note } = ledger
  const db = database.kysely

  /** Whether a password that was found right is still the user's, and the user not shut out: to hash it takes its time. */
  async function stillGood(tx: Transaction<Tables>, name: string, hash: string | undefined): Promise<boolean> {
    const user = await lockedUser(ledger, tx, name)
    return user.password === hash && user.disabled === 0
  }

  return {
    async signIn({ name, password, address, device = null }) {
      const known = await patiently(() => knownDevice(db, { name, token: device, now: now() }))
      const trier = { name, address, device: known }
      const user = await patiently(() => db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst())
      const refusal = await checked(trier, password, user?.disabled === 0 ? user.password : null)
      if (refusal) {
        // What was typed in place of a name may be a password.
        if (refusal.kind === 'wrong') await noted(user?.name ?? 'unknown', 'sign-in-failed', address)
        return refusal
      }
      const token = randomBytes(32).toString('base64url')
      const kept = await transact(database, async (tx) => {
        if (!(await stillGood(tx, name, user?.password))) return null
        const waits = await beginSession(ledger, tx, { name, token, address, by: 'password' })
        // With a second factor the count goes on: codes are short, and a known password must not be the way to try them all.
        if (!waits) await succeeded(tx, trier)
        return rememberDevice(tx, { name, token: device, now: now() })
      })
      return kept === null ? { kind: 'wrong' } : { kind: 'token', token, device: kept }
    },

    async session(token, { idleMs, background = false }) {
      const row = await patiently(() => found(db, token))
      if (!row) return null
      const idle = now().getTime() - Date.parse(row.seen_at)
      const isLocked = row.locked === 1 || idle >= idleMs
      if (!isLocked && !background && idle >= SEEN_MS)
        await patiently(() =>
          db
            .updateTable('sessions')
            .set({ seen_at: time() })
            .where('digest', '=', row.digest)
            .where('locked', '=', 0)
            .execute(),
        )
      const glass =
        row.glass_role !== null && row.glass_until !== null && row.glass_until > time()
          ? { role: roleSchema.parse(row.glass_role), until: row.glass_until }
          : null
      const roles = rolesOf(row)
      return {
        state: row.second_factor === 0 ? 'second-factor' : isLocked ? 'locked' : 'open',
        name: row.name,
        roles: glass && !roles.includes(glass.role) ? [...roles, glass.role] : roles,
        expiresAt: row.expires_at,
        glass,
        hasSecondFactor: row.confirmed_at !== null,
      }
    },

    sessions: () =>
      patiently(async () => {
        const rows = await db
          .selectFrom('sessions')
          .selectAll()
          .where('expires_at', '>', time())
          .orderBy('created_at')
          .execute()
        return rows.map((row) => ({
          name: row.name,
          createdAt: row.created_at,
          seenAt: row.seen_at,
          expiresAt: row.expires_at,
        }))
      }),

    lockSession: (token) =>
      transact(database, async (tx) => {
        const row = await found(tx, token)
        if (!row) return
        await tx.updateTable('sessions').set({ locked: 1 }).where('digest', '=', row.digest).execute()
        await note(tx, { actor: row.name, action: 'session-locked', subject: row.name })
      }),

    async unlockSession(token, password, address) {
      const row = await patiently(() => found(db, token))
      if (!row) return null
      const trier = trierOf(row, address)
      const refusal = await checked(trier, password, row.password)
      if (refusal) {
        if (refusal.kind === 'wrong') await noted(row.name, 'unlock-failed', address)
        return refusal
      }
      await transact(database, async (tx) => {
        await tx.updateTable('sessions').set({ locked: 0, seen_at: time() }).where('digest', '=', row.digest).execute()
        if (row.second_factor === 1) await succeeded(tx, trier)
        await note(tx, { actor: row.name, action: 'session-unlocked', subject: row.name })
      })
      return 'open'
    },

    endSession: (token) =>
      transact(database, async (tx) => {
        const row = await found(tx, token)
        await tx.deleteFrom('sessions').where('digest', '=', digestOf(token)).execute()
        if (row) await note(tx, { actor: row.name, action: 'signed-out', subject: row.name })
      }),

    endSessionsOf: (name, by) =>
      transact(database, async (tx) => {
        await lockedUser(ledger, tx, name)
        const ended = await tx.deleteFrom('sessions').where('name', '=', name).executeTakeFirst()
        await note(tx, { actor: by, action: 'sessions-ended', subject: name })
        return Number(ended.numDeletedRows)
      }),

    async changeOwnPassword(token, { password, newPassword, address }) {
      const row = await patiently(() => found(db, token))
      if (!row) return null
      refuseWeak(newPassword, row.name)
      const trier = trierOf(row, address)
      const refusal = await checked(trier, password, row.password)
      if (refusal) {
        if (refusal.kind === 'wrong') await noted(row.name, 'unlock-failed', address)
        return refusal
      }
      const hashed = await hashPassword(newPassword, cost)
      const isChanged = await transact(database, async (tx) => {
        if (!(await stillGood(tx, row.name, row.password))) return false
        await tx.updateTable('users').set({ password: hashed }).where('name', '=', row.name).execute()
        await tx.deleteFrom('sessions').where('name', '=', row.name).where('digest', '!=', row.digest).execute()
        await forgetDevices(tx, row.name)
        if (row.second_factor === 1) await succeeded(tx, trier)
        await note(tx, { actor: row.name, action: 'user-password', subject: row.name })
        return true
      })
      return isChanged ? 'changed' : { kind: 'wrong' }
    },

    async giveSecondFactor(token, code, address) {
      const row = await patiently(() => found(db, token))
      // A session that idles has given its code: it opens by the password alone, whoever holds the phone.
      if (!row || row.second_factor === 1) return null
      const trier = { name: row.name, address }
      const wait = await tried(database, trier, now())
      if (wait > 0) return waitFor(wait)
      return transact(database, async (tx) => {
        await lockedUser(ledger, tx, row.name)
        const by = await usedUp(tx, row.name, code, now())
        if (!by) {
          await note(tx, { actor: row.name, action: 'second-factor-failed', subject: row.name, detail: from(address) })
          return { kind: 'wrong' as const }
        }
        await tx
          .updateTable('sessions')
          .set({ second_factor: 1, seen_at: time() })
          .where('digest', '=', row.digest)
          .execute()
        await succeeded(tx, trier)
        const detail = by === 'recovery' ? `${from(address)}, by a recovery code` : from(address)
        await note(tx, { actor: row.name, action: 'signed-in', subject: row.name, detail })
        return 'open' as const
      })
    },

    breakGlass: (token, role, reason) =>
      transact(database, async (tx) => {
        const row = await found(tx, token)
        if (!row) return null
        const until = expiry(GLASS_MS)
        await tx
          .updateTable('sessions')
          .set({ glass_role: role, glass_until: until })
          .where('digest', '=', row.digest)
          .execute()
        await note(tx, {
          actor: row.name,
          action: 'break-glass',
          subject: row.name,
          detail: `${role}, ${reason}, until ${until}`,
        })
        return { until }
      }),
  }

  /** null: the password is right; the try is still counted until {@link succeeded} takes it back. */
  async function checked(trier: Trier, password: string, kept: string | null): Promise<Refusal | null> {
    const wait = await tried(database, trier, now())
    if (wait > 0) return waitFor(wait)
    return (await passwordMatches(password, kept, cost)) ? null : { kind: 'wrong' }
  }

  async function noted(name: string, action: string, address: string): Promise<void> {
    await transact(database, (tx) => note(tx, { actor: name, action, subject: name, detail: from(address) }))
  }

  /** A session that is not over, of a user who may sign in, with what is kept of the user. */
  function found(tx: Transaction<Tables> | typeof db, token: string) {
    return tx
      .selectFrom('sessions')
      .innerJoin('users', 'users.name', 'sessions.name')
      .leftJoin('second_factors', 'second_factors.name', 'sessions.name')
      .selectAll('sessions')
      .select(['users.roles', 'users.password', 'second_factors.confirmed_at'])
      .where('sessions.digest', '=', digestOf(token))
      .where('sessions.expires_at', '>', time())
      .where('users.disabled', '=', 0)
      .executeTakeFirst()
  }
}

/** A whole session is somebody who has signed in: its tries are its own. One that waits for its code can be begun by the password alone, again and again. */
const trierOf = (
  { name, digest, second_factor }: { readonly name: string; readonly digest: string; readonly second_factor: number },
  address: string,
): Trier => ({ name, address, device: second_factor === 1 ? digest : null })

const waitFor = (ms: number): Refusal => ({ kind: 'wait', seconds: Math.ceil(ms / 1000) })
