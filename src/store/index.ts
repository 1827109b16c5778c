import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolderBlobs } from './blobs.ts'
import { openLedger } from './ledger.ts'
import { migrate } from './migrations.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

export { sha256Of } from './blobs.ts'
export { unreadableId } from './ledger.ts'
export type { DocumentState } from './schema.ts'
export {
  type DocumentEntry,
  type Failure,
  type Lease,
  LeaseLost,
  type Result,
  type Store,
  type StoreStatus,
} from './store.ts'

/**
 * Opens the store in a folder, making it when it is not there: `imr.sqlite` and the received files under `files/`.
 * Several processes may have it open at once.
 * @param now gives the time written to ledger and audit.
 */
export async function openStore(
  folder: string,
  options: { readonly now?: () => Date; readonly owner?: string } = {},
): Promise<Store> {
  const now = options.now ?? (() => new Date())
  // The folder holds patient data: its owner's eyes only.
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const blobs = await openFolderBlobs(join(folder, 'files'))
  const db = openSqlite(join(folder, 'imr.sqlite'))
  try {
    await migrate(db, now)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return openLedger(db, blobs, now, options.owner)
}
