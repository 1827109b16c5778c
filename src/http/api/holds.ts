import { z } from 'zod'
import { notFound } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const documentId = z.string().regex(/^[0-9a-f]{64}$/)
export const holdSchema = z
  .object({
    id: z.string(),
    documentId: documentId.nullable(),
    /** All documents with a letter of this claim, those that come later included. */
    claim: z.string().nullable(),
    reason: z.string(),
    by: z.string(),
    at: z.string(),
    releasedBy: z.string().nullable(),
    releasedAt: z.string().nullable(),
  })
  .strict()
  .meta({ id: 'LegalHold' })

/** A claim number has letters or digits, or it would be of nothing. */
const claimSchema = z
  .string()
  .trim()
  .max(100)
  .regex(/[\p{L}\p{N}]/u)
const reason = z.string().trim().min(1).max(1000)

export const toldOfHold = <T extends { readonly sha256: string | null }>({ sha256, ...hold }: T) => ({
  ...hold,
  documentId: sha256,
})

/** Legal holds: what they are on is not forgotten, by nobody and for no age. */
export const holdRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/holds',
    roles: ['admin'],
    summary: 'Legal holds, those that stand first: what must not be forgotten, why, and who said so',
    answers: { 200: z.array(holdSchema) },
    handle: async ({ context: { store } }) => (await store.holds()).map(toldOfHold),
  }),
  route({
    method: 'POST',
    path: '/holds',
    roles: ['admin'],
    summary: 'Places a legal hold on a document, or on all that is of a claim',
    body: z.union([z.object({ documentId, reason }).strict(), z.object({ claim: claimSchema, reason }).strict()]),
    answers: { 201: holdSchema },
    handle: async ({ context: { store }, body, who }) => {
      const on = 'claim' in body ? { claim: body.claim } : { sha256: body.documentId }
      const placed = await store.placeHold(on, body.reason, who.name)
      if (!placed) throw notFound('document')
      return toldOfHold(placed)
    },
  }),
  route({
    method: 'DELETE',
    path: '/holds/:hold',
    roles: ['admin'],
    summary: 'Releases a legal hold: it is kept in the list, and keeps nothing any more',
    params: z.object({ hold: z.string().regex(/^[0-9a-f]{12}$/) }).strict(),
    answers: { 204: null },
    handle: async ({ context: { store }, params: { hold }, who, reply }) => {
      if (!(await store.releaseHold(hold, who.name))) throw notFound('hold')
      return reply.status(204).send()
    },
  }),
]
