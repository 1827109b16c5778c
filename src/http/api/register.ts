import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { letterIdSchema } from '../../model/index.ts'
import { version } from '../../version.ts'
import type { ApiContext } from './context.ts'
import { sessionTokenIn } from './cookie.ts'
import { answerErrors } from './errors.ts'
import { securityHeaders } from './headers.ts'
import { refuseUnkeepable } from './keepable.ts'
import { hasTls, refuseOtherSites } from './origin.ts'
import { notFound, PROBLEM_TYPE, Problem, problemSchema } from './problem.ts'
import type { Access, AnyRoute, Media } from './route.ts'
import { isKnown, type Who } from './who.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route: the start fails for a route of the API that does not say. */
    roles?: Access
  }
}

export const API = '/api/v1'

/** Calls for the same thing by the same person within this time are one look, in milliseconds; so many are remembered. */
const ONE_LOOK_MS = 600_000
const LOOKS = 10_000

export type Api = {
  readonly context: Omit<ApiContext, 'description'>
  readonly routes: readonly AnyRoute[]
}

/** The API that people's pages and programs call: each of its routes says who may call it, and is described. */
export function api({ context: given, routes }: Api): (app: FastifyInstance) => Promise<void> {
  const { site } = given
  return async (app) => {
    const context: ApiContext = { ...given, description: () => app.swagger() }
    app.setValidatorCompiler(validatorCompiler)
    app.setSerializerCompiler(serializerCompiler)
    app.setErrorHandler(answerErrors(given.log))
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
    await securityHeaders(app, { tls: hasTls(site) })
    await app.register(rateLimit, { global: false })
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: 'imr', version, description: 'Errors are application/problem+json (RFC 9457).' },
      },
      transform: jsonSchemaTransform,
    })
    app.addHook('onRoute', refuseUnnamed)
    app.addHook('onRequest', async (request) => {
      const takesPasswords = request.routeOptions.config.roles === 'anyone' && request.method !== 'GET'
      refuseOtherSites(request, site, { isByCookie: sessionTokenIn(request, site) !== null, takesPasswords })
    })
    const noteCall = lookNotes()
    for (const one of routes) app.route(registered(one, context, noteCall))
  }
}

/** @throws {Error} for a route that does not say who may call it. */
function refuseUnnamed({ url, config }: Pick<RouteOptions, 'url' | 'config'>): void {
  if (config?.roles === undefined || (config.roles !== 'anyone' && config.roles.length === 0))
    throw new Error(`the route ${url} does not say who may call it: register it by route() or openRoute()`)
}

/** Writes a call down, once in a while: what somebody looks at again and again (the images of one letter) is one look. */
function lookNotes(): (
  notes: NonNullable<AnyRoute['notes']>,
  call: Parameters<AnyRoute['handle']>[0],
) => Promise<void> {
  const lately = new Map<string, number>()
  return async ({ action, subject, detail }, { who, params, query, context }) => {
    const act = { actor: who?.name ?? 'anyone', action, subject: subject({ params, query }) }
    const key = JSON.stringify([act.actor, act.action, act.subject])
    const now = context.now().getTime()
    if (action === 'seen' && now - (lately.get(key) ?? 0) < ONE_LOOK_MS) return
    if (lately.size >= LOOKS) lately.clear()
    await context.store.noteAct({ ...act, detail: detail?.({ params, query }) ?? null })
    lately.set(key, now)
  }
}

export const urlOf = ({ path, outside }: Pick<AnyRoute, 'path' | 'outside'>): string =>
  outside ? path : `${API}${path}`

function registered(one: AnyRoute, context: ApiContext, noteCall: ReturnType<typeof lookNotes>): RouteOptions {
  refuseUnnamed({ url: urlOf(one), config: one })
  const successes = Object.keys(one.answers)
    .map(Number)
    .sort((a, b) => a - b)
  const callers = new WeakMap<FastifyRequest, Who | null>()
  return {
    method: one.method,
    url: urlOf(one),
    schema: schemaOf(one),
    config: {
      roles: one.roles,
      ...(one.perMinute === undefined ? {} : { rateLimit: { max: one.perMinute, timeWindow: 60_000 } }),
    },
    // Before the body is read: of strangers nothing is taken.
    onRequest: async (request) => void callers.set(request, await admitted(request, one, context)),
    handler: async (request, reply) => {
      const { params, query, body, headers } = request
      refuseUnkeepable({ params, query, body })
      await refuseBlind(params, callers.get(request) ?? null, context)
      reply.status(successes[0] ?? 200)
      const call = { who: callers.get(request) ?? null, params, query, body, headers, context, request, reply }
      const answer = await one.handle(call)
      if (one.notes && !isBadAnswer(reply)) await noteCall(one.notes, call)
      return answered(answer, reply)
    },
  }
}

const isBadAnswer = (reply: FastifyReply) => reply.statusCode >= 400

const answered = (answer: unknown, reply: FastifyReply) => (reply.sent ? reply : reply.send(answer))

/** Who calls, when they may. @throws {Problem} 401 for nobody, 403 for who has no such role or scope. */
async function admitted(request: FastifyRequest, { roles }: AnyRoute, context: ApiContext): Promise<Who | null> {
  const found = await context.authenticate(request)
  if (roles === 'anyone') return isKnown(found) ? found : null
  if (!isKnown(found))
    throw new Problem(401, found.code, found.detail, { headers: { 'www-authenticate': 'Bearer realm="imr"' } })
  const has: readonly string[] = [...found.roles, ...found.scopes]
  if (!roles.some((role) => has.includes(role)))
    throw new Problem(403, 'not-allowed', `this is for: ${roles.join(', ')}`)
  return found
}

/**
 * Whoever is to answer a letter blind is shown nothing of it by any route that names it, nor writes to it, until they have.
 * @throws {Problem} 404, as for what is not there.
 */
async function refuseBlind(params: unknown, who: Who | null, { store }: ApiContext): Promise<void> {
  const named = Object.values(params ?? {}).flatMap((one) => letterIdSchema.safeParse(one).data ?? [])
  if (!who || who.via === 'token' || named.length === 0) return
  const hidden = await store.blindTo(who.name)
  if (named.some((id) => hidden.includes(id))) throw notFound('letter')
}

/** What Fastify checks requests and answers against, and describes them by. */
function schemaOf({ summary, roles, params, query, body, headers, answers }: AnyRoute): FastifySchema {
  const who = roles === 'anyone' ? 'Anyone.' : `For: ${roles.join(', ')}.`
  return {
    summary,
    description: who,
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    ...(headers ? { headers } : {}),
    response: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerSchema(answer)])),
      default: { description: 'What went wrong', content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    },
  }
}

function answerSchema(answer: z.ZodType | Media | null): object {
  if (answer === null) return z.undefined().describe('Nothing')
  if (!('media' in answer)) return answer
  return { description: answer.description, content: { [answer.media]: { schema: z.any() } } }
}
