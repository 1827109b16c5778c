import { randomBytes } from 'node:crypto'
import type { Ledger } from '../ledger/context.ts'
import { transact } from '../sql/database.ts'
import { beginSession, digestOf, from } from './begin-session.ts'
import { hashPassword } from './passwords.ts'
import type { People } from './people.ts'
import { addedUser, changedRoles, inOrder, isUserName, lockRoles, rolesOf, userRow } from './users.ts'

/** How long somebody may take at the place where they sign in, in milliseconds. */
const AWAY_MS = 10 * 60_000

export type SignOnChapter = Pick<People, 'beginSignOn' | 'takeSignOn' | 'signOn'>

/** Signing in elsewhere: what has to come back from there, once; and the sessions of whom that place vouches for. */
export function signOns(ledger: Ledger, cost: number): SignOnChapter {
  const { database, time, expiry, note } = ledger
  return {
    async beginSignOn({ state, nonce, verifier }) {
      const token = randomBytes(32).toString('base64url')
      await transact(database, async (tx) => {
        await tx.deleteFrom('sign_ons').where('expires_at', '<=', time()).execute()
        await tx
          .insertInto('sign_ons')
          .values({ digest: digestOf(token), state, nonce, verifier, expires_at: expiry(AWAY_MS) })
          .onConflict((c) => c.doNothing())
          .execute()
      })
      return token
    },

    takeSignOn: (token) =>
      transact(database, async (tx) => {
        const taken = await tx
          .deleteFrom('sign_ons')
          .where('digest', '=', digestOf(token))
          .returningAll()
          .executeTakeFirst()
        if (!taken || taken.expires_at <= time()) return null
        return { state: taken.state, nonce: taken.nonce, verifier: taken.verifier }
      }),

    async signOn({ name, roles, address }) {
      const token = randomBytes(32).toString('base64url')
      // Nobody knows it: whoever comes by sign-on alone has no password, until an admin gives them one.
      const unknown = await hashPassword(randomBytes(32).toString('hex'), cost)
      return transact(database, async (tx) => {
        const refused = async (subject: string) => {
          await note(tx, { actor: subject, action: 'sign-in-failed', subject, detail: `${from(address)}, by sign-on` })
          return null
        }
        // First, as whoever changes users does: the other way round two of them would wait for each other.
        if (roles) await lockRoles(ledger, tx)
        const mayCome = isUserName(name) && (roles === null || roles.length > 0)
        const known = isUserName(name) ? await userRow(ledger, tx, name) : undefined
        if (!mayCome || known?.disabled === 1) return refused(known?.name ?? 'unknown')
        if (!known && roles === null) return refused('unknown')
        if (!known && roles) await addedUser(ledger, tx, { name, roles, hashed: unknown }, 'sign-on')
        else if (known && roles && inOrder(rolesOf(known)).join() !== inOrder(roles).join())
          await changedRoles(ledger, tx, name, roles, 'sign-on')
        await beginSession(ledger, tx, { name, token, address, by: 'sign-on' })
        return token
      })
    },
  }
}
