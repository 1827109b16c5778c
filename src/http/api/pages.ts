import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { imageSizes, NotSearchable } from '../../extract/index.ts'
import { DocumentFailure, isPassing, pageOfWords, pageWordsSchema } from '../../model/index.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'
import type { Scope } from './who.ts'

const unpacked = promisify(gunzip)

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
const documentPath = z.object({ sha256: sha256Schema })
const pagePath = documentPath.extend({ page: z.coerce.number().int().min(1).max(1_000_000) })

const readers = ['reviewer', 'lead', 'physician', 'read'] as const satisfies readonly (Scope | string)[]

/** Kept by the browser alone, and asked for again each time: signed out, or forgotten, it is shown no more. */
const CACHE = 'private, no-cache'

/** What a page shows, and what was read on it; the file as it came in. */
export const imageRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/documents/:sha256/pages/:page/image',
    roles: readers,
    summary:
      'A page as it came, turned upright and not straightened: boxes of words lie on its ink. small: 1200 pixels wide; thumb: 200',
    params: pagePath,
    query: z.object({ size: z.enum(imageSizes).default('small') }).strict(),
    answers: { 200: { media: 'image/webp', description: 'The page' }, 304: null },
    notes: { action: 'seen', subject: ({ params }) => params.sha256 },
    handle: async ({ context, params: { sha256, page }, query: { size }, request, reply }) => {
      const image = await context.images.image(sha256, page, size)
      if (!image) throw notFound('page')
      if (isFresh(request, reply, image.tag)) return reply.status(304).send()
      const bytes = await image.bytes().catch(asProblem('no-image'))
      if (!bytes) throw new Problem(404, 'no-image', 'the page cannot be made out: scan or request it again')
      reply.type('image/webp')
      return bytes
    },
  }),
  route({
    method: 'GET',
    path: '/documents/:sha256/pages/:page/words',
    roles: readers,
    summary: 'The words that were read on a page, row by row, each with its box in fractions of the upright page',
    params: pagePath,
    answers: { 200: pageWordsSchema.meta({ id: 'PageWords' }), 304: null },
    notes: { action: 'seen', subject: ({ params }) => params.sha256 },
    handle: async ({ context, params: { sha256, page }, request, reply }) => {
      const packed = await context.store.packedWords(sha256, page)
      if (!packed) {
        if (!(await context.store.find(sha256))) throw notFound('page')
        throw new Problem(
          404,
          'no-words',
          'no words of this page are kept: have the document read again (imr reread --words)',
        )
      }
      reply.header('vary', 'accept-encoding')
      const tag = createHash('sha256').update(packed).digest('base64url').slice(0, 22)
      if (isFresh(request, reply, `"${tag}"`)) return reply.status(304).send()
      reply.type('application/json')
      if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return unpacked(packed)
      reply.header('content-encoding', 'gzip')
      return packed
    },
  }),
  route({
    method: 'GET',
    path: '/documents/:sha256/file',
    roles: readers,
    summary: 'The file as it came in; who takes it is in the audit trail',
    params: documentPath,
    answers: { 200: { media: 'application/octet-stream', description: 'The file' } },
    handle: async ({ context, params: { sha256 }, who, reply }) => {
      const { store } = context
      const entry = await store.find(sha256)
      if (!entry) throw notFound('document')
      const file = await store.openFile(sha256).catch(asProblem('no-file'))
      await store.noteDownload(sha256, who.name)
      const bytes = createReadStream(file.path)
      bytes.once('close', () => void file.release())
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${encoded(entry.fileName)}`)
        .send(bytes)
    },
  }),
  route({
    method: 'GET',
    path: '/documents/:sha256/searchable.pdf',
    roles: readers,
    summary: 'A copy whose scanned pages can be searched and copied from; who takes it is in the audit trail',
    params: documentPath,
    answers: { 200: { media: 'application/pdf', description: 'The copy' } },
    handle: async ({ context, params: { sha256 }, who, reply }) => {
      const { store } = context
      if (!(await store.find(sha256))) throw notFound('document')
      const pages = await store.wordsOfPages(sha256)
      if (pages.length === 0)
        throw new Problem(404, 'no-words', 'no words of its pages are kept: have it read again (imr reread --words)')
      const copy = await context.copies(sha256, pages.map(pageOfWords)).catch(asCopyProblem)
      await store.noteDownload(sha256, who.name)
      return reply
        .type('application/pdf')
        .header('cache-control', 'private, no-store')
        .header('content-disposition', `attachment; filename="${sha256.slice(0, 12)}.pdf"`)
        .send(copy)
    },
  }),
]

/** @throws {Problem} */
const asCopyProblem = (error: unknown) => {
  if (error instanceof NotSearchable) throw new Problem(422, 'not-searchable', error.message)
  return asProblem('no-file')(error)
}

/** For `catch`: what stands in the way of a file's bytes, in the words of its failure; another time it may not. @throws {Problem} */
const asProblem = (code: string) => (error: unknown) => {
  if (!(error instanceof DocumentFailure)) throw error
  throw new Problem(isPassing(error.code) ? 503 : 404, code, error.message)
}

/** Tags the answer; whether the caller has it already. */
function isFresh(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.header('etag', tag).header('cache-control', CACHE)
  const known = String(request.headers['if-none-match'] ?? '')
  return known.split(/\s*,\s*/).some((one) => one.replace(/^W\//, '') === tag)
}

/** A name as a header may hold it (RFC 8187): no sign in it is one of the header's own. */
const encoded = (name: string): string =>
  encodeURIComponent(Buffer.from(name).toString()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
