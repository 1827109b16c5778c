import { assertionAt } from '../../../language/assertion.ts'
import { asLetters } from '../../../language/lookalikes.ts'
import { firstSentenceEnd, lastSentence } from '../../../language/sentences.ts'
import type { Span } from '../../page-text/transcript.ts'
import { withoutCodes } from './codes.ts'
import { placeHeading } from './places.ts'
import { anyOf, cues, mendDiagnoses, namesDisease, type StatementCue } from './vocabulary.ts'

/** A place where a text states diagnoses: the span of the list behind the cue. */
export type Statement = Span & {
  /** Where its cue begins, before `start`. */
  readonly from: number
  readonly cue: StatementCue
  /** The patient "was diagnosed with" at some visit: what a later visit found takes its place. */
  readonly event: boolean
  /** The patient "was treated for" it: past, when anything else is stated. */
  readonly past: boolean
  /** Its items stand behind dashes or dots. */
  readonly bulleted: boolean
}

/** Letters that scanning turns into digits, put back inside words of small letters. Same length, so that offsets hold. */
export function lettersInWords(text: string): string {
  return text.replace(/(?<![.A-Za-z0-9])[A-Za-z0-9|]*[0-9|][A-Za-z0-9|]*/g, (word) =>
    /[a-z].*[a-z]/.test(word) && !/\d\d/.test(word) && !/^[CTLS]\d/i.test(word)
      ? word.replace(/[015|]/g, asLetters)
      : word,
  )
}

/** A bracket or a letter that numbers the first item of a list is no link to it. */
const MARK_AHEAD = String.raw`\s*[1aA]\s*[.)]`
const VERBS = 'is|are|was|were|includes?|included|including|consists?|lists?|read|reads|remains?|comprise[ds]?'
/** When and where it was stated: "at the visit of May were", "on the first report:". Bounded, and only up to a verb or a colon. */
const ASIDE = String.raw`(?:at|on|from|in|per|by|during|as\s+of|as\s+per)\s+(?:(?!(?:with|for|and|as|of\s+an?)\b)[\w'’/-]{1,20}\s+){0,7}?(?!(?:with|for|and)\b)[\w'’/-]{1,20}(?=\s*:|\s*,?\s+(?:${alike(VERBS)})\b)`
const linkPattern = (links: string) =>
  String.raw`(?:[\s:;,"“'-]|/(?=[a-z])|\((?!${MARK_AHEAD})|\b${ASIDE}|\b(?:${alike(links)})\b(?!\s*\())*`

/** Phrases in which l and i stand for each other; what is written with a backslash is left alone. */
function alike(words: string): string {
  return words.replace(/\\.|[il]/g, (c) => (c.length > 1 ? c : '[il]'))
}

const patterns = cues.statements.map((cue) => ({
  cue,
  pattern: new RegExp(`\\b(?:${alike(cue.words).replace(/ /g, '\\s+')})\\b(${linkPattern(cue.links)})`, 'gi'),
  /** Behind the cue there must be a verb or a colon: "diagnosis is", "Impression:". */
  linked: new RegExp(
    String.raw`[:;\-–]|\b(?:${alike(`${VERBS}|of|as|with|documented|noted|listed|given|made|for`)})\b`,
    'i',
  ),
}))
/** The first item of a numbered list may follow its heading without a colon. */
const NUMBERED = /^\s*[(]?1\s*[.):](?!\d)/

const before = new RegExp(`(?:${anyOf(cues.notBefore)})\\s+(?:\\w+\\s+)?$`, 'i')
const subject = new RegExp(`\\b(?:${anyOf(cues.notSubject)})`, 'i')
const stop = new RegExp(`(?:^|[\\s.,;)"”])(?:${anyOf(cues.stops)})(?:(?<=\\s)|(?:s|ed|ing)?(?![a-z]))`, 'i')
/** The same, run into the word before: "tendonitisExam on". */
const stopRunIn = new RegExp(`(?<=[a-z)])(?:${anyOf(cues.stops.map((s) => s.charAt(0).toUpperCase() + s.slice(1)))})`)
/** The longest list that is believed, in characters. */
const LONGEST = 900

/** How far back a sentence is read for what denies a statement, in characters. */
const BEFORE = 300
/** No summary states its diagnoses more often. */
const MOST_STATEMENTS = 60

/**
 * The lists of diagnoses that `text` states, in order. A list ends where the next statement begins; of "found to have a diagnosis
 * of" the inner one counts. What was found or treated at an earlier visit gives way to what is stated of a later one.
 */
export function findStatements(text: string): readonly Statement[] {
  const read = lettersInWords(text)
  const found: Statement[] = []
  for (const { cue, pattern, linked } of patterns) {
    for (const match of read.matchAll(pattern)) {
      const statement = statementAt(read, match, cue, linked)
      if (statement) found.push(statement)
      if (found.length >= MOST_STATEMENTS) break
    }
  }
  found.push(...statedBehind(read))
  const counted = found.some((s) => !s.cue.onlyAlone) ? found.filter((s) => !s.cue.onlyAlone) : found
  counted.sort((a, b) => a.start - b.start || b.end - a.end)
  const apart: Statement[] = []
  for (const [i, statement] of counted.entries()) {
    const last = apart.at(-1)
    if (last && statement.start <= last.start) continue
    const next = counted.slice(i + 1).find((s) => s.start > statement.start)
    const cut = next && next.from < statement.end ? next.from : statement.end
    const words = read.slice(statement.start, cut)
    const end = cut < statement.end ? statement.start + words.replace(HANGING, '').length : cut
    // `found to have a diagnosis of`: nothing but articles before the next cue.
    if (/[a-z]{3}/i.test(read.slice(statement.start, end))) apart.push({ ...statement, end })
  }
  const present = apart.some((s) => !s.past) ? apart.filter((s) => !s.past) : apart
  const lastEvent = present.findLast((s) => s.event)
  return present.filter((s) => !s.event || s === lastEvent)
}

