import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Taken, takeIn, type WayIn } from '../intake/index.ts'
import type { Queue } from '../queue/index.ts'
import { type DocumentEntry, ownedName, type Store, sha256Of, sweepOwned } from '../store/index.ts'
import type { Guard } from './auth.ts'

export type DocumentRoutes = {
  readonly store: Store
  readonly queue: Queue
  readonly guard: Guard
  readonly maxBytes: number
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

/** An uploader repeats a hand-over with the same key; other bytes under that key are a mistake of the uploader. */
class KeyReused extends Error {
  readonly statusCode = 422
}

class BadRequest extends Error {
  readonly statusCode = 400
}

/**
 * `POST /documents` takes one document as the body, or several as multipart/form-data; `GET /documents/:id` tells how it
 * stands, `GET /documents/:id/records` gives its case records once it is done.
 */
export function documentRoutes(options: DocumentRoutes): (app: FastifyInstance) => Promise<void> {
  const { store, queue, guard, maxBytes } = options

  async function upload(request: FastifyRequest, reply: FastifyReply) {
    const query = uploadQuery.safeParse(request.query)
    if (!query.success)
      throw new BadRequest('the query may hold urgency (expedited, standard, backlog), due (YYYY-MM-DD) and name')
    const { urgency, due = null, name } = query.data
    const way: WayIn = { store, queue, urgency, due, maxBytes }
    const key = request.headers['idempotency-key']
    if (key !== undefined && !keySchema.safeParse(key).success)
      throw new BadRequest('Idempotency-Key: 1 to 200 letters, digits or signs, no spaces')
    const taken: Taken[] = []
    let parts = 0
    if (request.isMultipart())
      for await (const part of request.files()) {
        taken.push(...(await take(part.file, part.filename, way, partKey(key, parts++))))
        // What was not read of a file that is too large would hold up the rest.
        part.file.resume()
      }
    else if (request.body instanceof Readable)
      taken.push(...(await take(request.body, name, way, key === undefined ? undefined : String(key))))
    if (taken.length === 0) throw new BadRequest('no document came: send it as the body, or as multipart/form-data')
    const refused = taken.every((t) => t.kind === 'failed')
    const status = refused ? refusal(taken) : taken.some((t) => t.kind === 'new') ? 202 : 200
    return reply.status(status).send({ documents: taken.map(shown) })
  }

  /** An archive is put on disk first, for its list of contents is at its end. */
  async function take(bytes: Readable, fileName: string, way: WayIn, key?: string): Promise<readonly Taken[]> {
    const { head, whole } = await peek(bytes)
    const arrival = { path: `upload:${key ?? randomUUID()}`, fileName: basename(fileName), bytes: whole }
    const before = key === undefined ? null : await store.uploaded(key)
    if (head.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
      // Only a single document ever has a key: to take an archive again changes nothing.
      if (before) throw keyReused()
      await mkdir(options.spool, { recursive: true, mode: 0o700 })
      const at = join(options.spool, ownedName())
      try {
        await pipeline(whole, limit(maxBytes), createWriteStream(at, { mode: 0o600 }))
        // The same archive again is the same source.
        const path = `upload:${await sha256Of(at)}`
        return await all(takeIn({ path, fileName: arrival.fileName, at }, way))
      } finally {
        await rm(at, { force: true })
      }
    }
    if (before) {
      if ((await digest(whole, maxBytes)) !== before.sha256) throw keyReused()
      return [{ kind: 'known', path: arrival.path, document: before, woken: false }]
    }
    const taken = await all(takeIn({ ...arrival, ...(key === undefined ? {} : { uploadKey: key }) }, way))
    const [first] = taken
    const under = key === undefined ? null : await store.uploaded(key)
    if (under && first?.kind !== 'failed' && under.sha256 !== first?.document.sha256) throw keyReused()
    return taken
  }

  async function found(request: FastifyRequest, reply: FastifyReply): Promise<DocumentEntry | null> {
    const path = documentPath.safeParse(request.params)
    const entry = path.success ? await store.find(path.data.documentId) : null
    if (!entry) await reply.status(404).send({ error: 'there is no such document' })
    return entry
  }

  return async (app) => {
    await sweepOwned(options.spool)
    app.addHook('onRequest', guard)
    // What was not read of an upload that is refused would hold up the next call on the same connection.
    app.addHook('onResponse', async (request) => void request.raw.resume())
    app.post('/documents', { bodyLimit: maxBytes }, upload)
    app.get('/documents/:documentId', async (request, reply) => {
      const entry = await found(request, reply)
      return entry ? reply.send(standing(entry)) : reply
    })
    app.get('/documents/:documentId/records', async (request, reply) => {
      const entry = await found(request, reply)
      if (!entry) return reply
      if (entry.state !== 'done' && entry.state !== 'failed')
        return reply.status(409).send({ error: 'it is not done yet: ask again later', ...standing(entry) })
      return reply.send(await store.records(entry.sha256))
    })
  }
}

/** The parts of one request are told apart by their order. */
const partKey = (key: string | string[] | undefined, n: number) =>
  key === undefined ? undefined : n === 0 ? String(key) : `${key} ${n}`

const keyReused = () => new KeyReused('this Idempotency-Key was used for another document: use a new one')

/** Nothing of what came could be taken: too large is the uploader's to mend, as is what cannot be unpacked. */
function refusal(taken: readonly Taken[]): number {
  return taken.some((t) => t.kind === 'failed' && t.failure.code === 'too-large') ? 413 : 422
}

function shown(taken: Taken): object {
  return taken.kind === 'failed'
    ? { state: 'failed', cause: taken.failure.code, message: taken.failure.message }
    : { ...standing(taken.document), new: taken.kind === 'new' }
}

/** How a document stands. No name, no word of it. */
function standing(entry: DocumentEntry): object {
  const { sha256, state, again, cause, message, attempts, pageCount, receivedAt, held, due } = entry
  return { documentId: sha256, state, again, cause, message, attempts, pageCount, receivedAt, held, due }
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** The first bytes, and the whole stream all the same. */
async function peek(bytes: Readable): Promise<{ readonly head: Buffer; readonly whole: Readable }> {
  const parts = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await parts.next()
  const head = first.done ? Buffer.alloc(0) : first.value
  async function* whole() {
    if (head.length > 0) yield head
    for (let part = await parts.next(); !part.done; part = await parts.next()) yield part.value
  }
  return { head, whole: Readable.from(whole(), { objectMode: false }) }
}

function limit(maxBytes: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let bytes = 0
    for await (const part of source) {
      bytes += part.length
      if (bytes > maxBytes) throw Object.assign(new Error('it is larger than is taken'), { statusCode: 413 })
      yield part
    }
  }
}

async function digest(bytes: Readable, maxBytes: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of limit(maxBytes)(bytes)) hash.update(part)
  return hash.digest('hex')
}
