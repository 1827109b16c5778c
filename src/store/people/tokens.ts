import { createHash, randomBytes } from 'node:crypto'
import type { Ledger } from '../ledger/context.ts'
import { patiently, transact } from '../sql/database.ts'
import { type People, PeopleRefused, type TokenScope } from './people.ts'

/** What was noted of a token's use is good for so long, in milliseconds. */
const USED_MS = 60_000

/** Programs' tokens: shown once, kept as digests, good for some things and for some time. */
export function tokens(
  ledger: Ledger,
  now: () => Date,
): Pick<People, 'addToken' | 'tokens' | 'revokeToken' | 'tokenOf'> {
  const { database, time, note } = ledger
  const db = database.kysely
  return {
    async addToken({ name, scopes, expiresAt }, by) {
      if (!/^[\w.@-]{1,64}$/.test(name))
        throw new PeopleRefused('wrong-name', 'the name of a token is one word: letters, digits and . _ @ -')
      const [id, token] = [randomBytes(6).toString('hex'), `imr_${randomBytes(32).toString('base64url')}`]
      await transact(database, async (tx) => {
        const added = await tx
          .insertInto('tokens')
          .values({
            ...{
              id,
              name,
              digest: digestOf(token),
              scopes: JSON.stringify([...new Set(scopes)].sort()),
              created_by: by,
            },
            ...{ created_at: time(), expires_at: expiresAt.toISOString(), revoked_at: null, used_at: null },
          })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        if (added.numInsertedOrUpdatedRows !== 0n)
          await note(tx, { actor: by, action: 'token-added', subject: id, detail: [name, ...scopes].join(' ') })
      })
      return { id, token }
    },

    tokens: () =>
      patiently(async () => {
        const rows = await db.selectFrom('tokens').selectAll().orderBy('created_at').execute()
        return rows.map((row) => ({
          ...{
            id: row.id,
            name: row.name,
            scopes: scopesOf(row),
            createdBy: row.created_by,
            createdAt: row.created_at,
          },
          ...{ expiresAt: row.expires_at, revokedAt: row.revoked_at, usedAt: row.used_at },
        }))
      }),

    revokeToken: (id, by) =>
      transact(database, async (tx) => {
        const changed = await tx
          .updateTable('tokens')
          .set({ revoked_at: time() })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        if (changed.numUpdatedRows > 0n) await note(tx, { actor: by, action: 'token-revoked', subject: id })
        return changed.numUpdatedRows > 0n
      }),

    tokenOf: (shown) =>
      patiently(async () => {
        const row = await db
          .selectFrom('tokens')
          .selectAll()
          .where('digest', '=', digestOf(shown))
          .where('revoked_at', 'is', null)
          .where('expires_at', '>', time())
          .executeTakeFirst()
        if (!row) return null
        if (now().getTime() - Date.parse(row.used_at ?? row.created_at) >= USED_MS || row.used_at === null)
          await db.updateTable('tokens').set({ used_at: time() }).where('id', '=', row.id).execute()
        return { name: row.name, scopes: scopesOf(row) }
      }),
  }
}

const scopesOf = ({ scopes }: { readonly scopes: string }) => JSON.parse(scopes) as readonly TokenScope[]
const digestOf = (token: string) => createHash('sha256').update(token).digest('hex')
