import type { Span } from '../transcript.ts'
import { anyOf, cues, namesDisease, type StatementCue } from './vocabulary.ts'

/** A place where a text states diagnoses: the span of the list behind the cue. */
export type Statement = Span & {
  readonly cue: StatementCue
  /** The patient "was diagnosed with" at some visit: what a later visit found takes its place. */
  readonly event: boolean
}

/** Letters that scanning turns into digits, put back inside words. Same length, so that offsets hold. */
export function legible(text: string): string {
  return text.replace(/[A-Za-z]*[0-9|][A-Za-z0-9|]*/g, (word) =>
    /[A-Za-z].*[A-Za-z]/.test(word) && !/\d[\d.,/-]*\d/.test(word) && !/^[CTLS]\d/i.test(word)
      ? word.replace(/[015|]/g, (c) => ({ '0': 'o', '1': 'l', '5': 's', '|': 'l' })[c] ?? c)
      : word,
  )
}

const linkPattern = (links: string) => `(?:[\\s:;,"“'(-]|\\b(?:${links})\\b(?!\\s*\\())*`

const patterns = cues.statements.map((cue) => ({
  cue,
  pattern: new RegExp(
    `\\b(?:${cue.words.replace(/[il]/g, '[il]').replace(/ /g, '\\s+')})\\b(${linkPattern(cue.links)})`,
    'gi',
  ),
  /** Behind the cue there must be a verb or a colon: "diagnosis is", "Impression:". */
  linked:
    /[:\-–]|\b(?:is|are|was|were|of|as|with|include|includes|included|including|consist|comprise|documented|noted|listed|for|remain)\b/i,
}))

const before = new RegExp(`(?:${anyOf(cues.notBefore)})\\s+(?:\\w+\\s+)?$`, 'i')
const subject = new RegExp(`\\b(?:${anyOf(cues.notSubject)})`, 'i')
const stop = new RegExp(`(?:^|[\\s.,;)"”])(?:${anyOf(cues.stops)})(?:(?<=\\s)|(?:s|ed|ing)?(?![a-z]))`, 'i')
/** The same, run into the word before: "tendonitisExam on". */
const stopRunIn = new RegExp(`(?<=[a-z)])(?:${anyOf(cues.stops.map((s) => s.charAt(0).toUpperCase() + s.slice(1)))})`)
/** A sentence ends at a full stop that is followed by a capital, a quote or nothing; not behind an initial, "vs." or a number's point. */
const sentenceEnd = /[.?!]["”)]*(?=\s*(?:[A-Z"“(]|$))|[.?!](?=[A-Z])/g
const noEnd = /(?:\b(?:vs|dr|st|no|approx|lt|rt|dx|[A-Z])|(?:^|\s)\d{1,2})\.$/i
/** The longest list that is believed, in characters. */
const LONGEST = 900

/** The lists of diagnoses that `text` states, in order; overlapping statements are kept once, the first. */
export function findStatements(text: string): readonly Statement[] {
  const read = legible(text)
  const found: Statement[] = []
  for (const { cue, pattern, linked } of patterns) {
    for (const match of read.matchAll(pattern)) {
      if (cue.needsLink && !linked.test(match[1] ?? '')) continue
      const sentence = read.slice(Math.max(0, read.lastIndexOf('. ', match.index) + 1), match.index)
      if (before.test(sentence) || subject.test(sentence)) continue
      const start = match.index + match[0].length
      const end = listEnd(read, start)
      if (end > start) found.push({ start, end, cue, event: /^d[a-z]{1,4}nosed/i.test(match[0]) })
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  const apart = found.filter((s, i) => !found.slice(0, i).some((o) => s.start < o.end && s.end > o.start))
  const lastEvent = apart.findLast((s) => s.event)
  return apart.filter((s) => !s.event || s === lastEvent)
}

/** Offset of the first sentence end in `region`, or -1. */
export function firstSentenceEnd(region: string): number {
  for (const match of region.matchAll(sentenceEnd)) {
    if (!noEnd.test(region.slice(Math.max(0, match.index - 6), match.index + 1))) return match.index
  }
  return -1
}

/** A sentence that is a diagnosis and nothing more: "Adhesive capsulitis." */
function isNamedAlone(sentence: string): boolean {
  const words = sentence.trim().split(/\s+/)
  return words.length <= MOST_WORDS && namesDisease(sentence) && !VERB.test(sentence) && !sentence.includes(':')
}

const MOST_WORDS = 8
const VERB =
  /\b(?:is|was|were|are|has|had|have|will|reports?|continues?|shows?|recommend\w*|request\w*|not?|denie[sd])\b/i

/** Where the list behind a cue ends: its sentence's end, or the first phrase that speaks of something else. */
function listEnd(text: string, start: number): number {
  let end = Math.min(text.length, start + LONGEST)
  const region = text.slice(start, end)
  const numbered = /^\s*[(]?1\s*[.):]/.test(region) || /^[^.]{4,120}\s2[.)]\s/.test(region)
  if (!numbered) {
    let full = firstSentenceEnd(region)
    const headed = /:\s*$/.test(text.slice(Math.max(0, start - 3), start))
    // Under a heading each diagnosis may be a sentence of its own.
    for (let next = full; headed && next >= 0; ) {
      const length = firstSentenceEnd(region.slice(next + 1))
      if (length < 0 || !isNamedAlone(region.slice(next + 1, next + 1 + length))) break
      next += 1 + length
      full = next
    }
    if (full >= 0) end = start + full
  }
  for (const pattern of [stop, stopRunIn]) {
    const stopped = pattern.exec(text.slice(start, end))
    if (stopped) end = start + stopped.index
  }
  return end
}
