import { assertionAt } from '../../language/assertion.ts'
import { placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import type { Evidence } from '../../model/index.ts'
import type { Passage } from './passages.ts'

/**
 * What the record tells of earlier treatment of the same kind: how many visits, that there was some, or that there was none.
 * null: it does not say, which is not none.
 */
export type Earlier = {
  readonly kind: 'counted' | 'some' | 'none'
  /** Visits; 0 for `none`, null for `some`. */
  readonly count: number | null
  readonly evidence: readonly Evidence[]
}

const VISIT = '(?:sessions?|visits?|treatments?|appointments?)'
const COUNT = '(\\d{1,3}|[a-z]+(?: [a-z]+)?)\\s*(?:\\((\\d{1,3})\\)\\s*)?'
/** "6 of 12 sessions" are six; "the sixth of 12" is not read. */
const OF = '(?:(?:of|out of|/)\\s*(?:the\\s+)?\\d{1,3}\\s*)?'
const HAD =
  '(?:completed|complete|attended|received|had|has had|undergone|underwent|finished|participated in|authorized|approved|certified|after|following|total of|completion of|tried)'
const BEFORE = new RegExp(
  `\\b${HAD}\\s+(?:(?:at least|approximately|about|over|up to|a|total|of|the|an|initial|first)\\s+){0,4}${COUNT}${OF}(?:[a-z/-]+\\s+){0,4}?${VISIT}\\b`,
  'g',
)
const BEHIND = new RegExp(
  `\\b${COUNT}${OF}(?:[a-z/-]+\\s+){0,4}?${VISIT}\\b[^.;]{0,40}?\\b(?:completed|attended|to date|so far|were received|were authorized|were certified|have been)\\b`,
  'g',
)

const NONE = [
  'no (prior|previous|earlier) .. <therapy>',
  '(has|have) not .. (had|tried|received|undergone|attended|started|begun) .. <therapy>',
  '(has|have) never .. <therapy>',
  '(initial|first) (course|trial) of .. <therapy>',
]

const UNITS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  sixteen: 16,
  eighteen: 18,
  twenty: 20,
  'twenty four': 24,
  thirty: 30,
}

/** Looks through the record for earlier visits of a treatment that goes by `names`. The largest count told is taken. */
export function earlierVisits(names: readonly string[], passages: readonly Passage[]): Earlier | null {
  const own = names.map(plain)
  let best: Earlier | null = null
  for (const { text, evidence, voice } of passages) {
    if (voice !== 'record') continue
    const places = own.flatMap((name) => placesOf(name, text))
    if (places.length === 0) continue
    const count = Math.max(0, ...countsIn(text))
    if (count > 0) {
      if (best?.kind !== 'counted' || count > (best.count ?? 0)) best = { kind: 'counted', count, evidence }
    } else if (best?.kind !== 'counted' && own.some((name) => deniesAny(text, name))) {
      best = best ?? { kind: 'none', count: 0, evidence }
    } else if (best?.kind !== 'counted' && places.some((p) => assertionAt(text, p) === 'asserted')) {
      best = { kind: 'some', count: null, evidence }
    }
  }
  return best
}

function countsIn(text: string): readonly number[] {
  return [BEFORE, BEHIND].flatMap((pattern) =>
    [...text.matchAll(pattern)]
      .filter((m) => assertionAt(text, { start: m.index, end: m.index + m[0].length }) === 'asserted')
      .map((m) => numberOf(m[2] ?? m[1] ?? '')),
  )
}

function numberOf(word: string): number {
  const words = word.trim()
  return Number(words) || UNITS[words] || UNITS[words.split(' ')[0] ?? ''] || 0
}

function deniesAny(text: string, therapy: string): boolean {
  return NONE.some((phrase) => placesOf(phrase.replace('<therapy>', therapy), text).length > 0)
}

/** Visits counted in a short text such as `6 of 12 sessions`, `2x3`, `2 times a week for 3 weeks`, `#6`; 0 when none are. */
export function visitsIn(text: string): number {
  const words = plain(text)
  const stated = new RegExp(`${COUNT}(?:[a-z/-]+\\s+){0,3}?${VISIT}\\b`).exec(words)
  const total = stated ? numberOf(stated[2] ?? stated[1] ?? '') : 0
  if (total > 0) return total
  const rate =
    /\b(\d{1,2})\s*(?:x|times)\s*(?:(?:a|per|each|every)?\s*(?:week|wk|w)\w*\s*)?(?:x|for|times)?\s*(\d{1,2})\b/.exec(
      words,
    )
  if (rate) return Number(rate[1]) * Number(rate[2])
  return Number(/(?:#|\bqty:?\s*|\bx\s*)(\d{1,3})\b/.exec(words)?.[1] ?? 0)
}
