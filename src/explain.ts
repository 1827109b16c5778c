import { closest, distance } from 'fastest-levenshtein'
import type { CaseRecord, Diagnosis, Drug, Evidence, Field, Issue, Provenance, Service } from './model/index.ts'

/** Where one value of a case record came from. */
export type Explanation = {
  /** Path into the record: `header.dateOfInjury`, `services[0].frequency`. Counts from 0. */
  readonly path: string
  readonly value: unknown
  readonly status: Field<unknown>['status'] | null
  /** Null for what was made of another value: `madeFrom` then has one. */
  readonly confidence: number | null
  /** The text as it was read. */
  readonly raw: string
  readonly rule: string | null
  /** The path whose text the value was made from. */
  readonly madeFrom: string | null
  readonly evidence: readonly Evidence[]
  readonly alternatives: readonly { readonly value: unknown; readonly why: string }[]
  /** Issues that name this value, or the part of the record that it belongs to. */
  readonly checks: readonly Issue[]
}

/** No value of the record has such a path. The message names those that are most like it. */
export class NoSuchField extends Error {
  override readonly name = 'NoSuchField'
}

/**
 * Explains the values at `wanted` and below it (`services[0]` gives all of a service); without it, every value of the record.
 * @throws {NoSuchField}
 */
export function explain(record: CaseRecord, wanted?: string): readonly Explanation[] {
  const all = explanations(record)
  if (wanted === undefined) return all
  const chosen = all.filter((e) => e.path === wanted || isBelow(e.path, wanted))
  if (chosen.length > 0) return chosen
  const paths = all.map((e) => e.path)
  const near = [...paths].sort((a, b) => distance(wanted, a) - distance(wanted, b)).slice(0, 4)
  if (paths.length > 0 && !near.includes(closest(wanted, paths))) near.unshift(closest(wanted, paths))
  throw new NoSuchField(`the record has no ${wanted}: did you mean ${near.join(', ')}?`)
}

const isBelow = (path: string, above: string) => path.startsWith(`${above}.`) || path.startsWith(`${above}[`)

function explanations(record: CaseRecord): readonly Explanation[] {
  const { header, reviewer, patient, clinicalSummary, diagnoses, services } = record
  const found: Explanation[] = []
  const add = (path: string, field: Field<unknown> | null) => void (field && found.push(ofField(record, path, field)))
  for (const [name, field] of Object.entries(header)) add(`header.${name}`, field)
  for (const [name, field] of Object.entries(reviewer)) add(`reviewer.${name}`, field)
  for (const [name, field] of Object.entries(patient)) add(`patient.${name}`, field)
  add('clinicalSummary', clinicalSummary)
  for (const [i, diagnosis] of diagnoses.entries()) {
    add(`diagnoses[${i}].text`, diagnosis.text)
    found.push(...madeOfDiagnosis(record, `diagnoses[${i}]`, diagnosis))
  }
  for (const [i, service] of services.entries()) {
    const at = `services[${i}]`
    const { request, original, authorized, category, outcome } = service
    const { claimsAdministratorGuideline, reviewerGuideline, rationale } = service
    for (const [name, field] of Object.entries({ request, original, authorized, category })) add(`${at}.${name}`, field)
    found.push(...madeOfRequest(record, at, service))
    const read = { outcome, claimsAdministratorGuideline, reviewerGuideline, rationale }
    for (const [name, field] of Object.entries(read)) add(`${at}.${name}`, field)
  }
  return found
}

function ofField(record: CaseRecord, path: string, field: Field<unknown>): Explanation {
  const { value, status, confidence, raw, rule, evidence, alternatives = [] } = field
  return {
    path,
    value,
    status,
    confidence,
    raw,
    rule,
    madeFrom: null,
    evidence,
    alternatives,
    checks: checksOf(record, path),
  }
}

/** A value that was made of the text of a field. */
function made(
  record: CaseRecord,
  path: string,
  value: unknown,
  from: readonly [path: string, field: Field<string>],
  alternatives: Explanation['alternatives'] = [],
): Explanation {
  const [madeFrom, { raw, rule, evidence }] = from
  const checks = checksOf(record, path)
  return { path, value, status: null, confidence: null, raw, rule, madeFrom, evidence, alternatives, checks }
}

function madeOfDiagnosis(record: CaseRecord, at: string, diagnosis: Diagnosis): readonly Explanation[] {
  const { text, expanded, region, laterality, certainty, codes } = diagnosis
  const from = [`${at}.text`, text] as const
  const written = codes.map((c) => `${c.code} (${c.system}${c.inferred ? ', inferred' : ''})`)
  return Object.entries({ expanded, region, laterality, certainty, codes: written }).map(([name, value]) =>
    made(record, `${at}.${name}`, value, from),
  )
}

/** A part of the record that is a field itself. */
function ofPart(
  record: CaseRecord,
  path: string,
  value: unknown,
  part: Provenance,
  alternatives: Explanation['alternatives'] = [],
): Explanation {
  const { raw, confidence, status, rule, evidence } = part
  const checks = checksOf(record, path)
  return { path, value, status, confidence, raw, rule, madeFrom: null, evidence, alternatives, checks }
}

const amountsOf = ({ name, strength, quantity, refills, ingredients, directions }: Drug) => ({
  name,
  strength,
  quantity,
  refills,
  ingredients,
  directions,
})

function madeOfRequest(record: CaseRecord, at: string, service: Service): readonly Explanation[] {
  const { frequency, drug, regions, laterality, levels, parentSequence } = service
  const from = [`${at}.request`, service.request] as const
  const other = frequency.alternatives.map(({ reading }) => ({ value: reading, why: 'the wording allows it' }))
  return [
    ofPart(record, `${at}.frequency`, frequency.reading, frequency, other),
    drug ? ofPart(record, `${at}.drug`, amountsOf(drug), drug) : made(record, `${at}.drug`, null, from),
    made(record, `${at}.regions`, regions, from),
    made(record, `${at}.laterality`, laterality, from),
    made(record, `${at}.levels`, levels, from),
    made(record, `${at}.parentSequence`, parentSequence, from),
  ]
}

function checksOf({ issues }: CaseRecord, path: string): readonly Issue[] {
  return issues.filter((i) => i.path !== null && (i.path === path || isBelow(path, i.path) || isBelow(i.path, path)))
}
