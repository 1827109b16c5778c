import { type CaseRecord, canonical, type StoredEdit } from '../../model/index.ts'
import { type Active, activeEdits } from './active.ts'
import { resolvePath } from './anchors.ts'
import { type Row, rowsOf } from './items.ts'
import { isList, type List, parsePath } from './places.ts'
import { digestOf, type Stood, stoodAt, stoodOfItem } from './seen.ts'

/** What people decided on a letter, as far as it holds for what is read now. */
export type Decisions = {
  readonly rows: Readonly<Record<List, readonly Row[]>>
  /** The last word on each place, by its path in the record as it is read now. */
  readonly at: ReadonlyMap<string, Active>
  /** Places whose last word was said of another value than is read now; a list, where what it was said of is gone. */
  readonly stale: readonly string[]
}

const isLater = (a: Active, b: Active) => a.revision > b.revision || (a.revision === b.revision && a.part > b.part)
/** Whether one was said after the other. */
export const saidAfter = isLater

export function decisionsOn(record: CaseRecord, edits: readonly StoredEdit[]): Decisions {
  const active = activeEdits(edits)
  const numbers = addedNumbers(edits)
  const rows = {
    services: rowsOf('services', record, active, numbers),
    diagnoses: rowsOf('diagnoses', record, active, numbers),
  }
  const last = new Map<string, Active>()
  const homeless: { readonly list: string; readonly edit: Active }[] = []
  for (const one of active) {
    if (one.edit.action === 'add') continue
    const path = resolvePath(record, one.edit.path, one.anchor)
    if (path === null) homeless.push({ list: parsePath(one.edit.path)?.group ?? '', edit: one })
    else last.set(path, one)
  }
  const at = new Map<string, Active>()
  const stale = new Set<string>()
  for (const [path, one] of last) {
    const stood = stoodNow(record, rows, path)
    // An added item that was taken back takes with it what was said of it.
    if (stood === null) continue
    if (isStale(one, stood)) stale.add(path)
    else at.set(path, one)
  }
  for (const { list, edit } of homeless) {
    const settled = at.get(list)
    if (!settled || !isLater(settled, edit)) stale.add(list)
  }
  return { rows, at, stale: [...stale] }
}

/** The number of each added item, counted from 1 in the order of adding, those that were taken back included: by `revision.part`. */
function addedNumbers(edits: readonly StoredEdit[]): ReadonlyMap<string, number> {
  const counts: Record<string, number> = {}
  const numbers = new Map<string, number>()
  for (const { edit, revision, part } of [...edits].sort((a, b) => a.revision - b.revision || a.part - b.part)) {
    if (edit.action !== 'add') continue
    counts[edit.list] = (counts[edit.list] ?? 0) + 1
    numbers.set(`${revision}.${part}`, counts[edit.list] ?? 0)
  }
  return numbers
}

/** What is read at a path, what people added included; null where there is no such place. */
export function stoodNow(record: CaseRecord, rows: Readonly<Record<List, readonly Row[]>>, path: string): Stood | null {
  const parsed = parsePath(path)
  if (!parsed?.item?.added || !isList(parsed.group)) return stoodAt(record, path)
  const row = rows[parsed.group].find((r) => r.path === `${parsed.group}[+${parsed.item?.index}]`)
  return row ? stoodOfItem(parsed.group, row.item, parsed.key) : null
}

function isStale({ edit }: Active, stood: Stood): boolean {
  if (!('seen' in edit) || edit.seen === digestOf(stood)) return false
  // A better reading that says what the person said proves them right.
  return !(edit.action === 'correct' && canonical(edit.value) === canonical(stood.value))
}
