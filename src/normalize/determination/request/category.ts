import { z } from 'zod'
import type { ServiceKind } from '../../../language/frequency/reading.ts'
import { type Found, makeLexicon } from '../../../language/matching/lexicon.ts'
import { spelling } from '../../../language/spelling/known-words.ts'
import type { SpelledWord } from '../../../language/spelling/spelling.ts'
import categoriesData from '../../../language/vocabulary/categories.json' with { type: 'json' }
import { type Category, categorySchema } from '../../../model/index.ts'
import codesData from '../../vocabulary/procedure-codes.json' with { type: 'json' }
import { refillsIn } from './drug-amounts.ts'
import type { DrugPlace } from './drug-name.ts'
import { drugs } from './drug-vocabulary.ts'

const kindSchema = z.enum(['therapy', 'visit', 'series', 'equipment', 'membership', 'facility', 'test', 'drug'])
const vocabulary = z
  .object({
    rules: z.array(
      z
        .object({
          rule: z.string().min(1),
          /** null: words that say how or where, never what. */
          category: categorySchema.nullable(),
          /** Lower wins over higher wherever it stands; among equals the first named wins. */
          rank: z.int(),
          kind: kindSchema.optional(),
          /** The category when the wording asks for it again and again. */
          whenRepeated: categorySchema.optional(),
          because: z.string().optional(),
          phrases: z.array(z.string().min(1)).min(1),
        })
        .strict(),
    ),
    kinds: z.record(categorySchema, kindSchema),
    suffixes: z.object({ surgery: z.array(z.string()) }).strict(),
    notBySuffix: z.array(z.string()),
  })
  .strict()
  .parse(categoriesData)

type Meaning = {
  readonly category: Category | null
  readonly rule: string
  readonly rank: number
  readonly kind: ServiceKind
  readonly whenRepeated: Category | null
}

const codes = z
  .array(
    z
      .object({ category: categorySchema, codes: z.array(z.string().regex(/^[A-Z]?\d{4,5}(?:-[A-Z]?\d{4,5})?$/)) })
      .strict(),
  )
  .parse(codesData.ranges)
  .flatMap(({ category, codes: of }) =>
    of.map((range) => {
      const [from = range, to = from] = range.split('-')
      return { category, from, to }
    }),
  )
const CODE = /(?<![\p{L}\d.-])(?:\d{5}|[A-Z]\d{4})(?![\p{L}\d]|[.-]\d)/gu

/** What a request asks for that gives nothing but codes of procedures (CPT, HCPCS): the first code that is known tells. */
function byCode(wording: string): Service | null {
  for (const { 0: code, index } of wording.matchAll(CODE)) {
    const category = codes.find(({ from, to }) => code.length === from.length && from <= code && code <= to)?.category
    if (category === undefined) continue
    const value = { category, rule: 'procedure-code', rank: DRUG, kind: vocabulary.kinds[category], whenRepeated: null }
    return { value, phrase: code, start: index, end: index + code.length, cost: 0 }
  }
  return null
}

/** What a wording asks for. `underlying` is the service itself where the category says when it is given (around surgery). */
export type Categorised = {
  readonly value: Category
  readonly confidence: number
  readonly rule: string
  readonly underlying: Category
  readonly kind: ServiceKind
  /** Where the drug is named; null when no drug is. */
  readonly drugAt: DrugPlace | null
}

const DRUG = 25
const AROUND_SURGERY = 10
const CONSULT = 30

const ruleEntries = vocabulary.rules.flatMap(({ rule, category, rank, kind, whenRepeated, phrases }) => {
  const meaning: Meaning = {
    category,
    rule,
    rank,
    kind: kind ?? (category ? vocabulary.kinds[category] : 'test'),
    whenRepeated: whenRepeated ?? null,
  }
  return phrases.map((phrase) => [phrase, meaning] as const)
})
const drugEntries = [...drugs.classOf].map(([name, category]) => {
  const rank = drugs.generalWords.has(name) ? 50 : DRUG
  return [
    name,
    { category, rule: `drug.${category.slice(5)}`, rank, kind: 'drug', whenRepeated: null } as Meaning,
  ] as const
})
const lexicon = makeLexicon<Meaning>([...ruleEntries, ...drugEntries])

/**
 * Which of the contract's categories a wording asks for: by what is asked, not by where or why. `repeated` tells whether
 * the wording asks for it again and again; `associated` whether the letter lists it under a surgery.
 */
