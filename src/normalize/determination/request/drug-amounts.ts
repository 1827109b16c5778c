import { numberOf } from '../../../language/numbers.ts'
import type { Span } from './sig.ts'

const NUMBER = String.raw`(?:(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,5})?|\.\d{1,5})`
const UNIT = String.raw`(?:mcg|micrograms?|mg|milligrams?|ug|µg|meq|iu|i\.u\.|units?|%|percent)`
const MASS = '(?:grams?|gms?|g|ml|mL|cc|oz|ounces?)'
const STRENGTH = new RegExp(
  String.raw`(?<![\d.#/])${NUMBER}\s?(?:${UNIT}|${MASS})?(?:\s?[-/](?!\s\d{1,2}\s(?:tab|cap|pill|patch))\s?${NUMBER}?\s?(?:${UNIT}|${MASS}|hr|hour|h)?(?![\p{L}\d]))*`,
  'giu',
)
const AMOUNT = new RegExp(String.raw`(?<![\d.#/%-])(${NUMBER})\s?-?\s?${MASS}(?![\p{L}\d])`, 'iu')
const REFILL = '(?:re-?fills?|refs?|rfs?|rfls?|fills)'
const FORM =
  'tubes?|bottles?|jars?|inhalers?|tablets?|tabs?|capsules?|caps?|pills?|caplets?|patch(?:es)?|pads?|units?|count|ct|vials?|lozenges?|suppositor(?:y|ies)|films?|strips?|packets?|syringes?|softgels?|pens?|ampules?|doses?'
