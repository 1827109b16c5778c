import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { Kysely, Transaction } from 'kysely'
import type { BlobStore } from './blobs.ts'
import { caseRows, recordOf } from './case-rows.ts'
import { ownerIsGone, ownerOfThisProcess } from './owner.ts'
import type { DocumentRow, DocumentState, Tables } from './schema.ts'
import { statusOf } from './status.ts'
import { type DocumentEntry, type Lease, LeaseLost, type Store } from './store.ts'

/** How long a lease lasts without being renewed, in milliseconds. */
export const LEASE_MS = 60_000

/** The store over any database that Kysely speaks to. `now` gives the time of ledger and audit; no record holds it. */
export function openLedger(
  db: Kysely<Tables>,
  blobs: BlobStore,
  now: () => Date,
  owner: string = ownerOfThisProcess(),
): Store {
  const time = () => now().toISOString()
  type Tx = Transaction<Tables>

  const audit = (
    tx: Tx,
    action: string,
    subject: string,
    from: DocumentState | null,
    to: DocumentState | null,
    detail: string | null = null,
  ) =>
    tx
      .insertInto('audit')
      .values({ at: time(), actor: owner, action, subject, from_state: from, to_state: to, detail })
      .execute()

  const row = (tx: Kysely<Tables>, sha256: string) =>
    tx.selectFrom('documents').selectAll().where('sha256', '=', sha256).executeTakeFirst()

  /** The row a lease holds; another token there means that the lease was lost. */
  async function held(tx: Tx, lease: Lease): Promise<DocumentRow> {
    const found = await row(tx, lease.sha256)
    if (!found || found.lease_token !== lease.token || found.lease_owner !== lease.owner) {
      throw new LeaseLost(`document ${lease.sha256.slice(0, 12)} was taken over by another worker`)
    }
    return found
  }

  const expiry = () => new Date(now().getTime() + LEASE_MS).toISOString()

  return {
    fileOf: (sha256) => blobs.pathOf(sha256),

    async receive({ path, fileName }) {
      const sha256 = await blobs.put(path)
      return db.transaction().execute(async (tx) => {
        const at = time()
        const known = await row(tx, sha256)
        if (!known) {
          await tx
            .insertInto('documents')
            .values({
              sha256,
              file_name: fileName,
              state: 'received',
              attempts: 0,
              lease_token: 0,
              received_at: at,
              changed_at: at,
            })
            .execute()
          await audit(tx, 'received', sha256, null, 'received')
        }
        await tx
          .insertInto('sources')
          .values({ sha256, path, first_seen_at: at })
          .onConflict((c) => c.doNothing())
          .execute()
        // A path that could not be read before has its bytes now: its stand-in goes, and that of a folder it lies in.
        const standIns = await tx
          .deleteFrom('documents')
          .where('sha256', 'in', withFolders(path).map(unreadableId))
          .returning('sha256')
          .execute()
        for (const standIn of standIns) await audit(tx, 'readable-again', standIn.sha256, 'failed', null)
        return entry((await row(tx, sha256)) as DocumentRow)
      })
    },

    async noteUnreadable({ path, record, failure, reader }) {
      const sha256 = unreadableId(path)
      await db.transaction().execute(async (tx) => {
        const at = time()
        const before = await row(tx, sha256)
        await tx.deleteFrom('documents').where('sha256', '=', sha256).execute()
        await tx
          .insertInto('documents')
          .values({
            sha256,
            file_name: record.document.fileName,
            state: 'failed',
            cause: failure.code,
            message: failure.message,
            attempts: (before?.attempts ?? 0) + 1,
            lease_token: 0,
            reader,
            received_at: before?.received_at ?? at,
            changed_at: at,
          })
          .execute()
        await tx
          .insertInto('sources')
          .values({ sha256, path, first_seen_at: before?.received_at ?? at })
          .execute()
        await insertCases(tx, sha256, [record])
        await audit(tx, 'unreadable', sha256, before?.state ?? null, 'failed', failure.code)
      })
    },

    async find(sha256) {
      const found = await row(db, sha256)
      return found ? entry(found) : null
    },

    claim: (sha256, options) =>
      db.transaction().execute(async (tx) => {
        const found = await row(tx, sha256)
        if (!found) return null
        const ended = found.state === 'done' || found.state === 'failed'
        if (ended && !options?.again) return null
        const free =
          found.lease_owner === null || ownerIsGone(found.lease_owner) || (found.lease_expires_at ?? '') <= time()
        if (!free) return null
        const lease = { sha256, owner, token: found.lease_token + 1, expiresAt: expiry() }
        await tx
          .updateTable('documents')
          .set({
            state: 'extracting',
            cause: null,
            message: null,
            attempts: found.attempts + 1,
            lease_owner: owner,
            lease_token: lease.token,
            lease_expires_at: lease.expiresAt,
            changed_at: time(),
          })
          .where('sha256', '=', sha256)
          .execute()
        await audit(tx, found.lease_owner === null ? 'claimed' : 'taken-over', sha256, found.state, 'extracting')
        return lease
      }),

    renew: (lease) =>
      db.transaction().execute(async (tx) => {
        await held(tx, lease)
        const renewed = { ...lease, expiresAt: expiry() }
        await tx
          .updateTable('documents')
          .set({ lease_expires_at: renewed.expiresAt })
          .where('sha256', '=', lease.sha256)
          .execute()
        return renewed
      }),

    release: (lease) =>
      db.transaction().execute(async (tx) => {
        const found = await held(tx, lease)
        await tx
          .updateTable('documents')
          .set({
            state: 'received',
            attempts: found.attempts - 1,
            lease_owner: null,
            lease_expires_at: null,
            changed_at: time(),
          })
          .where('sha256', '=', lease.sha256)
          .execute()
        await audit(tx, 'released', lease.sha256, found.state, 'received')
      }),

    finish: (lease, { records, failure, reader }) =>
      db.transaction().execute(async (tx) => {
        const found = await held(tx, lease)
        const to = failure ? 'failed' : 'done'
        const { sha256 } = lease
        await tx.deleteFrom('cases').where('sha256', '=', sha256).execute()
        await insertCases(tx, sha256, records)
        await tx
          .updateTable('documents')
          .set({
            state: to,
            cause: failure?.code ?? null,
            message: failure?.message ?? null,
            media_type: records[0]?.document.mediaType ?? null,
            page_count: records[0]?.document.pageCount ?? null,
            lease_owner: null,
            lease_expires_at: null,
            reader,
            changed_at: time(),
          })
          .where('sha256', '=', sha256)
          .execute()
        await audit(
          tx,
          failure ? 'failed' : 'finished',
          sha256,
          found.state,
          to,
          failure?.code ?? `${records.length} cases`,
        )
      }),

    async records(sha256) {
      const rows = await db
        .selectFrom('cases')
        .select('record')
        .where('sha256', '=', sha256)
        .orderBy('letter')
        .execute()
      return rows.map(recordOf)
    },

    async *allRecords() {
      // Page by page: a store outgrows memory.
      let after = { received: '', sha256: '', letter: 0 }
      for (;;) {
        const rows = await db
          .selectFrom('cases')
          .innerJoin('documents', 'documents.sha256', 'cases.sha256')
          .select(['cases.record', 'cases.letter', 'cases.sha256', 'documents.received_at'])
          .where(({ eb, refTuple, tuple }) =>
            eb(
              refTuple('documents.received_at', 'cases.sha256', 'cases.letter'),
              '>',
              tuple(after.received, after.sha256, after.letter),
            ),
          )
          .orderBy('documents.received_at')
          .orderBy('cases.sha256')
          .orderBy('cases.letter')
          .limit(200)
          .execute()
        const last = rows.at(-1)
        if (!last) return
        yield* rows.map(recordOf)
        after = { received: last.received_at, sha256: last.sha256, letter: last.letter }
      }
    },

    status: () => statusOf(db),

    auditOf: (sha256) => db.selectFrom('audit').selectAll().where('subject', '=', sha256).orderBy('seq').execute(),

    close: () => db.destroy(),
  }
}

