import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from './blobs/blobs.ts'
import { openFolderBlobs } from './blobs/folder.ts'
import { folderOfImages, withImages } from './images/images.ts'
import type { StandingOf } from './reviewing.ts'
import { openDatabase } from './sql/open.ts'
import type { Store } from './store.ts'
import { keepCopiesTidy } from './tidy-copies.ts'

export {
  type Access,
  type Audit,
  EVERYTHING,
  type Seal,
  type Told,
  type TrailChoice,
  type Verified,
} from './audit/audit.ts'
export { type BlobStore, type LocalFile, TooManyBytes } from './blobs/blobs.ts'
export { sha256Of } from './blobs/folder.ts'
export { CutRefused, type KeptCuts } from './cutting.ts'
export type { DocumentEntry, DocumentQuery, Documents, ListedDocument } from './documents.ts'
export { type ForgetOrder, type ForgetReason, forgetReasons, type KeptDocument, type Tombstone } from './forgetting.ts'
export type { Holding, HoldOn, LegalHold } from './holding.ts'
export { LEASE_MS } from './ledger/leased-row.ts'
export type { MadeOf } from './ledger/upcast.ts'
export { ownedName, ownerOfName, sweepOwned } from './owned-files.ts'
export { ownerIsGone, ownerOfThisProcess } from './owner.ts'
export { BUSY_S, PasswordsBusy } from './people/passwords.ts'
export {
  type GlassReason,
  glassReasons,
  type ListedSession,
  type People,
  PeopleRefused,
  type Refusal,
  type SessionFound,
  type SignOnKept,
  type Token,
  type TokenScope,
  tokenScopes,
  type User,
} from './people/people.ts'
export {
  type Finished,
  FREE,
  type Hold,
  type KeptLetter,
  KeyReused,
  LetterClosed,
  type LetterEvent,
  type LetterEventKind,
  LetterLocked,
  type LetterQuery,
  type ListedLetter,
  LOCK_MS,
  type Orphan,
  type Placement,
  type Reviewing,
  RevisionConflict,
  type Standing,
  type StandingOf,
  UnknownLetter,
  type Write,
  type Written,
} from './reviewing.ts'
export type { BlindTask, Sample, SampledAnswers, SampledLetter, Sampling } from './sampling.ts'
export type { DocumentState } from './sql/schema.ts'
export { stageOf } from './stages.ts'
export {
  type Backlog,
  type Choice,
  type Claim,
  type Failure,
  type Incoming,
  type Lease,
  LeaseLost,
  type Part,
  type Pending,
  type Portion,
  type Received,
  type Result,
  type ScheduleRun,
  type Stage,
  type Store,
  type StoreStatus,
  type Upload,
  type Urgency,
} from './store.ts'
export type { ChangeEvent, Delivery, Telling } from './telling.ts'
export { failureOf, StoreRefused, StoreUnavailable } from './trouble.ts'
export { unreadableId } from './unreadable-id.ts'
export { priorities, rankOf } from './urgency.ts'

/** Where a store lies. */
export type StoreLocation = {
  /** The folder: `imr.sqlite` and the received files under `files/`, unless another place is named. */
  readonly data: string
  /** `postgresql://…`: the ledger and the cases lie there. */
  readonly databaseUrl?: string | undefined
  /** `s3://bucket/prefix` or a folder that all hosts share: the received files lie there. */
  readonly files?: string | undefined
}

export type StoreOptions = {
  /** Gives the time written to ledger and audit. */
  readonly now?: () => Date
  /** Who acts; default: this process. */
  readonly owner?: string
  /** log2 of the cost of a password (scrypt's N); default: what is safe today. */
  readonly passwordCost?: number
  /** Gives letters their places in the list of work when their records are kept; default: that is left to `Store.place`. */
  readonly standingOf?: StandingOf
}

/**
 * Opens the store, making or upgrading it when needed. Several processes may have it open at once; on PostgreSQL, and with
 * files that they share, on several hosts.
 * @throws {Error} when it was written by a newer version, or the database cannot be reached.
 */
export async function openStore(location: string | StoreLocation, options: StoreOptions = {}): Promise<Store> {
  const { data, databaseUrl, files }: StoreLocation = typeof location === 'string' ? { data: location } : location
  const now = options.now ?? (() => new Date())
  // The folder holds patient data: its owner's eyes only.
  await mkdir(data, { recursive: true, mode: 0o700 })
  const images = folderOfImages(join(data, 'cache', 'pages'))
  const received = await openBlobs(files ?? join(data, 'files'), data)
  // What another host forgets is to go here, too.
  const blobs = withImages(received, images, databaseUrl !== undefined)
  // What speaks SQL is loaded here: a command that keeps nothing does not wait for it, nor for the engine that is not asked for.
  const [{ openLedger }, { migrate }] = await Promise.all([import('./ledger/ledger.ts'), import('./sql/migrate.ts')])
  const database = await openDatabase(data, databaseUrl)
  try {
    await migrate(database, now)
  } catch (error) {
    await database.kysely.destroy()
    throw error
  }
  const store: Store = { ...openLedger(database, blobs, now, options), images }
  if (!blobs.copies) return store
  await mkdir(join(data, 'cache'), { recursive: true, mode: 0o700 })
  const tidying = keepCopiesTidy(store, join(data, 'cache', 'looked-through'))
  return { ...store, close: () => tidying.stop().then(store.close) }
}

/** S3-compatible storage is an optional peer: its library is loaded where it is asked for. */
async function openBlobs(place: string, data: string): Promise<BlobStore> {
  if (!place.startsWith('s3://')) return openFolderBlobs(place)
  const { openS3Blobs } = await import('./blobs/s3.ts')
  return openS3Blobs(place, join(data, 'cache'))
}