const REFILLS_AFTER = new RegExp(
  String.raw`(?<!\p{L})${REFILL}[\s:=]{0,3}(?:x\s?|#\s?|times\s)?\(?(\d{1,2})(?!\s?(?:m?g|mcg|%|\d|tab|cap|pill))`,
  'iu',
)
const REFILLS_BEFORE = new RegExp(
  String.raw`(?<![\p{L}\d#.])(\d{1,2}(?=\s?(?:\(|re?f))|\d{1,2}(?=\s)|\p{L}{2,12}(?=[\s(]))(?:\s?\(\d{1,2}\))?\s?(?:additional\s|more\s)?${REFILL}(?!\p{L})`,
  'iu',
)
const QUANTITY = [
  /#\s?:?\s?(\d{1,4}(?:\.\d+)?)/u,
  /(?:qty|quantity|quantities|disp(?:ense)?d?|no\.|(?<!\p{L})(?:count|total))\s?(?:of|[:.#=])*\s?#?\s?\(?(\d{1,4}(?:\.\d+)?)(?!\s?(?:m?c?g\b|milligram|microgram|ml|day|week|month|%))/iu,
  // `bid 60`: a number that closes the directions.
  /(?<=(?:bid|tid|qid|qd|qhs|daily|nightly|prn|bedtime|[bt]\.i\.d\.|p\.r\.n\.),?\s{1,12})(\d{2,4})\s*$/iu,
  // `1 p.o. q.6 h. p.r.n. (120)`: a bracketed number at the end.
  /(?:[\p{L}\d.]|,)\s?\((\d{2,4})\)\s*(?=$|[,;.]|with\b)/iu,
] as const
/** `one box of 30`, `2 bottles of 60`. */
const PACKS =
  /(?:(?<![\d.])(\d{1,2}|\p{L}{2,8})\s)?(?:box(?:es)?|bottles?|packs?|cartons?)\s(?:of|x)\s?(\d{1,4})(?!\d|\s?(?:additional\s|more\s)?(?:re-?fill|rf|fills))/iu

/** `550 bid`, `550 #60`: a bare number behind the name is its strength where directions or a quantity follow. */
const BEFORE_DIRECTIONS =
  /^\s*,?\s?(?:#|qty|quantity|(?:one|two|1|2|po|p\.o|by mouth|orally|bid|tid|qid|qd|qhs|q\s?\d|daily|twice|every|at bedtime|prn|take)(?![\p{L}]))/iu

/** An amount and where it is written. */
export type Placed<T> = Span & { readonly value: T }
const placed = <T>(value: T, start: number, length: number): Placed<T> => ({ value, start, end: start + length })

/** The strength as written (`10/325mg`, `4%-27.5%-0.0325%`); grams and millilitres of a topical are its quantity. */
export function strengthIn(rest: string, topical: boolean): Placed<string> | null {
  for (const match of rest.matchAll(STRENGTH)) {
    const written = match[0].trim().replace(/[-/]$/, '').trim()
    const after = rest.slice(match.index + match[0].length)
    const hasUnit = /[a-zµ%]/iu.test(written)
    const massOnly = hasUnit && !/mcg|mg|milli|micro|ug|µg|meq|iu|units?|%|percent/iu.test(written)
    if (
      !/mcg|mg|milligram|microgram|%/i.test(written) &&
      /^\s?-?(?:tab|cap|pill|patch|pad|refill|month|day|week|hour|time|x\b|of\b|rf)/i.test(after)
    )
      continue
    if (massOnly && (topical || !/^\s?#/.test(after))) continue
    if (/^\d[\d,]*\s?units?$/i.test(written) && !/,|\d{3}/.test(written)) continue
    if (
      !hasUnit &&
      !/^\d+(?:\.\d+)?\s?[/-]\s?\d{2,}(?:\.\d+)?$/.test(written) &&
      !(match.index <= 1 && BEFORE_DIRECTIONS.test(after))
    )
      continue
    const start = match.index + match[0].indexOf(written)
    // `3% 300mg/g`: the same strength said twice.
    const again = written.endsWith('%')
      ? /^\s?\d+(?:\.\d+)?\s?mg\s?\/\s?g(?:m|ram)?(?!\p{L})/iu.exec(rest.slice(start + written.length))
      : null
    const whole = `${written}${again?.[0] ?? ''}`
    return placed(whole.replace(/\s+/g, ' '), start, whole.length)
  }
  return null
}

/** `NR` is no refill; `2 refills`, `with one refill`, `Refills: 2`, `RF x3`, `no refills` (0); null when refills are not mentioned. */
export function refillsIn(rest: string): Placed<number> | null {
  const found = REFILLS_AFTER.exec(rest) ?? REFILLS_BEFORE.exec(rest)
  if (found) {
    const value = numberOf(found[1] ?? '')
    return value === null ? null : placed(value, found.index, found[0].length)
  }
  const none = /(?<!\p{L})NR(?!\p{L})/u.exec(rest)
  return none ? placed(0, none.index, none[0].length) : null
}

/**
 * How much is dispensed: `#60`, `QTY: 60`, `60 tablets`, `180 grams`, `patches, 30`; never what to take at a time. `rest` is the text
 * from `nameEnd` on; places count in `rest`, and are negative before it. `aside`: what is known to be something else.
 */
export function quantityIn(
  text: string,
  rest: string,
  nameEnd: number,
  topical: boolean,
  aside: readonly Span[],
): Placed<number> | null {
  const after = aside.reduce((t, { start, end }) => t.slice(0, start) + ' '.repeat(end - start) + t.slice(end), rest)
  const mass = AMOUNT.exec(after)
  const marked = QUANTITY.map((q) => q.exec(rest)).find((m) => m !== null)
  if (mass && (topical || !marked || Number(marked[1]) <= 5))
    return positive(Number((mass[1] ?? '').replace(/,/g, '')), mass.index, mass[0].length)
  if (marked) return positive(Number(marked[1]), marked.index, marked[0].length)
  const packed = PACKS.exec(after)
  if (packed) return positive((numberOf(packed[1] ?? '') ?? 1) * Number(packed[2]), packed.index, packed[0].length)
  const counted = [
    ...after.matchAll(new RegExp(String.raw`(?<![\d./-])(\d{1,4})\)?\s?-?(?:${FORM})(?!\p{L})`, 'giu')),
  ].find((m) => !isDose(after, m))
  if (counted) return positive(Number(counted[1]), counted.index, counted[0].length)
  const ahead = text.slice(0, nameEnd)
  const before = new RegExp(String.raw`(?<![\d./-])(\d{1,4})\)?\s(?:${FORM})\sof\s`, 'iu').exec(ahead)
  if (before) return positive(Number(before[1]), before.index - nameEnd, before[0].length)
  const bare =
    /^\s?(?:patch(?:es)?|pads?|tab(?:let)?s?|cap(?:sule)?s?)?\s?[,x(]\s?(?:x\s?)?(\d{1,4})\)?(?=\s*(?:$|,|;|\.|with|w\/|and\b))/iu.exec(
      after.replace(/^\s+/, ' '),
    )
  const lost = after.length - after.replace(/^\s+/, ' ').length
  return bare ? positive(Number(bare[1]), bare.index + lost, bare[0].length) : null
}

const positive = (value: number, start: number, length: number) => (value > 0 ? placed(value, start, length) : null)

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
