import type { CaseRecord, Diagnosis, Frequency, Service } from '../model/index.ts'
import { diagnosisLikeness, type GoldDiagnosis, SAME_DIAGNOSIS, sideOf } from './diagnosis.ts'
import type { Gold, GoldService } from './gold.ts'
import { type Pair, pairGreedily, pairInOrder } from './pair.ts'
import { type Observation, Sheet } from './sheet.ts'
import { similarity } from './similarity.ts'

/** Likeness of wording from which a found service is taken for a labelled one. */
const SAME_SERVICE = 0.6

/** Found and labelled items of a list: what precision and recall are made of. */
export type Tally = {
  readonly measure: string
  readonly right: number
  readonly labelled: number
  readonly found: number
}

export type Measurement = {
  readonly observations: readonly Observation[]
  readonly tallies: readonly Tally[]
  /** Whether the record was taken without a person's look. */
  readonly accepted: boolean
}

/** Compares one record (or null, when the letter gave none) with its label. Pure. */
export function measureLetter(gold: Gold, record: CaseRecord | null): Measurement {
  const sheet = new Sheet(gold, record)
  for (const name of Object.keys(gold.header) as (keyof Gold['header'])[]) {
    sheet.exact(['header', `header.${name}`], gold.header[name], record?.header[name])
  }
  for (const name of Object.keys(gold.patient) as (keyof Gold['patient'])[]) {
    sheet.exact(['patient', `patient.${name}`], gold.patient[name], record?.patient[name])
  }
  for (const name of ['specialties', 'licensedStates'] as const) {
    const field = record?.reviewer[name]
    sheet.set([`reviewer.${name}`, `reviewer.${name}`], gold.reviewer[name], field?.value, field)
  }
  sheet.wording(['clinicalSummary', 'clinicalSummary'], gold.clinicalSummary, record?.clinicalSummary)
  const tallies = [measureDiagnoses(sheet, gold.diagnoses, record), measureServices(sheet, gold.services, record)]
  const accepted = record?.review.state === 'auto-accepted'
  return { observations: sheet.observations, tallies: tallies.filter((t) => t !== null), accepted }
}

function measureDiagnoses(
  sheet: Sheet,
  labels: readonly GoldDiagnosis[] | undefined,
  record: CaseRecord | null,
): Tally | null {
  if (!labels) return null
  const words = (d: Diagnosis) => d.text.value ?? ''
  const pairs = pairGreedily(labels, record?.diagnoses ?? [], diagnosisLikeness, SAME_DIAGNOSIS)
  for (const { expected, got } of pairs) {
    const right = expected !== null && got !== null
    sheet.note(['diagnoses', 'diagnoses[]'], expected?.text, got && words(got), right, got?.text)
    if (expected && got) measureDiagnosis(sheet, expected, got)
  }
  return tally('diagnoses', pairs)
}

/** What is known of a diagnosis beside its words; of one that was not found nothing is measured but that. */
function measureDiagnosis(sheet: Sheet, expected: GoldDiagnosis, got: Diagnosis): void {
  const path = 'diagnoses[]'
  for (const name of ['certainty', 'region'] as const)
    sheet.value([`diagnosis.${name}`, `${path}.${name}`], expected[name], got[name])
  sheet.value(['diagnosis.laterality', `${path}.laterality`], sideOf(expected), got.laterality)
  sheet.set(
    ['diagnosis.codes', `${path}.codes`],
    expected.codes,
    got.codes.filter((c) => !c.inferred).map((c) => c.code),
  )
}

function measureServices(
  sheet: Sheet,
  labels: readonly GoldService[] | undefined,
  record: CaseRecord | null,
): Tally | null {
  if (!labels) return null
  const likeness = (a: GoldService, b: Service) => similarity(a.request, b.request.value ?? '')
  const pairs = pairInOrder(labels, record?.services ?? [], likeness, SAME_SERVICE)
  for (const { expected, got } of pairs) {
    const path = got ? `services[${got.sequence - 1}]` : 'services[]'
    sheet.note(
      ['services', path],
      expected?.request,
      got?.request.value,
      expected !== null && got !== null,
      got?.request,
    )
    if (expected) measureService(sheet, expected, got, path)
  }
  return tally('services', pairs)
}

function measureService(sheet: Sheet, expected: GoldService, got: Service | null, path: string): void {
  sheet.wording(['request wording', `${path}.request`], expected.request, got?.request)
  for (const name of [
    'original',
    'authorized',
    'claimsAdministratorGuideline',
    'reviewerGuideline',
    'rationale',
  ] as const) {
    sheet.wording([name, `${path}.${name}`], expected[name], got?.[name])
  }
  for (const name of ['outcome', 'category'] as const)
    sheet.exact([name, `${path}.${name}`], expected[name], got?.[name])
  for (const name of ['regions', 'levels'] as const) sheet.set([name, `${path}.${name}`], expected[name], got?.[name])
  sheet.value(['laterality', `${path}.laterality`], expected.laterality, got?.laterality)
  if (expected.frequency) {
    const found = got ? amounts(got.frequency) : undefined
    const isRight = JSON.stringify(found) === JSON.stringify(amounts(expected.frequency))
    const asWhole = isRight && expected.frequency.openEnded === got?.frequency.openEnded
    sheet.note(['frequency', `${path}.frequency`], amounts(expected.frequency), found, isRight, got?.frequency, asWhole)
    sheet.value(['open-ended', `${path}.frequency.openEnded`], expected.frequency.openEnded, got?.frequency.openEnded)
  }
  if (expected.drug || got?.drug) measureDrug(sheet, expected.drug ?? null, got?.drug ?? null, path)
}

/** Name and strength count as equal when they differ by case or spaces only. */
function measureDrug(sheet: Sheet, expected: GoldService['drug'], got: Service['drug'], path: string): void {
  const squeezed = (text: string | null | undefined) => text?.toLowerCase().replace(/\s+/g, '') ?? null
  const alike = (name: 'name' | 'strength') => squeezed(expected?.[name]) === squeezed(got?.[name])
  const equal = (name: 'quantity' | 'refills') => (expected?.[name] ?? null) === (got?.[name] ?? null)
  const asWhole = alike('name') && alike('strength') && equal('quantity') && equal('refills')
  sheet.note(['drug.name', `${path}.drug.name`], expected?.name, got?.name, alike('name'), got, asWhole)
  sheet.note(['drug.strength', `${path}.drug.strength`], expected?.strength, got?.strength, alike('strength'))
  for (const name of ['quantity', 'refills'] as const) {
    sheet.value([`drug.${name}`, `${path}.drug.${name}`], expected?.[name] ?? null, got?.[name] ?? null)
  }
}

type Amounts = Pick<Frequency, 'times' | 'per' | 'duration' | 'durationUnit' | 'visits'>
const amounts = ({ times, per, duration, durationUnit, visits }: Amounts): Amounts => ({
  times,
  per,
  duration,
  durationUnit,
  visits,
})

function tally(measure: string, pairs: readonly Pair<unknown, unknown>[]): Tally {
  return {
    measure,
    right: pairs.filter((p) => p.expected !== null && p.got !== null).length,
    labelled: pairs.filter((p) => p.expected !== null).length,
    found: pairs.filter((p) => p.got !== null).length,
  }
}
