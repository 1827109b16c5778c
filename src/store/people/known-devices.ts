import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import { digestOf } from './begin-session.ts'

/** A browser in which nobody has signed in for so long is one like any other, in milliseconds. */
const KNOWN_MS = 180 * 24 * 3_600_000
/** Browsers that are known of one person; the one that was used longest ago is forgotten first. */
const MOST = 20

type Named = { readonly name: string; readonly token: string | null; readonly now: Date }

/** What a browser is counted by when somebody has signed in there under this name before; null: it is one like any other. */
export async function knownDevice(
  db: Transaction<Tables> | Database['kysely'],
  { name, token, now }: Named,
): Promise<string | null> {
  if (token === null) return null
  const found = await db
    .selectFrom('known_devices')
    .select('digest')
    .where('digest', '=', digestOf(token))
    .where('name', '=', name)
    .where('seen_at', '>', new Date(now.getTime() - KNOWN_MS).toISOString())
    .executeTakeFirst()
  return found?.digest ?? null
}

/** Notes that somebody has signed in in a browser. Gives the token that it is known by: its own, or a new one. */
export async function rememberDevice(tx: Transaction<Tables>, { name, token, now }: Named): Promise<string> {
  const known = await knownDevice(tx, { name, token, now })
  const kept = token !== null && known !== null ? token : randomBytes(32).toString('base64url')
  const seen_at = now.toISOString()
  await tx
    .insertInto('known_devices')
    .values({ digest: digestOf(kept), name, seen_at })
    .onConflict((c) => c.column('digest').doUpdateSet({ seen_at }))
    .execute()
  const older = tx
    .selectFrom('known_devices')
    .select('digest')
    .where('name', '=', name)
    .orderBy('seen_at', 'desc')
    .orderBy('digest')
    .limit(1000)
    .offset(MOST)
  await tx.deleteFrom('known_devices').where('digest', 'in', older).execute()
  return kept
}

/** With another password every browser has to show it. */
export const forgetDevices = (tx: Transaction<Tables>, name: string): Promise<unknown> =>
  tx.deleteFrom('known_devices').where('name', '=', name).execute()
