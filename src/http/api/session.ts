import { z } from 'zod'
import { roleSchema } from '../../model/index.ts'
import { openRoute } from './route.ts'
import { isKnown, scopes } from './who.ts'

/** How somebody stands with the server. */
export const sessionSchema = z
  .object({
    /** `signed-in`, or why not: a word of the API (`signed-out`, `no-users`, `locked`, `second-factor`). */
    state: z.string(),
    /** What to do, when not signed in. */
    detail: z.string().nullable(),
    name: z.string().nullable(),
    roles: z.array(roleSchema),
    scopes: z.array(z.enum(scopes)),
    via: z.enum(['session', 'token', 'local']).nullable(),
  })
  .strict()
  .meta({ id: 'Session' })

export const sessionRoutes = [
  openRoute({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, or what keeps them from it',
    answers: { 200: sessionSchema },
    handle: async ({ context, request }) => {
      const found = await context.authenticate(request)
      return isKnown(found)
        ? { state: 'signed-in', detail: null, ...found }
        : { state: found.code, detail: found.detail, name: null, roles: [], scopes: [], via: null }
    },
  }),
]
