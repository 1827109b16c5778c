import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import { type Database, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'

/** Wrong tries in a row before there is a wait: a person's, and those from one address, which an office may share. */
const FREE = { user: 5, address: 20, device: 5 } as const
/** The first wait and the longest, in milliseconds; each is twice the one before. */
const FIRST_MS = 30_000
const LONGEST_MS = 900_000
/** After so long without a wrong try the count begins anew, in milliseconds. */
const FORGIVEN_MS = 3_600_000

type Kind = keyof typeof FREE
/** Whose tries are counted. Names that nobody has are counted like others, so that the answer does not tell them apart. */
export type Trier = {
  readonly name: string
  readonly address: string
  /** A browser in which this user has signed in before: its tries are counted by themselves, so that a stranger's lock nobody out. null: any other. */
  readonly device?: string | null
}

const keysOf = ({ name, address, device }: Trier): readonly (readonly [Kind, string])[] =>
  (device
    ? [['device', device]]
    : [
        ['address', address],
        ['user', name],
      ]
  ).map(([kind, text]) => [kind as Kind, createHash('sha256').update(`${kind}:${text}`).digest('hex')] as const)

/**
 * Counts a try before it is looked at, so that many at once are no way around the wait. Gives how long to wait first, in milliseconds; 0: the try
 * may be made, and {@link succeeded} takes it back when it was right.
 */
export function tried(database: Database, trier: Trier, now: Date): Promise<number> {
  return transact(database, async (tx) => {
    const rows = []
    for (const [kind, key] of keysOf(trier)) rows.push({ kind, ...(await lockedAttempts(tx, key, now)) })
    const wait = Math.max(0, ...rows.map((row) => Date.parse(row.wait_until ?? '') - now.getTime() || 0))
    if (wait > 0) return wait
    for (const { kind, key, failed } of rows) {
      const over = failed + 1 - FREE[kind]
      const ms = over < 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** over)
      const until = ms === 0 ? null : new Date(now.getTime() + ms).toISOString()
      await tx
        .updateTable('attempts')
        .set({ failed: failed + 1, last_at: now.toISOString(), wait_until: until })
        .where('key', '=', key)
        .execute()
    }
    return 0
  })
}

/** The count of the user, or of their browser, begins anew; the address loses this one try alone, lest an account of one's own be the way to try others'. */
export async function succeeded(tx: Transaction<Tables>, trier: Trier): Promise<void> {
  for (const [kind, key] of keysOf(trier))
    if (kind !== 'address') await tx.deleteFrom('attempts').where('key', '=', key).execute()
    else
      await tx
        .updateTable('attempts')
        .set((eb) => ({ failed: eb('failed', '-', 1), wait_until: null }))
        .where('key', '=', key)
        .where('failed', '>', 0)
        .execute()
}

/** A user may try again at once. */
export async function forgiven(tx: Transaction<Tables>, name: string): Promise<void> {
  for (const [kind, key] of keysOf({ name, address: '' }))
    if (kind === 'user') await tx.deleteFrom('attempts').where('key', '=', key).execute()
}

/** Until when a user has to wait; null: not at all. */
export async function waitOf(
  tx: Transaction<Tables> | Database['kysely'],
  name: string,
  now: Date,
): Promise<string | null> {
  const [, [, key] = ['user', '']] = keysOf({ name, address: '' })
  const found = await tx.selectFrom('attempts').select('wait_until').where('key', '=', key).executeTakeFirst()
  return found?.wait_until && found.wait_until > now.toISOString() ? found.wait_until : null
}

/** The count of a key, made when there is none, and held until the end of the transaction. */
async function lockedAttempts(tx: Transaction<Tables>, key: string, now: Date) {
  const before = new Date(now.getTime() - FORGIVEN_MS).toISOString()
  await tx.deleteFrom('attempts').where('last_at', '<', before).execute()
  // In one statement: between two of them, a right password elsewhere may take the row away.
  return tx
    .insertInto('attempts')
    .values({ key, failed: 0, last_at: now.toISOString(), wait_until: null })
    .onConflict((c) => c.column('key').doUpdateSet((eb) => ({ key: eb.ref('excluded.key') })))
    .returningAll()
    .executeTakeFirstOrThrow()
}
