import { writtenLevels } from '../../../language/anatomy/levels.ts'
import { regionsIn } from '../../../language/anatomy/regions.ts'
import { anyOf, cues } from './vocabulary.ts'

const modifiers = new Set(cues.modifiers.split(' '))

/** A code behind a place: `lumbar region (M54.16)`. */
export const CODE_BEHIND =
  /[\s,]*[([]?(?:ICD[\s-]?(?:9|10)(?:-CM)?[\s:]*)?\b(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[EV]?\d{3}\.\d{1,2})[)\]]?\s*$/

/** Words that name a disease by their ending, even where they also tell the place: `epicondylitis`, `chondromalacia`. */
const DISEASE =
  /(?:itis|osis|malacia|pathy|algia|plegia|oma|ysis|esis|aches?|pain|cele|esthesia|trophy|whiplash|ism|emia|uria|hernias?)$/

const opening = new RegExp(`^\\s*(?:${anyOf([...cues.certainty.suspected, ...cues.certainty.history])})(?![a-z])`, 'i')

/** Whether words name only parts of the body and how they lie, with or without a doubt before them ("rule out cervical"): no disease. */
export function isPlace(written: string): boolean {
  const text = written.replace(CODE_BEHIND, '').replace(opening, '')
  const levels = writtenLevels(text)
  const words =
    levels
      .reduceRight((t, l) => t.slice(0, l.start) + t.slice(l.end), text)
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  return (
    (words.length > 0 || levels.length > 0) &&
    words.every((w) => modifiers.has(w) || (!DISEASE.test(w) && regionsIn(w).length > 0))
  )
}

/** `Lumbar spine:` at the head of a diagnosis: the place with its colon; null where no place heads it. */
export function placeHeading(text: string): string | null {
  const head = /^([^:]{3,40}):(?=\s+[A-Za-z])/.exec(text)
  return head?.[1] !== undefined && isPlace(head[1]) ? head[0] : null
}
