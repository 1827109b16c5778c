import { createHmac, randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { canonical } from '../../model/index.ts'
import type { Tables } from '../sql/schema.ts'

/**
 * Digests of a value before and after a change, for the audit trail: whoever has the document can prove that a value is the one, and when the
 * document is forgotten its salt goes with it, so that nobody can find out by trying values. null for no value.
 */
export async function digestsOf(
  tx: Transaction<Tables>,
  sha256: string,
  { before, after }: { readonly before: unknown; readonly after: unknown },
): Promise<{ readonly before: string | null; readonly after: string | null }> {
  const salt = await saltOf(tx, sha256)
  const digest = (value: unknown) =>
    value === null || value === undefined ? null : createHmac('sha256', salt).update(canonical(value)).digest('hex')
  return { before: digest(before), after: digest(after) }
}

/** The salt of a document, made when it is first needed. */
async function saltOf(tx: Transaction<Tables>, sha256: string): Promise<Buffer> {
  await tx
    .insertInto('salts')
    .values({ sha256, salt: randomBytes(32).toString('hex') })
    .onConflict((c) => c.doNothing())
    .execute()
  const { salt } = await tx.selectFrom('salts').select('salt').where('sha256', '=', sha256).executeTakeFirstOrThrow()
  return Buffer.from(salt, 'hex')
}
