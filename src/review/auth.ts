import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Refuses a request by answering it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** Lets through who shows the token; everybody when there is none (the server then listens on the loopback address only). */
export function apiToken(token: string | null): Guard {
  return async (request, reply) => {
    if (token === null) return undefined
    const [, shown = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (sameSecret(shown, token)) return undefined
    return reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'show the token of IMR_API_TOKEN: Authorization: Bearer …' })
  }
}

/** Compares in a time that does not tell how much was right. */
export function sameSecret(shown: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown), digest(secret))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
