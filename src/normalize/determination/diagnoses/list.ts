import { writtenLevels } from '../../../language/anatomy/levels.ts'
import { regionsIn } from '../../../language/anatomy/regions.ts'
import type { Span } from '../../page-text/transcript.ts'
import { firstSentenceEnd } from './statements.ts'
import { anyOf, cues, namesDisease } from './vocabulary.ts'

const kept = new RegExp(anyOf(cues.kept), 'gi')
const qualifier = new RegExp(`^\\s*(?:${anyOf(cues.qualifiers)})\\s*$`, 'i')
const qualified = new RegExp(`^\\s*(?:${anyOf(cues.opensQualifier)})\\b`, 'i')
const modifiers = new Set(cues.modifiers.split(' '))
/** "1. MPS2. left knee sprain3. right hip strain": a number, with or without a space before it, its point or bracket, and a word. */
const numbers =
  /(?:^|[\s,;.]|(?<=[a-zA-Z)]|\b[CTLS]\d[-/][CTLS]?\d|\b(?:19|20)\d\d))[(]?(\d{1,2}|(?<![a-zA-Z])[lI])\s*[.):]\s*(?=["“(]?[A-Za-z])/g
/** "a. strain. b. sprain", "(A) strain; (B) sprain". */
const letters = /(?:^|[\s,;.])[(]?([a-jA-J])[.)]\s+(?=["“(]?[A-Za-z])/g
/** "- strain - sprain" behind a first dash. */
const bullets = /(?:^|\s)[-–•*]\s+(?=["“(]?[A-Za-z])/g
const parting =
  /(?<!\s)\s*(?:[;•]|(?<!\b(?:vs|lt|rt|dr|st|no|bil|bilat|sec|unspec|prob|poss))\.(?=\s+[A-Z])|,(?:\s*(?:and|as well as|along with|plus)\b)?|\s&(?=\s)|\b(?:and|as well as|along with|plus)\b)\s*|\n\n+/gi

/**
 * The single diagnoses of a stated list, as spans of `text`. Numbered lists are parted at their numbers, others at commas,
 * semicolons and "and", but never inside a diagnosis: "strain of muscle, fascia and tendon of lower back, initial encounter"
 * is one, and so is "lumbar, hip, and neck strain", whose first parts name no disease of their own.
 */
export function splitList(text: string, bulleted: boolean): readonly Span[] {
  const marked = bulleted
    ? bulletedItems(text)
    : (markedItems(text, numbers, numberOf) ?? markedItems(text, letters, letterOf))
  return (marked ?? [{ start: 0, end: text.length }])
    .flatMap((item) => (marked ? [item] : partedItems(text, item)))
    .map((s) => tidied(text, s))
    .filter((s) => isDiagnosis(text.slice(s.start, s.end)))
}

const numberOf = (mark: string) => (/^[lI]$/.test(mark) ? 1 : Number(mark))
const letterOf = (mark: string) => mark.toLowerCase().charCodeAt(0) - 96

/** Items whose marks run 1, 2, 3… or a, b, c…; null when there are none. */
function markedItems(text: string, pattern: RegExp, order: (mark: string) => number): readonly Span[] | null {
  const marks: { at: number; from: number }[] = []
  for (const match of text.matchAll(pattern)) {
    const mark = match[1] ?? ''
    // A list whose first number was left out: "… were shoulder sprain 2. wrist sprain".
    if (marks.length === 0 && mark === '2' && match.index > 3) marks.push({ at: 0, from: 0 })
    if (order(mark) !== marks.length + 1) continue
    marks.push({ at: match.index, from: match.index + match[0].length })
  }
  return marks.length < 2 ? null : itemsBetween(text, marks)
}

function bulletedItems(text: string): readonly Span[] {
  const marks = [...text.matchAll(bullets)].map((m) => ({ at: m.index, from: m.index + m[0].length }))
  return itemsBetween(text, [{ at: 0, from: 0 }, ...marks])
}

function itemsBetween(text: string, marks: readonly { at: number; from: number }[]): readonly Span[] {
  return marks.map(({ from }, i) => {
    const next = marks[i + 1]?.at ?? text.length
    // The last mark's item ends with its sentence.
    const full = i === marks.length - 1 ? firstSentenceEnd(text.slice(from, next)) : -1
    return withoutPlan(text, { start: from, end: full >= 0 ? from + full : next })
  })
}

/** An item of an assessment may go on to what is to be done: "ankle sprain, grade II - continue brace". */
function withoutPlan(text: string, { start, end }: Span): Span {
  const item = text.slice(start, end)
  const dash = /\s[-–]+\s+(?=[a-z])/.exec(item)
  if (!dash) return { start, end }
  const rest = item.slice(dash.index + dash[0].length)
  const said = namesDisease(item.slice(0, dash.index)) && !namesDisease(rest) && !isPlace(rest) && !qualifier.test(rest)
  return said ? { start, end: start + dash.index } : { start, end }
}

/** A part of a list and what parts it from the one before. */
type Part = Span & { readonly by: string }

function partedItems(text: string, { start, end }: Span): readonly Span[] {
  const body = text.slice(start, end)
  const closed = [...body.matchAll(kept)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
  const brackets = [...body.matchAll(/\([^()]*\)/g)].map((m) => ({ from: m.index, to: m.index + m[0].length }))
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

/** A code behind a place: `lumbar region (M54.16)`. */
const CODE_BEHIND = /[\s,]*\(?\b(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[EV]?\d{3}\.\d{1,2})\)?\s*$/

/** Further levels of the spine: "disc disease at L4-L5 and L5-S1". */
const LEVELS = /^\s*[CTLS]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?(?:\s+with(?:out)?\b.*)?$/is
/** What was done about the disease before it: "hernia, status post repair". */
const AFTERMATH = /^\s*(?:status[\s-]+post|s\/p)\b/i
/** What came of the disease before it, or of what it came. */
const CONTINUED =
  /^\s*(?:with|without|secondary\s+to|due\s+to|because\s+of|involving|affecting|associated\s+with|radiating|worse|greater|more|(?:left|right)\s+(?:worse|greater|more)|[lr]\s?[<>]\s?[lr])\b/i
/** One or two words that only describe: "insertional", "healed", "work related". */
const ADJECTIVES = /^\s*(?:[a-z-]+ly\s+)?[a-z-]{2,}(?:[^p]al|ar|ary|ed|[^n]ic|ous|ive|ent|able|ible)(?:\s*,)?\s*$/i

/**
 * Puts parts together that are one diagnosis: qualifiers, codes and places with the disease before them, where that names no
 * place of its own or the same one; places with the disease that follows; "… with lateral recess" with "and foraminal stenosis".
 */
function joined(body: string, parts: readonly Part[]): readonly Span[] {
  const items: { start: number; end: number }[] = []
  let open = false
  for (const [i, part] of parts.entries()) {
    const words = body.slice(part.start, part.end)
    const last = items.at(-1)
    const said = last ? body.slice(last.start, last.end) : ''
    const belongs = describes(words, part.by)
    const place = isPlace(words)
    const next = partText(body, parts[i + 1])
    const ends = endsHere(body, parts, i)
    const placed =
      last !== undefined &&
      !open &&
      place &&
      !isPlace(said) &&
      (ends || fits(said, words, next) || goesWith(said, words, part.by, next)) &&
      !/;|\n\n/.test(part.by)
    if (last && (open || belongs || placed)) last.end = part.end
    else items.push({ start: part.start, end: part.end })
    if (last && (belongs || placed)) continue
    const whole = items.at(-1)
    const now = whole ? body.slice(whole.start, whole.end) : ''
    const tail = /\bwith\s+([^,]*)$/i.exec(now)?.[1]
    open = isPlace(now) || (tail !== undefined && isPlace(tail))
  }
  return items
}

/** Whether nothing follows a part but further places and codes, up to the end or a semicolon. */
function endsHere(body: string, parts: readonly Part[], at: number): boolean {
  for (let i = at + 1; i < Math.min(parts.length, at + MOST_PLACES); i++) {
    if (/;|\n\n/.test(parts[i]?.by ?? '')) return true
    const words = partText(body, parts[i])
    if (code.test(words)) return true
    if (!isPlace(words)) return false
  }
  return at + MOST_PLACES >= parts.length
}
const MOST_PLACES = 12

/** Whether a part only says more of the disease before it. */
function describes(written: string, by: string): boolean {
  const words = code.test(written) ? written : written.replace(CODE_BEHIND, '')
  return (
    qualifier.test(words) ||
    qualified.test(words) ||
    code.test(words) ||
    LEVELS.test(words) ||
    CONTINUED.test(words) ||
    (/^\s*,\s*$/.test(by) && ADJECTIVES.test(words) && !isPlace(words)) ||
    (AFTERMATH.test(words) && regionsIn(words).length === 0)
  )
}

/** Whether a place belongs to the disease before it: that has none, or the same, and the next disease has its own. */
function fits(said: string, words: string, next: string): boolean {
  const region = regionsIn(said)[0]
  if (region === undefined) return true
  return region === regionsIn(words)[0] && !isPlace(next) && regionsIn(next).length > 0
}

/** A part of the body beside the one that the disease before it names: "strain of the left wrist and forearm and …". */
const OF_PLACE = /\bof\s+(?:the\s+|his\s+|her\s+)?(.+)$/i
/** "lumbar", "cervical": such a word waits for its disease. */
const PLACE_ADJECTIVE = /(?:al|ar|ic|ary|ular)\s*$/i

function goesWith(said: string, words: string, by: string, next: string): boolean {
  const place = OF_PLACE.exec(said)?.[1]
  const beside = /and|&/i.test(by) && place !== undefined && isPlace(place) && !PLACE_ADJECTIVE.test(words)
  return (beside && namesDisease(next)) || (describes(next, '') && regionsIn(said)[0] === regionsIn(words)[0])
}

const partText = (body: string, part: Span | undefined) => (part ? body.slice(part.start, part.end) : '')

/** Words that name a disease by their ending, even where they also tell the place: `epicondylitis`, `chondromalacia`. */
const DISEASE =
  /(?:itis|osis|malacia|pathy|algia|plegia|oma|ysis|esis|aches?|pain|cele|esthesia|trophy|whiplash|scalp|ism|emia|uria)$/

/** Whether words name only parts of the body and how they lie: no disease. */
function isPlace(written: string): boolean {
  const text = written.replace(CODE_BEHIND, '')
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
