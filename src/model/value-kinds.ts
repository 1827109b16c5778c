import { z } from 'zod'
import { diagnosisSchema, headerSchema, patientSchema, reviewerSchema, serviceSchema } from './case-record.ts'

/**
 * What a field's value is made of, for whoever shows or takes it: `choice` is one of `options`, `list` several texts, `derived` is made from
 * another field's wording (frequency, drug, codes).
 */
export type ValueKind =
  | { readonly kind: 'text' | 'date' | 'number' | 'list' | 'derived' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }

type Json = {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Json>>
  readonly anyOf?: readonly Json[]
  readonly items?: Json
}

/**
 * The kind of every field of a letter, read off the record's schema in its order, by its place without indices: `header.dateOfInjury`,
 * `services[].request`.
 */
export function valueKinds(): Readonly<Record<string, ValueKind>> {
  return Object.fromEntries([
    ...fieldsOf('header.', headerSchema),
    ...fieldsOf('patient.', patientSchema),
    ...fieldsOf('reviewer.', reviewerSchema),
    ['clinicalSummary', { kind: 'text' }],
    ...fieldsOf('diagnoses[].', diagnosisSchema),
    ...fieldsOf('services[].', serviceSchema),
  ])
}

/** Counted, not read: they follow from the order. */
const counted = new Set(['sequence', 'parentSequence'])

/** What carries its evidence is a field; what does not follows from a wording, and may be corrected beside it. */
function fieldsOf(before: string, schema: z.ZodType): readonly (readonly [string, ValueKind])[] {
  const { properties = {} } = z.toJSONSchema(schema, { unrepresentable: 'any' }) as Json
  return Object.entries(properties).flatMap(([name, json]) => {
    const place = stated(json)
    if (counted.has(name)) return []
    const { value, evidence } = place?.properties ?? {}
    return [[`${before}${name}`, value ? kindOf(stated(value)) : evidence ? derived : kindOf(place)] as const]
  })
}

/** A schema without its `null`. */
const stated = (json: Json): Json | undefined => (json.anyOf ? json.anyOf.find(({ type }) => type !== 'null') : json)

const derived: ValueKind = { kind: 'derived' }

function kindOf(json: Json | undefined): ValueKind {
  if (json?.enum) return { kind: 'choice', options: json.enum }
  if (json?.format === 'date') return { kind: 'date' }
  if (json?.type === 'integer' || json?.type === 'number') return { kind: 'number' }
  if (json?.type === 'array') return json.items?.type === 'object' ? derived : { kind: 'list' }
  return { kind: 'text' }
}
