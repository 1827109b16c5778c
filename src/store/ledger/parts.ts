import type { Selectable, Transaction } from 'kysely'
import { lockedRow, patiently, transact } from '../sql/database.ts'
import type { PartsTable, Tables } from '../sql/schema.ts'
import type { Lease, Store } from '../store.ts'
import type { Ledger } from './context.ts'
import { LEASE_MS, leaseFields, lost } from './lease.ts'

type PartRow = Selectable<PartsTable>

/** Long documents: split into parts that are leased one by one, until the last one is read. */
export function parts(ledger: Ledger): Pick<Store, 'split' | 'parts' | 'claimPart' | 'finishPart' | 'pagesOfParts'> {
  const { database, time, audit } = ledger

  function lockedPart(tx: Transaction<Tables>, sha256: string, part: number): Promise<PartRow | undefined> {
    return tx
      .selectFrom('parts')
      .selectAll()
      .where('sha256', '=', sha256)
      .where('part', '=', part)
      .$if(database.engine === 'postgres', (q) => q.forUpdate())
      .executeTakeFirst()
  }

  return {
    split: (lease, ranges, pageCount) =>
      transact(database, async (tx) => {
        const found = await lockedRow(database, tx, lease.sha256)
        if (!found || found.lease_token !== lease.token) throw lost(lease)
        if (found.lease_owner === null) return
        await tx
          .insertInto('parts')
          .values(
            ranges.map(({ firstPage, lastPage }, i) => ({
              sha256: lease.sha256,
              part: i + 1,
              first_page: firstPage,
              last_page: lastPage,
              attempts: 0,
              crashes: 0,
              lease_token: 0,
            })),
          )
          .onConflict((c) => c.doNothing())
          .execute()
        await tx
          .updateTable('documents')
          .set({ lease_owner: null, lease_expires_at: null, page_count: pageCount, changed_at: time() })
          .where('sha256', '=', lease.sha256)
          .execute()
        await audit(tx, 'split', lease.sha256, found.state, found.state, `${ranges.length} parts`)
      }),

    parts: (sha256) =>
      patiently(async () => {
        const rows = await database.kysely
          .selectFrom('parts')
          .select((eb) => [
            'part',
            'first_page',
            'last_page',
            'lease_owner',
            'lease_token',
            'lease_expires_at',
            eb('pages', 'is not', null).as('read'),
          ])
          .where('sha256', '=', sha256)
          .orderBy('part')
          .execute()
        return rows.map((r) => ({
          part: r.part,
          firstPage: r.first_page,
          lastPage: r.last_page,
          read: Boolean(r.read),
          free: ledger.isFree(r),
          abandoned: r.lease_owner !== null && ledger.isFree(r) ? r.lease_token : null,
        }))
      }),

    claimPart(sha256, part) {
      const owner = ledger.claimant()
      return transact(database, async (tx) => {
        const found = await lockedPart(tx, sha256, part)
        if (!found) return null
        if (found.lease_owner === owner) return leaseFields(found, part)
        if (found.pages !== null || !ledger.isFree(found)) return null
        const claimed = {
          attempts: found.attempts + 1,
          crashes: found.crashes + (found.lease_owner === null ? 0 : 1),
          lease_owner: owner,
          lease_token: found.lease_token + 1,
          lease_expires_at: ledger.expiry(LEASE_MS),
        }
        await tx.updateTable('parts').set(claimed).where('sha256', '=', sha256).where('part', '=', part).execute()
        return leaseFields({ ...found, ...claimed }, part)
      })
    },

    finishPart: (lease, pages) =>
      transact(database, async (tx) => {
        // The document's row is held while its parts are counted, so that exactly one of the last two sees none left.
        await lockedRow(database, tx, lease.sha256)
        const found = await lockedPart(tx, lease.sha256, lease.part ?? 0)
        if (!found || found.lease_token !== lease.token) throw lost(lease)
        if (found.lease_owner !== null)
          await tx
            .updateTable('parts')
            .set({ pages, lease_owner: null, lease_expires_at: null })
            .where('sha256', '=', lease.sha256)
            .where('part', '=', found.part)
            .execute()
        const { left } = await tx
          .selectFrom('parts')
          .select((eb) => eb.fn.countAll().as('left'))
          .where('sha256', '=', lease.sha256)
          .where('pages', 'is', null)
          .executeTakeFirstOrThrow()
        return Number(left)
      }),

    pagesOfParts: (sha256) =>
      patiently(async () => {
        const rows = await database.kysely
          .selectFrom('parts')
          .select('pages')
          .where('sha256', '=', sha256)
          .where('pages', 'is not', null)
          .orderBy('part')
          .execute()
        return rows.map((r) => r.pages ?? '')
      }),
  }
}

export async function renewPart({ database }: Ledger, lease: Lease, expiresAt: string): Promise<void> {
  const renewed = await database.kysely
    .updateTable('parts')
    .set({ lease_expires_at: expiresAt })
    .where('sha256', '=', lease.sha256)
    .where('part', '=', lease.part ?? 0)
    .where('lease_token', '=', lease.token)
    .where('lease_owner', '=', lease.owner)
    .executeTakeFirst()
  if (renewed.numUpdatedRows === 0n) throw lost(lease)
}
