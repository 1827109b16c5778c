import { z } from 'zod'
import { cutPartSchema, type LetterId, letterIdSchema } from '../../model/index.ts'
import { cutDocument, type FileCuts, openCuts, WrongCut } from '../../review/index.ts'
import { CutRefused } from '../../store/index.ts'
import { etagOf } from './letter-writes.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const params = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })
const parts = z.array(cutPartSchema).min(1).max(20_000).readonly()
const cutsSchema = z
  .object({
    /** How often a person has cut it; 0: it stands as its pages tell. */
    revision: z.int().nonnegative(),
    fileName: z.string(),
    pageCount: z.int().positive(),
    parts,
    /** The letters, in the order of their parts. */
    letters: z.array(letterIdSchema).readonly(),
  })
  .strict()
  .meta({ id: 'Cuts' })

/** How files are cut into letters. */
export const cutRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/documents/:sha256/cuts',
    roles: ['reviewer', 'lead', 'physician', 'read'],
    summary: 'How a file is cut into letters and other sheets; its ETag is the revision that a cut names',
    params,
    answers: { 200: cutsSchema },
    handle: async ({ context: { store }, params: { sha256 }, reply }) => {
      const cuts = await told(openCuts(store, sha256))
      if (!cuts) throw notFound('document')
      reply.header('etag', etagOf(cuts.revision))
      return shown(sha256, cuts)
    },
  }),
  route({
    method: 'PUT',
    path: '/documents/:sha256/cuts',
    roles: ['reviewer', 'lead'],
    summary:
      'Splits and joins letters of a file, and says of what kind its other pages are, without reading it again; what was decided stays with letters that begin on the same page',
    params,
    headers: z.looseObject({ 'if-match': z.string().max(100).optional() }),
    body: z.object({ parts }).strict(),
    answers: { 200: cutsSchema },
    handle: async ({ context: { store }, params: { sha256 }, body, headers, who, reply }) => {
      const on = /^(?:W\/)?"?(\d{1,9})"?$/.exec(headers['if-match'] ?? '')?.[1]
      if (on === undefined)
        throw new Problem(428, 'no-revision', 'say on which revision this is made: If-Match with the ETag of GET')
      const records = await told(cutDocument(store, sha256, { on: Number(on), by: who.name, parts: body.parts }))
      if (!records) throw notFound('document')
      const revision = Number(on) + 1
      reply.header('etag', etagOf(revision))
      const { pageCount = 0, fileName = '' } = records[0]?.document ?? {}
      return shown(sha256, { revision, fileName, pageCount, parts: body.parts })
    },
  }),
]

function shown(sha256: string, cuts: FileCuts) {
  const letters = cuts.parts
    .filter((part) => part.kind === 'imr-determination')
    .map(({ pages }): LetterId => `${sha256}-p${Math.min(...pages)}`)
  return { ...cuts, parts: [...cuts.parts], letters }
}

const statuses = { unknown: 404, 'in-hand': 409, locked: 423, conflict: 409 } as const

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof CutRefused) {
      const code = error.code === 'conflict' ? 'revision-conflict' : error.code
      throw new Problem(statuses[error.code], code, error.message)
    }
    if (error instanceof WrongCut) throw new Problem(error.code === 'no-words' ? 409 : 422, error.code, error.message)
    throw error
  }
}
