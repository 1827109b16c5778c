import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { tooLarge } from '../intake/index.ts'
import type { CaseRecord } from '../model/index.ts'
import type { Queue } from '../queue/index.ts'
import { asReviewed, shownTo } from '../review/index.ts'
import { type DocumentEntry, type Store, sweepOwned } from '../store/index.ts'
import { RequestTooLarge } from './body.ts'
import { type AccessGuard, callerOf } from './guard.ts'
import { filesOf } from './upload-form.ts'
import { type Answer, takeUpload, type UploadWay } from './uploads.ts'

export type DocumentRoutes = {
  readonly store: Store
  readonly queue: Pick<Queue, 'wake'> | null
  readonly guard: AccessGuard
  /** Size of one document, in bytes, and of one request. */
  readonly maxBytes: number
  readonly requestBytes: number
  /** How long no byte of an upload may come, in milliseconds. */
  readonly silenceMs: number
  readonly spool: string
}

const uploadQuery = z
  .object({
    urgency: z.enum(['expedited', 'standard', 'backlog']).default('standard'),
    due: z.iso.date().optional(),
    name: z.string().max(255).default('upload'),
  })
  .strict()
const documentPath = z.object({ documentId: z.string().regex(/^[0-9a-f]{64}$/) })
const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/)

class BadRequest extends Error {
  readonly statusCode = 400
}

/**
 * `POST /documents` takes one document as the body, or several as multipart/form-data; `GET /documents/:id` tells how it
 * stands, `GET /documents/:id/records` gives its case records once it is done, as people reviewed them; `?as=read` without
 * what they decided.
 */
export function documentRoutes(options: DocumentRoutes): (app: FastifyInstance) => Promise<void> {
  const { store, queue, guard, maxBytes } = options

  async function upload(request: FastifyRequest, reply: FastifyReply) {
    const query = uploadQuery.safeParse(request.query)
    if (!query.success)
      throw new BadRequest('the query may hold urgency (expedited, standard, backlog), due (YYYY-MM-DD) and name')
    const { urgency, due = null, name } = query.data
    const key = request.headers['idempotency-key']
    if (key !== undefined && !keySchema.safeParse(key).success)
      throw new BadRequest('Idempotency-Key: 1 to 200 letters, digits or signs, no spaces')
    if (!request.isMultipart() && Number(request.headers['content-length'] ?? 0) > maxBytes)
      return reply.status(413).send({ error: tooLarge(maxBytes).message })
    const way: UploadWay = { store, queue, urgency, due, maxBytes, spool: options.spool }
    const told: Told[] = []
    let answered = 0
    try {
      for await (const { bytes, fileName } of filesOf(request, name, options)) {
        const file = answered + 1
        const answers = await takeUpload({ bytes, fileName, key: keyOfPart(key, file) }, way)
        told.push(...answers.map((answer) => ({ file, answer })))
        answered = file
      }
    } catch (error) {
      // What came before is taken, and its sender must know.
      if (!(error instanceof RequestTooLarge) || told.length === 0) throw error
      told.push({
        file: answered + 1,
        answer: { kind: 'refused', status: 413, cause: 'too-large', message: error.message },
      })
    }
    if (told.length === 0) throw new BadRequest('no document came: send it as the body, or as multipart/form-data')
    const status = statusOf(told)
    const [first] = told
    const error = status >= 400 && first && 'message' in first.answer ? { error: first.answer.message } : {}
    return reply.status(status).send({ ...error, documents: told.map(shown) })
  }

  async function found(request: FastifyRequest, reply: FastifyReply): Promise<DocumentEntry | null> {
    const path = documentPath.safeParse(request.params)
    const entry = path.success ? await store.find(path.data.documentId) : null
    if (!entry) await reply.status(404).send({ error: 'there is no such document' })
    return entry
  }

  return async (app) => {
    await sweepOwned(options.spool)
    const people = ['operator', 'reviewer', 'lead'] as const
    app.post('/documents', { onRequest: guard(...people, 'write') }, upload)
    app.get('/documents/:documentId', { onRequest: guard(...people, 'read', 'write') }, async (request, reply) => {
      const entry = await found(request, reply)
      return entry ? reply.send(standing(entry)) : reply
    })
    app.get('/documents/:documentId/records', { onRequest: guard(...people, 'read') }, async (request, reply) => {
      const entry = await found(request, reply)
      if (!entry) return reply
      if (entry.state !== 'done' && entry.state !== 'failed')
        return reply.status(409).send({ error: 'it is not done yet: ask again later', ...standing(entry) })
      const { as } = request.query as { readonly as?: string }
      if (as !== undefined && as !== 'read' && as !== 'reviewed')
        throw new BadRequest('the query may hold as: read (without what people decided) or reviewed')
      const who = callerOf(request)
      const shown = shownTo(store, await store.records(entry.sha256), who && who.via !== 'token' ? who.name : null)
      const records: CaseRecord[] = []
      for await (const record of as === 'read' ? shown : asReviewed(store, shown)) records.push(record)
      return reply.send(records)
    })
  }
}

/** What came of the files of one upload, each with the number of the file that it is of, from 1. */
type Told = { readonly file: number; readonly answer: Answer }

/** The parts of one request are told apart by their order. */
const keyOfPart = (key: string | string[] | undefined, file: number) =>
  key === undefined ? undefined : file === 1 ? String(key) : `${key} ${file - 1}`

const wasTaken = ({ answer: { kind } }: Told) => kind === 'new' || kind === 'known'

/** 202 when something new was taken, 207 when something else was not (each file tells); of one that was refused, why. */
function statusOf(told: readonly Told[]): number {
  if (told.every(wasTaken)) return told.some(({ answer }) => answer.kind === 'new') ? 202 : 200
  if (told.some(wasTaken)) return 207
  return told.some(({ answer }) => answer.kind === 'refused' && answer.status === 413) || told.some(isTooLarge)
    ? 413
    : 422
}

const isTooLarge = ({ answer }: Told) => answer.kind === 'failed' && answer.failure.code === 'too-large'

function shown({ file, answer }: Told): object {
  switch (answer.kind) {
    case 'refused':
      return { file, state: 'refused', cause: answer.cause, message: answer.message }
    case 'failed':
      return { file, state: 'failed', cause: answer.failure.code, message: answer.failure.message }
    default:
      return { file, ...standing(answer.document), new: answer.kind === 'new' }
  }
}

/** How a document stands. No name, no word of it. */
function standing(entry: DocumentEntry): object {
  const { sha256, state, again, cause, message, attempts, pageCount, receivedAt, held, due } = entry
  return { documentId: sha256, state, again, cause, message, attempts, pageCount, receivedAt, held, due }
}
