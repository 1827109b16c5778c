import { assertionWords } from '../../language/assertion.ts'
import { placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import { sentencesOf } from '../../language/sentences.ts'
import type { Evidence, Field } from '../../model/index.ts'

/** One sentence of a text, with the rows of the page that it stands on. */
export type Passage = {
  /** Through `plain`: lower case, straight quotes. */
  readonly text: string
  readonly evidence: readonly Evidence[]
  /** `record`: tells of the patient. `review`: tells what was asked for or decided before, and is no evidence of a fact. */
  readonly voice: 'record' | 'review'
}

/**
 * The sentences of a field, in order. No decision may rest on the utilization review alone (8 CCR 9792.10.6(b)(2)): sentences
 * that tell of it, of its reasons, or of the request itself have the voice `review`. Time grows with the field's length.
 */
export function passagesOf(field: Field<string>): readonly Passage[] {
  const text = field.value ?? ''
  const rows = rowsOf(text, field.evidence)
  const passages: Passage[] = []
  // The reasons of a denial go on from sentence to sentence.
  let reasons = false
  for (const { start, end } of sentencesOf(text)) {
    const sentence = plain(text.slice(start, end).replace(/\s/g, ' ')).trim()
    if (sentence === '') continue
    const evidence = rows.between(start, end)
    const denial = saysAny(sentence, assertionWords.denialVoice)
    reasons = denial || (reasons && !saysAny(sentence, assertionWords.visit))
    const voice = reasons || saysAny(sentence, assertionWords.otherVoice) ? 'review' : 'record'
    passages.push({ text: sentence, evidence, voice })
  }
  return passages
}

const saysAny = (sentence: string, phrases: readonly string[]) =>
  phrases.some((phrase) => placesOf(phrase, sentence).length > 0)

/** Where each row of evidence stands in the text: rows come in order, words joined by one space. */
function rowsOf(text: string, evidence: readonly Evidence[]) {
  let from = 0
  const rows = evidence.map((row) => {
    const words = row.text.replace(/\s+/g, ' ').trim()
    const found = text.indexOf(words, from)
    // A row that was mended differs from the text: it keeps its place by length.
    const start = found >= 0 && found - from < 200 ? found : from
    const end = Math.min(text.length, start + words.length)
    from = end
    return { row, start, end }
  })
  let first = 0
  return {
    /** The rows that a stretch of the text stands on; stretches are asked for in their order. */
    between(start: number, end: number): readonly Evidence[] {
      while ((rows[first]?.end ?? end) <= start) first++
      let behind = first
      while ((rows[behind]?.start ?? end) < end) behind++
      return rows.slice(first, behind).map((r) => r.row)
    },
  }
}
