import { z } from 'zod'
import type { ReadBy } from './read-by.ts'

/**
 * The shape of a case record. It grows by one whenever records of the shape before would not fit; the store then brings those it
 * has into the new shape when they are read (`store/ledger/upcast.ts`).
 * 1: without `made`. 2: with it. 3: frequency and drug are fields, and the review says what it vouches for.
 * 4: the documents that a file holds.
 */
export const RECORD_SCHEMA = 4

export const readBySchema = z
  .object({ imr: z.string().min(1), engine: z.string().nullable(), model: z.string().nullable() })
  .strict()
  .readonly() satisfies z.ZodType<ReadBy>

/** What made a record. Versions and digests; no time, no machine. */
export const madeSchema = z
  .object({
    schema: z.literal(RECORD_SCHEMA),
    ...readBySchema.unwrap().shape,
    /** Version of the product that made the proposals, and the digest of its guideline packs; null while there are none. */
    guidelines: z.string().nullable(),
  })
  .strict()
  .readonly()
export type Made = z.infer<typeof madeSchema>

/** What made a record that has no proposals yet. */
export function madeBy({ imr, engine, model }: ReadBy): Made {
  return { schema: RECORD_SCHEMA, imr, engine, model, guidelines: null }
}
