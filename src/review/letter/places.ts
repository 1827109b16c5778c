import { z } from 'zod'
import { caseRecordSchema, provenanceShape } from '../../model/index.ts'

/** The lists of a record whose items people add and remove, and the wording that each item goes by. */
export const wordingOfList = { services: 'request', diagnoses: 'text' } as const
export type List = keyof typeof wordingOfList
export const isList = (key: string): key is List => Object.hasOwn(wordingOfList, key)

/**
 * A place of the record that people confirm and correct. `field` has a value of its own with where it was read; `reading` (frequency, drug) has that
 * beside its own keys; `plain` is a value without.
 */
export type PlaceKind = {
  /** `header` or a list; empty for a place at the top. */
  readonly group: string
  readonly key: string
  readonly inList: boolean
  readonly kind: 'field' | 'reading' | 'plain'
  /** What a correction of it holds. */
  readonly value: z.ZodType
  /** That it may be null, or has an empty form: `[]`. */
  readonly empty: null | readonly [] | undefined
}

/** Counted, not read: they follow from the order. */
const COUNTED = new Set(['sequence', 'parentSequence'])

function bare(schema: z.ZodType): { readonly inner: z.ZodType; readonly nullable: boolean } {
  let [inner, nullable] = [schema, false]
  while (inner instanceof z.ZodReadonly || inner instanceof z.ZodNullable || inner instanceof z.ZodOptional) {
    nullable ||= inner instanceof z.ZodNullable
    inner = inner.unwrap() as z.ZodType
  }
  return { inner, nullable }
}

const shapeOf = (schema: z.ZodType): Readonly<Record<string, z.ZodType>> => {
  const { inner } = bare(schema)
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {}
}
const isOwn = (schema: z.ZodType) => 'rule' in shapeOf(schema) && 'evidence' in shapeOf(schema)
const isField = (schema: z.ZodType) => isOwn(schema) && 'value' in shapeOf(schema)

function placeOf(group: string, key: string, schema: z.ZodType, inList: boolean): PlaceKind {
  const { inner, nullable } = bare(schema)
  if (isField(schema)) {
    const value = bare(shapeOf(schema).value as z.ZodType).inner
    return { group, key, inList, kind: 'field', value: filled(value), empty: undefined }
  }
  if (isOwn(schema)) {
    const own = Object.entries(shapeOf(schema)).filter(([name]) => !(name in provenanceShape))
    const value = z.object(Object.fromEntries(own)).strict()
    return { group, key, inList, kind: 'reading', value: nullable ? value.nullable() : value, empty: undefined }
  }
  const empty = nullable ? null : inner instanceof z.ZodArray ? ([] as const) : undefined
  return { group, key, inList, kind: 'plain', value: inner instanceof z.ZodString ? filled(inner) : schema, empty }
}

/** An empty text is no value: there is `missing` for that. */
const filled = (schema: z.ZodType) =>
  schema.refine((value) => typeof value !== 'string' || value.trim() !== '', {
    message: 'is empty: say missing instead',
  })

function placesOf(key: string, schema: z.ZodType): readonly PlaceKind[] {
  if (isField(schema)) return [placeOf('', key, schema, false)]
  const { inner } = bare(schema)
  const list = inner instanceof z.ZodArray
  const members = Object.entries(shapeOf(list ? (inner.element as z.ZodType) : inner))
  if (!members.some(([, member]) => isField(member))) return []
  const chosen = members.filter(([name, member]) => (list ? !COUNTED.has(name) : isField(member)))
  return chosen.map(([name, member]) => placeOf(key, name, member, list))
}

/** Every place of a record that can be reviewed, in the record's order: found in its schema, never listed by hand. */
export const placeKinds: readonly PlaceKind[] = Object.entries(shapeOf(caseRecordSchema)).flatMap(([key, schema]) =>
  placesOf(key, schema),
)

/** A path in its parts: `services[+1].request` is the first that was added; `services[0]` an item as a whole; `services` the list. */
export type ParsedPath = {
  readonly group: string
  readonly item: { readonly added: boolean; readonly index: number } | null
  readonly key: string | null
}

const PATH = /^([a-z][A-Za-z]*)(?:\[(\+?)([0-9]+)\])?(?:\.([a-z][A-Za-z]*))?$/

/** null for what is no path. */
export function parsePath(path: string): ParsedPath | null {
  const found = PATH.exec(path)
  if (!found) return null
  const [, group = '', plus, index, key] = found
  const item = index === undefined ? null : { added: plus === '+', index: Number(index) }
  return { group, item, key: key ?? null }
}

/** The kind of place that a path names; null for lists, items and what is no place. */
export function kindAt(path: string): PlaceKind | null {
  const parsed = parsePath(path)
  if (!parsed) return null
  const { group, item, key } = parsed
  const isTop = key === null && item === null
  return (
    placeKinds.find((p) =>
      isTop ? p.group === '' && p.key === group : p.group === group && p.key === key && p.inList === (item !== null),
    ) ?? null
  )
}
