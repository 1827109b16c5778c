import { type CaseRecord, canonical, type Field, type Issue, type Service, type StoredEdit } from '../../model/index.ts'
import { checkValues, rollUp, statusOf } from '../../normalize/index.ts'
import { type Act, acted } from './acts.ts'
import { type Decisions, decisionsOn, saidAfter, stoodNow } from './decisions.ts'
import { DERIVED, derived, type Row } from './items.ts'
import { type List, placeKinds, wordingOfList } from './places.ts'
import { digestOf, type Item, stoodIn } from './seen.ts'

/** A place as the page needs it: see `LetterView.fields`. */
export type PlaceState = {
  readonly path: string
  readonly shown: string | null
  readonly seen: string
  readonly edited: boolean
}

export type Overlaid = {
  /** The record with the edits applied; the very record as read when none counts. Its `review` is still that of the record as read. */
  readonly record: CaseRecord
  /** Every place in the record's order, those of added items behind those of the items that were read. */
  readonly places: readonly PlaceState[]
  readonly stale: readonly string[]
}

/** An item as it is now: where it is shown, and which of its keys people have decided. */
type Shown = {
  readonly row: Row
  readonly item: Item
  readonly index: number | null
  readonly decided: ReadonlySet<string>
}

/** Lays what people decided over a record as read. Pure: the record is left as it is, and what was not decided stays what was read. */
export function overlay(base: CaseRecord, edits: readonly StoredEdit[]): Overlaid {
  const decisions = decisionsOn(base, edits)
  const { rows, at, stale } = decisions
  const header = withTop(base, decisions)
  const diagnoses = shownItems('diagnoses', header, decisions)
  const services = shownItems('services', header, decisions)
  const shown = { diagnoses, services }
  const isEdited = (path: string) => at.has(path)
  const states = placeStates(base, decisions, shown, isEdited)
  const changes = at.size > 0 || rows.services.some((r) => r.added) || rows.diagnoses.some((r) => r.added)
  if (!changes) return { record: base, places: states, stale }
  const kept = renumbered(services)
  const changed: CaseRecord = {
    ...header,
    diagnoses: present(diagnoses) as CaseRecord['diagnoses'],
    services: kept,
    outcome: rollUp(kept),
    proposals: proposalsFor(base, services, kept),
  }
  const issues = issuesOf(base, changed, decisions, states)
  const isRead = base.status !== 'failed' || kept.length > 0
  return { record: { ...changed, issues, status: statusOf(issues, isRead) }, places: states, stale }
}

const present = (items: readonly Shown[]): readonly Item[] => items.flatMap((s) => (s.index === null ? [] : [s.item]))

/** The record with what was decided outside its lists. */
function withTop(base: CaseRecord, { at }: Decisions): CaseRecord {
  let record = base as unknown as Record<string, unknown>
  for (const kind of placeKinds) {
    if (kind.inList) continue
    const path = kind.group === '' ? kind.key : `${kind.group}.${kind.key}`
    const edit = at.get(path)?.edit
    if (!edit) continue
    if (kind.group === '') record = { ...record, [kind.key]: acted(kind, record[kind.key], edit as Act) }
    else {
      const group = record[kind.group] as Record<string, unknown>
      record = { ...record, [kind.group]: { ...group, [kind.key]: acted(kind, group[kind.key], edit as Act) } }
    }
  }
  return record as unknown as CaseRecord
}

function shownItems(list: List, record: CaseRecord, { rows, at }: Decisions): readonly Shown[] {
  const shown: Shown[] = []
  for (const row of rows[list]) {
    const before = present(shown) as readonly Service[]
    const { item, decided } = decidedItem(list, row, record, before, at)
    const index = at.get(row.path)?.edit.action === 'remove' ? null : before.length
    shown.push({ row, item, index, decided })
  }
  return shown
}

function decidedItem(
  list: List,
  row: Row,
  record: CaseRecord,
  before: readonly Service[],
  at: Decisions['at'],
): Pick<Shown, 'item' | 'decided'> {
  const wordingKey = wordingOfList[list]
  const said = at.get(`${row.path}.${wordingKey}`)
  const decided = new Set<string>()
  let item = row.item as unknown as Record<string, unknown>
  // What follows from a wording is read anew when that was corrected; what was decided about it before was about another wording.
  const anew = said && said.edit.action !== 'confirm' ? said : null
  for (const kind of placeKinds.filter((k) => k.group === list)) {
    const one = at.get(`${row.path}.${kind.key}`)
    if (!one || (anew && DERIVED[list].has(kind.key) && !saidAfter(one, anew))) continue
    decided.add(kind.key)
    item = { ...item, [kind.key]: acted(kind, item[kind.key], one.edit as Act) }
    if (one === anew)
      item = derived(list, item as unknown as Item, item[wordingKey] as Field<string>, {
        record,
        before,
      }) as unknown as Record<string, unknown>
  }
  return { item: item as unknown as Item, decided }
}

