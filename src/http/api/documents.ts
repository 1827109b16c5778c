import { z } from 'zod'
import { type FailureCode, failureCodes, isoDateSchema, type LetterId, letterIdSchema } from '../../model/index.ts'
import type { ListedDocument, Store } from '../../store/index.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'
import type { Who } from './who.ts'

const documentId = z.string().regex(/^[0-9a-f]{64}$/)
const causeSchema = z.enum(failureCodes as readonly [FailureCode, ...FailureCode[]])
const stateSchema = z.enum(['received', 'extracting', 'extracted', 'deciding', 'done', 'failed'])
const listedSchema = z
  .object({
    documentId,
    /** The name it first came in under. */
    fileName: z.string(),
    state: stateSchema,
    /** It is read or decided again; what it gave stands meanwhile. */
    again: z.boolean(),
    againCause: causeSchema.nullable(),
    cause: causeSchema.nullable(),
    /** What went wrong, and what to do. */
    message: z.string().nullable(),
    attempts: z.int().nonnegative(),
    pageCount: z.int().nonnegative().nullable(),
    receivedAt: z.string(),
    due: isoDateSchema.nullable(),
    /** It waits until a schedule lets it go. */
    held: z.boolean(),
    /** It failed, and its bytes are here to be read again. */
    canRetry: z.boolean(),
    letters: z.array(letterIdSchema),
  })
  .strict()
  .meta({ id: 'ListedDocument' })
const standingSchema = z
  .object({
    documents: z.record(stateSchema, z.int().nonnegative()),
    failures: z.array(z.object({ cause: causeSchema, count: z.int().positive() }).strict()),
  })
  .strict()
  .meta({ id: 'DocumentsStanding' })
const stateOf = listedSchema.omit({ fileName: true, receivedAt: true }).meta({ id: 'DocumentState' })
const PAGE = 50
/** Documents whose states may be asked for at once. */
const ASKED = 200
const handing = ['operator', 'reviewer', 'lead'] as const

const cursorSchema = z.tuple([z.iso.datetime(), documentId])
const cursorOf = ({ receivedAt, sha256 }: ListedDocument) =>
  Buffer.from(JSON.stringify([receivedAt, sha256])).toString('base64url')

/** @throws {Problem} 400 for what is no cursor of ours. */
function behind(cursor: string) {
  try {
    const [receivedAt, sha256] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { receivedAt, sha256 }
  } catch {
    throw new Problem(400, 'no-cursor', 'cursor is the `next` of the page before')
  }
}

/** Letters that somebody is to answer blind are named to them nowhere. */
const hiddenFrom = async (who: Who, store: Store): Promise<ReadonlySet<LetterId>> =>
  new Set(who.via === 'token' ? [] : await store.blindTo(who.name))

function told({ sha256, letters, ...entry }: ListedDocument, hidden: ReadonlySet<LetterId>) {
  const { made: _, priority: _priority, ...rest } = entry
  return { documentId: sha256, ...rest, letters: letters.filter((id) => !hidden.has(id)) }
}

/** What came in, how it stands, and what failed. */
export const documentListRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/documents',
    roles: [...handing, 'read'],
    summary: 'Documents that came in, the newest first: how each stands, and why it failed',
    query: z
      .object({
        state: z.enum(['waiting', 'done', 'failed']).optional(),
        cause: causeSchema.optional(),
        from: isoDateSchema.optional(),
        to: isoDateSchema.optional(),
        cursor: z.string().max(500).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(PAGE),
      })
      .strict(),
    answers: { 200: z.object({ documents: z.array(listedSchema), next: z.string().nullable() }).strict() },
    handle: async ({ context: { store }, query: { state, cause, from, to, cursor, limit }, who }) => {
      const documents = await store.documents({
        ...(state === undefined ? {} : { state }),
        ...(cause === undefined ? {} : { cause }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(cursor === undefined ? {} : { after: behind(cursor) }),
        limit,
      })
      // Names of files are shown, and they may be anybody's.
      await store.documentsShown(
        documents.map(({ sha256 }) => sha256),
        who.name,
      )
      const hidden = await hiddenFrom(who, store)
      const last = documents.at(-1)
      return {
        documents: documents.map((one) => told(one, hidden)),
        next: last && documents.length === limit ? cursorOf(last) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/documents/standing',
    roles: [...handing, 'read'],
    summary: 'How many documents stand where, and how many failed for which cause',
    answers: { 200: standingSchema },
    handle: async ({ context: { store } }) => {
      const { documents, failures } = await store.status({ named: 0 })
      return { documents, failures }
    },
  }),
  route({
    method: 'POST',
    path: '/documents/states',
    roles: [...handing, 'read'],
    summary: 'How some documents stand, without their names: for a page that watches them being read',
    body: z.object({ documents: z.array(documentId).min(1).max(ASKED) }).strict(),
    answers: { 200: z.object({ documents: z.array(stateOf) }).strict() },
    handle: async ({ context: { store }, body, who }) => {
      const documents = await store.documents({ only: body.documents, limit: ASKED })
      const hidden = await hiddenFrom(who, store)
      return {
        documents: documents.map((one) => {
          const { fileName: _, receivedAt: _since, ...state } = told(one, hidden)
          return state
        }),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/documents/retry',
    roles: handing,
    summary: 'Has all documents that failed for a cause read again, from the bytes that came in',
    body: z.object({ cause: causeSchema }).strict(),
    answers: { 200: z.object({ retried: z.int().nonnegative() }).strict() },
    handle: async ({ context: { store }, body: { cause }, who }) => ({
      retried: await store.retry({ cause, by: who.name }),
    }),
  }),
  route({
    method: 'POST',
    path: '/documents/:sha256/retry',
    roles: handing,
    summary: 'Has a document that failed read again, from the bytes that came in',
    params: z.object({ sha256: documentId }),
    answers: { 204: null },
    handle: async ({ context: { store }, params: { sha256 }, who, reply }) => {
      if (!(await store.find(sha256))) throw notFound('document')
      if ((await store.retry({ sha256, by: who.name })) === 0)
        throw new Problem(
          409,
          'not-to-retry',
          'it has not failed, or its bytes never came: look at the list again, or hand it in again',
        )
      return reply.status(204).send()
    },
  }),
]
