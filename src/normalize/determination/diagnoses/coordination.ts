import { regionsIn } from '../../../language/anatomy/regions.ts'
import type { Span } from '../../page-text/transcript.ts'
import { CODE_BEHIND, isPlace } from './places.ts'
import { anyOf, cues, isQualifier, namesDisease } from './vocabulary.ts'

const kept = new RegExp(anyOf(cues.kept), 'gi')
const qualified = new RegExp(`^\\s*(?:${anyOf(cues.opensQualifier)})\\b`, 'i')
const parting =
  /(?<!\s)\s*(?:[;•]|(?<!\b(?:vs|lt|rt|dr|st|no|bil|bilat|sec|unspec|prob|poss))\.(?=\s+[A-Z])|,(?:\s*(?:and|as well as|along with|plus)\b)?|\s&(?=\s)|\b(?:and|as well as|along with|plus)\b)\s*|\n\n+/gi

/** A part of a list and what parts it from the one before. */
type Part = Span & { readonly by: string }

/** The diagnoses of a list without marks: parted at commas, semicolons and "and", put together where a diagnosis goes on. */
export function coordinatedItems(text: string): readonly Span[] {
  const closed = [kept, /\([^()]*\)|\[[^[\]]*\]/g].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((m) => ({ from: m.index, to: m.index + m[0].length })),
  )
  const parts: Part[] = []
  let from = 0
  let by = ''
  for (const match of text.matchAll(parting)) {
    if (closed.some((c) => match.index < c.to && match.index + match[0].length > c.from)) continue
    parts.push({ start: from, end: match.index, by })
    from = match.index + match[0].length
    by = match[0]
  }
  parts.push({ start: from, end: text.length, by })
  return joined(
    text,
    parts.filter((p) => text.slice(p.start, p.end).trim() !== ''),
  )
}

/** A code printed behind its diagnosis: `M22.42`, `(847.2)`. */
const code = /^[\s(]*(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[EV]?\d{3}\.\d{1,2})[\s)]*$/

/** Further levels of the spine: "disc disease at L4-L5 and L5-S1". */
const LEVELS = /^\s*[CTLS]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?(?:\s+with(?:out)?\b.*)?$/is
/** What was done about the disease before it: "hernia, status post repair". */
const AFTERMATH = /^\s*(?:status[\s-]+post|s\/p)\b/i
/** What came of the disease before it, or of what it came. */
const CONTINUED =
  /^\s*(?:with|without|aggravated\s+by|caused\s+by|exacerbated\s+by|secondary\s+to|due\s+to|because\s+of|involving|affecting|associated\s+with|radiating|worse|greater|more|(?:left|right)\s+(?:worse|greater|more)|[lr]\s?[<>]\s?[lr])\b/i
/** One or two words that only describe: "insertional", "healed", "work related". */
const ADJECTIVES = /^\s*(?:[a-z-]+ly\s+)?[a-z-]{2,}(?:[^p]al|ar|ary|ed|[^n]ic|ous|ive|ent|able|ible)(?:\s*,)?\s*$/i
const SIDE = /^\s*(?:left|right)\s*$/i
const OTHER_SIDE: Readonly<Record<string, RegExp>> = { left: /^\s*right\s+\w/i, right: /^\s*left\s+\w/i }
const AND = /\band\b|&|as well as|along with|plus/i

/**
 * Puts parts together that are one diagnosis: qualifiers, codes and places with the disease before them, where that names no
 * place of its own or the same one; places with the disease that follows; "… with lateral recess" with "and foraminal stenosis".
 */
function joined(body: string, parts: readonly Part[]): readonly Span[] {
  const items: { start: number; end: number }[] = []
  let open = false
  for (const [i, part] of parts.entries()) {
    const last = items.at(-1)
    const said = last ? body.slice(last.start, last.end) : ''
    const belongs = last !== undefined && goesBehind(body, parts, i, { said, open })
    if (last && ((open && !part.by.includes(';')) || belongs)) last.end = part.end
    else items.push({ start: part.start, end: part.end })
    if (belongs && !open) continue
    const whole = items.at(-1)
    const now = whole ? body.slice(whole.start, whole.end) : ''
    const tail = /\bwith\s+([^,]*)$/i.exec(now)?.[1]
    open = isPlace(now) || (tail !== undefined && isPlace(tail))
  }
  return items
}

