import type { FastifyReply, FastifyRequest } from 'fastify'
import '@fastify/cookie'
import { hasTls, type Site } from './origin.ts'

/**
 * The cookie that a browser holds of a session: no script reads it, no other site's page sends it. With TLS its name begins with `__Host-`, which
 * browsers take from this very host alone, by https alone (RFC 6265bis, 4.1.3.2).
 */
const nameOf = (site: Site): string => (hasTls(site) ? '__Host-imr-session' : 'imr-session')

const options = (site: Site) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: hasTls(site) }) as const

export const sessionTokenIn = (request: FastifyRequest, site: Site): string | null =>
  request.cookies[nameOf(site)] || null

export const keepSessionToken = (reply: FastifyReply, site: Site, token: string): unknown =>
  reply.setCookie(nameOf(site), token, options(site))

export const dropSessionToken = (reply: FastifyReply, site: Site): unknown =>
  reply.clearCookie(nameOf(site), options(site))

/** Of somebody who is on their way to sign in elsewhere: they come back from another site, so this one is sent then, too. */
const signOnName = (site: Site): string => (hasTls(site) ? '__Host-imr-sign-on' : 'imr-sign-on')

const signOnOptions = (site: Site) => ({ ...options(site), sameSite: 'lax', maxAge: 600 }) as const

export const signOnTokenIn = (request: FastifyRequest, site: Site): string | null =>
  request.cookies[signOnName(site)] || null

export const keepSignOnToken = (reply: FastifyReply, site: Site, token: string): unknown =>
  reply.setCookie(signOnName(site), token, signOnOptions(site))

export const dropSignOnToken = (reply: FastifyReply, site: Site): unknown =>
  reply.clearCookie(signOnName(site), signOnOptions(site))

/** Of a browser in which somebody has signed in: it opens nothing, and lets it be told from a stranger's that tries passwords. */
const deviceName = (site: Site): string => (hasTls(site) ? '__Host-imr-device' : 'imr-device')
const DEVICE_S = 180 * 24 * 3600

export const deviceTokenIn = (request: FastifyRequest, site: Site): string | null =>
  request.cookies[deviceName(site)]?.slice(0, 100) || null

export const keepDeviceToken = (reply: FastifyReply, site: Site, token: string): unknown =>
  reply.setCookie(deviceName(site), token, { ...options(site), maxAge: DEVICE_S })
