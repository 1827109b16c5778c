import type { FastifyRequest } from 'fastify'
import type { Role } from '../../model/index.ts'
import { type TokenScope, tokenScopes } from '../../store/index.ts'

/** What a program's token may be good for. */
export const scopes = tokenScopes
export type Scope = TokenScope

/** Who makes a request. */
export type Who = {
  /** A user's name, or that of a token: what audit and edits name. Never a patient's. */
  readonly name: string
  readonly roles: readonly Role[]
  /** `session`: signed in · `token`: a program · `local`: on this machine, where a server asks nobody to sign in. */
  readonly via: 'session' | 'token' | 'local'
  /** What a program's token is good for; none for people. */
  readonly scopes: readonly Scope[]
}

/** Why nobody is known to make a request: a word of the API, and what to do. */
export type Unknown = {
  readonly code: 'no-users' | 'signed-out' | 'locked' | 'second-factor' | 'wrong-token'
  readonly detail: string
  /** Whose session waits for a password or a code. */
  readonly name?: string
}

/** Finds out who makes a request. */
export type Authenticate = (request: FastifyRequest) => Promise<Who | Unknown>

export const isKnown = (found: Who | Unknown): found is Who => 'via' in found
