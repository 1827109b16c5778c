import { regionsIn } from '../../../language/anatomy/regions.ts'
import type { Span } from '../../page-text/transcript.ts'
import { diagnosisWord, namesDisease } from './vocabulary.ts'

/** Words that join or describe, and say nothing of a disease. */
const SMALL =
  /^(?:of|the|a|an|and|or|with|without|due|to|at|on|in|from|by|secondary|status|post|s|p|for|related|type|grade|level|levels|side|sided|not|no|other|nos|rule|out|r|o|history|possible|probable|likely|suspected|versus|vs|region|part|area|initial|subsequent|encounter|current|currently|multiple|specific|injury|injuries|sequela|per|as|well|greater|than|worse|both)$/

/**
 * How much of the trust in a statement is left to one of its diagnoses, 0..1: what was put together or may be two, words that no diagnosis
 * is known by, and a disease that its place would have to be guessed for, all take from it.
 */
export function clarityOf(words: string): number {
  const plain = words.toLowerCase().match(/[a-z]+/g) ?? []
  const strange = plain.filter(
    (w) => w.length > 2 && !SMALL.test(w) && !diagnosisWord(w) && !namesDisease(w) && regionsIn(w).length === 0,
  )
  let clarity = 1
  if (strange.length > 0) clarity *= strange.length > plain.length / 3 ? 0.8 : 0.92
  if (!plain.some((w) => namesDisease(w) || w === 'pain' || w.endsWith('ache')) && !/\b[A-Z]{2,}\b/.test(words))
    clarity *= 0.85
  if (/[;:]|\.\s|\d{3}\.\d/.test(words)) clarity *= 0.7
  if (/,|\band\b|&/.test(words)) clarity *= 0.95
  if (headsIn(plain) > 2) clarity *= 0.8
  return clarity
}

/** Diseases named one after the other, words apart that only describe. */
function headsIn(words: readonly string[]): number {
  return words.filter((w, i) => namesDisease(w) && !namesDisease(words[i + 1] ?? '')).length
}

/** What speaks of diagnoses in a summary; a study that is asked for "to rule out" something states none. */
const SPEAKS =
  /\b(?:diagnos(?:is|es|ed)|dx|(?:impressions?|assessments?)(?=\s*:|\s+(?:is|was|were|are|of|includes?)\b(?!\s+on))|(?<!\bto\s+["“]?)rule[ds]? out|r\/o|suspected|also found to have|consistent with)\b/gi

/** How much is left to all diagnoses of a summary, 0..1: less for every place that speaks of diagnoses and from which none was taken. */
export function completenessOf(summary: string, taken: readonly Span[]): number {
  const left = [...summary.matchAll(SPEAKS)].filter((m) => !taken.some((t) => m.index >= t.start && m.index < t.end))
  return left.length === 0 ? 1 : 0.9
}
