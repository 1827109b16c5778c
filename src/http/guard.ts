import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Role } from '../model/index.ts'
import { refuseOtherSites, type Site } from './api/origin.ts'
import { Problem } from './api/problem.ts'
import { type Authenticate, isKnown } from './api/who.ts'
import { isFromThisMachine, sameSecret } from './auth.ts'

/** Refuses a request by answering it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export type OldGuard = {
  /** IMR_API_TOKEN; null: there is none. */
  readonly token: string | null
  /** The server listens on the loopback address, and no proxy brings others there. */
  readonly isAlone: boolean
  readonly site: Site
  readonly authenticate: Authenticate
  /** People who may call, too, once they are signed in. */
  readonly roles: readonly Role[]
}

/**
 * Guards uploads, records and metrics: lets through who shows the token, and people who are signed in. When there is no token the server listens on the
 * loopback address only, and lets through programs of this machine; a web page that a browser shows is none of them, whatever name its host
 * goes by (CSRF, DNS rebinding).
 */
export function oldGuard({ token, isAlone, site, authenticate, roles }: OldGuard): Guard {
  return async (request, reply) => {
    const [, shown = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (token !== null ? sameSecret(shown, token) : isAlone && isFromThisMachine(request)) return undefined
    const found = await authenticate(request)
    if (isKnown(found) && found.via === 'session')
      try {
        refuseOtherSites(request, site, { isByCookie: true, takesPasswords: false })
        if (roles.some((role) => found.roles.includes(role))) return undefined
        return reply.status(403).send({ error: `this is for: ${roles.join(', ')}` })
      } catch (error) {
        if (error instanceof Problem) return reply.status(error.status).send({ error: error.message })
        throw error
      }
    if (token === null)
      return reply
        .status(403)
        .send({ error: 'without IMR_API_TOKEN only programs on this machine may call, by 127.0.0.1 or localhost' })
    return reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'show the token of IMR_API_TOKEN: Authorization: Bearer …' })
  }
}