/** Stands for the bytes of a file that could not be read: the sha256 of its path. */
export function unreadableId(path: string): string {
  return createHash('sha256').update(`unreadable\0${path}`).digest('hex')
}

/** A path and the folders it lies in. */
function withFolders(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [path, ...withFolders(above)]
}

async function insertCases(
  tx: Transaction<Tables>,
  sha256: string,
  records: Parameters<typeof caseRows>[1],
): Promise<void> {
  const { cases, diagnoses, services } = caseRows(sha256, records)
  for (const rows of inParts(cases)) await tx.insertInto('cases').values(rows).execute()
  for (const rows of inParts(diagnoses)) await tx.insertInto('diagnoses').values(rows).execute()
  for (const rows of inParts(services)) await tx.insertInto('services').values(rows).execute()
}

/** Rows a statement: SQLite takes 32,766 values in one, PostgreSQL 65,535; a batch file may hold thousands of letters. */
const ROWS = 500

function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += ROWS) yield rows.slice(at, at + ROWS)
}

function entry(row: DocumentRow): DocumentEntry {
  return {
    sha256: row.sha256,
    fileName: row.file_name,
    state: row.state,
    cause: row.cause,
    message: row.message,
    attempts: row.attempts,
    pageCount: row.page_count,
    reader: row.reader,
    receivedAt: row.received_at,
  }
}
