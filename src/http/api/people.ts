import { z } from 'zod'
import { roleSchema } from '../../model/index.ts'
import { notFound } from './problem.ts'
import { type AnyRoute, route } from './route.ts'
import { scopes } from './who.ts'

const userSchema = z
  .object({
    name: z.string(),
    roles: z.array(roleSchema),
    disabled: z.boolean(),
    secondFactor: z.boolean(),
    waitsUntil: z.string().nullable(),
    createdAt: z.string(),
    signedInAt: z.string().nullable(),
  })
  .strict()
  .meta({ id: 'User' })
const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    revokedAt: z.string().nullable(),
    usedAt: z.string().nullable(),
  })
  .strict()
  .meta({ id: 'Token' })
const listedSessionSchema = z
  .object({ name: z.string(), createdAt: z.string(), seenAt: z.string(), expiresAt: z.string() })
  .strict()
const named = z.object({ name: z.string().min(1).max(64) }).strict()
const roles = z.array(roleSchema).min(1)
const password = z.string().min(1).max(1000)
const DAY_MS = 86_400_000

/** Users, their sessions, and programs' tokens: for admins. Of letters an admin sees nothing here. */
export const peopleRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/users',
    roles: ['admin'],
    summary: 'All users',
    answers: { 200: z.array(userSchema) },
    handle: ({ context }) => context.store.users(),
  }),
  route({
    method: 'POST',
    path: '/users',
    roles: ['admin'],
    summary: 'Adds a user',
    body: z.object({ name: named.shape.name, roles, password }).strict(),
    answers: { 201: null },
    handle: ({ context, who, body }) => context.store.addUser(body, who.name),
  }),
  route({
    method: 'PATCH',
    path: '/users/:name',
    roles: ['admin'],
    summary: 'Changes roles or password of a user, or whether they may sign in; their sessions end where it matters',
    params: named,
    body: z
      .object({ roles: roles.optional(), disabled: z.boolean().optional(), password: password.optional() })
      .strict(),
    answers: { 204: null },
    handle: ({ context, who, params, body }) => context.store.changeUser(params.name, body, who.name),
  }),
  route({
    method: 'POST',
    path: '/users/:name/unlock',
    roles: ['admin'],
    summary: 'Lets a user try passwords again at once',
    params: named,
    answers: { 204: null },
    handle: ({ context, who, params }) => context.store.unlockUser(params.name, who.name),
  }),
  route({
    method: 'DELETE',
    path: '/users/:name/second-factor',
    roles: ['admin'],
    summary: 'Takes the second factor of a user away, who has lost it',
    params: named,
    answers: { 204: null },
    handle: ({ context, who, params }) => context.store.resetSecondFactor(params.name, who.name),
  }),
  route({
    method: 'GET',
    path: '/sessions',
    roles: ['admin'],
    summary: 'Who is signed in, since when, and when something was done last',
    answers: { 200: z.array(listedSessionSchema) },
    handle: ({ context }) => context.store.sessions(),
  }),
  route({
    method: 'DELETE',
    path: '/users/:name/sessions',
    roles: ['admin'],
    summary: 'Ends all sessions of a user',
    params: named,
    answers: { 200: z.object({ ended: z.int() }).strict() },
    handle: async ({ context, who, params }) => ({ ended: await context.store.endSessionsOf(params.name, who.name) }),
  }),
  route({
    method: 'GET',
    path: '/tokens',
    roles: ['admin'],
    summary: 'All tokens of programs, without what they are shown by',
    answers: { 200: z.array(tokenSchema) },
    handle: ({ context }) => context.store.tokens(),
  }),
  route({
    method: 'POST',
    path: '/tokens',
    roles: ['admin'],
    summary: 'Makes a token for a program, shown once',
    body: z
      .object({ name: z.string(), scopes: z.array(z.enum(scopes)).min(1), days: z.int().min(1).max(366) })
      .strict(),
    answers: { 201: z.object({ id: z.string(), token: z.string() }).strict() },
    handle: ({ context, who, body: { name, scopes: good, days } }) => {
      const expiresAt = new Date(context.now().getTime() + days * DAY_MS)
      return context.store.addToken({ name, scopes: good, expiresAt }, who.name)
    },
  }),
  route({
    method: 'DELETE',
    path: '/tokens/:id',
    roles: ['admin'],
    summary: 'Revokes a token',
    params: z.object({ id: z.string().regex(/^[0-9a-f]{1,64}$/) }).strict(),
    answers: { 204: null },
    handle: async ({ context, who, params }) => {
      if (!(await context.store.revokeToken(params.id, who.name))) throw notFound('token')
      return undefined
    },
  }),
]
