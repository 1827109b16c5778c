import type { Selectable, Transaction } from 'kysely'
import type { FailureCode } from '../../model/index.ts'
import { lockedRow, patiently, transact } from '../sql/database.ts'
import type { DocumentRow, PartsTable, Tables } from '../sql/schema.ts'
import type { Lease, Store } from '../store.ts'
import type { Ledger } from './context.ts'
import { isCounted, isOtherLease, LEASE_MS, leaseFields, lost } from './leased-row.ts'

type PartRow = Selectable<PartsTable>

/** Long documents: split into parts that are leased one by one, until the last one is read. */
export function parts(
  ledger: Ledger,
): Pick<Store, 'split' | 'parts' | 'claimPart' | 'finishPart' | 'replacePart' | 'pagesOfParts'> {
  const { database, time, audit } = ledger

  return {
    split: (lease, ranges, pageCount) =>
      transact(database, async (tx) => {
        const found = await lockedRow(database, tx, lease.sha256)
        if (!found || isOtherLease(found, lease)) throw lost(lease)
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
            'not_before',
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
          free: ledger.isFree(r) && !hasToWait(ledger, r),
          abandoned: r.lease_owner !== null && ledger.isFree(r) ? r.lease_token : null,
        }))
      }),

    claimPart(sha256, part) {
      const owner = ledger.claimant()
      return transact(database, async (tx) => {
        const found = await lockedPart(ledger, tx, sha256, part)
        if (!found) return null
        if (found.lease_owner === owner) return leaseFields(found, part)
        if (found.pages !== null || !ledger.isFree(found) || hasToWait(ledger, found)) return null
        const document = await ledger.row(tx, sha256)
        if (document?.state !== 'received' && document?.state !== 'extracting') return null
        const claimed = {
          not_before: null,
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
        const found = await heldPart(ledger, tx, lease)
        if (found)
          await tx
            .updateTable('parts')
            .set({ pages, cause: null, ...noLease })
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

    replacePart: (lease, part, pages) =>
      transact(database, async (tx) => {
        const found = await lockedRow(database, tx, lease.sha256)
        if (!found || found.lease_token !== lease.token || found.lease_owner !== lease.owner) throw lost(lease)
        await tx
          .updateTable('parts')
          .set({ pages })
          .where('sha256', '=', lease.sha256)
          .where('part', '=', part)
          .execute()
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

const noLease = { lease_owner: null, lease_expires_at: null }

const hasToWait = ({ time }: Ledger, { not_before }: Pick<PartRow, 'not_before'>): boolean =>
  not_before !== null && not_before > time()

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

/** Gives a part back; as for a document. */
export async function releasePart(
  ledger: Ledger,
  tx: Transaction<Tables>,
  lease: Lease,
  after: Parameters<Store['release']>[1],
): Promise<void> {
  const found = await heldPart(ledger, tx, lease)
  if (!found) return
  await tx
    .updateTable('parts')
    .set({
      ...noLease,
      attempts: isCounted(after) ? found.attempts : found.attempts - 1,
      cause: after?.cause ?? found.cause,
      not_before: after?.notBefore.toISOString() ?? null,
    })
    .where('sha256', '=', lease.sha256)
    .where('part', '=', found.part)
    .execute()
}

/**
 * Ends the lease of a part that cannot be read. Gives the document that fails by it; null when this very lease has ended it before, or
 * it is no longer this part that decides: the document has failed by another one, or somebody reads it as a whole.
 */
export async function failPart(
  ledger: Ledger,
  tx: Transaction<Tables>,
  lease: Lease,
  cause: FailureCode | null,
): Promise<DocumentRow | null> {
  const document = await lockedRow(ledger.database, tx, lease.sha256)
  const found = await heldPart(ledger, tx, lease)
  if (!found) return null
  await tx
    .updateTable('parts')
    .set({ ...noLease, cause })
    .where('sha256', '=', lease.sha256)
    .where('part', '=', found.part)
    .execute()
  const isOpen = document?.state === 'received' || document?.state === 'extracting'
  return document && isOpen && document.lease_owner === null ? document : null
}

/** The parts of documents that are tried again: those that lack pages begin anew. */
export async function retryParts(tx: Transaction<Tables>, documents: readonly string[]): Promise<void> {
  if (documents.length === 0) return
  await tx
    .updateTable('parts')
    .set({ attempts: 0, crashes: 0, cause: null, not_before: null })
    .where('sha256', 'in', documents)
    .where('pages', 'is', null)
    .execute()
}

/** The row a part's lease holds; null when this very lease has ended it. @throws {LeaseLost} */
async function heldPart(ledger: Ledger, tx: Transaction<Tables>, lease: Lease): Promise<PartRow | null> {
  const found = await lockedPart(ledger, tx, lease.sha256, lease.part ?? 0)
  if (!found || isOtherLease(found, lease)) throw lost(lease)
  return found.lease_owner === null ? null : found
}

function lockedPart(
  { database }: Ledger,
  tx: Transaction<Tables>,
  sha256: string,
  part: number,
): Promise<PartRow | undefined> {
  return tx
    .selectFrom('parts')
    .selectAll()
    .where('sha256', '=', sha256)
    .where('part', '=', part)
    .$if(database.engine === 'postgres', (q) => q.forUpdate())
    .executeTakeFirst()
}
