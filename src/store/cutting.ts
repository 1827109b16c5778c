import type { CaseRecord, Cuts, FailureCode } from '../model/index.ts'

/** How often a person has cut a file, and how it is cut now. */
export type KeptCuts = { readonly revision: number; readonly parts: Cuts }

/** A file cannot be cut now, or was cut by somebody else meanwhile. */
export class CutRefused extends Error {
  override readonly name = 'CutRefused'
  /** `in-hand`: it is being read; `locked`: somebody has a letter of it in hand; `conflict`: it was cut since. */
  readonly code: 'unknown' | 'in-hand' | 'locked' | 'conflict'

  constructor(code: CutRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Files that people cut into letters otherwise than was read: it stands, also when they are read again. */
export interface Cutting {
  /** null: nobody has cut it. */
  cuts(sha256: string): Promise<KeptCuts | null>
  /**
   * Puts the records of a file that was cut anew in the place of those that stood. What people decided stays with letters that begin on the same page.
   * `on`: the revision that it was made on, 0 for the first. @throws {CutRefused}
   */
  cut(
    sha256: string,
    cut: {
      readonly on: number
      readonly by: string
      readonly parts: Cuts
      readonly records: readonly CaseRecord[]
      readonly failure: { readonly code: FailureCode; readonly message: string } | null
    },
  ): Promise<void>
}