/** Whether a part goes on with the diagnosis before it (`said`; `open`: its disease is still to come). */
function goesBehind(
  body: string,
  parts: readonly Part[],
  at: number,
  { said, open }: { readonly said: string; readonly open: boolean },
): boolean {
  const part = parts[at]
  if (!part) return false
  const words = partText(body, part)
  const next = partText(body, parts[at + 1])
  // "…, left and right cubital tunnel syndrome": the side waits for the other one, and both for their disease.
  const side = SIDE.exec(words)?.[0].trim().toLowerCase()
  if (side && AND.test(parts[at + 1]?.by ?? '') && OTHER_SIDE[side]?.test(next)) return false
  if (describes(words, part.by) || goesOnThere(said, words, part.by)) return true
  if (AND.test(part.by) && CAUSE.test(said) && !namesDisease(words)) return true
  if (open || !isPlace(words) || isPlace(said) || /;|\n\n/.test(part.by)) return false
  return (
    endsHere(body, parts, at) ||
    closesPlaces(body, parts, at, said) ||
    fits(said, words, next) ||
    goesWith(said, words, part.by, next)
  )
}

/** "burn of the right forearm", "hand with scarring": a further place of the disease before it, and what came of it there. */
function goesOnThere(said: string, words: string, by: string): boolean {
  const behind = /^(.*?)\s(?:with|without)\s/is.exec(words)?.[1]
  const place = OF_PLACE.exec(said)?.[1]
  return AND.test(by) && behind !== undefined && isPlace(behind) && place !== undefined && isPlace(place)
}

/** "aggravated by pain", "and stress": a further cause of the disease before it. */
const CAUSE = /\b(?:aggravated|caused|exacerbated)\s+by\s[^,;]*$/i

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
    isQualifier(words) ||
    qualified.test(words) ||
    code.test(words) ||
    LEVELS.test(words) ||
    CONTINUED.test(words) ||
    (/^\s*,\s*$/.test(by) && ADJECTIVES.test(words) && !isPlace(words)) ||
    (AFTERMATH.test(words) && regionsIn(words).length === 0)
  )
}

/**
 * "abrasion of brow, cheek and chin, acute sprain": places behind the "of" of a disease, the last of them with "and", and then a comma:
 * the places are complete, and what follows is another diagnosis.
 */
function closesPlaces(body: string, parts: readonly Part[], at: number, said: string): boolean {
  const place = OF_PLACE.exec(said)?.[1]
  if (place === undefined || !isPlace(place)) return false
  for (let i = at; i < Math.min(parts.length, at + MOST_PLACES); i++) {
    const part = parts[i]
    if (!part || !isPlace(partText(body, part))) return false
    const after = parts[i + 1]?.by
    if (AND.test(part.by)) return after === undefined || /^\s*,|;/.test(after)
  }
  return false
}

/** Whether a place belongs to the disease before it: that has none, or the same, and the next disease has its own. */
function fits(said: string, words: string, next: string): boolean {
  const region = regionsIn(said)[0]
  if (region === undefined) return true
  return region === regionsIn(words)[0] && !isPlace(next) && regionsIn(next).length > 0
}

/** A part of the body beside the one that the disease before it names: "strain of the left wrist and forearm and …". */
const OF_PLACE = /\bof\s+(?:the\s+|his\s+|her\s+)?((?:(?!\bof\b).)+)$/i
/** "lumbar", "cervical": such a word waits for its disease. */
const PLACE_ADJECTIVE = /(?:al|ar|ic|ary|ular)\s*$/i

function goesWith(said: string, words: string, by: string, next: string): boolean {
  const place = OF_PLACE.exec(said)?.[1]
  const beside = /and|&/i.test(by) && place !== undefined && isPlace(place) && !PLACE_ADJECTIVE.test(words)
  return (beside && namesDisease(next)) || (describes(next, '') && regionsIn(said)[0] === regionsIn(words)[0])
}

const partText = (body: string, part: Span | undefined) => (part ? body.slice(part.start, part.end) : '')
