import type { Anchor, CaseRecord, Edit, IsoDate, LetterId, LetterState, StoredEdit } from '../model/index.ts'

/** What else than editing happens to a letter. `undone`: what had ended its review was taken back by who did it. */
export type LetterEventKind =
  | 'held'
  | 'rejected'
  | 'completed'
  | 'reopened'
  | 'undone'
  | 'assigned'
  | 'skipped'
  | 'comment'

export type LetterEvent = {
  /** The revision that it made; null for what changes nothing of the letter. */
  readonly revision: number | null
  readonly by: string
  readonly at: string
  readonly event: LetterEventKind
  /** A reason, a question, a comment, whom it was assigned to. */
  readonly text: string | null
}

/**
 * What stood at the places of a letter when somebody finished it: digests, by key, of the values below each path (`header`, `services[0]`, empty for
 * places at the top). `anchor`: by what an item of a list finds its own again.
 */
export type Finished = readonly {
  readonly path: string
  readonly anchor: Anchor | null
  readonly values: Readonly<Record<string, string>>
}[]

/** Who has a letter in hand, and until when. */
export type Hold = { readonly by: string; readonly until: string }

/** A letter as it is kept: what was read, and what people said. */
export type KeptLetter = {
  readonly letterId: LetterId
  readonly record: CaseRecord
  /** Tells this record from another that is read of the letter. */
  readonly readAs: string
  readonly revision: number
  readonly state: LetterState
  readonly reason: string | null
  /** What stood in it when it was finished the last time; null: it never was, or nobody knows. */
  readonly finished: Finished | null
  readonly assignee: string | null
  /** What was decided on letters that begin nowhere any more, and is shown with this one. */
  readonly orphans: readonly Orphan[]
  readonly edits: readonly StoredEdit[]
  readonly events: readonly LetterEvent[]
  readonly lock: Hold | null
  /** The date that was agreed when the document came in. */
  readonly agreed: IsoDate | null
}

/**
 * What people decided on a letter that begins nowhere any more: its file was read again, or cut, and its first page is part of another letter, or of none.
 * When a letter begins there again, it is that letter's.
 */
export type Orphan = Pick<KeptLetter, 'letterId' | 'revision' | 'state' | 'reason' | 'edits' | 'events'>

/** A letter in a list: no edit is applied, and `due` and `doubt` are as they were when it was last looked at. */
export type ListedLetter = {
  readonly letterId: LetterId
  readonly revision: number
  readonly state: LetterState
  /** Why it is held or was rejected. */
  readonly reason: string | null
  readonly needed: boolean
  readonly due: IsoDate | null
  readonly doubt: number
  readonly assignee: string | null
  readonly lock: Hold | null
  readonly fileName: string
  readonly caseNumber: string | null
  readonly decisionDate: IsoDate | null
  readonly outcome: string | null
  readonly receivedAt: string
}

export type LetterQuery = {
  readonly state?: LetterState
  /** Only those that a person has to look at, or that nobody has to. */
  readonly needed?: boolean
  /** Due on this day or before. */
  readonly dueUntil?: IsoDate
  /** At least so many doubtful places. */
  readonly doubt?: number
  readonly assignee?: string
  readonly lockedBy?: string
  /** Part of a case number or file name. */
  readonly text?: string
  /** Who is shown the list: letters that they are to answer blind are not in it. */
  readonly to?: string
  /** Behind this one, in the order of the list. */
  readonly after?: Pick<ListedLetter, 'due' | 'doubt' | 'letterId'>
  readonly limit: number
}

/** Instead of a lock: the letter is written to while nobody has it in hand, the writer in another window neither. */
export const FREE = Symbol('free')

/** A write of one person: on which revision, under which lock, and by which name the sender knows it again. */
export type Write = {
  readonly by: string
  readonly on: number
  /** The token of the writer's lock; {@link FREE}: nobody may have the letter in hand; null: no lock is asked for. */
  readonly lock: string | typeof FREE | null
  readonly key: string
  /** sha256 of what was sent, to know another write under the same key. */
  readonly digest: string
}

export type Written = { readonly revision: number; readonly repeated: boolean }

/** What makes a list's order; known to whoever reads records. */
export type Standing = { readonly due: IsoDate | null; readonly doubt: number; readonly needed: boolean }

export type Placement = {
  readonly letterId: LetterId
  readonly revision: number
  readonly readAs: string
  readonly standing: Standing
  readonly reopen: boolean
  /** What stands in it now: kept of one that was finished and of which nobody knows what stood in it then. */
  readonly finished: Finished | null
}

/** What a letter's place in the list comes to. */
export type StandingOf = (letter: KeptLetter) => Pick<Placement, 'standing' | 'reopen' | 'finished'>

