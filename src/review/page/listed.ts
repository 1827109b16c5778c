/** A letter in a list. */
export type ListedLetter = {
  readonly letterId: string
  readonly revision: number
  readonly state: string
  /** Why it is held or was rejected. */
  readonly reason: string | null
  readonly assignee: string | null
  readonly caseNumber: string | null
  readonly fileName: string
  readonly due: string | null
  readonly doubt: number
  readonly lock: { readonly by: string } | null
}
/** What a letter is called in a list. */
export const nameOf = ({ caseNumber, fileName }: Pick<ListedLetter, 'caseNumber' | 'fileName'>) =>
  caseNumber ?? fileName
