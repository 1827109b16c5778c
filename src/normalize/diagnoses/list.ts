import type { Span } from '../transcript.ts'
import { regionsIn } from '../anatomy.ts'
import { anyOf, cues } from './vocabulary.ts'

const kept = new RegExp(anyOf(cues.kept), 'gi')
const qualifier = new RegExp(`^\\s*(?:${anyOf(cues.qualifiers)})\\s*$`, 'i')
const modifiers = new Set(cues.modifiers.split(' '))
/** "1. MPS2. left knee sprain3. right hip strain": a number, with or without a space before it, its point or bracket, and a word. */
const numbers = /(?:^|[\s,;.]|(?<=[a-zA-Z)]))[(]?(\d{1,2})\s*[.):]\s*(?=["“(]?[A-Za-z])/g
const parting = /\s*(?:[;•]|,(?:\s*(?:and|as well as|along with|plus)\b)?|\b(?:and|as well as|along with|plus)\b)\s*|\n\n+/gi

/**
 * The single diagnoses of a stated list, as spans of `text`. Numbered lists are parted at their numbers, others at commas,
 * semicolons and "and", but never inside a diagnosis: "strain of muscle, fascia and tendon of lower back, initial encounter"
 * is one, and so is "lumbar, hip, and neck strain", whose first parts name no disease of their own.
 */
export function splitList(text: string, list: Span): readonly Span[] {
  const numbered = numberedItems(text, list)
  return (numbered ?? [list]).flatMap((item) => (numbered ? [item] : partedItems(text, item))).map((s) => tidied(text, s)).filter((s) => isDiagnosis(text.slice(s.start, s.end)))
}

/** Items of a numbered list, when the numbers run 1, 2, 3…; null when there is none. */
function numberedItems(text: string, { start, end }: Span): readonly Span[] | null {
  const marks: { at: number; from: number }[] = []
  for (const match of text.slice(start, end).matchAll(numbers)) {
    if (Number(match[1]) !== marks.length + 1) continue
    marks.push({ at: start + match.index, from: start + match.index + match[0].length })
  }
  if (marks.length < 2) return null
  return marks.map((mark, i) => ({ start: mark.from, end: marks[i + 1]?.at ?? end }))
}

function partedItems(text: string, { start, end }: Span): readonly Span[] {
  const body = text.slice(start, end)
  const closed = [...body.matchAll(kept)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
  const brackets = [...body.matchAll(/\([^)]*\)/g)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
  const parts: { start: number; end: number; by: string }[] = []
  let from = 0
  let by = ''
  for (const match of body.matchAll(parting)) {
    if ([...closed, ...brackets].some((c) => match.index < c.to && match.index + match[0].length > c.from)) continue
    parts.push({ start: from, end: match.index, by })
    from = match.index + match[0].length
    by = match[0]
  }
  parts.push({ start: from, end: body.length, by })
  return joined(body, parts.filter((p) => body.slice(p.start, p.end).trim() !== '')).map((p) => ({ start: start + p.start, end: start + p.end }))
}

/** Puts parts together that are one diagnosis: qualifiers with what they qualify, places with the disease that follows. */
function joined(body: string, parts: readonly Span[]): readonly Span[] {
  const items: { start: number; end: number }[] = []
  let open = false
  for (const part of parts) {
    const words = body.slice(part.start, part.end)
    const last = items.at(-1)
    if (last && (open || qualifier.test(words))) last.end = part.end
    else items.push({ ...part })
    const whole = items.at(-1)
    // A part that names only places waits for its disease; so does "… with lateral recess" for "and foraminal stenosis".
    const said = whole ? body.slice(whole.start, whole.end) : ''
    const tail = /\bwith\s+([^,]*)$/i.exec(said)?.[1]
    open = !qualifier.test(words) && (isPlace(said) || (tail !== undefined && isPlace(tail)))
  }
  const trailing = items.at(-1)
  if (items.length > 1 && trailing && isPlace(body.slice(trailing.start, trailing.end))) {
    items.pop()
    const previous = items.at(-1)
    if (previous) previous.end = trailing.end
  }
  return items
}

/** Whether words name only parts of the body and how they lie: no disease. */
function isPlace(text: string): boolean {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return words.length > 0 && words.every((w) => modifiers.has(w) || regionsIn(w).length > 0) && !/\b(?:whiplash|headache|scalp)/i.test(text)
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