export function categorise(
  wording: string,
  context: { readonly associated: boolean; readonly repeated: boolean },
): Categorised {
  const words = spelling.read(wording)
  const found = lexicon.find(words).filter((f) => f.value.category !== null)
  const services = withoutAmounts(
    found.filter((f) => f.value.rank >= AROUND_SURGERY),
    wording,
  )
  const named = choose(services, wording)
  const chosen = named
    ? headOf(named, services, wording, context.repeated)
    : (byCode(wording) ?? byShape(words, wording))
  const marker = found.find((f) => f.value.rank < AROUND_SURGERY)
  const firstSurgery = services.find((f) => f.value.rule === 'surgery')
  const around = marker && !(firstSurgery && firstSurgery.start < marker.start) ? marker : null
  const underlying = chosen
    ? context.repeated && chosen.value.whenRepeated
      ? { ...chosen.value, category: chosen.value.whenRepeated, kind: 'therapy' as const }
      : chosen.value
    : null
  const topical = underlying && asTopical(underlying, words, wording)
  const service: Category = topical ?? underlying?.category ?? 'other'
  const drug =
    services.find((f) => f.value.kind === 'drug' && f.value.rank === DRUG) ??
    services.find((f) => f.value.kind === 'drug')
  const shared = {
    underlying: service,
    kind: underlying?.kind ?? vocabulary.kinds[service],
    drugAt: drug ? placeOf(drug) : null,
  }
  if (around || (context.associated && underlying?.rule !== 'surgery')) {
    const rule = around ? around.value.rule : 'surgical-associated.listed'
    return {
      value: 'surgical-associated',
      confidence: sureness(around ?? chosen, services),
      rule: `category.${rule}`,
      ...shared,
    }
  }
  return {
    value: service,
    confidence: sureness(chosen, services),
    rule: chosen ? `category.${topical ? 'drug.topical-form' : chosen.value.rule}` : 'category.none-named',
    ...shared,
  }
}

type Service = Found<Meaning>

const placeOf = ({ start, end, phrase, cost }: Service): DrugPlace => ({
  start,
  end,
  spelled: phrase,
  repaired: cost > 0,
})

