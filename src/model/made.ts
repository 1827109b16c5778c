import { z } from 'zod'

/**
 * The shape of a case record. It grows by one whenever records of the shape before would not fit; the store then brings those it
 * has into the new shape when they are read (`store/ledger/upcast.ts`).
 * 1: without `made`. 2: with it.
 */
export const RECORD_SCHEMA = 2

/** Which program read a document, and with what: same bytes, same `ReadBy`, same words. */
export const readBySchema = z
  .object({
    /** Version of the product. */
    imr: z.string().min(1),
    /** OCR engine and its version: `tesseract 5.3.0`; null when none was asked. */
    engine: z.string().nullable(),
    /** The engine's language models, each with the first twelve hex digits of its file's sha256: `eng 7d4322bd2a77`. */
    model: z.string().nullable(),
  })
  .strict()
  .readonly()
export type ReadBy = z.infer<typeof readBySchema>

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

export function sameReader(a: ReadBy, b: ReadBy): boolean {
  return a.imr === b.imr && a.engine === b.engine && a.model === b.model
}
