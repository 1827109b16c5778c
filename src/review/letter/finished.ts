import { createHash } from 'node:crypto'
import { type CaseRecord, canonical } from '../../model/index.ts'
import type { Finished } from '../../store/index.ts'
import { anchorOf, resolvePath } from './anchors.ts'
import { DERIVED } from './items.ts'
import type { Overlaid, PlaceState } from './overlay.ts'
import { isList, type List, parsePath } from './places.ts'
import { type Stood, stoodAt } from './seen.ts'

/** A place that has a value of its own, in its parts: `services[0]` and `request`. */
type Valued = { readonly whole: string; readonly list: List | null; readonly added: boolean; readonly key: string }

/** null for a list, and an item as a whole: what they hold is told by their places. */
function valuedAt(path: string): Valued | null {
  const parsed = parsePath(path)
  if (!parsed) return null
  const { group, item, key } = parsed
  if (isList(group)) {
    if (item === null || key === null) return null
    return { whole: path.slice(0, path.lastIndexOf('.')), list: group, added: item.added, key }
  }
  return { whole: key === null ? '' : group, list: null, added: false, key: key ?? group }
}

/** Tells two values of a place apart; of none, why there is none. How sure it was, and by whom it was accepted, is not what it says. */
function digestOf({ value, status }: Stood): string {
  const text = canonical(value === null ? [value, status] : [value])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

const stoodIn = (record: CaseRecord, shown: string): Stood => stoodAt(record, shown) ?? { value: null, status: null }

/** What stands in a letter as reviewed: kept when somebody finishes it, to know later whether it still does. */
export function finishedOf(base: CaseRecord, { record, places }: Overlaid): Finished {
  const wholes = new Map<string, Record<string, string>>()
  for (const { path, shown } of places) {
    const at = valuedAt(path)
    if (!at || shown === null) continue
    const values = wholes.get(at.whole) ?? {}
    values[at.key] = digestOf(stoodIn(record, shown))
    wholes.set(at.whole, values)
  }
  return [...wholes].map(([path, values]) => ({ path, anchor: anchorOf(base, path), values }))
}

/**
 * Places that say something else than when the letter was finished, and that nobody has decided since, in the record's order. Of an item that was not
 * there what it says itself, not what follows from its wording; where one came or went, its list.
 */
export function readOtherwise(
  base: CaseRecord,
  { record, places }: Overlaid,
  finished: Finished | null,
): readonly string[] {
  if (finished === null) return []
  const known = new Map<string, Finished[number]['values']>()
  const lists = new Set<string>()
  for (const { path, anchor, values } of finished) {
    const now = resolvePath(base, path, anchor)
    if (now === null) lists.add(parsePath(path)?.group ?? '')
    else known.set(now, values)
  }
  const isOther = ({ path, shown, edited }: PlaceState): boolean => {
    const at = valuedAt(path)
    if (!at || shown === null || edited) return false
    const stood = stoodIn(record, shown)
    const values = known.get(at.whole)
    // A newer version may know places that nobody could look at then: they are judged like those of any letter.
    if (values) return values[at.key] !== undefined && values[at.key] !== digestOf(stood)
    if (at.list === null || at.added) return false
    lists.add(at.list)
    return stood.value !== null && !DERIVED[at.list].has(at.key)
  }
  const others = new Set(places.filter(isOther).map(({ path }) => path))
  return places.filter(({ path, edited }) => others.has(path) || (lists.has(path) && !edited)).map(({ path }) => path)
}
