import { z } from 'zod'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const rowSchema = z
  .object({
    seq: z.int(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    detail: z.string().nullable(),
    /** Salted digests of a value before and after it was changed. */
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .strict()
  .meta({ id: 'AuditRow' })
const accessSchema = z
  .object({ actor: z.string(), action: z.string(), count: z.int(), first: z.string(), last: z.string() })
  .strict()
  .meta({ id: 'Access' })
const sealSchema = z
  .object({
    number: z.int(),
    fromSeq: z.int(),
    toSeq: z.int(),
    rows: z.int(),
    root: z.string(),
    at: z.string(),
    actor: z.string(),
  })
  .strict()
  .meta({ id: 'Seal' })
const verifiedSchema = z
  .object({
    seals: z.int(),
    sealed: z.int(),
    unsealed: z.int(),
    root: z.string().nullable(),
    broken: z.array(z.object({ seal: z.int(), fromSeq: z.int(), toSeq: z.int(), why: z.string() }).strict()),
  })
  .strict()
  .meta({ id: 'Verified' })

/** sha256 of a document, id of a case or of a letter. */
const caseSchema = z.string().regex(/^[0-9a-f]{64}(-p?[0-9]+)?$/)
const word = z.string().min(1).max(100)

export const auditRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/audit',
    roles: ['admin'],
    summary: 'What was done, newest first: by whom, to which case, of which kind',
    query: z
      .object({
        case: caseSchema.optional(),
        user: word.optional(),
        action: word.optional(),
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      })
      .strict(),
    answers: { 200: z.object({ rows: z.array(rowSchema), before: z.int().nullable() }).strict() },
    handle: async ({ context, query: { case: subject, user, action, before, limit } }) => {
      const rows = await context.store.trail({
        ...(subject === undefined ? {} : { subject }),
        ...(user === undefined ? {} : { actor: user }),
        ...(action === undefined ? {} : { action }),
        ...(before === undefined ? {} : { before }),
        limit,
      })
      return {
        rows: rows.map(({ from_state: from, to_state: to, before_digest, after_digest, ...row }) => ({
          ...{ ...row, from, to, before: before_digest, after: after_digest },
        })),
        before: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/audit/access',
    roles: ['admin'],
    summary: 'Who had to do with one case: how often they did what, first and last, exports of everything included',
    query: z.object({ case: caseSchema }).strict(),
    answers: { 200: z.array(accessSchema) },
    handle: ({ context, query }) => context.store.accessTo(query.case),
  }),
  route({
    method: 'GET',
    path: '/audit/lists/:list',
    roles: ['admin'],
    summary: 'Which letters or documents were in a list that somebody was shown: a subject `list-...` of the trail',
    params: z.object({ list: z.string().regex(/^list-[0-9a-f]{64}$/) }),
    answers: { 200: z.array(z.string()) },
    handle: async ({ context, params: { list } }) => {
      const subjects = await context.store.listed(list)
      if (subjects.length === 0) throw notFound('list')
      return subjects
    },
  }),
  route({
    method: 'GET',
    path: '/audit/seals',
    roles: ['admin'],
    summary: 'The seals of the trail, in order',
    answers: { 200: z.array(sealSchema) },
    handle: ({ context }) => context.store.seals(),
  }),
  route({
    method: 'POST',
    path: '/audit/seal',
    roles: ['admin'],
    summary: 'Seals what has no seal yet; keep the root that comes back elsewhere',
    answers: { 201: sealSchema },
    handle: async ({ context, who }) => {
      const made = await context.store.seal(who.name)
      if (!made) throw new Problem(409, 'all-sealed', 'everything is sealed already')
      return made
    },
  }),
  route({
    method: 'GET',
    path: '/audit/verification',
    roles: ['admin'],
    summary: 'Whether every row of the trail is as it was sealed',
    answers: { 200: verifiedSchema },
    perMinute: 6,
    handle: async ({ context }) => {
      const { roots: _, ...told } = await context.store.verifySeals()
      return told
    },
  }),
]