/** The lowest rank wins, then the first named; a drug named first with its strength is what is asked for. */
function choose(services: readonly Service[], wording: string): Service | null {
  const [first] = services
  if (!first) return null
  // Hyaluronic acid by the percent, among others, is no injection but a cream's.
  const injection = services.some((s) => s.value.category === 'injection') && !/\d\s?%.*\d\s?%/.test(wording)
  if (first.value.rank === DRUG && !injection && /\d\s?(?:mg|mcg|%)|#\s?\d/i.test(wording)) return first
  const best = services.reduce((a, b) => (b.value.rank < a.value.rank ? b : a))
  if (first.value.rank === CONSULT && best.value.rank < CONSULT && visitComesFirst(first, best, wording)) return first
  return best
}

const STRENGTH = /\d\s?(?:mg|mcg|%)(?!\p{L})/iu
const DISPENSED = /\d\/\d{3}(?!\d)|\d\s?(?:gms?|grams?|ml|tabs?|tablets?|caps?|capsules?|patches)(?!\p{L})/iu
const SUPPLY = /(?:day|week|month)s?['’]?\ssupply/giu

/** `#30, 2 RFL` of a drug are refills and no radiofrequency lesion, its `30 day supply` is no equipment. */
function withoutAmounts(services: readonly Service[], wording: string): readonly Service[] {
  if (!services.some((s) => s.value.rank === DRUG) && !STRENGTH.test(wording) && !DISPENSED.test(wording))
    return services
  const supplies = [...wording.matchAll(SUPPLY)].map((s) => ({ start: s.index, end: s.index + s[0].length }))
  const refills = refillsIn(wording)
  const spans = refills ? [refills, ...supplies] : supplies
  return services.filter((s) => !spans.some(({ start, end }) => s.start < end && s.end > start))
}

/** Means that a treatment is given by, named before it: `infrared acupuncture`. */
const means = new Set<Category>(['infrared-or-laser', 'electrotherapy', 'shockwave'])
/** Whoever is nursed and whatever for, a nurse comes to the patient: `wound care nurse`. */
const NURSE = 'home-health.nurse'
/** Treatments that are preceded by an evaluation, which is a visit of its own where nothing but it is asked for. */
const treatments = new Set<Category>([
  'acupuncture',
  'chiropractic',
  'physical-therapy',
  'occupational-therapy',
  'massage',
])
const EVALUATION =
  /^\s(?:(?:therapy|treatment|care|initial)\s)?(?:re-?)?(?:eval(?:uation)?|assessment|consult(?:ation)?)s?(?!\p{L})/iu
const TREATED = /\btreat|\btx\b|\bsession|\bvisit|\d\s?(?:x|times)|\btherapy\s+\d/i

/** The last noun of a compound says what it is: `infrared acupuncture` is acupuncture, a `chiropractic evaluation` an evaluation. */
function headOf(named: Service, services: readonly Service[], wording: string, repeated: boolean): Service {
  const { category } = named.value
  const behind = services.find((s) => s.start >= named.end && /^[\s-]$/.test(wording.slice(named.end, s.start)))
  if (behind?.value.rule === NURSE) return behind
  if (category && means.has(category) && behind?.value.category && treatments.has(behind.value.category)) return behind
  if (!category || !treatments.has(category) || repeated || TREATED.test(wording)) return named
  if (!EVALUATION.test(wording.slice(named.end))) return named
  const consult = {
    category: 'consultation' as const,
    rule: 'consult.evaluation',
    rank: CONSULT,
    kind: 'visit' as const,
    whenRepeated: null,
  }
  return { ...named, value: consult }
}

const procedures = new Set<Category>([
  'injection',
  'surgery',
  'imaging-mri',
  'imaging-ct',
  'imaging-xray',
  'imaging-other',
  'electrodiagnostic',
  'dme',
  'lab-test',
  'urine-drug-test',
  'other',
  'inpatient-or-facility',
])

/** `Consultation with a surgeon for knee arthroscopy` asks for the visit; `referral to physical therapy` for the therapy. */
function visitComesFirst(visit: Service, other: Service, wording: string): boolean {
  const between = wording.slice(visit.end, other.start).toLowerCase()
  const aim = /\b(?:for|regarding|re|to|about|following|after|with|prior|before|discuss|of)\b/.test(between)
  if (other.value.category && procedures.has(other.value.category)) return aim || /\band\b|[,/&+;]/.test(between)
  return /\band\b|[,&+;]/.test(between) && !/eval|exam/i.test(visit.phrase)
}

/** Words nobody listed: operations by their Greek endings, drugs by their stems or by a strength. */
function byShape(words: readonly SpelledWord[], wording: string): Service | null {
  for (const word of words) {
    const text = word.raw.toLowerCase()
    const shape = (category: Category, rule: string, kind: ServiceKind): Service => ({
      value: { category, rule, rank: DRUG, kind, whenRepeated: null },
      phrase: text,
      start: word.start,
      end: word.end,
      cost: 1,
    })
    if (text.length < 7 || vocabulary.notBySuffix.includes(text)) continue
    if (vocabulary.suffixes.surgery.some((s) => text.endsWith(s))) return shape('surgery', 'surgery', 'test')
    const stem = drugs.stems.find(([s]) => text.endsWith(s))
    if (stem) return shape(stem[1], 'drug.by-stem', 'drug')
  }
  const first = words.find((w) => /\p{L}{3}/u.test(w.raw))
  if (!first || !STRENGTH.test(wording)) return null
  const value: Meaning = {
    category: 'drug-other',
    rule: 'drug.by-strength',
    rank: 50,
    kind: 'drug',
    whenRepeated: null,
  }
  return { value, phrase: first.text, start: first.start, end: first.end, cost: 2 }
}

/** A drug in a cream, a patch or by the percent works where it is put, whatever it does when swallowed. */
function asTopical(meaning: Meaning, words: readonly SpelledWord[], wording: string): Category | null {
  if (meaning.kind !== 'drug' || meaning.category === 'drug-topical') return null
  if (words.some((w) => drugs.staysSystemic.has(w.text))) return null
  const form = words.some((w) => drugs.topicalForms.has(w.text))
  // `300mg/g` is a share too.
  const percent = /\d\s?%/.test(wording) && !/\d\s?mc?g\b(?!\s?\/\s?g)/i.test(wording)
  return form || percent ? 'drug-topical' : null
}

/** 0..1: lower for repaired spelling, for weak words and where another category is named with the same force. */
function sureness(chosen: Service | null, services: readonly Service[]): number {
  if (!chosen) return 0.3
  const rivals = new Set(services.filter((s) => s.value.rank <= chosen.value.rank).map((s) => s.value.category))
  rivals.delete(chosen.value.category)
  const weak = chosen.value.rank >= 45 ? 0.35 : 0
  const rivalry = chosen.value.rank >= AROUND_SURGERY && rivals.size > 0 ? 0.1 : 0
  return Math.max(0.2, Math.round((0.97 - weak - rivalry - Math.min(0.3, 0.1 * chosen.cost)) * 100) / 100)
}
