import { Readable } from 'node:stream'
import { z } from 'zod'
import { changeLine, type FormatName, formatNames, formats, nextLine } from '../../export/index.ts'
import { asReviewed, changesSince, shownTo } from '../../review/index.ts'
import { EVERYTHING } from '../../store/index.ts'
import { Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const formatSchema = z.enum(formatNames as readonly [FormatName, ...FormatName[]])
/** The answer's header with the cursor for the next time. */
const NEXT = 'imr-next-since'

/** Everything that is stored, piece by piece; the connection breaks where it cannot go on: what ended well is whole. */
export const exportRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/exports/:format',
    roles: ['lead', 'export'],
    summary:
      'All that is stored, as imr export writes it. since (jsonl, for programs): what changed since the Imr-Next-Since of the time before, and what is gone',
    params: z.object({ format: formatSchema }),
    query: z
      .object({
        /** CSV for Excel. */
        bom: z.stringbool().default(false),
        /** `read`: without what people decided. */
        as: z.enum(['read', 'reviewed']).default('reviewed'),
        since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
      })
      .strict(),
    answers: {
      200: { media: 'application/octet-stream', description: 'The records in the format that was asked for' },
    },
    notes: { action: 'exported', subject: () => EVERYTHING, detail: ({ params }) => params.format },
    handle: async ({ context: { store }, params: { format }, query: { bom, as, since }, who, reply }) => {
      const { mediaType, extension, write } = formats[format]
      if (bom && format !== 'csv') throw new Problem(422, 'no-bom', 'bom is for csv: the other formats do not need it')
      if (since !== undefined && (format !== 'jsonl' || who.via !== 'token'))
        throw new Problem(422, 'no-since', 'since is for programs and jsonl: ask with a token of the scope export')
      reply
        .type(mediaType)
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="imr-${format}.${extension}"`)
      if (since === undefined) {
        const shown = shownTo(store, store.allRecords(), who.via === 'token' ? null : who.name)
        return Readable.from(write(as === 'read' ? shown : asReviewed(store, shown), { bom }), { objectMode: false })
      }
      const { next, changes } = await changesSince(store, since, { asRead: as === 'read' })
      reply.header(NEXT, String(next))
      return Readable.from(linesOf(changes, next), { objectMode: false })
    },
  }),
]

async function* linesOf(
  changes: AsyncIterable<Parameters<typeof changeLine>[0]>,
  next: number,
): AsyncGenerator<string> {
  for await (const change of changes) yield changeLine(change)
  yield nextLine(next)
}
