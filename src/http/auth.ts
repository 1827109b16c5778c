import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

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