/** Services counted anew where one was added or removed; those that belong to another keep to it. */
function renumbered(services: readonly Shown[]): CaseRecord['services'] {
  const list = present(services) as readonly Service[]
  if (services.every((s) => s.index !== null && !s.row.added)) return list
  const now = new Map(
    services.flatMap((s) =>
      s.index === null || s.row.added ? [] : [[(s.row.item as Service).sequence, s.index + 1] as const],
    ),
  )
  return services.flatMap(({ item, index, row }) => {
    if (index === null) return []
    const service = item as Service
    const parent = service.parentSequence
    const own = row.added ? parent : parent === null ? null : (now.get(parent) ?? null)
    return [{ ...service, sequence: index + 1, parentSequence: own }]
  })
}

/** Proposals stand for what they were made from: those of a service that was removed, or is asked for otherwise than was read, are left out. */
function proposalsFor(base: CaseRecord, services: readonly Shown[], kept: readonly Service[]): CaseRecord['proposals'] {
  return base.proposals.flatMap((proposal) => {
    const own = services.find((s) => !s.row.added && (s.row.item as Service).sequence === proposal.sequence)
    if (!own || own.index === null) return own ? [] : [proposal]
    const isAsRead = [wordingOfList.services, ...DERIVED.services].every((key) => {
      const [read, now] = [own.row.item, own.item].map((item) => (item as unknown as Record<string, unknown>)[key])
      return canonical(stoodIn(read).value) === canonical(stoodIn(now).value)
    })
    return isAsRead ? [{ ...proposal, sequence: kept[own.index]?.sequence ?? proposal.sequence }] : []
  })
}

function placeStates(
  base: CaseRecord,
  { rows, at }: Decisions,
  shown: Readonly<Record<List, readonly Shown[]>>,
  isEdited: (path: string) => boolean,
): readonly PlaceState[] {
  const state = (path: string, shownAt: string | null, edited: boolean): PlaceState => ({
    path,
    shown: shownAt,
    seen: digestOf(stoodNow(base, rows, path) ?? { value: null, status: null }),
    edited,
  })
  const groups = [...new Set(placeKinds.map((k) => (k.group === '' ? k.key : k.group)))]
  return groups.flatMap((group): readonly PlaceState[] => {
    const kinds = placeKinds.filter((k) => k.group === group)
    if (group !== 'services' && group !== 'diagnoses') {
      const paths = kinds.length === 0 ? [group] : kinds.map((k) => `${group}.${k.key}`)
      return paths.map((path) => state(path, path, isEdited(path)))
    }
    return [
      state(group, group, isEdited(group)),
      ...shown[group].flatMap(({ row, index, decided }) => {
        const place = index === null ? null : `${group}[${index}]`
        return [
          state(row.path, place, at.has(row.path) || row.added),
          ...kinds.map((k) =>
            state(
              `${row.path}.${k.key}`,
              place && `${place}.${k.key}`,
              decided.has(k.key) || (row.added && k.key === wordingOfList[group]),
            ),
          ),
        ]
      }),
    ]
  })
}

const keyOf = ({ rule, path, message }: Issue) => `${rule} ${path} ${message}`

/** The problems of a record as reviewed: those that values tell are looked for again, others stay unless somebody looked at their place. */
function issuesOf(
  base: CaseRecord,
  changed: CaseRecord,
  { at }: Decisions,
  states: readonly PlaceState[],
): CaseRecord['issues'] {
  const told = new Set(checkValues(base).map(keyOf))
  const edited = new Set(states.filter((s) => s.edited).map((s) => s.path))
  const place = new Map(states.map((s) => [s.path, s.shown]))
  const others = base.issues.flatMap((issue): readonly Issue[] => {
    if (told.has(keyOf(issue)) || (issue.path !== null && edited.has(issue.path))) return []
    const shownAt = issue.path === null ? null : place.get(issue.path)
    return shownAt === undefined
      ? [issue]
      : issue.path !== null && shownAt === null
        ? []
        : [{ ...issue, path: shownAt }]
  })
  const isLetter = base.status !== 'failed' || changed.services.length > 0
  const illegible = states.flatMap(({ path, shown }): readonly Issue[] =>
    at.get(path)?.edit.action === 'illegible' && edited.has(path) && shown !== null
      ? [
          {
            rule: 'review.illegible',
            severity: 'error',
            message: `${shown} cannot be read on the page.`,
            path: shown,
            page: null,
          },
        ]
      : [],
  )
  return [...others, ...(isLetter ? checkValues(changed) : []), ...illegible]
}
