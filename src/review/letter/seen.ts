import { createHash } from 'node:crypto'
import {
  type CaseRecord,
  canonical,
  type Diagnosis,
  type Field,
  provenanceShape,
  type Service,
} from '../../model/index.ts'
import { isList, type List, parsePath, wordingOfList } from './places.ts'

export type Item = Service | Diagnosis

/** A value as it stands in a record, whatever its kind: what tells two readings of a place apart. */
export type Stood = { readonly value: unknown; readonly status: string | null }

/** What stands at a place of a part of the record: a field's value and status, a reading without its provenance, a plain value. */
export function stoodIn(held: unknown): Stood {
  if (held === null || typeof held !== 'object' || Array.isArray(held)) return { value: held ?? null, status: null }
  const own = held as Readonly<Record<string, unknown>>
  if (!('status' in own && 'rule' in own)) return { value: held, status: null }
  const status = String(own.status)
  if ('value' in own) return { value: own.value, status }
  return { value: Object.fromEntries(Object.entries(own).filter(([key]) => !(key in provenanceShape))), status }
}

/** The digest to send as `seen`: sha256 of value and status. */
export const digestOf = ({ value, status }: Stood): string =>
  createHash('sha256')
    .update(canonical([value, status]))
    .digest('hex')

/** The wording that an item goes by. */
export const wordingOf = (list: List, item: Item): Field<string> =>
  (item as unknown as Readonly<Record<string, Field<string>>>)[wordingOfList[list]] as Field<string>

/** What stands at a path of a record as read; null where the record has no such place. Of an item its wording, of a list all its wordings. */
export function stoodAt(record: CaseRecord, path: string): Stood | null {
  const parsed = parsePath(path)
  if (!parsed || parsed.item?.added) return null
  const { group, item, key } = parsed
  const top = (record as unknown as Readonly<Record<string, unknown>>)[group]
  if (top === undefined) return null
  if (!isList(group)) {
    const held = key === null ? top : (top as Readonly<Record<string, unknown>>)[key]
    return held === undefined ? null : stoodIn(held)
  }
  const items: readonly Item[] = record[group]
  if (item === null) return { value: items.map((one) => wordingOf(group, one).value), status: null }
  const one = items[item.index]
  return one ? stoodOfItem(group, one, key) : null
}

/** What stands at a key of an item; of the item as a whole its wording. */
export function stoodOfItem(list: List, item: Item, key: string | null): Stood | null {
  if (key === null) return stoodIn(wordingOf(list, item))
  const held = (item as unknown as Readonly<Record<string, unknown>>)[key]
  return held === undefined ? null : stoodIn(held)
}
