import type { AuditRow } from '../sql/schema.ts'
import type { Act } from './act.ts'

/** A row of the trail as it is told. */
export type Told = Omit<AuditRow, 'seq'> & { readonly seq: number }

/** Which rows: those that fit all that is named. */
export type TrailChoice = {
  /** sha256 of a document, id of a case or of a letter: what happened to the document as a whole, and the lists that held it, are among it. */
  readonly subject?: string
  readonly actor?: string
  readonly action?: string
  /** Rows before this one, for the next page. */
  readonly before?: number
  readonly limit: number
}

/** Who had to do with a case: how often they did what, first and last. */
export type Access = {
  readonly actor: string
  readonly action: string
  readonly count: number
  readonly first: string
  readonly last: string
}

/** A block of the trail: rows `fromSeq` to `toSeq`, and what their content and the seal before it come to. */
export type Seal = {
  readonly number: number
  readonly fromSeq: number
  readonly toSeq: number
  readonly rows: number
  readonly root: string
  readonly at: string
  readonly actor: string
}

export type Verified = {
  readonly seals: number
  /** Rows under a seal, and those that came after the last one: of these nothing can be said yet. */
  readonly sealed: number
  readonly unsealed: number
  /** Of the last seal. null: there is none. */
  readonly root: string | null
  /** Roots of all seals, in order. */
  readonly roots: readonly string[]
  /** What is not as it was sealed; none: all is. */
  readonly broken: readonly {
    readonly seal: number
    readonly fromSeq: number
    readonly toSeq: number
    readonly why: string
  }[]
}

/** The audit trail: who saw, changed and exported what. Rows are only ever added; seals show that none was changed, removed or swapped. */
export interface Audit {
  /** Writes down what somebody did that changed nothing: they saw it, they exported it. */
  noteAct(act: Act): Promise<void>
  /** Newest first. */
  trail(which: TrailChoice): Promise<readonly Told[]>
  /** What was in a list that somebody was shown, by the name that its row has as its subject; nothing: there is no such list. */
  listed(list: string): Promise<readonly string[]>
  /** Whoever had to do with a case, people and programs, exports of everything included. */
  accessTo(subject: string): Promise<readonly Access[]>
  /** Seals the rows that have none yet; null: there are none. */
  seal(by: string): Promise<Seal | null>
  seals(): Promise<readonly Seal[]>
  verifySeals(): Promise<Verified>
}

/** What an export of everything is noted under. */
export const EVERYTHING = 'all'
