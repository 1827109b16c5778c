import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { roleSchema } from '../../model/index.ts'
import { glassReasons, type Refusal } from '../../store/index.ts'
import type { ApiContext } from './context.ts'
import { deviceTokenIn, dropSessionToken, keepDeviceToken, keepSessionToken, sessionTokenIn } from './cookie.ts'
import { Problem } from './problem.ts'
import { type AnyRoute, openRoute, route } from './route.ts'
import { isKnown, scopes, type Who } from './who.ts'

/** How somebody stands with the server. */
export const sessionSchema = z
  .object({
    /** `signed-in`, or why not. */
    state: z.enum(['signed-in', 'signed-out', 'no-users', 'locked', 'second-factor', 'wrong-token']),
    /** What to do, when not signed in. */
    detail: z.string().nullable(),
    name: z.string().nullable(),
    roles: z.array(roleSchema),
    scopes: z.array(z.enum(scopes)),
    via: z.enum(['session', 'token', 'local']).nullable(),
    /** Of a session: when it ends, whether a second factor is asked for, a role taken by break-glass; how long it stays open with nobody there. */
    expiresAt: z.string().nullable(),
    hasSecondFactor: z.boolean(),
    glass: z.object({ role: roleSchema, until: z.string() }).strict().nullable(),
    idleMinutes: z.number(),
    /** What the other place is called where people may sign in, at `/sign-on`; null: there is none. */
    signOn: z.string().nullable(),
  })
  .strict()
  .meta({ id: 'Session' })

const passwordSchema = z.string().min(1).max(1000)
const codeSchema = z.string().min(6).max(40)
const everybody = roleSchema.options
/** Most tries from one address in a minute, beside the waits of each user and address. */
const perMinute = 60

export const sessionRoutes: readonly AnyRoute[] = [
  openRoute({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, or what keeps them from it',
    answers: { 200: sessionSchema },
    handle: ({ context, request }) => standing(context, request),
  }),
  openRoute({
    method: 'POST',
    path: '/session',
    summary: 'Signs in; a second factor may be asked for next',
    body: z.object({ name: z.string().min(1).max(200), password: passwordSchema }).strict(),
    answers: { 200: sessionSchema },
    perMinute,
    handle: async ({ context, request, reply, body }) => {
      const { store, site } = context
      if (!(await store.hasUsers())) throw refusedFor(await context.authenticate(request))
      const name = body.name.trim().toLowerCase()
      const device = deviceTokenIn(request, site)
      const signedIn = await store.signIn({ name, password: body.password, address: request.ip, device })
      if (signedIn.kind !== 'token')
        throw refused(signedIn, 'this name and password do not go together, or the user may not sign in')
      const before = sessionTokenIn(request, site)
      if (before) await store.endSession(before)
      keepSessionToken(reply, site, signedIn.token)
      keepDeviceToken(reply, site, signedIn.device)
      return sessionOf(context, signedIn.token)
    },
  }),
  openRoute({
    method: 'DELETE',
    path: '/session',
    summary: 'Signs out',
    answers: { 204: null },
    handle: async ({ context: { store, site }, request, reply }) => {
      const token = sessionTokenIn(request, site)
      if (token) await store.endSession(token)
      dropSessionToken(reply, site)
      return undefined
    },
  }),
  openRoute({
    method: 'POST',
    path: '/session/password',
    summary: 'Opens a locked session again',
    body: z.object({ password: passwordSchema }).strict(),
    answers: { 200: sessionSchema },
    perMinute,
    handle: async ({ context, request, body }) => {
      const token = heldToken(context, request)
      const done = await context.store.unlockSession(token, body.password, request.ip)
      if (done !== 'open') throw refused(done, 'this is not your password')
      return sessionOf(context, token)
    },
  }),
  openRoute({
    method: 'POST',
    path: '/session/second-factor',
    summary: 'Gives the code of the second factor, or one of recovery',
    body: z.object({ code: codeSchema }).strict(),
    answers: { 200: sessionSchema },
    perMinute,
    handle: async ({ context, request, body }) => {
      const token = heldToken(context, request)
      const done = await context.store.giveSecondFactor(token, body.code, request.ip)
      if (done !== 'open') throw refused(done, 'this code is not right now: each is good once, for half a minute')
      return sessionOf(context, token)
    },
  }),
  route({
    method: 'PUT',
    path: '/session/password',
    roles: everybody,
    summary: 'Changes the own password; other sessions of the user end',
    body: z.object({ password: passwordSchema, newPassword: passwordSchema }).strict(),
    answers: { 204: null },
    perMinute,
    handle: async ({ context, request, body, who }) => {
      const done = await context.store.changeOwnPassword(ownToken(context, request, who), {
        ...body,
        address: request.ip,
      })
      if (done !== 'changed') throw refused(done, 'this is not your password')
      return undefined
    },
  }),
  route({
    method: 'POST',
    path: '/session/lock',
    roles: everybody,
    summary: 'Locks the session until the password is given again',
    answers: { 204: null },
    handle: async ({ context, request, who }) => {
      await context.store.lockSession(ownToken(context, request, who))
      return undefined
    },
  }),
  route({
    method: 'POST',
    path: '/session/second-factor/enrolment',
    roles: everybody,
    summary: 'Begins a second factor: a secret for an app, shown once',
    answers: { 201: z.object({ secret: z.string(), uri: z.string() }).strict() },
    perMinute,
    handle: async ({ context, request, who }) => {
      ownToken(context, request, who)
      return context.store.beginSecondFactor(who.name)
    },
  }),
  route({
    method: 'PUT',
    path: '/session/second-factor/enrolment',
    roles: everybody,
    summary: 'Confirms the second factor by a code of it; gives codes of recovery, shown once',
    body: z.object({ code: codeSchema }).strict(),
    answers: { 200: z.object({ recoveryCodes: z.array(z.string()) }).strict() },
    perMinute,
    handle: async ({ context, request, who, body }) => {
      ownToken(context, request, who)
      const recoveryCodes = await context.store.confirmSecondFactor(who.name, body.code)
      if (!recoveryCodes)
        throw new Problem(422, 'wrong', 'this code is not right now: is the clock of the app’s device right?')
      return { recoveryCodes }
    },
  }),
  route({
    method: 'POST',
    path: '/session/break-glass',
    roles: everybody,
    summary: 'Takes a role for half an hour, with a reason: the audit trail tells',
    body: z.object({ role: roleSchema.exclude(['admin']), reason: z.enum(glassReasons) }).strict(),
    answers: { 200: sessionSchema },
    perMinute,
    handle: async ({ context, request, who, body }) => {
      const token = ownToken(context, request, who)
      await context.store.breakGlass(token, body.role, body.reason)
      return sessionOf(context, token)
    },
  }),
]

