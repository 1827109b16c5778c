import { z } from 'zod'
import { assertionAt } from '../../language/assertion.ts'
import { phrases } from '../../language/frequency/phrases.ts'
import { readFrequency } from '../../language/frequency/reading.ts'
import { placesOf } from '../../language/matching/phrase-pattern.ts'
import { IN_WORDS, numberOf } from '../../language/numbers.ts'
import data from '../../language/vocabulary/visit-words.json' with { type: 'json' }
import type { Range } from '../../model/index.ts'

const list = z.array(z.string().min(1)).min(1)
export const visitWords = z
  .strictObject({
    /** Say that visits took place. */
    had: list,
    /** Say that visits were approved: they count as had where nothing tells how many took place. */
    granted: list,
    /** Visits beside those told before: `another 8`. */
    more: list,
    /** May stand between such a word and its number. */
    only: list,
    /** What may follow a number that counts visits without saying so: `another 8 in 2013`. */
    goesOn: list,
    /** Part the clauses of a sentence. */
    breaks: list,
    /** Say that there was none of `<therapy>`. */
    none: list,
    /** The same, unless it is its papers that lack. */
    noneAtAll: list,
    papers: list,
  })
  .parse(data)

const anyOf = (words: readonly string[]) => words.join('|').replace(/ /g, '\\s+')
const HAD = new RegExp(`\\b(?:${anyOf(visitWords.had)})\\b`)
const GRANTED = new RegExp(`\\b(?:${anyOf(visitWords.granted)})\\b`)
const MORE = new RegExp(`\\b(?:${anyOf(visitWords.more)})\\b`)
const BREAK = new RegExp(`[;,]\\s+|(?<!hundred)\\s(?:${anyOf(visitWords.breaks)})\\s`, 'g')
const YEAR = /\b(?:19|20)\d\d\b/
/** `attended only 4`, `another 8 in 2013`: the noun stands in the clause before. */
const ELLIPTIC = new RegExp(
  `\\b(?:${anyOf([...visitWords.had, ...visitWords.more])})\\s+(?:(?:${anyOf([...visitWords.more, ...visitWords.only])})\\s+){0,3}(\\d{1,3}|${IN_WORDS})(?=\\s*(?:$|[.;,)]|(?:${anyOf(visitWords.goesOn)})\\b))`,
)
/** `ten of the twelve`, `8 out of 12`: the reader of frequencies knows `of`. */
const OF = /\bof the(?=\s)|\bout of( the)?(?=\s)/gi

/** Visits that a sentence counts. */
type Count = {
  readonly visits: Range
  readonly said: 'had' | 'granted'
  /** Beside what the sentence counted before. */
  readonly more: boolean
}

/** Names of a treatment, and those of others that it must not be taken for; as `plain` has them. */
export type Therapy = { readonly own: readonly string[]; readonly others: readonly string[] }

/**
 * How many visits of a therapy a sentence (text that went through `plain`) tells of as had: what was attended before what was only approved, courses
 * added up where the sentence does (`6 in 2012 and another 8 in 2013`). null when it counts none.
 */
export function visitsTold(sentence: string, therapy: Therapy): Range | null {
  const counts = countsOf(sentence, therapy)
  const had = counts.filter((c) => c.said === 'had')
  const told = had.length > 0 ? had : counts
  let best: Range | null = null
  let sum: Range | null = null
  for (const { visits, more } of told) {
    sum = sum && more ? [sum[0] + visits[0], sum[1] + visits[1]] : visits
    if (!best || sum[1] > best[1]) best = sum
  }
  return best
}

function countsOf(sentence: string, therapy: Therapy): readonly Count[] {
  const counts: Count[] = []
  // What the clause before was about goes on until another is named.
  let own = true
  let said: Count['said'] | null = null
  let year: string | null = null
  let counted = false
  for (const { text, start } of clausesOf(sentence)) {
    const found = countedIn(text, counted)
    said = HAD.test(text) ? 'had' : GRANTED.test(text) ? 'granted' : said
    const about = aboutOwn(text, found?.at ?? text.length, therapy)
    own = about ?? own
    const before = year
    year = YEAR.exec(text)?.[0] ?? year
    if (!found) continue
    counted = true
    const asserted = assertionAt(sentence, { start: start + found.at, end: start + found.end }) === 'asserted'
    if (!own || said === null || !asserted) continue
    counts.push({ visits: found.visits, said, more: MORE.test(text) || (before !== null && year !== before) })
  }
  return counts
}

type Clause = { readonly text: string; readonly start: number }

function clausesOf(sentence: string): readonly Clause[] {
  const clauses: Clause[] = []
  let start = 0
  for (const part of sentence.matchAll(BREAK)) {
    clauses.push({ text: sentence.slice(start, part.index), start })
    start = part.index + part[0].length
  }
  return [...clauses, { text: sentence.slice(start), start }]
}

type Counted = { readonly visits: Range; readonly at: number; readonly end: number }

/** The visits that a clause counts: as frequencies are written, or, once visits were counted, by a number alone. */
function countedIn(text: string, elliptic: boolean): Counted | null {
  const [first] = phrases(text).phrases.filter((p) => ['history', 'count', 'rate'].includes(p.kind))
  if (first) {
    const visits = visitsIn(text)
    if (visits) return { visits, at: first.start, end: first.end }
  }
  const alone = elliptic ? ELLIPTIC.exec(text) : null
  const number = alone ? numberOf(alone[1] ?? '') : null
  if (!alone || number === null) return null
  return { visits: [number, number], at: alone.index, end: alone.index + alone[0].length }
}

/** Whether what stands nearest to a count, behind it or else before it, is the therapy itself or another; null when neither is named. */
function aboutOwn(clause: string, at: number, { own, others }: Therapy): boolean | null {
  const named = [own, others].flatMap((names, i) =>
    names.flatMap((name) => placesOf(name, clause).map((place) => ({ ...place, own: i === 0 }))),
  )
  named.sort((a, b) => a.start - b.start || b.end - a.end)
  return (named.find((n) => n.start >= at) ?? named.at(-1))?.own ?? null
}

/** `6 of` before `12 sessions`. */
const PART_OF = new RegExp(`(?<![\\p{L}\\d.,/])(\\d{1,3}|${IN_WORDS})\\s+of\\s*$`, 'iu')

/** Visits counted in a short text such as `6 of 12 sessions`, `2x3`, `2-3 times a week for 3 weeks`, `#6`; null when none are. */
export function visitsIn(text: string): Range | null {
  const read = text.replace(OF, (words) => 'of'.padEnd(words.length))
  for (const phrase of phrases(read).phrases) {
    if (phrase.kind !== 'history' && phrase.kind !== 'count') continue
    const part = numberOf(PART_OF.exec(read.slice(0, phrase.start))?.[1] ?? '')
    if (part !== null) return [part, part]
    if (phrase.kind === 'history') return [phrase.done[0], phrase.done[1]]
  }
  return readFrequency(read, 'therapy').visits
}
