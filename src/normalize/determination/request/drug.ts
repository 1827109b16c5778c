import { findDateShapes } from '../../../language/dates.ts'
import { daysOfSupply } from '../../../language/directions.ts'
import { asDigits } from '../../../language/lookalikes.ts'
import { IN_WORDS, numberOf } from '../../../language/numbers.ts'
import { spelling } from '../../../language/spelling/known-words.ts'
import { mend } from '../../../language/spelling/mending.ts'
import { originsOf } from '../../../language/spelling/origins.ts'
import type { DrugReading } from '../../../model/index.ts'
import { quantityIn, refillsIn, strengthIn } from './drug-amounts.ts'
import { type DrugPlace, endOfName, nameStart } from './drug-name.ts'
import { drugs } from './drug-vocabulary.ts'
import { directionsIn, type Span } from './sig.ts'

/** Milligrams as scanners read them. */
const MILLIGRAMS = /(?<=\d\s?)(?:rng|nng|mq|m9|rnq|rn9|mgm)(?![\p{L}\d])/giu

/** What a request's wording says of a drug, and how long a filling lasts by its directions. */
export type ReadDrug = {
  readonly drug: DrugReading
  /** Where name, amounts and directions stand in the wording. */
  readonly spans: readonly Span[]
  /** How often such a reading is right on well read text, 0..1, and by what it was made. */
  readonly strength: number
  readonly rule: string
  /** In words; `no amount stated` when none is. */
  readonly reading: string
  /** Whether the wording bounds the supply: by a quantity, or as something to take on one occasion. */
  readonly bounded: boolean
}

/**
 * Reads name, strength, quantity, refills and ingredients of the drug that a wording asks for. `at`: where a known drug
 * stands in it (null: none known, the wording's first words are the name); `topical`: grams are then a quantity.
 */
export function readDrug(wording: string, at: DrugPlace | null, topical: boolean): ReadDrug {
  const text = inDigits(repaired(withoutDates(wording)))
  const from = nameStart(text, at)
  const nameEnd = endOfName(text, from, at)
  const name = nameOf(text, from, nameEnd)
  const rest = mended(text.slice(nameEnd), drugs.amountWords).replace(MILLIGRAMS, 'mg')
  const parts = composition(text, from, name, rest, topical)
  const { strength, ingredients } = parts
  const sig = directionsIn(rest).filter(({ start, end }) => !parts.spans.some((s) => start < s.end && end > s.start))
  const refills = refillsIn(rest)
  const refillsAhead = refills ? null : refillsIn(text.slice(0, from))
  const quantity = quantityIn(text, rest, nameEnd, topical, [...parts.spans, ...sig])
  const drug: DrugReading = {
    name: parts.name,
    strength,
    quantity: quantity?.value ?? null,
    refills: (refills ?? refillsAhead)?.value ?? null,
    ingredients,
    directions: sig.map(({ start, end }) => rest.slice(start, end)).join(', ') || null,
  }
  const origin = originsOf(rest, text.slice(nameEnd))
  const behind = [...parts.spans, ...sig, ...[refills, quantity].filter((p) => p !== null)].map(({ start, end }) =>
    // What stands before the name has negative places.
    start < 0
      ? { start: nameEnd + start, end: nameEnd + end }
      : { start: nameEnd + origin(start), end: nameEnd + origin(end - 1) + 1 },
  )
  const spans = [{ start: from, end: nameEnd }, ...(refillsAhead ? [refillsAhead] : []), ...behind]
  const oneOff =
    /\b(?:before|prior to|once|one time|single dose)\b/i.test(rest) && /\btake|tabs?|tablet|po\b|oral/i.test(rest)
  return {
    drug,
    spans,
    strength: at === null ? UNKNOWN_NAME : at.repaired ? REPAIRED_NAME : KNOWN_NAME,
    rule: at === null ? 'drug.by-strength' : at.repaired ? 'drug.repaired-name' : 'drug.named',
    reading: inWords(drug, rest),
    bounded: quantity !== null || oneOff,
  }
}

