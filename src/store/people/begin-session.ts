import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Ledger } from '../ledger/context.ts'
import type { Tables } from '../sql/schema.ts'

/** How long a session lasts at most, in milliseconds: a long day's work. */
const SESSION_MS = 12 * 3_600_000

/**
 * Begins the session of somebody who has shown who they are, under a token that the caller made: what is tried again after a broken connection is the
 * same session. Gives whether it still waits for their second factor.
 */
export async function beginSession(
  { time, expiry, note }: Ledger,
  tx: Transaction<Tables>,
  { name, token, address, by }: Beginning,
): Promise<boolean> {
  await tx.deleteFrom('sessions').where('expires_at', '<=', time()).execute()
  const waits = await hasSecondFactor(tx, name)
  await tx
    .insertInto('sessions')
    .values({
      ...{ digest: digestOf(token), name, created_at: time(), seen_at: time(), expires_at: expiry(SESSION_MS) },
      ...{ locked: 0, second_factor: waits ? 0 : 1, glass_role: null, glass_until: null },
    })
    .onConflict((c) => c.doNothing())
    .execute()
  await tx.updateTable('users').set({ signed_in_at: time() }).where('name', '=', name).execute()
  const action = waits ? `${by}-given` : 'signed-in'
  const how = by === 'sign-on' && !waits ? ', by sign-on' : ''
  await note(tx, { actor: name, action, subject: name, detail: `${from(address)}${how}` })
  return waits
}

type Beginning = {
  readonly name: string
  readonly token: string
  readonly address: string
  /** What they have shown. */
  readonly by: 'password' | 'sign-on'
}

async function hasSecondFactor(tx: Transaction<Tables>, name: string): Promise<boolean> {
  const factor = await tx
    .selectFrom('second_factors')
    .select('confirmed_at')
    .where('name', '=', name)
    .executeTakeFirst()
  return factor?.confirmed_at != null
}

/** Of an address, for the trail: nothing in it but what addresses are made of. */
export const from = (address: string): string => `from ${address.replaceAll(/[^0-9a-fA-F.:]/g, '_')}`

/** As a token is kept. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex')
