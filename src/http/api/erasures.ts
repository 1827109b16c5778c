import { z } from 'zod'
import { finishForgetting, leftBehind, retentionOf, standingOf } from '../../retention/index.ts'
import { forgetReasons, type KeptDocument, type Store } from '../../store/index.ts'
import { toldOfHold } from './holds.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const documentId = z.string().regex(/^[0-9a-f]{64}$/)
const reasonSchema = z.enum(forgetReasons)
const erasureSchema = z
  .object({ documentId, reason: reasonSchema, by: z.string(), at: z.string(), seq: z.int() })
  .strict()
  .meta({ id: 'Erasure' })
/** What would go. No name, and no word of it. */
const goingSchema = z
  .object({
    documentId,
    state: z.string(),
    receivedAt: z.string(),
    pages: z.int().nonnegative(),
    letters: z.int().nonnegative(),
    inHand: z.boolean(),
    onHold: z.boolean(),
  })
  .strict()
  .meta({ id: 'GoingDocument' })
const retentionSchema = z
  .object({
    keep: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    nextRun: z.string(),
    due: z.int().nonnegative(),
    unread: z.int().nonnegative(),
    onHold: z.int().nonnegative(),
  })
  .strict()
  .meta({ id: 'RetentionPolicy' })

/** How documents leave by order of an admin, and by their age. */
export const erasureRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/retention',
    roles: ['admin'],
    summary:
      'The policy by which documents are forgotten for their age, and what it would forget now; null: there is none',
    answers: { 200: z.object({ policy: retentionSchema.nullable() }).strict() },
    handle: async ({ context: { store, now } }) => {
      const retention = await retentionOf(store)
      if (!retention) return { policy: null }
      const { nextRun, due, unread, onHold } = await standingOf(store, retention, now())
      const { keep, cron, timeZone } = retention
      return { policy: { keep, cron, timeZone, nextRun, due, unread, onHold } }
    },
  }),
  route({
    method: 'GET',
    path: '/erasures',
    roles: ['admin'],
    summary: 'What was forgotten, newest first: when, why and by whom',
    query: z
      .object({
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      })
      .strict(),
    answers: { 200: z.object({ erasures: z.array(erasureSchema), before: z.int().nullable() }).strict() },
    handle: async ({ context: { store }, query: { before, limit } }) => {
      const found = await store.lastForgotten({ ...(before === undefined ? {} : { before }), limit })
      return {
        erasures: found.map(({ sha256, ...one }) => ({ documentId: sha256, ...one })),
        before: found.length === limit ? (found.at(-1)?.seq ?? null) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/erasures/:sha256',
    roles: ['admin'],
    summary: 'What would go if a document was forgotten, and whether anything stands in the way',
    params: z.object({ sha256: documentId }).strict(),
    answers: { 200: goingSchema },
    handle: async ({ context: { store }, params: { sha256 } }) => {
      const { fileName: _, sources: _paths, hasEnded: _ended, sha256: id, ...kept } = await keptOf(store, sha256)
      return { documentId: id, ...kept }
    },
  }),
  route({
    method: 'POST',
    path: '/erasures',
    roles: ['admin'],
    summary:
      'Forgets a document for good, as imr forget does: bytes, words, records. Refused while a legal hold keeps it',
    body: z.object({ documentId, reason: reasonSchema }).strict(),
    answers: {
      200: z
        .object({
          documentId,
          /** Its bytes are removed; if not, it is tried again each minute. */
          removed: z.boolean(),
          /** The bucket keeps earlier versions: a lifecycle rule has to end them. */
          versions: z.boolean(),
          /** Files on the server's machine that hold the same bytes: the user's own, and theirs to delete. */
          leftBehind: z.array(z.string()),
        })
        .strict(),
    },
    handle: async ({ context: { store, log }, body: { documentId: sha256, reason }, who }) => {
      // Asked before it is forgotten: where it came from goes with it.
      const copies = await leftBehind(sha256, (await keptOf(store, sha256)).sources)
      const outcome = await store.forget(sha256, { reason, by: who.name })
      if (outcome === 'on-hold') throw await onHold(store, sha256)
      if (outcome === 'in-hand')
        throw new Problem(409, 'in-hand', 'it is being read just now, and nothing was changed: try again in a minute')
      const done = await finishForgetting(store, { full: false }).catch((error: Error) => {
        log.error({ error: error.name }, 'not all bytes of forgotten documents could be removed')
        return null
      })
      return { documentId: sha256, removed: done !== null, versions: done?.versions ?? false, leftBehind: [...copies] }
    },
  }),
]

/** @throws {Problem} 404 */
async function keptOf(store: Store, sha256: string): Promise<KeptDocument> {
  for await (const kept of store.kept({ sha256 })) return kept
  throw notFound('document')
}

async function onHold(store: Store, sha256: string): Promise<Problem> {
  const holds = (await store.holdsOn(sha256)).map(toldOfHold)
  return new Problem(
    409,
    'on-hold',
    'a legal hold keeps it, and nothing was changed: whoever may release it does so first',
    {
      more: { holds },
    },
  )
}