/** Letters under review: edits are only ever added, each on the revision that its writer saw. Every method that changes something writes its audit row with it. */
export interface Reviewing {
  letter(letterId: LetterId): Promise<KeptLetter | null>
  /** By due date, then the most doubtful first. */
  letters(query: LetterQuery): Promise<readonly ListedLetter[]>
  /** Letters that people have written to, and the neighbours of those that begin nowhere any more. */
  touched(): Promise<readonly LetterId[]>
  /** Letters whose record is new since they were last given a {@link Standing}: of a store that was not told how to when it was opened. */
  unplaced(limit: number): Promise<readonly LetterId[]>
  /**
   * Gives letters their places in the list; `reopen` one that was finished on what is read otherwise now. Nothing is done to one that was written to
   * since its `revision`, or read again since it was `readAs`: it is placed by who did that.
   */
  place(letters: readonly Placement[]): Promise<void>
  /**
   * The lock of a letter, new or prolonged: for as long as {@link LOCK_MS}. Who has it may take it anew from another window; the old one's token
   * is then good for nothing. @throws {LetterLocked}
   */
  lock(
    letterId: LetterId,
    by: string,
    token: string | null,
  ): Promise<{ readonly token: string; readonly until: string }>
  /** Gives a lock back; false when it was not (any more) this one. */
  unlock(letterId: LetterId, token: string): Promise<boolean>
  /**
   * The next letter for a person, locked for them: their own first, then nobody's; what they skipped comes last. `except`: those that they have. None
   * that they are to answer blind.
   */
  nextLetter(
    by: string,
    except?: readonly LetterId[],
  ): Promise<{ readonly letterId: LetterId; readonly token: string; readonly until: string } | null>
  /**
   * Keeps edits as one revision. @throws {LetterLocked} {RevisionConflict} {LetterClosed} when it is rejected or completed,
   * {KeyReused}, {UnknownLetter}
   */
  edit(
    letterId: LetterId,
    write: Write,
    /** `before`: what stood there, for its digest in the audit trail. */
    edits: readonly { readonly edit: Edit; readonly anchor: Anchor | null; readonly before: unknown }[],
  ): Promise<Written>
  /** Changes where a letter stands, as a revision. @throws as {@link edit}, {LetterClosed} when it does not stand at one of `from`. */
  change(
    letterId: LetterId,
    write: Write,
    change: {
      readonly from: readonly LetterState[]
      readonly to: LetterState
      readonly event: LetterEventKind
      readonly reason: string | null
      /** Of one that is completed: what stands in it. */
      readonly finished?: Finished | null
    },
  ): Promise<Written>
  /** Puts a letter back where it stood before the change that made a revision, as a revision; `state`: where it stands now. @throws as {@link change} */
  takeBack(
    letterId: LetterId,
    write: Write,
    change: { readonly revision: number; readonly state: LetterState },
  ): Promise<Written>
  /** Whether this very write was done before. Asked before anything else is: its answer may have been lost. @throws {KeyReused} */
  repeated(letterId: LetterId, write: Write): Promise<boolean>
  /**
   * Adds a comment, or that somebody skipped it: once for what was `sent` under a key. Changes no revision. @throws {UnknownLetter} {KeyReused}
   */
  note(
    letterId: LetterId,
    by: string,
    what: { readonly event: 'comment' | 'skipped'; readonly text: string },
    sent?: Pick<Write, 'key' | 'digest'>,
  ): Promise<void>
  /** Whom a letter is assigned to; null: nobody. @throws {UnknownLetter} */
  assign(letterId: LetterId, by: string, assignee: string | null): Promise<void>
  /** Notes in the audit trail that somebody was shown letters: `what` of them. */
  shown(
    letterIds: readonly LetterId[],
    to: string,
    what: 'letter' | 'list' | 'sheet' | 'as-read' | 'history',
  ): Promise<void>
}

/** How long a lock holds after its holder was last heard of, in milliseconds: a pulled plug frees a letter within a minute. */
export const LOCK_MS = 45_000

/** Somebody else has the letter in hand, or the lock that was shown is over. */
export class LetterLocked extends Error {
  override readonly name = 'LetterLocked'
  constructor(readonly lock: Hold | null) {
    super(lock ? `${lock.by} has this letter in hand` : 'this letter is not locked by you: take it first')
  }
}

/** The letter was written to since the writer saw it: `changes` says by whom, when and where, the newest last. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict'
  constructor(
    readonly revision: number,
    readonly changes: readonly {
      readonly revision: number
      readonly by: string
      readonly at: string
      readonly what: readonly string[]
    }[],
  ) {
    super(`this letter was changed meanwhile (revision ${revision}): look at it again`)
  }
}

/** The letter does not stand where this can be done. */
export class LetterClosed extends Error {
  override readonly name = 'LetterClosed'
  constructor(readonly state: LetterState) {
    super(`this letter is ${state}`)
  }
}

export class KeyReused extends Error {
  override readonly name = 'KeyReused'
}

export class UnknownLetter extends Error {
  override readonly name = 'UnknownLetter'
}
