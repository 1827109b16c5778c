import { distanceWithin, errorsAllowed, squeeze } from '../../../language/matching/fuzzy.ts'
import type { Outcome, Service } from '../../../model/index.ts'
import { outcomeWords } from '../layout/letter-vocabulary.ts'
import { endsAsking } from './question.ts'

/** A negation counts when at most so many words stand between it and the statement. */
const NEGATED_WITHIN = 5

const words = (['upheld', 'overturned'] as const).flatMap((outcome) =>
  outcomeWords.words[outcome].map((word) => ({ outcome, squeezed: squeeze(word) })),
)
const sentences = [
  ...outcomeWords.notNecessary.map((phrase) => ({ outcome: 'upheld' as const, squeezed: squeeze(phrase) })),
  ...outcomeWords.necessary.map((phrase) => ({ outcome: 'overturned' as const, squeezed: squeeze(phrase) })),
]

/** The outcome that a single word states, misread letters allowed: `Uphe1d`, `Overtumed`. `cost` counts what was misread. */
export function outcomeOfWord(word: string): { readonly outcome: Outcome; readonly cost: number } | null {
  const written = squeeze(word)
  for (const { outcome, squeezed } of words) {
    const cost = distanceWithin(written, squeezed, outcome === 'upheld' ? 1 : 2)
    if (cost !== null) return { outcome, cost }
  }
  return null
}

/** The outcome that a few words state: the last word of one, else how their sentence ends; null for none. */
export function outcomeIn(text: string): Outcome | null {
  const said = text.match(/\S+/g)?.flatMap((word) => outcomeOfWord(word)?.outcome ?? []) ?? []
  return said.at(-1) ?? necessityAtEnd(text)?.outcome ?? null
}

/**
 * What the last sentence of `text` says of medical necessity, if it ends so: `… is not medically necessary.`
 * `start` is the offset where the statement begins.
 */
export function necessityAtEnd(
  text: string,
): { readonly outcome: Outcome; readonly start: number; readonly cost: number } | null {
  if (endsAsking(text)) return null
  const tail = text.slice(-90)
  let best: { outcome: Outcome; start: number; cost: number; size: number } | null = null
  for (const word of tail.matchAll(/\S+/g)) {
    const rest = squeeze(tail.slice(word.index))
    for (const { outcome, squeezed } of sentences) {
      const cost = distanceWithin(rest, squeezed, Math.min(3, errorsAllowed(squeezed.length)))
      if (cost === null) continue
      const score = squeezed.length - 4 * cost
      if (!best || score > best.size - 4 * best.cost)
        best = { outcome, start: text.length - tail.length + word.index, cost, size: squeezed.length }
    }
  }
  return best?.outcome === 'overturned' && isNegated(text.slice(0, best.start)) ? { ...best, outcome: 'upheld' } : best
}

const negations = new RegExp(
  `\\b(?:${outcomeWords.negations.join('|')})\\b(?:\\s+[^\\s.;,]+){0,${NEGATED_WITHIN}}\\s*$`,
  'i',
)

/** Whether the words before a statement turn it round: `none of the associated services are medically necessary`. */
const isNegated = (before: string) => negations.test(before.slice(-90))

/** The letter as a whole: what all services have, or `mixed`; null when a service's outcome, or every service, is missing. */
export function rollUp(services: readonly Pick<Service, 'outcome'>[]): 'upheld' | 'overturned' | 'mixed' | null {
  const outcomes = services.map((s) => s.outcome.value)
  const first = outcomes[0]
  if (first === undefined || outcomes.includes(null)) return null
  return outcomes.every((o) => o === first) ? first : 'mixed'
}
