import type { Transaction } from 'kysely'
import type { FailureCode } from '../../model/index.ts'
import { lockedRow, patiently, transact } from '../sql/database.ts'
import type { DocumentRow, Tables } from '../sql/schema.ts'
import type { Claim, Failure, Lease, Result, Store } from '../store.ts'
import { deleteCases, deleteUndecided, insertUndecided, madeText, recordsOf } from './case-rows.ts'
import type { Ledger } from './context.ts'
import { isCounted, isOtherLease, LEASE_MS, leaseFields, lost, openTo } from './leased-row.ts'
import { packedPages, replacePages } from './page-words.ts'
import { failPart, releasePart, renewPart } from './parts.ts'
import { putCases } from './placing.ts'
import { entryOf } from './receipts.ts'

/** Documents that are worked on: claimed, renewed, given back, handed on, finished. */
export function claiming(
  ledger: Ledger,
): Pick<Store, 'claim' | 'renew' | 'release' | 'extracted' | 'undecided' | 'outdated' | 'finish'> {
  const { database, time, audit } = ledger

  /**
   * The row a lease holds; null when this very lease has ended it (the commit's answer was lost with the connection).
   * Another token there means that the lease was lost.
   */
  async function held(tx: Transaction<Tables>, lease: Lease): Promise<DocumentRow | null> {
    const found = await lockedRow(database, tx, lease.sha256)
    if (!found || isOtherLease(found, lease)) throw lost(lease)
    return found.lease_owner === null ? null : found
  }

  function mayBeClaimed(found: DocumentRow, options: Parameters<Store['claim']>[1]): boolean {
    if (!ledger.isFree(found)) return false
    if (found.state === 'done' || found.state === 'failed') return options?.again === true
    if (!options?.stage) return true
    const wait = found.not_before !== null && found.not_before > time()
    return openTo[options.stage].includes(found.state) && !wait
  }

  const claimOf = (row: DocumentRow): Claim => ({ ...leaseFields(row, null), document: entryOf(row) })
  const ended = { lease_owner: null, lease_expires_at: null }
  const over = { held: 0, again_from: null, again_cause: null, not_before: null }

  /** What was read to its end needs its parts no longer. Only an opened document is split, and they are gone when it is extracted. */
  async function deleteParts(tx: Transaction<Tables>, { sha256, state, page_count }: DocumentRow): Promise<void> {
    if (page_count !== null && state !== 'deciding') await tx.deleteFrom('parts').where('sha256', '=', sha256).execute()
  }

  /** Puts what became of a document in the place of what stood before. */
  async function replace(
    tx: Transaction<Tables>,
    found: DocumentRow,
    { records, failure }: Result,
    to: 'done' | 'failed',
  ): Promise<void> {
    const { sha256 } = found
    // What is claimed for the first time has nothing that stands.
    if (found.lease_token > 1) await deleteCases(tx, sha256)
    await putCases(ledger, tx, sha256, records)
    await tx
      .updateTable('documents')
      .set({
        ...ended,
        ...over,
        state: to,
        cause: failure?.code ?? null,
        message: failure?.message ?? null,
        media_type: records[0]?.document.mediaType ?? null,
        page_count: records[0]?.document.pageCount ?? null,
        made: madeText(records),
        changed_at: time(),
      })
      .where('sha256', '=', sha256)
      .execute()
  }

  /** What stood before stands on; that and why it could not be read again is kept. */
  async function keep(tx: Transaction<Tables>, { sha256 }: DocumentRow, cause: FailureCode): Promise<void> {
    await tx
      .updateTable('documents')
      .set({ ...ended, ...over, state: 'done', again_cause: cause, changed_at: time() })
      .where('sha256', '=', sha256)
      .execute()
  }

  return {
    claim(sha256, options) {
      const owner = ledger.claimant()
      return transact(database, async (tx) => {
        const found = await lockedRow(database, tx, sha256)
        if (!found) return null
        if (found.lease_owner === owner) return claimOf(found)
        if (!mayBeClaimed(found, options)) return null
        const state = options?.stage === 'decide' ? 'deciding' : 'extracting'
        const claimed = {
          state,
          cause: null,
          message: null,
          not_before: null,
          again_from: found.state === 'done' || found.state === 'failed' ? found.state : found.again_from,
          attempts: found.attempts + 1,
          // Whoever had it neither ended it nor gave it back, be it this very process: what does that again and again has an end.
          crashes: found.crashes + (found.lease_owner === null ? 0 : 1),
          lease_owner: owner,
          lease_token: found.lease_token + 1,
          lease_expires_at: ledger.expiry(LEASE_MS),
          changed_at: time(),
        } as const
        await tx.updateTable('documents').set(claimed).where('sha256', '=', sha256).execute()
        await audit(tx, found.lease_owner === null ? 'claimed' : 'taken-over', sha256, found.state, state)
        return claimOf({ ...found, ...claimed })
      })
    },

    renew: (lease) =>
      patiently(async () => {
        const expiresAt = ledger.expiry(LEASE_MS)
        if (lease.part !== null) await renewPart(ledger, lease, expiresAt)
        else {
          const renewed = await database.kysely
            .updateTable('documents')
            .set({ lease_expires_at: expiresAt })
            .where('sha256', '=', lease.sha256)
            .where('lease_token', '=', lease.token)
            .where('lease_owner', '=', lease.owner)
            .executeTakeFirst()
          if (renewed.numUpdatedRows === 0n) throw lost(lease)
        }
        return { ...lease, expiresAt }
      }),

    release: (lease, after) =>
      lease.part === null
        ? transact(database, async (tx) => {
            const found = await held(tx, lease)
            if (!found) return
            const state = found.state === 'deciding' ? 'extracted' : 'received'
            await tx
              .updateTable('documents')
              .set({
                ...ended,
                state,
                attempts: isCounted(after) ? found.attempts : found.attempts - 1,
                not_before: after?.notBefore.toISOString() ?? null,
                changed_at: time(),
              })
              .where('sha256', '=', lease.sha256)
              .execute()
            await audit(tx, after ? 'postponed' : 'released', lease.sha256, found.state, state, after?.cause ?? null)
          })
        : transact(database, (tx) => releasePart(ledger, tx, lease, after)),

    async extracted(lease, { records, pages, priority, due }) {
      const packed = pages && (await packedPages(pages))
      await transact(database, async (tx) => {
        const found = await held(tx, lease)
        if (!found) return
        const { sha256 } = lease
        await deleteParts(tx, found)
        await insertUndecided(tx, sha256, records)
        if (packed) await replacePages(tx, sha256, packed)
        await tx
          .updateTable('documents')
          .set({
            ...ended,
            state: 'extracted',
            media_type: records[0]?.document.mediaType ?? null,
            page_count: records[0]?.document.pageCount ?? null,
            attempts: 0,
            ...(priority === undefined ? {} : { priority: Math.min(priority, found.priority) }),
            ...(due === undefined ? {} : { due }),
            changed_at: time(),
          })
          .where('sha256', '=', sha256)
          .execute()
        await audit(tx, 'extracted', sha256, found.state, 'extracted', `${records.length} letters`)
      })
    },

    undecided: (sha256) =>
      patiently(async () => {
        const fresh = await recordsOf(database.kysely, sha256, 'undecided')
        if (fresh.length > 0) return { records: fresh, again: false }
        return { records: await recordsOf(database.kysely, sha256), again: true }
      }),

    outdated: (lease) =>
      transact(database, async (tx) => {
        const found = await held(tx, lease)
        if (!found) return
        await deleteUndecided(tx, lease.sha256)
        await tx
          .updateTable('documents')
          .set({ ...ended, state: 'received', attempts: 0, crashes: 0, changed_at: time() })
          .where('sha256', '=', lease.sha256)
          .execute()
        await audit(tx, 'outdated', lease.sha256, found.state, 'received')
      }),

    async finish(lease, result) {
      const packed = result.pages && (await packedPages(result.pages))
      await transact(database, async (tx) => {
        const { failure, records } = result
        const cause = failure?.code ?? null
        const found = lease.part === null ? await held(tx, lease) : await failPart(ledger, tx, lease, cause)
        if (!found) return
        if (failure === null || wasRead(failure)) await deleteParts(tx, found)
        await deleteUndecided(tx, lease.sha256)
        // A machine's trouble, or a fault of the newer version, takes nothing from anybody.
        if (failure && found.again_from === 'done' && !wasRead(failure)) {
          await keep(tx, found, failure.code)
          await audit(tx, 'not-read-again', lease.sha256, found.state, 'done', failure.code)
          return
        }
        const to = failure ? 'failed' : 'done'
        await replace(tx, found, result, to)
        if (packed) await replacePages(tx, lease.sha256, packed)
        const what = failure?.code ?? `${records.length} cases`
        await audit(tx, failure ? 'failed' : 'finished', lease.sha256, found.state, to, what)
      })
    },
  }
}

/** It was read from end to end, and this is what it says. */
const wasRead = ({ code }: Failure) => code === 'no-letter'
