import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../auth.ts'
import { Problem } from './problem.ts'

/** Where people reach the server, as its operator says; null: at the loopback address that it listens on. */
export type Site = {
  /** `https://imr.example.org`, or `http://` and a loopback address; no path. */
  readonly origin: string | null
  /** It listens on another address than the loopback one. */
  readonly isPublic: boolean
}

export const hasTls = ({ origin }: Site): boolean => origin?.startsWith('https:') ?? false

const hostOf = (address: string): string => address.replace(/:\d*$/, '').replace(/^\[|\]$/g, '')

/**
 * A web page of another site must not make a browser act for who is signed in here, whatever name it goes by (CSRF, DNS rebinding).
 * Browsers say where a request comes from: `Sec-Fetch-Site` and `Origin` cannot be set by a page.
 * @throws {Problem} 403 for a request of another site; for people who would send their password in the clear.
 */
export function refuseOtherSites(
  request: FastifyRequest,
  site: Site,
  { isByCookie, takesPasswords }: { readonly isByCookie: boolean; readonly takesPasswords: boolean },
): void {
  const { headers, method } = request
  const host = headers.host ?? ''
  const own = site.origin ?? `http://${host}`
  const isHere = site.origin === null ? !site.isPublic && isLoopback(hostOf(host)) : new URL(own).host === host
  const isBrowser = headers['sec-fetch-site'] !== undefined || headers.origin !== undefined
  if ((isByCookie || isBrowser || takesPasswords) && !isHere)
    throw new Problem(
      403,
      'other-address',
      site.origin === null
        ? 'people sign in at the loopback address only, unless imr serve --url names the https address at which they reach it'
        : `this server is reached at ${site.origin}`,
    )
  if (method === 'GET' || method === 'HEAD') return
  const from = headers['sec-fetch-site']
  const isOurs =
    (from === undefined || from === 'same-origin' || from === 'none') &&
    (headers.origin === undefined || headers.origin === own)
  // A browser says at least one of the two; a program that has no browser has a token.
  if (!isOurs || (isByCookie && !isBrowser))
    throw new Problem(403, 'other-site', 'a page of another site may change nothing here: use the page of this server')
}
