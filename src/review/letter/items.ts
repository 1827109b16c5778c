import { type CaseRecord, type Diagnosis, type Evidence, type Field, missing, type Service } from '../../model/index.ts'
import { askedFor, diagnosisOfWording } from '../../normalize/index.ts'
import type { Active } from './active.ts'
import { BY_REVIEW } from './acts.ts'
import type { List } from './places.ts'
import type { Item } from './seen.ts'

/** An item of a list, as read or as a person added it. */
export type Row = {
  /** `services[0]`, or `services[+1]`. */
  readonly path: string
  readonly item: Item
  readonly added: boolean
}

/** An item's keys that follow from its wording. `sequence`: which number the service has now; `before`: the services before it, as they are now. */
export function derived(
  list: List,
  item: Item,
  wording: Field<string>,
  context: { readonly record: CaseRecord; readonly before: readonly Service[] },
): Item {
  if (list === 'services')
    return { ...(item as Service), request: wording, ...askedFor({ request: wording, place: null }, context.before) }
  const { header } = context.record
  return diagnosisOfWording(wording, { dateOfService: header.urDecisionDate.value ?? header.decisionDate.value })
}

/** Keys of an item that follow from its wording. */
export const DERIVED: Readonly<Record<List, ReadonlySet<string>>> = {
  services: new Set(['category', 'regions', 'laterality', 'levels', 'frequency', 'drug']),
  diagnoses: new Set(['expanded', 'region', 'laterality', 'certainty', 'codes']),
}

/** The items of a list in the record's order, then those that people added; what was added and taken back keeps its number. */
export function rowsOf(
  list: List,
  record: CaseRecord,
  adds: readonly Active[],
  order: ReadonlyMap<string, number>,
): readonly Row[] {
  const read = (record[list] as readonly Item[]).map((item, i): Row => ({ path: `${list}[${i}]`, item, added: false }))
  const added = adds.flatMap(({ edit, revision, part }): Row[] => {
    if (edit.action !== 'add' || edit.list !== list) return []
    const number = order.get(`${revision}.${part}`) ?? 0
    return [{ path: `${list}[+${number}]`, item: begun(list, record, edit), added: true }]
  })
  return [...read, ...added]
}

function begun(
  list: List,
  record: CaseRecord,
  { text, evidence }: { readonly text: string; readonly evidence: readonly Evidence[] },
): Item {
  const rule = `${BY_REVIEW}add`
  const raw = evidence.length > 0 ? evidence.map((e) => e.text).join(' ') : text
  const wording: Field<string> = { value: text, raw, confidence: 1, status: 'corrected', rule, evidence }
  const context = { record, before: [] }
  if (list === 'diagnoses') return derived(list, { text: wording } as Diagnosis, wording, context)
  const nothing = missing<string>(rule)
  const unsaid = {
    sequence: 1,
    original: null,
    authorized: null,
    claimsAdministratorGuideline: nothing,
    reviewerGuideline: nothing,
    rationale: nothing,
    outcome: missing<never>(rule),
  }
  return inOrder(derived(list, unsaid as unknown as Service, wording, context) as Service)
}

/** The keys in the record's own order. */
function inOrder(service: Service): Service {
  const { sequence, request, original, authorized, category, regions, laterality, levels, frequency, drug } = service
  const { parentSequence, claimsAdministratorGuideline, reviewerGuideline, rationale, outcome } = service
  return {
    ...{ sequence, request, original, authorized, category, regions, laterality, levels, frequency, drug },
    ...{ parentSequence, claimsAdministratorGuideline, reviewerGuideline, rationale, outcome },
  }
}
