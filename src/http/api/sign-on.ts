import type { FastifyReply, FastifyRequest } from 'fastify'
import { PeopleRefused } from '../../store/index.ts'
import { SignOnFailed } from '../sign-on.ts'
import type { ApiContext } from './context.ts'
import { dropSignOnToken, keepSessionToken, keepSignOnToken, signOnTokenIn } from './cookie.ts'
import { notFound } from './problem.ts'
import { API } from './register.ts'
import { type AnyRoute, openRoute } from './route.ts'

/** Most tries from one address in a minute. */
const perMinute = 60
const answers = { 302: { media: 'text/html', description: 'To where people sign in, or back to the page' } }

/** Why somebody is sent back to the page without a session; the page says it in words. */
type Why = 'away' | 'refused' | 'over' | 'unknown'

/** Signing in elsewhere, where the operator names a provider of OpenID Connect. A browser goes there and comes back; what goes wrong is told on the page. */
export const signOnRoutes: readonly AnyRoute[] = [
  openRoute({
    method: 'GET',
    path: '/sign-on',
    summary: 'Sends a browser to where people of the house sign in',
    answers,
    perMinute,
    handle: async ({ context, reply }) => {
      const { signOn, redirect } = configured(context)
      try {
        const { url, kept } = await signOn.begin(redirect)
        keepSignOnToken(reply, context.site, await context.store.beginSignOn(kept))
        return reply.redirect(url)
      } catch (error) {
        return sentBack(reply, whyOf(context, error))
      }
    },
  }),
  openRoute({
    method: 'GET',
    path: '/sign-on/callback',
    summary: 'Where the browser comes back to, with what it was given there',
    answers,
    perMinute,
    handle: async ({ context, request, reply }) => {
      const { store, site } = context
      const { signOn, redirect } = configured(context)
      const token = signOnTokenIn(request, site)
      dropSignOnToken(reply, site)
      const kept = token ? await store.takeSignOn(token) : null
      if (!kept) return sentBack(reply, 'over')
      try {
        const { search } = new URL(request.url, redirect)
        const vouched = await signOn.finish(new URL(redirect + search), kept)
        const session = await store.signOn({ ...vouched, address: request.ip })
        if (!session) return sentBack(reply, 'unknown')
        keepSessionToken(reply, site, session)
        return reply.redirect('/')
      } catch (error) {
        const why = whyOf(context, error)
        if (why === 'refused') await noteRefused(context, request)
        return sentBack(reply, why)
      }
    },
  }),
]

/** @throws {Problem} 404 where people sign in here alone. */
function configured({ signOn, site }: ApiContext) {
  if (!signOn || site.origin === null) throw notFound('route')
  return { signOn, redirect: `${site.origin}${API}/sign-on/callback` }
}

/** Into the part of the address that no server is sent. */
const sentBack = (reply: FastifyReply, why: Why) => reply.redirect(`/#/sign-on/${why}`)

/** What a provider or a library says of a failure may quote what it was given: only its kind is logged. */
function whyOf({ log }: ApiContext, error: unknown): Why {
  // Whoever would take the last admin's role away.
  if (error instanceof PeopleRefused) return 'refused'
  if (!(error instanceof SignOnFailed)) throw error
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'none'
  log.warn({ why: error.code, error: cause instanceof Error ? cause.name : 'error', code }, 'sign-on failed')
  return error.code
}

const noteRefused = ({ store }: ApiContext, { ip }: FastifyRequest) =>
  store.noteAct({
    ...{ actor: 'unknown', action: 'sign-in-failed', subject: 'unknown' },
    detail: `from ${ip.replaceAll(/[^0-9a-fA-F.:]/g, '_')}, by sign-on`,
  })
