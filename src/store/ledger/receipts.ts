import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { Transaction } from 'kysely'
import { type BlobStore, FilesUnavailable } from '../blobs/blobs.ts'
import type { DocumentEntry } from '../documents.ts'
import { lockBytes, patiently, transact } from '../sql/database.ts'
import type { DocumentRow, Tables } from '../sql/schema.ts'
import type { Incoming, Received, Store } from '../store.ts'
import { unreadableId } from '../unreadable-id.ts'
import { priorities } from '../urgency.ts'
import { deleteCases, madeOf, madeText } from './case-rows.ts'
import type { Ledger } from './context.ts'
import { tombstonesOf } from './forgetting.ts'
import { putCases } from './placing.ts'

/** How often bytes are put anew that were removed before the ledger knew of them. */
const PUTS = 5

/** The bytes were in the store, and were removed before they had a row. */
class BytesRemoved extends Error {
  override readonly name = 'BytesRemoved'
}

/** The ways in: bytes are safe in the blob store before the ledger knows of them. */
export function intake(ledger: Ledger, blobs: BlobStore): Pick<Store, 'receive' | 'uploaded' | 'noteUnreadable'> {
  const { database, time, audit } = ledger
  return {
    async receive(source) {
      const { path, bytes, maxBytes } = source
      for (let puts = 1; ; puts++)
        try {
          return await entered(source, await blobs.put(bytes ?? path, { maxBytes }))
        } catch (error) {
          if (!(error instanceof BytesRemoved)) throw error
          // A stream has been read to its end; a file can be put again.
          if (bytes || puts === PUTS)
            throw new FilesUnavailable(
              'missing',
              'the same bytes were being forgotten just now: hand the file in again',
            )
        }
    },

    uploaded: (key) =>
      patiently(async () => {
        const found = await database.kysely
          .selectFrom('documents')
          .selectAll('documents')
          .innerJoin('uploads', 'uploads.sha256', 'documents.sha256')
          .select('uploads.digest')
          .where('uploads.key', '=', key)
          .executeTakeFirst()
        return found ? { document: entryOf(found), digest: found.digest ?? found.sha256 } : null
      }),

    async noteUnreadable({ path, record, failure }) {
      const sha256 = unreadableId(path)
      await transact(database, async (tx) => {
        const at = time()
        const before = await ledger.row(tx, sha256)
        const row = {
          file_name: record.document.fileName,
          state: 'failed' as const,
          cause: failure.code,
          message: failure.message,
          attempts: (before?.attempts ?? 0) + 1,
          made: madeText([record]),
          changed_at: at,
        }
        await tx
          .insertInto('documents')
          .values({
            ...row,
            sha256,
            crashes: 0,
            priority: priorities.standard,
            held: 0,
            lease_token: 0,
            received_at: at,
          })
          .onConflict((c) => c.column('sha256').doUpdateSet(row))
          .execute()
        await tx
          .insertInto('sources')
          .values({ sha256, path_digest: digestOf(path), path, first_seen_at: at })
          .onConflict((c) => c.doNothing())
          .execute()
        await deleteCases(tx, sha256)
        await putCases(ledger, tx, sha256, [record])
        await audit(tx, 'unreadable', sha256, before?.state ?? null, 'failed', failure.code)
      })
    },
  }

  /** The ledger's side of a receipt: its bytes are in the store. @throws {BytesRemoved} */
  async function entered(
    { path, fileName, urgency = 'standard', due = null, upload }: Incoming,
    sha256: string,
  ): Promise<Received> {
    const priority = priorities[urgency]
    const held = urgency === 'backlog' ? 1 : 0
    return transact(database, async (tx) => {
      const at = time()
      await lockBytes(database, tx, sha256)
      const inserted = await tx
        .insertInto('documents')
        .values({
          sha256,
          file_name: fileName,
          state: 'received',
          attempts: 0,
          crashes: 0,
          priority,
          due,
          held,
          lease_token: 0,
          received_at: at,
          changed_at: at,
        })
        .onConflict((c) => c.doNothing())
        .executeTakeFirst()
      const isNew = (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n
      // Asked under the lock: from here on nobody removes them.
      if (isNew && !(await blobs.has(sha256))) throw new BytesRemoved()
      const before = isNew ? await tombstonesOf(tx, sha256) : []
      if (isNew) await audit(tx, 'received', sha256, null, 'received', before.length > 0 ? 'forgotten before' : null)
      else await hasten(tx, sha256, { priority, held, due })
      await tx
        .insertInto('sources')
        .values({ sha256, path_digest: digestOf(path), path, first_seen_at: at })
        .onConflict((c) => c.doNothing())
        .execute()
      if (upload)
        await tx
          .insertInto('uploads')
          .values({ key: upload.key, sha256, digest: upload.digest ?? null, at })
          .onConflict((c) => c.doNothing())
          .execute()
      await forgetStandIns(tx, path)
      return { ...entryOf((await ledger.row(tx, sha256)) as DocumentRow), isNew }
    })
  }

  /** A document that is handed in again with more urgency is taken sooner; with less, it stays as it is. What was let go is not held back. */
  async function hasten(
    tx: Transaction<Tables>,
    sha256: string,
    wanted: { priority: number; held: number; due: string | null },
  ): Promise<void> {
    const changed = await tx
      .updateTable('documents')
      .set({ priority: wanted.priority, ...(wanted.held === 0 ? { held: 0 } : {}) })
      .where('sha256', '=', sha256)
      .where('priority', '>', wanted.priority)
      // One that failed may be retried.
      .where('state', '!=', 'done')
      .executeTakeFirst()
    if (changed.numUpdatedRows > 0n) await audit(tx, 'hastened', sha256, null, null, `priority ${wanted.priority}`)
    if (wanted.due === null) return
    const dated = await tx
      .updateTable('documents')
      .set({ due: wanted.due })
      .where('sha256', '=', sha256)
      .where('state', '!=', 'done')
      .where((eb) => eb.or([eb('due', 'is', null), eb('due', '>', wanted.due)]))
      .executeTakeFirst()
    if (dated.numUpdatedRows > 0n) await audit(tx, 'hastened', sha256, null, null, `due ${wanted.due}`)
  }

  /** A path that could not be read before has its bytes now: its stand-in goes, and that of a folder it lies in. */
  async function forgetStandIns(tx: Transaction<Tables>, path: string): Promise<void> {
    const standIns = await tx
      .deleteFrom('documents')
      .where('sha256', 'in', withFolders(path).map(unreadableId))
      .returning('sha256')
      .execute()
    for (const { sha256 } of standIns) await audit(tx, 'readable-again', sha256, 'failed', null)
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** No path of a file system is longer, in characters; a name in an archive may be, and lies in no folder. Linux: PATH_MAX. */
const LONGEST_PATH = 4096

/** A path and the folders it lies in. */
function withFolders(path: string): readonly string[] {
  if (path.length > LONGEST_PATH) return [path]
  const above = dirname(path)
  return above === path ? [path] : [path, ...withFolders(above)]
}

export function entryOf(row: DocumentRow): DocumentEntry {
  return {
    sha256: row.sha256,
    fileName: row.file_name,
    state: row.again_from === 'done' ? 'done' : row.state,
    again: row.again_from !== null,
    againCause: row.again_cause,
    cause: row.cause,
    message: row.message,
    attempts: row.attempts,
    pageCount: row.page_count,
    made: madeOf(row),
    receivedAt: row.received_at,
    priority: row.priority,
    due: row.due,
    held: row.held === 1,
  }
}
