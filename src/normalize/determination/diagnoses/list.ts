import { regionsIn } from '../../../language/anatomy/regions.ts'
import type { Span } from '../../page-text/transcript.ts'
import { coordinatedItems } from './coordination.ts'
import { doubtsApart, markedItems } from './marks.ts'
import { isPlace } from './places.ts'
import { runTogether } from './run-together.ts'
import { anyOf, cues, isQualifier } from './vocabulary.ts'

/**
 * The single diagnoses of a stated list, as spans of `text`. Marked lists are parted at their marks, others at commas,
 * semicolons and "and", but never inside a diagnosis: "strain of muscle, fascia and tendon of lower back, initial encounter"
 * is one, and so is "lumbar, hip, and neck strain", whose first parts name no disease of their own.
 */
export function splitList(text: string, bulleted: boolean): readonly Span[] {
  return (markedItems(text, bulleted) ?? coordinatedItems(text).flatMap((s) => runTogether(text, s)))
    .flatMap((s) => doubtsApart(text, s))
    .map((s) => tidied(text, s))
    .filter((s) => isDiagnosis(text.slice(s.start, s.end)))
}

function tidied(text: string, { start, end }: Span): Span {
  const words = text.slice(start, end)
  const lead = /^(?:[\s.,;:"“”'•*-]|\b(?:a|an|the|and|also|both|of)\b(?=\s))*/i.exec(words)?.[0].length ?? 0
  const body = words.slice(lead)
  const tail =
    /(?:[\s.,;:"“”'•*-]|\s(?:and|or|with|the|on|that|is|of|to|at|by|in|from|for|due|as|per)$)*$/i.exec(body)?.[0]
      .length ?? 0
  return { start: start + lead, end: Math.max(start + lead, end - tail) }
}

/** What stands where a diagnosis would, and says that there is none: "not stated", "deferred", "absence of myelopathy". */
const none = new RegExp(
  `^(?:${anyOf(cues.noDiagnosis)})(?:\\s+(?:in|by|on|at)\\s[^,;]{1,60})?[\\s.]*$|^(?:${anyOf(cues.absence)})\\b`,
  'i',
)
/** An event, not what came of it: "work injury on 6/6/2006". */
const event = new RegExp(
  `^(?:(?:${anyOf(cues.events)})\\s+)+(?:injur(?:y|ies)|accidents?|incidents?|trauma|falls?)\\b`,
  'i',
)

/** A diagnosis has at least one word of three letters (or a known abbreviation's shape) and is not a place or a number alone. */
function isDiagnosis(text: string): boolean {
  if (none.test(text) || (event.test(text) && regionsIn(text).length === 0)) return false
  return /[A-Za-z]{3}|\b[A-Z]{2,}\b/.test(text) && text.length <= 220 && !isPlace(text) && !isQualifier(text)
}
