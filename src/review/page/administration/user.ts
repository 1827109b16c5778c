import type { Role } from '../../../model/index.ts'

export type User = {
  readonly name: string
  readonly roles: readonly Role[]
  readonly disabled: boolean
  readonly secondFactor: boolean
  readonly waitsUntil: string | null
  readonly createdAt: string
  readonly signedInAt: string | null
}

/** What each role may do. */
export const may: Readonly<Record<Role, string>> = {
  operator: 'hand in documents, see how they stand',
  reviewer: 'check and correct letters',
  lead: 'the same, and assign, reopen, look at quality, export',
  physician: 'decide, and see what a decision needs',
  admin: 'users, tokens, audit, what is kept and forgotten; sees no letter',
}