async function standing(context: ApiContext, request: FastifyRequest): Promise<z.infer<typeof sessionSchema>> {
  const found = await context.authenticate(request)
  const token = sessionTokenIn(request, context.site)
  const isSession = isKnown(found) ? found.via === 'session' : found.name !== undefined
  if (token && isSession) return sessionOf(context, token)
  const rest = {
    ...{ expiresAt: null, hasSecondFactor: false, glass: null, idleMinutes: context.idleMs / 60_000 },
    signOn: context.signOn?.label ?? null,
  }
  if (isKnown(found))
    return { state: 'signed-in', detail: null, ...found, roles: [...found.roles], scopes: [...found.scopes], ...rest }
  return { state: found.code, detail: found.detail, name: null, roles: [], scopes: [], via: null, ...rest }
}

/** How a session stands, without it counting as an act. */
async function sessionOf({ store, idleMs, signOn }: ApiContext, token: string): Promise<z.infer<typeof sessionSchema>> {
  const found = await store.session(token, { idleMs, background: true })
  if (!found) throw signedOut()
  const { state, name, roles, expiresAt, hasSecondFactor, glass } = found
  const isOpen = state === 'open'
  return {
    state: isOpen ? 'signed-in' : state,
    detail: isOpen ? null : state === 'locked' ? 'give your password to go on' : 'give the code of your second factor',
    name,
    // Whoever has not shown all that is asked for has no role yet.
    roles: isOpen ? [...roles] : [],
    scopes: [],
    via: 'session',
    expiresAt,
    hasSecondFactor,
    glass: glass && { ...glass },
    idleMinutes: idleMs / 60_000,
    signOn: signOn?.label ?? null,
  }
}

const signedOut = () => new Problem(401, 'signed-out', 'sign in')

function heldToken({ site }: ApiContext, request: FastifyRequest): string {
  const token = sessionTokenIn(request, site)
  if (!token) throw signedOut()
  return token
}

/** The token of who is signed in as a person. */
function ownToken(context: ApiContext, request: FastifyRequest, { via }: Who): string {
  if (via !== 'session') throw new Problem(403, 'people-only', 'this is for people who are signed in')
  return heldToken(context, request)
}

function refused(refusal: Refusal | null, wrong: string): Problem {
  if (!refusal) return signedOut()
  if (refusal.kind === 'wrong') return new Problem(401, 'wrong', wrong)
  return new Problem(429, 'wait', `too many wrong tries: wait ${refusal.seconds} seconds`, {
    headers: { 'retry-after': String(refusal.seconds) },
    more: { seconds: refusal.seconds },
  })
}

const refusedFor = (found: Awaited<ReturnType<ApiContext['authenticate']>>): Problem =>
  isKnown(found) ? new Problem(409, 'no-users', 'there are no users yet') : new Problem(401, found.code, found.detail)