/** How often drugs are read right by what names them: a name of the vocabulary, one with letters put right, the first words before a strength. */
const [KNOWN_NAME, REPAIRED_NAME, UNKNOWN_NAME] = [0.97, 0.88, 0.8]

function nameOf(text: string, from: number, end: number): string {
  const raw = text.slice(from, end).replace(/[\s,;:(/-]+$/u, '')
  return mended(raw.trim(), drugs.nameWords) || text.trim()
}

/** Words of `text` that scanning damaged put right, where the right word is one of `wanted`. */
const mended = (text: string, wanted: ReadonlyMap<string, string>) => mend(text, spelling, wanted).text

/** Small s, b, z and i are letters in such a place: of a unit, or of words that ran into it. */
const figures = (run: string) => run.replace(/[^sbzi]+/g, asDigits)
/** Before a unit, a slash and digits, or `refills`, and behind `#`, only a number can stand: `lO/325mg`, `6OOmg`, `#9O`. */
const FIGURE_RUN =
  /(?<![\p{L}\d])(?:(?:[\dOolI|SBZ]*\d[\dOolI|SBZ]*|[lI|SBZ][Oo]{1,2})(?=\s?(?:mg|mcg|rng|ml|gm|%)|\/\d|$)|(?<=#\s?)[\dOolI|SBZ]{1,4}(?![\p{L}\d])|[lIO](?=\s(?:re-?fills?|rf)(?!\p{L}))|[lI|SBZ](?=\/\d{2,3}\s?mg))/giu

/** Digits that scanning turned into letters where only digits can be. Keeps every offset. */
function repaired(text: string): string {
  return text
    .replace(/(?<!\p{L})x(?=\d{1,2}\s(?:re-?fills?|rf)(?!\p{L}))/giu, ' ')
    .replace(FIGURE_RUN, figures)
    .replace(/(?<=\d)[Oo](?=[\d.%\s/#-]|mg|mcg|ml|gm|$)/g, '0')
    .replace(/(?<=[\d#])[lI|](?=[\d.%\s]|mg|mcg|ml|gm|$)/g, '1')
    .replace(/(?<![\p{L}\d])[lI|](?=[\d.]+\s?(?:mg|mcg|ml|\/|%))/gu, '1')
    .replace(/(?<=(?:mg|mcg)\/)[lI|](?=\s?ml)/gi, '1')
    .replace(/(?<=#\s?)[lI|](?=\d)/g, '1')
    .replace(/(?<=#\d?)[O](?=\d|\b)/g, '0')
    .replace(/(?<=\d)S(?=mg|%|\s?mg)/g, '5')
}

/** A text with its dates blanked: their figures are no amounts. Keeps every offset. */
function withoutDates(text: string): string {
  let out = text
  for (const { start, end } of findDateShapes(text))
    out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end)
  return out
}

const COUNTED =
  'tablets?|tabs?|capsules?|caps?|pills?|caplets?|patch(?:es)?|pads?|count|ct|lozenges?|films?|packets?|grams?|units?'
const COUNT_IN_WORDS = new RegExp(`(?<!\\p{L})${IN_WORDS}(?=\\s?(?:\\(\\d|(?:${COUNTED})(?!\\p{L})|$))`, 'giu')
/** The least that is dispensed; `one tablet` is what to take. */
const LEAST_COUNT = 10

/** `one hundred twenty tablets` as `120 tablets`. Keeps every offset. */
function inDigits(text: string): string {
  return text.replace(COUNT_IN_WORDS, (words) => {
    const value = numberOf(words) ?? 0
    return value < LEAST_COUNT ? words : `${value}`.padStart(words.length)
  })
}

type Ingredients = DrugReading['ingredients']
type Composition = {
  readonly name: string
  readonly strength: string | null
  readonly ingredients: Ingredients
  /** Where strengths stand, counted from the end of the name. */
  readonly spans: readonly Span[]
}

/** Strength as written, and the ingredients with theirs: by the percent for compounds, by the slash for combinations. */
function composition(text: string, from: number, name: string, rest: string, topical: boolean): Composition {
  const percents = [...text.slice(from).matchAll(/(\p{L}[\p{L}\s-]{2,40}?)\s?\(?(\d*\.?\d+)\s?%/gu)]
  if (percents.length > 1) {
    const ingredients = percents.map((m) => ({ name: cleaned(m[1] ?? ''), strength: `${m[2] ?? ''}%` }))
    return { name, strength: ingredients[0]?.strength ?? null, ingredients, spans: percentsIn(rest) }
  }
  const found = strengthIn(rest, topical)
  const strength = found?.value ?? null
  // A compound lists all its percents, `A/B cream 20%/5%` apart from the names.
  const spans = [...(found ? [found] : []), ...(strength?.includes('%') ? percentsIn(rest) : [])]
  // `Norco (hydrocodone/acetaminophen)`: what the brackets hold are the ingredients.
  const [, base = name, inside = ''] = /^([^(]*)\(([^)]*)/.exec(name) ?? []
  const of = inside.includes('/') ? inside : base.trim()
  const listed = /[/+]/.test(of) ? of.split(/[/+]/) : hyphenated(of)
  const names = (listed ?? drugs.ingredients.get(base.trim().toLowerCase()) ?? []).map((n) => n.trim())
  const parts = strength ? shares(strength, names.length) : []
  const ingredients = names.filter((n) => n.length > 1).map((n, i) => ({ name: n, strength: parts[i] ?? null }))
  const [first] = ingredients
  // A compound that lists its percents apart is named, like any compound, by its first ingredient.
  if (topical && first?.strength?.includes('%'))
    return { name: first.name, strength: first.strength, ingredients, spans }
  return { name, strength, ingredients, spans }
}

/** `20%`, `5 %`, with the strokes between them. */
const percentsIn = (rest: string): readonly Span[] =>
  [...rest.matchAll(/(?<![\d.])(?:\d{1,3}(?:\.\d{1,5})?|\.\d{1,5})\s?%/gu)].map((m) => ({
    start: m.index,
    end: m.index + m[0].length,
  }))

/** `Hydrocodone-Acetaminophen` is two drugs, `Medrox-Rx` is one. */
function hyphenated(name: string): readonly string[] | null {
  const parts = name.split('-')
  return parts.length > 1 && parts.every((p) => drugs.classOf.has(p.trim().toLowerCase())) ? parts : null
}

/** An ingredient's name with its spelling repaired. */
const cleaned = (name: string) =>
  mended(name, drugs.nameWords)
    .replace(/^(?:and|with|plus|in|containing|compound(?:ed)?|of|cream|topical|a)\s+/iu, '')
    .trim()

/** `75-0.2mg` of two ingredients is 75mg of one and 0.2mg of the other. */
function shares(strength: string, parts: number): readonly string[] {
  const pieces = strength.split(/[-/]/).map((p) => p.trim())
  if (parts < 2 || pieces.length !== parts) return []
  const unit = /[^\d.,\s]+$/u.exec(strength)?.[0] ?? ''
  return pieces.map((p) => (/[^\d.,\s]$/u.test(p) ? p : `${p}${unit}`))
}

function inWords(drug: DrugReading, rest: string): string {
  const parts: string[] = []
  if (drug.quantity !== null) parts.push(`quantity ${drug.quantity}`)
  if (drug.refills !== null) parts.push(drug.refills === 1 ? '1 refill' : `${drug.refills} refills`)
  const days = drug.quantity === null ? null : daysOfSupply(drug.quantity, rest)
  if (days) {
    const [short, long] = days.map((n) => Math.round(n * 10) / 10)
    parts.push(`${short === long ? short : `${short} to ${long}`} days a filling as directed`)
  }
  return parts.length > 0 ? parts.join(', ') : 'no amount stated'
}
