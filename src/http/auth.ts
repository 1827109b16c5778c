import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Refuses a request by answering it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * Lets through who shows the token. When there is none the server listens on the loopback address only, and lets through
 * programs of this machine; a web page that a browser shows is none of them, whatever name its host goes by (CSRF, DNS rebinding).
 */
export function apiToken(token: string | null): Guard {
  return async (request, reply) => {
    if (token === null) {
      if (isFromThisMachine(request)) return undefined
      return reply
        .status(403)
        .send({ error: 'without IMR_API_TOKEN only programs on this machine may call, by 127.0.0.1 or localhost' })
    }
    const [, shown = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (sameSecret(shown, token)) return undefined
    return reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'show the token of IMR_API_TOKEN: Authorization: Bearer …' })
  }
}

/** A program of this machine calls, or a page of this very server. */
export function isFromThisMachine({ headers, hostname }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  const own = headers.origin === undefined || headers.origin === `http://${headers.host}`
  return (
    isLoopback(hostname.replace(/^\[|\]$/g, '')) &&
    own &&
    (site === undefined || site === 'same-origin' || site === 'none')
  )
}

/** Compares in a time that does not tell how much was right. */
export function sameSecret(shown: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown), digest(secret))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
