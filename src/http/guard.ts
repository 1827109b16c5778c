import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Role } from '../model/index.ts'
import { refuseOtherSites, type Site } from './api/origin.ts'
import { Problem } from './api/problem.ts'
import { type Authenticate, isKnown, type Scope, type Who } from './api/who.ts'
import { isFromThisMachine } from './auth.ts'

/** Refuses a request by answering it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** A guard that lets through who has one of these roles or scopes. */
export type AccessGuard = (...access: readonly (Role | Scope)[]) => Guard

export type OldGuard = {
  /** The server listens on the loopback address, no proxy brings others there, and it has no IMR_API_TOKEN. */
  readonly isAlone: boolean
  readonly site: Site
  readonly authenticate: Authenticate
  /** Who may call: people by their roles, programs by the scopes of their tokens. */
  readonly access: readonly (Role | Scope)[]
}

const callers = new WeakMap<FastifyRequest, Who>()

/** Whom a guard let in; null: a program of this machine, where nobody has to sign in yet. */
export const callerOf = (request: FastifyRequest): Who | null => callers.get(request) ?? null

/**
 * Guards uploads, records and metrics: lets through people who are signed in, and programs that show a token. Before there is a first user a server that
 * listens on the loopback address only lets through programs of this machine; a web page that a browser shows is none of them, whatever name its host
 * goes by (CSRF, DNS rebinding).
 */
export function oldGuard({ isAlone, site, authenticate, access }: OldGuard): Guard {
  return async (request, reply) => {
    const found = await authenticate(request)
    if (isKnown(found)) {
      const has: readonly string[] = [...found.roles, ...found.scopes]
      try {
        if (found.via === 'session') refuseOtherSites(request, site, { isByCookie: true, takesPasswords: false })
      } catch (error) {
        if (error instanceof Problem) return reply.status(error.status).send({ error: error.message })
        throw error
      }
      if (!access.some((one) => has.includes(one)))
        return reply.status(403).send({ error: `this is for: ${access.join(', ')}` })
      callers.set(request, found)
      return undefined
    }
    if (found.code === 'no-users' && isAlone) {
      if (isFromThisMachine(request)) return undefined
      return reply.status(403).send({
        error: 'before there is a first user only programs on this machine may call, by 127.0.0.1 or localhost',
      })
    }
    return reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'sign in, or show a token that is good for this (docs/people.md): Authorization: Bearer …' })
  }
}
