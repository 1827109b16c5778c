import type { Readable } from 'node:stream'
import type { CaseRecord, FailureCode, IsoDate, Page } from '../model/index.ts'
import type { Audit } from './audit/audit.ts'
import type { LocalFile } from './blobs/blobs.ts'
import type { Cutting } from './cutting.ts'
import type { DocumentEntry, Documents } from './documents.ts'
import type { Figures } from './figures.ts'
import type { Forgetting } from './forgetting.ts'
import type { Holding } from './holding.ts'
import type { MadeOf } from './ledger/upcast.ts'
import type { KeptPages } from './page-words.ts'
import type { People } from './people/people.ts'
import type { Reviewing } from './reviewing.ts'
import type { Sampling } from './sampling.ts'
import type { AuditRow, DocumentState } from './sql/schema.ts'
import type { Telling } from './telling.ts'

/** How soon a document should be done: `expedited` before all others, `backlog` when a schedule lets it. */
export type Urgency = 'expedited' | 'standard' | 'backlog'

/** `isNew`: these bytes were never received before. */
export type Received = DocumentEntry & { readonly isNew: boolean }

/** A file on its way in. */
export type Incoming = {
  /** Where it comes from; a file's path, unless `bytes` is given. */
  readonly path: string
  readonly fileName: string
  /** Its bytes, when they do not lie at `path`. */
  readonly bytes?: Readable
  /** More than this many bytes are refused with {@link TooManyBytes}. */
  readonly maxBytes?: number
  readonly urgency?: Urgency
  /** Date by which it should be done. */
  readonly due?: IsoDate | null
  readonly upload?: Upload
}

/** A hand-over as its uploader names it: see {@link Store.uploaded}. */
export type Upload = {
  /** The uploader's own name for it. */
  readonly key: string
  /** sha256 of all that was handed over under that name, when it is more than this document: an archive. */
  readonly digest?: string
}

/** The right to work on one document (or one part of it) until `expiresAt`. `token` fences: a result under an outlived token is refused. */
export type Lease = {
  readonly sha256: string
  /** Which part of a long document; null: the document. */
  readonly part: number | null
  readonly owner: string
  readonly token: number
  readonly expiresAt: string
  /** How often it was begun, this time included. */
  readonly attempts: number
  /** How often whoever had it went away, or let its lease run out. */
  readonly crashes: number
}

/** A lease with what it is of, as it was when it was claimed. */
export type Claim = Lease & { readonly document: DocumentEntry }

/** `extract`: from bytes to case records; `decide`: from case records to proposals. */
export type Stage = 'extract' | 'decide'

export type Failure = { readonly code: FailureCode; readonly message: string }

export type Result = {
  readonly records: readonly CaseRecord[]
  /** Set when the document failed; its record then tells of it. */
  readonly failure: Failure | null
  /** What was read of its pages, in place of what was kept before; absent: what is kept stands. */
  readonly pages?: readonly Page[] | undefined
}

/** A document that is neither done nor failed, that nobody works on and that need not wait. */
export type Pending = {
  readonly sha256: string
  readonly stage: Stage
  readonly priority: number
  readonly due: IsoDate | null
  /** The lease that somebody who is gone left behind; null when it was given back. */
  readonly abandoned: number | null
}

/** A part of a long document: pages from 1, both ends included. */
export type Part = {
  readonly part: number
  readonly firstPage: number
  readonly lastPage: number
  readonly read: boolean
  /** Nobody works on it, and it need not wait. */
  readonly free: boolean
  /** The lease that somebody who is gone left behind; null when there is none. */
  readonly abandoned: number | null
}

/** Documents that have ended, to be read or decided again: those for which all that is given holds. */
export type Choice = {
  readonly documents?: readonly string[]
  /** A record of theirs has this status. */
  readonly status?: 'partial' | 'failed'
  /** They have a page that could not be read. */
  readonly unreadable?: boolean
  /** The words of their pages were not kept. */
  readonly withoutWords?: boolean
  /** By what made their records. */
  readonly made?: (made: MadeOf) => boolean
}

/** How much backlog may be under way. */
export type Portion = {
  /** So many documents; more where the last minute's pace shows that they would not last for half a minute. */
  readonly underway: number
  /**
   * So many pages from a moment on. What is under way counts with the pages that are known, or with those of a typical
   * document; so at most that much too many are read.
   */
  readonly pages?: { readonly since: Date; readonly most: number }
}

/** How the backlog stands. */
export type Backlog = {
  /** Documents that wait for a schedule. */
  readonly waiting: number
  /** What was let go and is neither done nor failed; pages as far as they are known. */
  readonly underway: { readonly documents: number; readonly pages: number }
  /** Pages of what was let go and has ended. */
  readonly pages: number
}

