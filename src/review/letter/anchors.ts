import { similarity } from '../../evaluate/index.ts'
import type { Anchor, CaseRecord } from '../../model/index.ts'
import { isList, type List, parsePath } from './places.ts'
import { type Item, wordingOf } from './seen.ts'

/** A wording that was read a little otherwise is still the same item's from this likeness on (0..1) ... */
const SAME = 0.8
/** ... when no other comes as near as this. */
const CLEARLY = 0.1

const wordings = (list: List, record: CaseRecord): readonly (string | null)[] =>
  (record[list] as readonly Item[]).map((item) => wordingOf(list, item).value)

/** What an edit at a path holds on to when it is kept; null for a place that is in no list, or was added by a person. */
export function anchorOf(record: CaseRecord, path: string): Anchor | null {
  const parsed = parsePath(path)
  if (!parsed?.item || parsed.item.added || !isList(parsed.group)) return null
  const all = wordings(parsed.group, record)
  const wording = all[parsed.item.index] ?? null
  return { wording, nth: all.slice(0, parsed.item.index).filter((other) => other === wording).length }
}

/** Where a path that was anchored leads in the record as it is read now: the path, or null when nothing there is the item that was meant. */
export function resolvePath(record: CaseRecord, path: string, anchor: Anchor | null): string | null {
  const parsed = parsePath(path)
  if (!parsed?.item || parsed.item.added || !isList(parsed.group)) return path
  const index = anchor === null ? parsed.item.index : find(wordings(parsed.group, record), anchor, parsed.item.index)
  if (index === null || index >= record[parsed.group].length) return null
  return `${parsed.group}[${index}]${parsed.key === null ? '' : `.${parsed.key}`}`
}

function find(all: readonly (string | null)[], { wording, nth }: Anchor, before: number): number | null {
  const same = all.flatMap((other, i) => (other === wording ? [i] : []))
  if (same.length > 0) return same[nth] ?? null
  if (wording === null) return null
  const likeness = all.map((other) => (other === null ? 0 : similarity(wording, other)))
  const best = Math.max(0, ...likeness)
  const near = likeness.flatMap((l, i) => (l >= SAME && l > best - CLEARLY ? [i] : []))
  if (near.length === 1) return near[0] ?? null
  // Of several that are alike only the one that stands where it stood.
  return near.includes(before) ? before : null
}
