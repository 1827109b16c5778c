import { regionsIn } from '../anatomy.ts'
import type { Span } from '../transcript.ts'
import { firstSentenceEnd } from './statements.ts'
import { anyOf, cues } from './vocabulary.ts'

const kept = new RegExp(anyOf(cues.kept), 'gi')
const qualifier = new RegExp(`^\\s*(?:${anyOf(cues.qualifiers)})\\s*$`, 'i')
const modifiers = new Set(cues.modifiers.split(' '))
/** "1. MPS2. left knee sprain3. right hip strain": a number, with or without a space before it, its point or bracket, and a word. */
const numbers = /(?:^|[\s,;.]|(?<=[a-zA-Z)]))[(]?(\d{1,2})\s*[.):]\s*(?=["“(]?[A-Za-z])/g
const parting =
  /\s*(?:[;•]|(?<!\b(?:vs|lt|rt|dr|st|no))\.(?=\s+[A-Z])|,(?:\s*(?:and|as well as|along with|plus)\b)?|\s&(?=\s)|\b(?:and|as well as|along with|plus)\b)\s*|\n\n+/gi

/**
 * The single diagnoses of a stated list, as spans of `text`. Numbered lists are parted at their numbers, others at commas,
 * semicolons and "and", but never inside a diagnosis: "strain of muscle, fascia and tendon of lower back, initial encounter"
 * is one, and so is "lumbar, hip, and neck strain", whose first parts name no disease of their own.
 */
export function splitList(text: string, list: Span): readonly Span[] {
  const numbered = numberedItems(text, list)
  return (numbered ?? [list])
    .flatMap((item) => (numbered ? [item] : partedItems(text, item)))
    .map((s) => tidied(text, s))
    .filter((s) => isDiagnosis(text.slice(s.start, s.end)))
}

/** Items of a numbered list, when the numbers run 1, 2, 3…; null when there is none. */
function numberedItems(text: string, { start, end }: Span): readonly Span[] | null {
  const marks: { at: number; from: number }[] = []
  for (const match of text.slice(start, end).matchAll(numbers)) {
    // A list whose first number was left out: "… were shoulder sprain 2. wrist sprain".
    if (marks.length === 0 && Number(match[1]) === 2 && match.index > 3) marks.push({ at: start, from: start })
    if (Number(match[1]) !== marks.length + 1) continue
    marks.push({ at: start + match.index, from: start + match.index + match[0].length })
  }
  if (marks.length < 2) return null
  return marks.map(({ from }, i) => {
    const next = marks[i + 1]?.at ?? end
    // The last number's item ends with its sentence.
    const full = i === marks.length - 1 ? firstSentenceEnd(text.slice(from, next)) : -1
    return { start: from, end: full >= 0 ? from + full : next }
  })
}

/** A part of a list and what parts it from the one before. */
type Part = Span & { readonly by: string }

function partedItems(text: string, { start, end }: Span): readonly Span[] {
  const body = text.slice(start, end)
  const closed = [...body.matchAll(kept)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
  const brackets = [...body.matchAll(/\([^)]*\)/g)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
  const parts: Part[] = []
  let from = 0
  let by = ''
  for (const match of body.matchAll(parting)) {
    if ([...closed, ...brackets].some((c) => match.index < c.to && match.index + match[0].length > c.from)) continue
    parts.push({ start: from, end: match.index, by })
    from = match.index + match[0].length
    by = match[0]
  }
  parts.push({ start: from, end: body.length, by })
  return joined(
    body,
    parts.filter((p) => body.slice(p.start, p.end).trim() !== ''),
  ).map((p) => ({ start: start + p.start, end: start + p.end }))
}

/** A code printed behind its diagnosis: `M22.42`, `(847.2)`. */
const code = /^[\s(]*(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[EV]?\d{3}\.\d{1,2})[\s)]*$/

/** Further levels of the spine: "disc disease at L4-L5 and L5-S1". */
const LEVELS = /^\s*[CTLS]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?\s*$/i
/** What was done about the disease before it: "hernia, status post repair". */
const AFTERMATH = /^\s*(?:status[\s-]+post|s\/p)\b/i

/**
 * Puts parts together that are one diagnosis: qualifiers, codes and places with the disease before them, where that names no
 * place of its own; places with the disease that follows; "… with lateral recess" with "and foraminal stenosis".
 */
function joined(body: string, parts: readonly Part[]): readonly Span[] {
  const items: { start: number; end: number }[] = []
  let open = false
  for (const [i, part] of parts.entries()) {
    const words = body.slice(part.start, part.end)
    const last = items.at(-1)
    const said = last ? body.slice(last.start, last.end) : ''
    const belongs =
      qualifier.test(words) ||
      code.test(words) ||
      LEVELS.test(words) ||
      (AFTERMATH.test(words) && regionsIn(words).length === 0)
    const place = isPlace(words)
    const ends =
      i === parts.length - 1 || /;|\n/.test(parts[i + 1]?.by ?? '') || code.test(partText(body, parts[i + 1]))
    const placed =
      last !== undefined &&
      !open &&
      place &&
      !isPlace(said) &&
      (ends || regionsIn(said).length === 0) &&
      !/;|\n/.test(part.by)
    if (last && (open || belongs || placed)) last.end = part.end
    else items.push({ start: part.start, end: part.end })
    if (belongs || placed) continue
    const whole = items.at(-1)
    const now = whole ? body.slice(whole.start, whole.end) : ''
    const tail = /\bwith\s+([^,]*)$/i.exec(now)?.[1]
    open = isPlace(now) || (tail !== undefined && isPlace(tail))
  }
  return items
}

const partText = (body: string, part: Span | undefined) => (part ? body.slice(part.start, part.end) : '')

/** Words that name a disease by their ending, even where they also tell the place: `epicondylitis`, `chondromalacia`. */
const DISEASE =
  /(?:itis|osis|malacia|pathy|algia|plegia|oma|ysis|esis|aches?|pain|cele|esthesia|trophy|whiplash|scalp|ism|emia|uria)$/

/** Whether words name only parts of the body and how they lie: no disease. */
function isPlace(text: string): boolean {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return words.length > 0 && words.every((w) => modifiers.has(w) || (!DISEASE.test(w) && regionsIn(w).length > 0))
}

function tidied(text: string, { start, end }: Span): Span {
  const words = text.slice(start, end)
  const lead = /^(?:[\s.,;:"“”'•*-]|\b(?:a|an|the|and|also|both|of)\b(?=\s))*/i.exec(words)?.[0].length ?? 0
  const body = words.slice(lead)
  const tail = /(?:[\s.,;:"“”'•*-]|\s(?:and|or|with|the|on|that|is|of|to)$)*$/i.exec(body)?.[0].length ?? 0
  return { start: start + lead, end: Math.max(start + lead, end - tail) }
}

/** A diagnosis has at least one word of three letters (or a known abbreviation's shape) and is not a place or a number alone. */
function isDiagnosis(text: string): boolean {
  return /[A-Za-z]{3}|\b[A-Z]{2,}\b/.test(text) && text.length <= 220 && !isPlace(text) && !qualifier.test(text)
}