/** A run of a schedule. `dueAt` is on the wall clock of its time zone (`2026-11-01T01:30`), the other times are UTC. */
export type ScheduleRun = {
  readonly dueAt: string
  readonly startedAt: string
  /** When all was taken in that it begins with; null while it is not. */
  readonly takenInAt: string | null
  readonly endedAt: string | null
}

export type StoreStatus = {
  readonly documents: Readonly<Record<DocumentState, number>>
  /** Backlog that waits for a schedule; counted under `received` too. Without what waits to be read again. */
  readonly held: number
  readonly failures: readonly { readonly cause: FailureCode; readonly count: number }[]
  /** What is read (or decided) again; it counts as done (or as what it is now, when it had failed) meanwhile. */
  readonly again: {
    readonly waiting: number
    /** What could not be: what it gave before stands. */
    readonly failures: readonly { readonly cause: FailureCode; readonly count: number }[]
  }
  /** The latest failures. */
  readonly failed: readonly {
    readonly sha256: string
    readonly fileName: string
    readonly cause: FailureCode
    readonly message: string
  }[]
  readonly cases: number
  readonly needReview: number
  readonly pages: number
  /** When the oldest document that is neither done nor failed was received; null when there is none. */
  readonly oldestWaiting: string | null
  /** What was finished in the last `minutes`; documents and their pages. */
  readonly lately: { readonly minutes: number; readonly documents: number; readonly pages: number }
}

/** The lease was lost: it expired and another worker took the document. The other worker's result stands. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * Cases, files, ledger and audit behind one interface; every change writes its audit row in the same transaction.
 * Safe to use from several processes, and on PostgreSQL from several hosts, on one store.
 * @throws every method: {StoreUnavailable} when the database stays away longer than it is waited for (30 s); every one that writes:
 * {StoreRefused} when it does not take what is written, now or later.
 */