function statementAt(read: string, match: RegExpExecArray, cue: StatementCue, linked: RegExp): Statement | null {
  const [said, link = ''] = match
  const start = match.index + said.length
  if (cue.needsLink && !linked.test(link) && !NUMBERED.test(read.slice(start, start + 8))) return null
  const ahead = read.slice(Math.max(0, match.index - BEFORE), match.index)
  const sentence = lastSentence(ahead)
  if (before.test(sentence) || subject.test(sentence) || isDenied(sentence, said)) return null
  const bulleted = /[-–•*]\s*$/.test(link)
  const end = listEnd(read, start, bulleted)
  if (end <= start || notHeld.test(read.slice(end, end + ASSERTION))) return null
  return {
    from: match.index,
    start,
    end,
    cue,
    event: /^d[a-z]{1,4}\s?n\s?osed/i.test(said),
    past: /^treated/i.test(said) && PAST.test(sentence) && !BEING.test(sentence),
    bulleted,
  }
}

/** "does not carry a diagnosis of", "his wife was diagnosed with": what follows is no diagnosis of the patient. */
function isDenied(sentence: string, said: string): boolean {
  const told = assertionAt(`${sentence}${said}`.toLowerCase(), {
    start: sentence.length,
    end: sentence.length + said.length,
  })
  return told === 'denied' || told === 'other-person'
}
/** So many characters behind a list are read for what takes it back. */
const ASSERTION = 60
/** "… is not supported by the record", "has been excluded", right behind the list. */
const notHeld = new RegExp(`^\\W{0,3}(?:${anyOf(cues.takenBack)})\\b`, 'i')

const { named, opens } = cues.statedBehind
const behind = new RegExp(`\\b(?:${alike(named.words).replace(/ /g, '\\s+')})\\b`, 'gi')
const opening = new RegExp(`^.*\\b(?:${opens})\\s+`, 'is')
const closing = new RegExp(`(?:\\s+(?:${opens}))?\\s*$`, 'i')

/** Lists that stand before their cue in its sentence. */
function statedBehind(read: string): readonly Statement[] {
  return [...read.matchAll(behind)].slice(0, MOST_STATEMENTS).flatMap((match) => {
    const sentence = lastSentence(read.slice(Math.max(0, match.index - BEFORE), match.index))
    const list = sentence.replace(closing, '')
    const lead = opening.exec(list)
    if (!lead || subject.test(list)) return []
    const start = match.index - sentence.length + lead[0].length
    const end = start + list.length - lead[0].length
    return end > start ? [{ from: start, start, end, cue: named, event: false, past: false, bulleted: false }] : []
  })
}

const PAST = /\b(?:was|were|previously|initially|first)\s+$/i
const BEING = /\b(?:being|has\s+been|have\s+been)\s+$/i
/** Words that belong to the next statement's cue: "… and the secondary (diagnosis is)". */
const HANGING = new RegExp(
  String.raw`(?<!\s|(?:^|\s)(?:${cues.hanging}))(?:(?:^|\s+)(?:${cues.hanging})(?![a-z]))*\s*$`,
  'i',
)

/** A sentence that is a diagnosis and nothing more: "Adhesive capsulitis." */
function isNamedAlone(written: string): boolean {
  const coded = withoutCodes(written.trim())
  const sentence = coded.slice(placeHeading(coded)?.length ?? 0)
  const words = sentence.split(/\s+/)
  return words.length <= MOST_WORDS && namesDisease(sentence) && !VERB.test(sentence) && !sentence.includes(':')
}

const MOST_WORDS = 8
const VERB =
  /\b(?:is|was|were|are|has|had|have|will|reports?|continues?|shows?|recommend\w*|request\w*|not?|denie[sd])\b/i

/** A list whose items are numbered or lettered, its first mark or its second in sight. */
const MARKED = /^\s*[(]?(?:[1lI]|[aA])\s*[.):](?!\d)|^[^.]{4,120}\s2[.)]\s/
/** The start of a clause that says something about the patient, not what the patient has. */
const CLAUSE = /,?\s(?:(?:that|which|who|and)\s+)?(?:is|are|was|were|has|have|had|will|would|did|does)\s/i

/** Where the list behind a cue ends: its sentence's end, or the first phrase that speaks of something else. */
function listEnd(text: string, start: number, bulleted: boolean): number {
  const { text: region, origin } = mendDiagnoses(text.slice(start, start + LONGEST))
  let end = region.length
  if (!MARKED.test(region) && !bulleted) {
    let full = firstSentenceEnd(region)
    const headed = /[:;]\s*$/.test(text.slice(Math.max(0, start - 3), start))
    // Under a heading each diagnosis may be a sentence of its own.
    for (let next = full; headed && next >= 0; ) {
      const length = firstSentenceEnd(region.slice(next + 1))
      if (length < 0 || !isNamedAlone(region.slice(next + 1, next + 1 + length))) break
      next += 1 + length
      full = next
    }
    if (full >= 0) end = full
  }
  for (const pattern of [stop, stopRunIn, CLAUSE]) {
    const stopped = pattern.exec(region.slice(0, end))
    if (stopped) end = stopped.index
  }
  return start + origin(end)
}
