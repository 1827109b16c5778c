import { findDateShapes } from '../../../language/dates.ts'
import { daysOfSupply } from '../../../language/directions.ts'
import { IN_WORDS, numberOf } from '../../../language/numbers.ts'
import { spelling } from '../../../language/spelling/known-words.ts'
import { mend } from '../../../language/spelling/mending.ts'
import type { Drug } from '../../../model/index.ts'
import { quantityIn, refillsIn, strengthIn } from './drug-amounts.ts'
import { type DrugPlace, endOfName, nameStart } from './drug-name.ts'
import { drugs } from './drug-vocabulary.ts'

/** Milligrams as scanners read them. */
const MILLIGRAMS = /(?<=\d\s?)(?:rng|nng|mq|m9|rnq|rn9|mgm)(?![\p{L}\d])/giu

/** What a request's wording says of a drug, and how long a filling lasts by its directions. */
export type ReadDrug = {
  readonly drug: Drug
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
  const refills = refillsIn(rest)
  const quantity = quantityIn(text, rest, nameEnd, topical, parts.written)
  const drug: Drug = { name: parts.name, strength, quantity, refills, ingredients }
  const oneOff =
    /\b(?:before|prior to|once|one time|single dose)\b/i.test(rest) && /\btake|tabs?|tablet|po\b|oral/i.test(rest)
  return { drug, reading: inWords(drug, rest), bounded: quantity !== null || oneOff }
}

function nameOf(text: string, from: number, end: number): string {
  const raw = text.slice(from, end).replace(/[\s,;:(/-]+$/u, '')
  return mended(raw.trim(), drugs.nameWords) || text.trim()
}

/** Words of `text` that scanning damaged put right, where the right word is one of `wanted`. */
const mended = (text: string, wanted: ReadonlyMap<string, string>) => mend(text, spelling, wanted).text

const figures = (run: string) => [...run].map((c) => FIGURES[c] ?? c).join('')
const FIGURES: Readonly<Record<string, string>> = { O: '0', o: '0', l: '1', I: '1', '|': '1', S: '5', B: '8', Z: '2' }
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

type Ingredients = Drug['ingredients']

/** Strength as written, and the ingredients with theirs: by the percent for compounds, by the slash for combinations. */
function composition(
  text: string,
  from: number,
  name: string,
  rest: string,
  topical: boolean,
): { name: string; strength: string | null; written: string | null; ingredients: Ingredients } {
  const percents = [...text.slice(from).matchAll(/(\p{L}[\p{L}\s-]{2,40}?)\s?\(?(\d*\.?\d+)\s?%/gu)]
  if (percents.length > 1) {
    const ingredients = percents.map((m) => ({ name: cleaned(m[1] ?? ''), strength: `${m[2] ?? ''}%` }))
    const strength = ingredients[0]?.strength ?? null
    return { name, strength, written: strength, ingredients }
  }
  const strength = strengthIn(rest, topical)
  // `Norco (hydrocodone/acetaminophen)`: what the brackets hold are the ingredients.
  const [, base = name, inside = ''] = /^([^(]*)\(([^)]*)/.exec(name) ?? []
  const of = inside.includes('/') ? inside : base.trim()
  const listed = /[/+]/.test(of) ? of.split(/[/+]/) : hyphenated(of)
  const names = (listed ?? drugs.ingredients.get(base.trim().toLowerCase()) ?? []).map((n) => n.trim())
  const parts = strength ? shares(strength, names.length) : []
  const ingredients = names.filter((n) => n.length > 1).map((n, i) => ({ name: n, strength: parts[i] ?? null }))
  const [first] = ingredients
  // A compound that lists its percents apart (`A/B cream 20%/5%`) is named, like any compound, by its first ingredient.
  if (topical && first?.strength?.includes('%'))
    return { name: first.name, strength: first.strength, written: strength, ingredients }
  return { name, strength, written: strength, ingredients }
}

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

function inWords(drug: Drug, rest: string): string {
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
