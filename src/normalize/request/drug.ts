import type { Drug, Range } from '../../model/index.ts'
import { singular } from '../spelling.ts'
import numberData from '../vocabulary/number-words.json' with { type: 'json' }
import { drugs } from './drug-vocabulary.ts'

const NUMBER = String.raw`(?:\d[\d,]*(?:\.\d+)?|\.\d+)`
const UNIT = String.raw`(?:mcg|mg|ug|µg|meq|iu|i\.u\.|units?|%)`
const MASS = '(?:grams?|gms?|g|ml|mL|cc|oz|ounces?)'
const STRENGTH = new RegExp(
  String.raw`(?<![\d.#/])${NUMBER}\s?(?:${UNIT}|${MASS})?(?:\s?[-/]\s?${NUMBER}?\s?(?:${UNIT}|${MASS}|hr|hour|h)?(?![\p{L}\d]))*`,
  'giu',
)
const AMOUNT = new RegExp(String.raw`(?<![\d.#/%-])(${NUMBER})\s?-?\s?${MASS}(?![\p{L}\d])`, 'iu')
const FORM =
  'tablets?|tabs?|capsules?|caps?|pills?|caplets?|patch(?:es)?|pads?|units?|count|ct|vials?|lozenges?|suppositor(?:y|ies)|films?|strips?|packets?|syringes?|softgels?|pens?|ampules?|doses?'
