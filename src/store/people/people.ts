import type { Role } from '../../model/index.ts'

/** What is asked cannot be done; the message says why and what to do. `code` is a word of the API. */
export class PeopleRefused extends Error {
  override readonly name = 'PeopleRefused'

  constructor(
    readonly code:
      | 'no-such-user'
      | 'name-taken'
      | 'wrong-name'
      | 'weak-password'
      | 'last-admin'
      | 'no-roles'
      | 'second-factor-set',
    message: string,
  ) {
    super(message)
  }
}

export type User = {
  readonly name: string
  readonly roles: readonly Role[]
  readonly disabled: boolean
  readonly secondFactor: boolean
  /** Too many wrong passwords: until then none is looked at. */
  readonly waitsUntil: string | null
  readonly createdAt: string
  readonly signedInAt: string | null
}

/** What a program's token may be good for. */
export const tokenScopes = ['read', 'export', 'write'] as const
export type TokenScope = (typeof tokenScopes)[number]

export type Token = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdBy: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedAt: string | null
  readonly usedAt: string | null
}

/** Why somebody takes a role for a while, a closed list so that no word of a letter gets into the audit trail. */
export const glassReasons = ['deadline', 'colleague-away', 'complaint', 'incident'] as const
export type GlassReason = (typeof glassReasons)[number]

/** How a session stands. Only an `open` one may do anything. */
export type SessionFound = {
  readonly state: 'open' | 'locked' | 'second-factor'
  readonly name: string
  /** With the one taken by break-glass. */
  readonly roles: readonly Role[]
  readonly expiresAt: string
  /** Until when, and which role was taken; null: none. */
  readonly glass: { readonly role: Role; readonly until: string } | null
  readonly hasSecondFactor: boolean
}

export type ListedSession = {
  readonly name: string
  readonly createdAt: string
  readonly seenAt: string
  readonly expiresAt: string
}

/** A try that went wrong: `wrong` password or code (or user), or a wait in seconds after too many. */
export type Refusal = { readonly kind: 'wrong' } | { readonly kind: 'wait'; readonly seconds: number }

/** What has to come back from the place where somebody signs in, and what proves that it comes back to who asked. */
export type SignOnKept = { readonly state: string; readonly nonce: string; readonly verifier: string }

/** Who may do what: users, their sessions and second factors, programs' tokens. Every change is in the audit trail, `by` whom. */
export interface People {
  hasUsers(): Promise<boolean>
  users(): Promise<readonly User[]>
  /** @throws {PeopleRefused} */
  addUser(
    user: { readonly name: string; readonly roles: readonly Role[]; readonly password: string },
    by: string,
  ): Promise<void>
  /** Ends the user's sessions when disabled or given another password. @throws {PeopleRefused} */
  changeUser(
    name: string,
    change: {
      readonly roles?: readonly Role[] | undefined
      readonly disabled?: boolean | undefined
      readonly password?: string | undefined
    },
    by: string,
  ): Promise<void>
  /** @throws {PeopleRefused} */
  unlockUser(name: string, by: string): Promise<void>
  /** @throws {PeopleRefused} */
  resetSecondFactor(name: string, by: string): Promise<void>

  /**
   * Gives the token of a new session: it still may have to show its second factor. `device`: what the browser is known by, from an earlier time; the
   * answer's is to be kept there. Of a browser in which this user has signed in before, wrong tries elsewhere are no matter.
   */
  signIn(given: {
    readonly name: string
    readonly password: string
    readonly address: string
    readonly device?: string | null
  }): Promise<{ readonly kind: 'token'; readonly token: string; readonly device: string } | Refusal>
  /**
   * Who has a session, and whether somebody is there: one that nothing was done in for `idleMs` is locked. `background`: what asks is no act of a
   * person. null: there is none, or it is over.
   */
  session(token: string, how: { readonly idleMs: number; readonly background?: boolean }): Promise<SessionFound | null>
  sessions(): Promise<readonly ListedSession[]>
  lockSession(token: string): Promise<void>
  /** What was locked is open again, with all that it was about. null: there is no such session. */
  unlockSession(token: string, password: string, address: string): Promise<'open' | Refusal | null>
  endSession(token: string): Promise<void>
  endSessionsOf(name: string, by: string): Promise<number>
  /** Other sessions of the user end. null: there is no such session. @throws {PeopleRefused} for a weak one. */
  changeOwnPassword(
    token: string,
    given: { readonly password: string; readonly newPassword: string; readonly address: string },
  ): Promise<'changed' | Refusal | null>
  /** A code of the second factor, or one of recovery. null: there is no session that waits for one. */
  giveSecondFactor(token: string, code: string, address: string): Promise<'open' | Refusal | null>
  /** A secret to be shown once; it counts when a code of it was given. @throws {PeopleRefused} when the user has one. */
  beginSecondFactor(name: string): Promise<{ readonly secret: string; readonly uri: string }>
  /** Gives recovery codes, shown once; null: the code is wrong. */
  confirmSecondFactor(name: string, code: string): Promise<readonly string[] | null>
  /** A role for half an hour. null: there is no such session. */
  breakGlass(token: string, role: Role, reason: GlassReason): Promise<{ readonly until: string } | null>

  /** Keeps what has to come back from the place where somebody signs in. Gives the token by which {@link takeSignOn} finds it, for ten minutes. */
  beginSignOn(kept: SignOnKept): Promise<string>
  /** What was kept under a token, once. null: there is nothing, or it was taken, or it took too long. */
  takeSignOn(token: string): Promise<SignOnKept | null>
  /**
   * Gives the token of a new session of whom another place vouches for: it still may have to show its second factor. `roles`: what that place says they
   * may do, kept as the user's; who is new is added. null: only who was added here, as they are. null is answered for who is not here, is disabled, or
   * has no role. @throws {PeopleRefused} when nobody would be admin any more.
   */
  signOn(given: {
    readonly name: string
    readonly roles: readonly Role[] | null
    readonly address: string
  }): Promise<string | null>

  /** Gives the token: it is shown once. */
  addToken(
    token: { readonly name: string; readonly scopes: readonly TokenScope[]; readonly expiresAt: Date },
    by: string,
  ): Promise<{ readonly id: string; readonly token: string }>
  tokens(): Promise<readonly Token[]>
  /** Whether there was one that was not revoked yet. */
  revokeToken(id: string, by: string): Promise<boolean>
  /** What a token is good for now. */
  tokenOf(shown: string): Promise<Pick<Token, 'name' | 'scopes'> | null>
}
