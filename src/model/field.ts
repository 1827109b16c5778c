import { z } from 'zod'
import type { Box } from './box.ts'
import { boxSchema } from './geometry.ts'

/** Where a value was read: page (from 1 within the file), the box on that page, and the words inside it. */
export const evidenceSchema = z
  .object({ page: z.int().positive(), box: boxSchema, text: z.string() })
  .strict()
  .readonly()
export type Evidence = { readonly page: number; readonly box: Box; readonly text: string }

export const fieldStatusSchema = z.enum([
  'extracted',
  'missing',
  'redacted',
  'ambiguous',
  'conflict',
  'corrected',
  'confirmed',
])
export type FieldStatus = z.infer<typeof fieldStatusSchema>

/**
 * One extracted leaf. `value: null` means "the document does not say", never "no".
 * `raw` is the text as read, before normalising; `rule` names the rule (or the reviewer) that made the value.
 */
export type Field<T> = {
  readonly value: T | null
  readonly raw: string
  readonly confidence: number
  readonly status: FieldStatus
  readonly rule: string
  readonly evidence: readonly Evidence[]
  readonly alternatives?: readonly { readonly value: T; readonly why: string }[] | undefined
}

const present = new Set<FieldStatus>(['extracted', 'corrected', 'confirmed'])

/** What a field says of its value; a part of the record that is a field itself has these beside its own keys. */
export const provenanceShape = {
  raw: z.string(),
  confidence: z.number().min(0).max(1),
  status: fieldStatusSchema,
  rule: z.string().min(1),
  evidence: z.array(evidenceSchema).readonly(),
}
export type Provenance = Omit<Field<unknown>, 'value' | 'alternatives'>

/** The schema of a field whose value matches `value`; refuses a missing field with a value and an extracted one without. */
export function fieldSchema<T>(value: z.ZodType<T>) {
  return z
    .object({
      value: value.nullable(),
      ...provenanceShape,
      alternatives: z
        .array(z.object({ value, why: z.string() }).strict().readonly())
        .readonly()
        .optional(),
    })
    .strict()
    .refine((f) => !present.has(f.status) || f.value !== null, { message: 'an extracted field must have a value' })
    .refine((f) => f.status !== 'missing' || f.value === null, { message: 'a missing field must have no value' })
    .readonly()
}

/** A field that the document does not state. `confidence` is how sure we are that it is not there. */
export function missing<T>(rule: string, confidence = 0): Field<T> {
  return { value: null, raw: '', confidence, status: 'missing', rule, evidence: [] }
}

/** A field read from the document. @throws {RangeError} when the confidence is outside 0..1 or there is no evidence. */
export function extracted<T>(
  value: T,
  from: {
    readonly raw: string
    readonly rule: string
    readonly confidence: number
    readonly evidence: readonly Evidence[]
    readonly status?: 'extracted' | 'ambiguous' | 'conflict'
    readonly alternatives?: Field<T>['alternatives']
  },
): Field<T> {
  if (!(from.confidence >= 0 && from.confidence <= 1))
    throw new RangeError(`confidence outside 0..1: ${from.confidence}`)
  if (from.evidence.length === 0) throw new RangeError(`value without evidence from rule ${from.rule}`)
  return {
    value,
    raw: from.raw,
    confidence: Math.round(from.confidence * 1000) / 1000,
    status: from.status ?? 'extracted',
    rule: from.rule,
    evidence: from.evidence,
    ...(from.alternatives && from.alternatives.length > 0 ? { alternatives: from.alternatives } : {}),
  }
}
