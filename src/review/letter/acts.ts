import { type Drug, type Field, type Frequency, missing } from '../../model/index.ts'
import { askedFor } from '../../normalize/index.ts'
import type { Content } from './active.ts'
import type { PlaceKind } from './places.ts'

/** What a person may say of a place. */
export type Act = Extract<Content, { readonly action: 'confirm' | 'correct' | 'missing' | 'redacted' | 'illegible' }>

/** Rules of what people say begin with this. */
export const BY_REVIEW = 'review.'

/** What stands at a place after an act on it. */
export function acted(kind: PlaceKind, held: unknown, act: Act): unknown {
  if (kind.kind === 'field') return actedField(held as Field<unknown> | null, act)
  if (kind.kind === 'reading') return actedReading(kind, held as Frequency | Drug | null, act)
  if (act.action === 'confirm') return held
  return act.action === 'correct' ? act.value : kind.empty
}

function actedField(held: Field<unknown> | null, act: Act): Field<unknown> | null {
  const rule = `${BY_REVIEW}${act.action}`
  const field = held ?? missing<unknown>(rule)
  switch (act.action) {
    case 'confirm':
      if (held === null) return null
      if (field.value !== null) return { ...field, status: 'confirmed', confidence: 1, rule }
      return { ...field, status: field.status === 'redacted' ? 'redacted' : 'missing', confidence: 1, rule }
    case 'correct':
      return correctedField(field, act)
    case 'missing':
      return missing(rule, 1)
    case 'redacted':
      return { value: null, raw: field.raw, confidence: 1, status: 'redacted', rule, evidence: field.evidence }
    case 'illegible':
      // Where it stands is known; what it says is not.
      return { ...missing(rule), raw: field.raw, evidence: field.evidence }
  }
}

type Correct = Extract<Act, { readonly action: 'correct' }>

function correctedField<T>(field: Field<T>, { value, evidence }: Correct): Field<unknown> {
  const others = [
    ...(field.value === null || field.value === value ? [] : [{ value: field.value as unknown, why: 'as read' }]),
    ...(field.alternatives ?? []).filter((a) => a.value !== value),
  ]
  return {
    value,
    ...source(field, evidence),
    confidence: 1,
    status: 'corrected',
    rule: `${BY_REVIEW}correct`,
    ...(others.length > 0 ? { alternatives: others } : {}),
  }
}

/** Where a corrected value stands: the words that were chosen; of one that was typed, where the wrong one was read. */
function source(held: Pick<Field<unknown>, 'raw' | 'evidence'>, evidence: Correct['evidence']) {
  return evidence.length > 0
    ? { raw: evidence.map((e) => e.text).join(' '), evidence }
    : { raw: held.raw, evidence: held.evidence }
}

function actedReading({ key }: PlaceKind, held: Frequency | Drug | null, act: Act): Frequency | Drug | null {
  const rule = `${BY_REVIEW}${act.action}`
  if (act.action === 'confirm') return held && { ...held, status: 'confirmed', confidence: 1, rule }
  const from = { raw: held?.raw ?? '', evidence: held?.evidence ?? [] }
  if (act.action === 'correct') {
    if (act.value === null) return null
    const reading = act.value as unknown as Frequency | Drug
    return { ...reading, ...source(from, act.evidence), confidence: 1, status: 'corrected', rule }
  }
  if (key === 'drug') return null
  // No amount is a reading too: the one of a wording that states none.
  const { frequency } = askedFor({ request: missing<string>(rule), place: null }, [])
  const status = act.action === 'redacted' ? 'redacted' : 'missing'
  return { ...frequency, ...from, rule, status, confidence: act.action === 'illegible' ? 0 : 1 }
}