const REFILLS =
  /(\d{1,2}|\p{L}+)(?:\s?\(\d{1,2}\))?\s(?:additional\s|more\s)?(?:re-?fills?|rf)(?!\p{L})|(?:re-?fills?|rf)(?!\p{L})[\s:=]{0,3}(?:x\s?|#\s?|times\s)?\(?(\d{1,2}|\p{L}+)/iu
const QUANTITY = [
  /#\s?:?\s?(\d{1,4}(?:\.\d+)?)/u,
  /(?:qty|quantity|quantities|disp(?:ense)?d?|no\.)\s?(?:of|[:.#=])*\s?#?\s?\(?(\d{1,4}(?:\.\d+)?)/iu,
] as const
const numbers: Readonly<Record<string, number>> = numberData

/** What a request's wording says of a drug, and how long a filling lasts by its directions. */
export type ReadDrug = { readonly drug: Drug; readonly reading: string; readonly bounded: boolean }

/**
 * Reads name, strength, quantity, refills and ingredients of the drug that a wording asks for. `at`: where a known drug
 * stands in it (null: none known, the wording's first words are the name); `topical`: grams are then a quantity.
 */
export function readDrug(
  wording: string,
  at: { readonly start: number; readonly end: number } | null,
  topical: boolean,
): ReadDrug {
  const text = repaired(wording)
  const from = nameStart(text, at)
  const nameEnd = endOfName(text, from, at)
  const name =
    text
      .slice(from, nameEnd)
      .replace(/[\s,;:(/-]+$/u, '')
      .trim() || text.trim()
  const rest = text.slice(nameEnd)
  const { strength, ingredients } = composition(text, from, name, rest, topical)
  const refills = refillsIn(rest)
  const quantity = quantityIn(text, rest, nameEnd, topical, strength)
  const drug: Drug = { name, strength, quantity, refills, ingredients }
  const oneOff =
    /\b(?:before|prior to|once|one time|single dose)\b/i.test(rest) && /\btake|tabs?|tablet|po\b|oral/i.test(rest)
  return { drug, reading: inWords(drug, rest), bounded: quantity !== null || oneOff }
}

/** Digits that scanning turned into letters where only digits can be, and `rng` for `mg`; dates blanked. Keeps every offset. */
function repaired(text: string): string {
  return text
    .replace(/(?<=\d)[Oo](?=[\d.%\s/#-]|mg|mcg|ml|gm|$)/g, '0')
    .replace(/(?<=[\d#])[lI|](?=[\d.%\s]|mg|mcg|ml|gm|$)/g, '1')
    .replace(/(?<![\p{L}\d])[lI|](?=[\d.]+\s?(?:mg|mcg|ml|\/|%))/gu, '1')
    .replace(/(?<=#\s?)[lI|](?=\d)/g, '1')
    .replace(/(?<=#\d?)[O](?=\d|\b)/g, '0')
    .replace(/(?<=\d)S(?=mg|%|\s?mg)/g, '5')
    .replace(/(?<![\d/])\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})(?![\d/])/g, (date) => ' '.repeat(date.length))
}

function nameStart(text: string, at: { readonly start: number } | null): number {
  let from = 0
  for (let moved = true; moved; ) {
    moved = false
    const lead = /^(?:[\s:;,.(\-–]+|\(?\d{1,3}\)?(?=\s)(?!\s?(?:mg|mcg|%))|rx\b|retro(?:spective)?:?)/iu.exec(
      text.slice(from),
    )
    if (lead && lead[0].length > 0) {
      from += lead[0].length
      moved = true
      continue
    }
    const here = text.slice(from, from + 60).toLowerCase()
    const prefix = drugs.prefixes.find((p) => here.startsWith(p) && !/^[\p{L}\d]/u.test(here.slice(p.length)))
    // The last words are the name, even when they could introduce one (`compound cream`).
    const after = from + (prefix?.length ?? 0)
    const known = at ? at.start >= after : /\p{L}{3}/u.test(text.slice(after)) && !onlyFormAfter(text.slice(after))
    if (prefix && known) {
      from = after
      moved = true
    }
  }
  if (!at || at.start <= from) return from
  const between = text.slice(from, at.start)
  // `Brandname (generic) 50 mg`, `Fluribuprofn/gabapentin`: the unknown word before belongs to the name.
  if (/^[\p{L}-]{4,}\s?[(/,+]\s?$/u.test(between) || /^[\p{L}-]{4,}(?:\s\p{L}+)?\s\d[^#]*%/u.test(between)) return from
  return at.start
}

const onlyFormAfter = (rest: string) => {
  const word = /\p{L}+/u.exec(rest)?.[0] ?? ''
  return drugs.forms.has(singular(word.toLowerCase()))
}

const END_WORDS = new Set(
  'with for per x qty quantity take apply one two three unknown unspecified refill refills rf disp dispense at to in dos every as daily twice once po by on prn qhs qd bid tid qid dosage dose strength no and w supply month'.split(
    ' ',
  ),
)

function endOfName(text: string, from: number, at: { readonly start: number; readonly end: number } | null): number {
  let end = from
  let first = true
  const piece = /\s*([\p{L}][\p{L}\p{N}'’.-]*(?:\s?[/+]\s?[\p{L}][\p{L}\p{N}'’-]*)*|\([\p{L}][\p{L}\s/'’-]{2,40}\))/uy
  for (;;) {
    piece.lastIndex = end
    const found = piece.exec(text)
    const word = found?.[1]
    if (!found || !word) break
    const inBrackets = word.startsWith('(')
    const plain = singular(word.toLowerCase().replace(/[().]/g, ''))
    const ends = inBrackets
      ? /unknown|unspecified|topical|oral|generic|retro|quantity|refill|cream|no /i.test(word)
      : END_WORDS.has(plain) || drugs.forms.has(plain)
    if (!first && ends) break
    end = found.index + found[0].length
    first = false
    if (inBrackets) break
  }
  if (at && at.start >= from && at.start < end && at.end > end && /#/.test(text.slice(at.start, at.end))) end = at.end
  return end
}

type Ingredients = Drug['ingredients']

/** Strength as written, and the ingredients with theirs: by the percent for compounds, by the slash for combinations. */
function composition(
  text: string,
  from: number,
  name: string,
  rest: string,
  topical: boolean,
): { strength: string | null; ingredients: Ingredients } {
  const percents = [...text.slice(from).matchAll(/(\p{L}[\p{L}\s-]{2,40}?)\s?\(?(\d*\.?\d+)\s?%/gu)]
  if (percents.length > 1) {
    const ingredients = percents.map((m) => ({ name: cleaned(m[1] ?? ''), strength: `${m[2] ?? ''}%` }))
    return { strength: ingredients[0]?.strength ?? null, ingredients }
  }
  const strength = strengthIn(rest, topical)
  const written = /[/+]/.test(name) ? name.split(/[/+]/) : hyphenated(name)
  const known =
    drugs.ingredients.get(name.toLowerCase()) ?? drugs.ingredients.get(name.toLowerCase().replace(/\s*\(.*$/, ''))
  const names = (written ?? known ?? []).map((n) => n.trim()).filter((n) => n.length > 1)
  const parts = strength ? shares(strength, names.length) : []
  return { strength, ingredients: names.map((n, i) => ({ name: n, strength: parts[i] ?? null })) }
}

/** `Hydrocodone-Acetaminophen` is two drugs, `Medrox-Rx` is one. */
function hyphenated(name: string): readonly string[] | null {
  const parts = name.split('-')
  return parts.length > 1 && parts.every((p) => drugs.classOf.has(p.trim().toLowerCase())) ? parts : null
}

const cleaned = (name: string) =>
  name.replace(/^(?:and|with|plus|in|containing|compound(?:ed)?|of|cream|topical|a)\s+/iu, '').trim()

/** `75-0.2mg` of two ingredients is 75mg of one and 0.2mg of the other. */
function shares(strength: string, parts: number): readonly string[] {
  const pieces = strength.split(/[-/]/).map((p) => p.trim())
  if (parts < 2 || pieces.length !== parts) return []
  const unit = /[^\d.,\s]+$/u.exec(strength)?.[0] ?? ''
  return pieces.map((p) => (/[^\d.,\s]$/u.test(p) ? p : `${p}${unit}`))
}

function strengthIn(rest: string, topical: boolean): string | null {
  for (const match of rest.matchAll(STRENGTH)) {
    const written = match[0].trim().replace(/[-/]$/, '').trim()
    const after = rest.slice(match.index + match[0].length)
    const hasUnit = /[a-zµ%]/iu.test(written)
    const massOnly = hasUnit && !/mcg|mg|ug|µg|meq|iu|units?|%/iu.test(written)
    if (
      !/mcg|mg|%/i.test(written) &&
      /^\s?-?(?:tab|cap|pill|patch|pad|refill|month|day|week|hour|time|x\b|of\b|rf)/i.test(after)
    )
      continue
    if (massOnly && (topical || !/^\s?#/.test(after))) continue
    if (/^\d[\d,]*\s?units?$/i.test(written) && !/,|\d{3}/.test(written)) continue
    if (
      !hasUnit &&
      !/^\d+(?:\.\d+)?\s?[/-]\s?\d{2,}(?:\.\d+)?$/.test(written) &&
      !(match.index <= 1 && /^\s*,?\s?(?:#|qty|quantity)/i.test(after))
    )
      continue
    return written.replace(/\s+/g, ' ')
  }
  return null
}

function wordNumber(text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^\d/.test(text)) return Number(text)
  if (/^(?:no|zero|nil)$/i.test(text)) return 0
  return numbers[text.toLowerCase()] ?? null
}

function refillsIn(rest: string): number | null {
  const found = REFILLS.exec(rest)
  return found ? (wordNumber(found[1]) ?? wordNumber(found[2])) : null
}

function quantityIn(
  text: string,
  rest: string,
  nameEnd: number,
  topical: boolean,
  strength: string | null,
): number | null {
  const after = strength ? rest.replace(strength, ' '.repeat(strength.length)) : rest
  const mass = AMOUNT.exec(after)
  const marked = QUANTITY.map((q) => q.exec(rest)).find((m) => m !== null)
  if (mass && (topical || !marked || Number(marked[1]) <= 5)) return Number((mass[1] ?? '').replace(/,/g, '')) || null
  if (marked) return Number(marked[1]) || null
  const counted = [
    ...after.matchAll(new RegExp(String.raw`(?<![\d./-])(\d{1,4})\)?\s?-?(?:${FORM})(?!\p{L})`, 'giu')),
  ].find((m) => !isDose(after, m))
  if (counted) return Number(counted[1]) || null
  const before = new RegExp(String.raw`(?<![\d./-])(\d{1,4})\)?\s(?:${FORM})\sof\s`, 'iu').exec(text.slice(0, nameEnd))
  if (before) return Number(before[1]) || null
  const bare =
    /^\s?(?:patch(?:es)?|pads?|tab(?:let)?s?|cap(?:sule)?s?)?\s?[,x(]\s?(?:x\s?)?(\d{1,4})\)?(?=\s*(?:$|,|;|\.|with|w\/|and\b))/iu.exec(
      after.replace(/^\s+/, ' '),
    )
  return bare ? Number(bare[1]) || null : null
}

/** `1 tab po bid` is what to take at a time, `60 tabs` what is dispensed. */
function isDose(text: string, match: RegExpMatchArray): boolean {
  const value = Number(match[1])
  const before = text.slice(Math.max(0, (match.index ?? 0) - 14), match.index)
  const after = text.slice((match.index ?? 0) + match[0].length, (match.index ?? 0) + match[0].length + 24)
  const directed =
    /take|apply|use|sig|inject|chew|place/i.test(before) ||
    /^\W*(?:s\b|po\b|by mouth|oral|q\b|q\d|qhs|qd|bid|tid|qid|every|daily|twice|once|three|at|per|a day|prn|one|1|up to|as needed|each|in the|before|to)/i.test(
      after,
    )
  return value <= 4 && directed
}

const DAILY: readonly (readonly [RegExp, Range])[] = [
  [/\bqid\b|four times (?:a|per) day|four times daily|4x?\s?(?:times )?(?:a|per|\/)\s?day/i, [4, 4]],
  [/\btid\b|three times (?:a|per) day|three times daily|3x?\s?(?:times )?(?:a|per|\/)\s?day/i, [3, 3]],
  [/\bbid\b|twice (?:a|per) day|twice daily|two times (?:a|per) day|2x?\s?(?:times )?(?:a|per|\/)\s?day/i, [2, 2]],
  [/\bqod\b|every other day/i, [0.5, 0.5]],
  [/\bq\s?hs\b|\bqhs\b|\bqd\b|\bqam\b|\bqpm\b|at bedtime|once (?:a|per) day|nightly|daily/i, [1, 1]],
]

/** Doses a day by the directions, `[min, max]`; null when there are none. `q6h` is four, `every 4-6 hours` four to six. */
export function dosesPerDay(text: string): Range | null {
  const hours = /\b(?:q|every)\s?(\d{1,2})(?:\s?(?:-|to)\s?(\d{1,2}))?\s?(?:h|hr|hrs|hours?)\b/i.exec(text)
  if (hours) {
    const [short, long] = [Number(hours[1]), Number(hours[2] ?? hours[1])]
    if (short > 0 && long >= short) return [24 / long, 24 / short]
  }
  return DAILY.find(([words]) => words.test(text))?.[1] ?? null
}

function inWords(drug: Drug, rest: string): string {
  const parts: string[] = []
  if (drug.quantity !== null) parts.push(`quantity ${drug.quantity}`)
  if (drug.refills !== null) parts.push(drug.refills === 1 ? '1 refill' : `${drug.refills} refills`)
  const daily = dosesPerDay(rest)
  const each = /\b(\d|one|two)\s?(?:tabs?|tablets?|caps?|capsules?|po|by mouth)\b/i.exec(rest)
  const dose = each ? (wordNumber(each[1]) ?? 1) : 1
  const round = (n: number) => Math.round(n * 10) / 10
  if (daily && drug.quantity !== null) {
    const [long, short] = [drug.quantity / (daily[0] * dose), drug.quantity / (daily[1] * dose)]
    parts.push(`${short === long ? round(long) : `${round(short)} to ${round(long)}`} days a filling as directed`)
  }
  return parts.length > 0 ? parts.join(', ') : 'no amount stated'
}