export interface Store
  extends Audit,
    Cutting,
    Documents,
    Figures,
    Forgetting,
    Holding,
    KeptPages,
    People,
    Reviewing,
    Sampling,
    Telling {
  /**
   * Takes a file's bytes in and gives its ledger entry; the same bytes under another path are the same document. A document
   * that is received again with more urgency is taken sooner.
   * Errors of the file system pass through: nothing was taken in then. @throws {TooManyBytes} above `maxBytes`.
   */
  receive(source: Incoming): Promise<Received>
  /** What was received under an upload key: the document (of an archive the first one), and the sha256 of what was handed over. */
  uploaded(key: string): Promise<{ readonly document: DocumentEntry; readonly digest: string } | null>
  /** Notes a file whose bytes could not be read. Gone from the ledger as soon as the same path is received. */
  noteUnreadable(source: {
    readonly path: string
    readonly record: CaseRecord
    readonly failure: Failure
  }): Promise<void>
  /**
   * A local file with a document's bytes, to be let go after use.
   * @throws {DocumentFailure} when these bytes are not there or damaged. {StoreUnavailable} when no file can be fetched now.
   */
  openFile(sha256: string): Promise<LocalFile>
  find(sha256: string): Promise<DocumentEntry | null>
  /**
   * The right to work on a document; null when another living owner holds it, when it is done (or failed) and `again` is not
   * set, when it stands at another stage than `stage`, or has to wait after a passing failure. A lease whose owner is known to
   * be gone is taken over at once, any other when it has expired.
   */
  claim(sha256: string, options?: { readonly again?: boolean; readonly stage?: Stage }): Promise<Claim | null>
  /** Prolongs a lease. @throws {LeaseLost} */
  renew(lease: Lease): Promise<Lease>
  /**
   * Gives a document (or part) back untouched; after a passing failure with its cause, and when to try again. What was none of
   * the document's doing does not count as an attempt. @throws {LeaseLost}
   */
  release(
    lease: Lease,
    after?: { readonly cause: FailureCode | null; readonly notBefore: Date; readonly counts?: boolean },
  ): Promise<void>
  /** Stores the case records, still without proposals, for the decision stage. Ends the lease. @throws {LeaseLost} */
  extracted(
    lease: Lease,
    result: Pick<Result, 'records' | 'pages'> & { readonly priority?: number; readonly due?: IsoDate | null },
  ): Promise<void>
  /**
   * The records that wait for the decision stage, in the order of their letters; those that stand, when they are to be decided
   * `again` as they are.
   */
  undecided(sha256: string): Promise<{ readonly records: readonly CaseRecord[]; readonly again: boolean }>
  /** What waits for the decision stage was read by another version: it goes back to be read. Ends the lease. @throws {LeaseLost} */
  outdated(lease: Lease): Promise<void>
  /**
   * Stores what became of a document, in place of what was stored before. Under the lease of a part it can only have failed: what was
   * read of its other parts is kept, and read no second time when it is retried. When a document that was done could not be read again,
   * what it gave before stands, and why is noted. @throws {LeaseLost} when another worker took over.
   */
  finish(lease: Lease, result: Result): Promise<void>

  /** Splits a long document into parts that may be read at once on several machines. Ends the lease. @throws {LeaseLost} */
  split(
    lease: Lease,
    parts: readonly { readonly firstPage: number; readonly lastPage: number }[],
    pageCount: number,
  ): Promise<void>
  /** The parts of a document, in order; none when it was not split. */
  parts(sha256: string): Promise<readonly Part[]>
  /** The right to read a part; null when it is read, somebody has it, it has to wait, or its document is not being read. */
  claimPart(sha256: string, part: number): Promise<Lease | null>
  /** Keeps what was read of a part (JSON text) and ends the lease. Gives how many parts are still to be read. @throws {LeaseLost} */
  finishPart(lease: Lease, pages: string): Promise<number>
  /** Puts another reading in the place of a part's, under the document's own lease. @throws {LeaseLost} */
  replacePart(lease: Lease, part: number, pages: string): Promise<void>
  /** What was read of all parts, in order. */
  pagesOfParts(sha256: string): Promise<readonly string[]>

  /** What could be worked on now, most urgent first. */
  pending(limit: number): Promise<readonly Pending[]>
  /** Failed documents of a cause (all causes when none is given) are to be read again. Gives how many. `by`: who asks, for the audit trail; default: this process. */
  retry(which: { readonly cause?: FailureCode; readonly sha256?: string; readonly by?: string }): Promise<number>

  /** How many documents a choice is of. */
  countAgain(choice: Choice, stage: Stage): Promise<number>
  /**
   * Has them read (`extract`) or decided (`decide`) again; what they gave before stands until that is done. Gives how many. Asked as
   * backlog they wait like it, and come after it.
   */
  again(choice: Choice, how: { readonly stage: Stage; readonly urgency: Urgency }): Promise<number>
  /**
   * What waits for these stages to be read or decided again: what could be worked on `now`, held backlog included, most urgent first;
   * and how many there are in `all`, with those that somebody has and those that have to wait.
   */
  pendingAgain(
    limit: number,
    stages: readonly Stage[],
  ): Promise<{ readonly now: readonly Pending[]; readonly all: number }>

  /**
   * Backlog that waits for a schedule, in the order of its priority and age, is let go, as far as there is room. However many ask at once, together
   * they let go no more than one would.
   */
  letGo(portion: Portion): Promise<readonly Pending[]>
  /** How the backlog stands; the pages are those that ended since then. */
  backlog(since: Date): Promise<Backlog>
  schedules(): Promise<readonly { readonly name: string; readonly definition: string }[]>
  setSchedule(name: string, definition: string): Promise<void>
  /** Whether there was one. */
  removeSchedule(name: string): Promise<boolean>
  /** The run of a schedule that was started last. */
  lastRun(name: string): Promise<ScheduleRun | null>
  /** Starts the run of a due time; false when another scheduler has. */
  startRun(name: string, dueAt: string): Promise<boolean>
  /**
   * The right to take in what a run begins with, for as long as a lease lasts: ask again before that to keep it. false when it
   * was taken in, or another living process is at it.
   */
  takeUpRun(name: string, dueAt: string): Promise<boolean>
  /** What the run begins with is in the ledger. */
  runTakenIn(name: string, dueAt: string): Promise<void>
  /** `outcome`, a word on what came of it, is for the audit trail. */
  endRun(name: string, dueAt: string, outcome?: string): Promise<void>

  /** The records of one document that stand, in the order of its letters; none until it is done or has failed. */
  records(sha256: string): Promise<readonly CaseRecord[]>
  /** All records, by the time their documents came in, then by letter. */
  allRecords(): AsyncIterable<CaseRecord>
  /** How far the audit trail goes: every change up to there can be seen, and none comes in below it later. Waits for changes that are under way. */
  horizon(): Promise<number>
  /** Documents of which anything that goes out has changed between two {@link horizon}s, each once, and those that were forgotten. */
  changedDocuments(span: { readonly after: number; readonly until: number }): AsyncIterable<string>
  /** How it stands; so many of the latest failures are named (default: 1,000). */
  status(options?: { readonly named?: number }): Promise<StoreStatus>
  /** What happened to one document, oldest first. */
  auditOf(sha256: string): Promise<readonly AuditRow[]>
  /**
   * Processes that hold leases, go by this host's name, and cannot be seen from here: a container's earlier life for as long as its
   * leases last, or another machine that was given the same name.
   */
  namesakes(): Promise<readonly string[]>
  /** Resolves when database and files can be used. @throws what stands in the way. */
  check(): Promise<void>
  close(): Promise<void>
}
