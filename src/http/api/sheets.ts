import { z } from 'zod'
import { boxSchema, fieldPathSchema, type LetterId, type LetterView, letterIdSchema } from '../../model/index.ts'
import { confirmOnSheet, placeLetters, SHEET, sheetFields, sheetOf, undoOnSheet } from '../../review/index.ts'
import type { Write } from '../../store/index.ts'
import { sentOf, toldOfLetters, writeHeaders } from './letter-writes.ts'
import { behind, cursorOf } from './letters.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, type Call, route } from './route.ts'

const roles = ['reviewer', 'lead'] as const
const seen = z.string().regex(/^[0-9a-f]{64}$/)
const revision = z.int().nonnegative()

const itemSchema = z
  .object({
    letterId: letterIdSchema,
    name: z.string(),
    path: fieldPathSchema,
    revision,
    page: z.int().positive(),
    box: boxSchema,
    value: z.unknown(),
    seen,
  })
  .strict()
  .meta({ id: 'SheetItem' })

/** What became of a letter: `status` as the answer to a write of its own would have; `by`: who changed it meanwhile. */
const writtenSchema = z
  .object({
    letterId: letterIdSchema,
    status: z.int(),
    revision: revision.nullable(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    by: z.array(z.string()),
  })
  .strict()
  .meta({ id: 'SheetWritten' })
type WrittenLetter = z.output<typeof writtenSchema>
const answers = { 200: z.object({ letters: z.array(writtenSchema) }).strict() }

/** Sheets: one field of many letters at a time. */
export const sheetRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/work/sheets',
    roles,
    summary:
      'One field of letters that wait and that nobody has in hand, where it is doubtful: value and place of each',
    query: z
      .object({
        /** By its place without indices: `header.decisionDate`, `services[].outcome`. */
        field: z.string().max(100),
        cursor: z.string().max(500).optional(),
      })
      .strict(),
    answers: {
      200: z.object({ fields: z.array(z.string()), items: z.array(itemSchema), next: z.string().nullable() }).strict(),
    },
    handle: async ({ context: { store }, query: { field, cursor }, who }) => {
      if (!sheetFields.includes(field))
        throw new Problem(422, 'no-field', `no sheet is made of ${field}: take one of ${sheetFields.join(', ')}`)
      await placeLetters(store)
      const { items, next } = await sheetOf(store, field, who.name, cursor === undefined ? undefined : behind(cursor))
      await store.shown([...new Set(items.map(({ letterId }) => letterId))], who.name, 'sheet')
      return { fields: [...sheetFields], items: [...items], next: next && cursorOf(next) }
    },
  }),
  route({
    method: 'POST',
    path: '/work/sheets',
    roles,
    summary:
      'Accepts places of up to 24 letters that nobody has in hand, each on the revision that was seen: Idempotency-Key; answers letter by letter',
    headers: writeHeaders,
    body: z
      .object({
        letters: z
          .array(
            z
              .object({
                letterId: letterIdSchema,
                revision,
                places: z
                  .array(z.object({ path: fieldPathSchema, seen }).strict())
                  .min(1)
                  .max(SHEET),
              })
              .strict(),
          )
          .min(1)
          .max(SHEET),
      })
      .strict(),
    answers,
    handle: async ({ context: { store }, body, headers, who }) =>
      inTurn(store, who, body.letters, ({ letterId, revision, places }) =>
        confirmOnSheet(store, letterId, writeOn(headers, who.name, { on: revision, places }), places),
      ),
  }),
  route({
    method: 'POST',
    path: '/work/sheets/undo',
    roles,
    summary:
      'Takes back what the caller accepted from a sheet, each by the revision that it made: Idempotency-Key; answers letter by letter',
    headers: writeHeaders,
    body: z
      .object({
        letters: z
          .array(z.object({ letterId: letterIdSchema, revision: z.int().positive() }).strict())
          .min(1)
          .max(SHEET),
      })
      .strict(),
    answers,
    handle: async ({ context: { store }, body, headers, who }) =>
      inTurn(store, who, body.letters, ({ letterId, revision }) =>
        undoOnSheet(store, letterId, writeOn(headers, who.name, { on: revision, way: 'undo' })),
      ),
  }),
]

type Headers = z.output<typeof writeHeaders>

/** A write on a letter under the key of the whole request. @throws {Problem} 428 without one */
function writeOn(
  headers: Headers,
  by: string,
  what: Readonly<Record<string, unknown>> & { readonly on: number },
): Omit<Write, 'lock'> {
  const sent = sentOf(headers, by, ['sheet', what])
  if (!sent)
    throw new Problem(428, 'no-key', 'name this write, so that it can be sent again: Idempotency-Key, 1 to 200 signs')
  return { by, on: what.on, ...sent }
}

type Asked = { readonly letterId: LetterId }

/** Letter after letter: what stands in the way of one stands in the way of no other. Those that the caller is to answer blind are not there for them. */
async function inTurn<T extends Asked>(
  store: Call<undefined, undefined, undefined, undefined>['context']['store'],
  who: { readonly name: string },
  letters: readonly T[],
  write: (letter: T) => Promise<LetterView>,
): Promise<{ readonly letters: WrittenLetter[] }> {
  const hidden = new Set(await store.blindTo(who.name))
  const written: WrittenLetter[] = []
  for (const letter of letters) {
    const { letterId } = letter
    try {
      if (hidden.has(letterId)) throw notFound('letter')
      const { revision } = await toldOfLetters(write(letter))
      written.push({ letterId, status: 200, revision, code: null, detail: null, by: [] })
    } catch (error) {
      // What is wrong with the request is wrong with all of it.
      if (!(error instanceof Problem) || error.status === 428) throw error
      written.push({ letterId, ...refusalOf(error) })
    }
  }
  return { letters: written }
}

function refusalOf({ status, code, message, extra }: Problem): Omit<WrittenLetter, 'letterId'> {
  const changes = Array.isArray(extra.more?.changes) ? (extra.more.changes as readonly { readonly by: string }[]) : []
  return { status, revision: null, code, detail: message, by: [...new Set(changes.map(({ by }) => by))] }
}
